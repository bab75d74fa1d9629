//! Errors by kind, counted as far as 999 (EP 0 660 269, paragraphs 158 to 161).
//!
//! What always holds: a count ends at 999 and does not begin anew; what clears the counts is in the log.

use crate::columns::{line, number_in};
use crate::error::JournalError;
use crate::job::When;
use crate::journal::Journal;
use crate::log::Note;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use store::work;

/// How often a kind of error occurred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCount {
    /// The kind.
    pub kind: String,
    /// How often; 999 is that often or more.
    pub count: u16,
    /// When it occurred last, in milliseconds since 1970 UTC.
    pub last_ms: i64,
}

impl FaultCount {
    /// Where counting ends.
    pub const MAX: u16 = 999;
    /// The longest name of a kind.
    pub const KIND_MAX_BYTES: usize = 80;
}

impl Journal {
    /// Counts an error of this kind and tells how many there were.
    pub fn note_error(&mut self, kind: &str, when: When) -> Result<u16, JournalError> {
        let kind = &line("the kind of an error", kind, FaultCount::KIND_MAX_BYTES)?;
        let row = self.transact(move |transaction| {
            work(async move {
                let insert = "INSERT INTO error (kind, count, last_ms) VALUES ($1, 1, $2) ON CONFLICT (kind) DO UPDATE \
                              SET count = MIN(count + 1, $3), last_ms = excluded.last_ms RETURNING count";
                let insert = sqlx::query(insert).bind(&**kind).bind(when.at_ms).bind(i64::from(FaultCount::MAX));
                Ok(insert.fetch_one(&mut **transaction).await?)
            })
        })?;
        number_in(&row, 0)
    }

    /// The counts of all kinds that occurred, by their names.
    pub fn errors(&mut self) -> Result<Vec<FaultCount>, JournalError> {
        let select = sqlx::query("SELECT kind, count, last_ms FROM error ORDER BY kind");
        let rows = self.runtime.block_on(select.fetch_all(self.store.reads()))?;
        let count = |row: &sqlx::any::AnyRow| {
            Ok(FaultCount { kind: row.try_get(0)?, count: number_in(row, 1)?, last_ms: row.try_get(2)? })
        };
        rows.iter().map(count).collect()
    }

    /// Sets all counts back, as service or the centre does.
    pub fn clear_errors(&mut self, note: &Note, when: When) -> Result<(), JournalError> {
        note.check()?;
        self.transact(move |transaction| {
            work(async move {
                sqlx::query("DELETE FROM error").execute(&mut **transaction).await?;
                Ok(note.write(transaction, when).await?)
            })
        })
    }
}

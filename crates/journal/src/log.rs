//! What was done at the meter, by whom, in a sentence for people.
//!
//! What always holds: what is written with a note is written together with it; no entry is changed or taken away.

use crate::columns::{line, number_in};
use crate::error::JournalError;
use crate::job::When;
use crate::journal::Journal;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use store::{Transaction, work};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Who did it: a user, a card, the meter itself. At most [`Note::NAME_MAX_BYTES`].
    pub who: String,
    /// What kind of thing it was, in a word; as long.
    pub kind: String,
    /// The sentence; at most [`Note::SENTENCE_MAX_BYTES`].
    pub sentence: String,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number; 1 is the first.
    pub number: u64,
    /// When it was written, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// What was done.
    pub note: Note,
}

impl Note {
    /// The longest name of who or what.
    pub const NAME_MAX_BYTES: usize = 80;
    /// The longest sentence.
    pub const SENTENCE_MAX_BYTES: usize = 1_000;

    pub(crate) fn check(&self) -> Result<(), JournalError> {
        line("the name in a note", &self.who, Note::NAME_MAX_BYTES)?;
        line("the kind of a note", &self.kind, Note::NAME_MAX_BYTES)?;
        line("the sentence of a note", &self.sentence, Note::SENTENCE_MAX_BYTES)?;
        Ok(())
    }

    pub(crate) async fn write(&self, transaction: &mut Transaction, when: When) -> Result<(), sqlx::Error> {
        let insert = "INSERT INTO log (at_ms, who, kind, sentence) VALUES ($1, $2, $3, $4)";
        let insert = sqlx::query(insert).bind(when.at_ms).bind(&*self.who).bind(&*self.kind);
        insert.bind(&*self.sentence).execute(&mut **transaction).await?;
        Ok(())
    }
}

impl Journal {
    /// Writes an entry.
    pub fn note(&mut self, note: &Note, when: When) -> Result<(), JournalError> {
        note.check()?;
        self.transact(move |transaction| work(async move { Ok(note.write(transaction, when).await?) }))
    }

    /// The last so many entries, the newest first.
    pub fn last_notes(&mut self, entries: u32) -> Result<Vec<Entry>, JournalError> {
        let select = "SELECT number, at_ms, who, kind, sentence FROM log ORDER BY number DESC LIMIT $1";
        let select = sqlx::query(select).bind(i64::from(entries));
        let rows = self.runtime.block_on(select.fetch_all(self.store.reads()))?;
        let entry = |row: &sqlx::any::AnyRow| {
            let note = Note { who: row.try_get(2)?, kind: row.try_get(3)?, sentence: row.try_get(4)? };
            Ok(Entry { number: number_in(row, 0)?, at_ms: row.try_get(1)?, note })
        };
        rows.iter().map(entry).collect()
    }
}

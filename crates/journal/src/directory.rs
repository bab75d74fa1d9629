//! The directory of cards, cost centres, groups and what they have spent, stored row by row as `access::cards` says.
//!
//! What always holds: changes are stored whole, together with what they belong to, before anybody applies them; what is
//! read back is in order or an error.

use crate::columns::{json, parsed};
use crate::error::{JournalError, stop};
use crate::job::When;
use crate::journal::Journal;
use crate::log::Note;
use access::cards::{Changes, Directory, Prefix, Row};
use sqlx::Row as _;
use store::many::{Line, Statement};
use store::{Transaction, work};

const WRITE: Statement<2> = Statement {
    before: "INSERT INTO directory (key, value) SELECT column1, column2 FROM (VALUES ",
    after: ") WHERE TRUE ON CONFLICT (key) DO UPDATE SET value = excluded.value",
};
const REMOVE: Statement<1> = Statement { before: "DELETE FROM directory WHERE key IN (VALUES ", after: ")" };

impl Journal {
    /// Stores changes of the directory, with an entry in the log.
    pub fn write_rows(&mut self, changes: &Changes, note: &Note, when: When) -> Result<(), JournalError> {
        note.check()?;
        let lines = &Lines::of(changes)?;
        self.transact(move |transaction| {
            work(async move {
                lines.write(transaction).await.map_err(stop)?;
                Ok(note.write(transaction, when).await?)
            })
        })
    }

    /// The directory as it is stored, for cost centres whose numbers begin with this prefix.
    pub fn directory(&mut self, prefix: Prefix) -> Result<Directory, JournalError> {
        let rows = self
            .runtime
            .block_on(sqlx::query("SELECT value FROM directory").fetch_all(self.store.reads()))?;
        let parse = |row: &sqlx::any::AnyRow| parsed::<Row>(row.try_get(0)?);
        let rows: Vec<Row> = rows.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Directory::from_rows(prefix, rows)?)
    }
}

/// Changes as rows of the table.
pub(crate) struct Lines {
    written: Vec<Line<2>>,
    gone: Vec<Line<1>>,
}

impl Lines {
    pub(crate) fn of(changes: &Changes) -> Result<Lines, JournalError> {
        let write = |row: &Row| Ok([json(&row.key())?.into(), json(row)?.into()]);
        let written = changes.written().iter().map(write).collect::<Result<_, JournalError>>()?;
        let gone =
            changes.gone().iter().map(|key| Ok([json(key)?.into()])).collect::<Result<_, JournalError>>()?;
        Ok(Lines { written, gone })
    }

    pub(crate) async fn write(&self, transaction: &mut Transaction) -> Result<(), JournalError> {
        REMOVE.execute(transaction, &self.gone).await?;
        Ok(WRITE.execute(transaction, &self.written).await?)
    }
}

//! Rate tables by name and first day of validity. What one says is for who reads rates; here it is text.

use crate::columns::{day, day_in, document, line};
use crate::error::JournalError;
use crate::journal::Journal;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;
use store::work;
use terms::Date;

/// A rate table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateTable {
    /// Whose rates they are; at most [`RateTable::NAME_MAX_BYTES`].
    pub name: String,
    /// The first day on which they hold.
    pub valid_from: Date,
    /// The table, in JSON; at most [`RateTable::DOCUMENT_MAX_BYTES`].
    pub document: String,
}

impl RateTable {
    /// The longest name.
    pub const NAME_MAX_BYTES: usize = 80;
    /// The longest document.
    pub const DOCUMENT_MAX_BYTES: usize = 4 << 20;
}

impl Journal {
    /// Keeps a rate table, in the place of an earlier one of this name and day.
    pub fn keep_rate_table(&mut self, table: &RateTable) -> Result<(), JournalError> {
        let name = &line("the name of a rate table", &table.name, RateTable::NAME_MAX_BYTES)?;
        let content = &document("a rate table", &table.document, RateTable::DOCUMENT_MAX_BYTES)?;
        let valid_from = day(table.valid_from);
        self.transact(move |transaction| {
            work(async move {
                let insert = "INSERT INTO rate_table (name, valid_from, document) VALUES ($1, $2, $3) \
                              ON CONFLICT (name, valid_from) DO UPDATE SET document = excluded.document";
                let insert = sqlx::query(insert).bind(&**name).bind(valid_from).bind(&**content);
                insert.execute(&mut **transaction).await?;
                Ok(())
            })
        })
    }

    /// All names and days for which there is a table.
    pub fn rate_tables(&mut self) -> Result<Vec<(String, Date)>, JournalError> {
        let select = sqlx::query("SELECT name, valid_from FROM rate_table ORDER BY name, valid_from");
        let rows = self.runtime.block_on(select.fetch_all(self.store.reads()))?;
        rows.iter().map(|row: &AnyRow| Ok((row.try_get(0)?, day_in(row, 1)?))).collect()
    }

    /// The table of this name that holds on this day.
    pub fn rate_table(&mut self, name: &str, on: Date) -> Result<Option<RateTable>, JournalError> {
        let select = "SELECT name, valid_from, document FROM rate_table WHERE name = $1 AND valid_from <= $2 \
                      ORDER BY valid_from DESC LIMIT 1";
        let select = sqlx::query(select).bind(name).bind(day(on));
        let row = self.runtime.block_on(select.fetch_optional(self.store.reads()))?;
        row.map(|row| {
            Ok(RateTable { name: row.try_get(0)?, valid_from: day_in(&row, 1)?, document: row.try_get(2)? })
        })
        .transpose()
    }
}

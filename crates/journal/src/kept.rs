//! What the control unit keeps over power-off, by name: the last value, the cost centre, what was warned of.

use crate::columns::{document, json, line, parsed};
use crate::error::JournalError;
use crate::journal::Journal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use store::work;

/// The longest name.
const NAME_MAX_BYTES: usize = 80;
/// The longest value as JSON.
const VALUE_MAX_BYTES: usize = 1 << 20;

impl Journal {
    /// What is kept under this name, if anything is.
    pub fn kept<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, JournalError> {
        let select = sqlx::query("SELECT value FROM kept WHERE name = $1").bind(name);
        let row = self.runtime.block_on(select.fetch_optional(self.store.reads()))?;
        row.map(|row| parsed(row.try_get(0)?)).transpose()
    }

    /// Keeps a value under this name, in the place of an earlier one.
    pub fn keep<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), JournalError> {
        let name = &line("the name of what is kept", name, NAME_MAX_BYTES)?;
        let value = &document("what is kept", &json(value)?, VALUE_MAX_BYTES)?;
        self.transact(move |transaction| {
            work(async move {
                let insert = "INSERT INTO kept (name, value) VALUES ($1, $2) \
                              ON CONFLICT (name) DO UPDATE SET value = excluded.value";
                sqlx::query(insert).bind(&**name).bind(&**value).execute(&mut **transaction).await?;
                Ok(())
            })
        })
    }
}

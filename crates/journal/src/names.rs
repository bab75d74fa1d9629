//! What users are called. Their passwords and rights lie in the device.

use crate::columns::{line, number_in};
use crate::error::JournalError;
use crate::journal::Journal;
use sqlx::Row;
use std::collections::BTreeMap;
use store::work;

/// The longest name.
const NAME_MAX_BYTES: usize = 80;

impl Journal {
    /// Says what a user is called.
    pub fn name_user(&mut self, user: u16, name: &str) -> Result<(), JournalError> {
        let name = &line("the name of a user", name, NAME_MAX_BYTES)?;
        self.transact(move |transaction| {
            work(async move {
                let insert = "INSERT INTO user (number, name) VALUES ($1, $2) \
                              ON CONFLICT (number) DO UPDATE SET name = excluded.name";
                sqlx::query(insert).bind(i64::from(user)).bind(&**name).execute(&mut **transaction).await?;
                Ok(())
            })
        })
    }

    /// What users are called, by their numbers; those too that the device no longer knows.
    pub fn users(&mut self) -> Result<BTreeMap<u16, String>, JournalError> {
        let select = sqlx::query("SELECT number, name FROM user");
        let rows = self.runtime.block_on(select.fetch_all(self.store.reads()))?;
        rows.iter().map(|row| Ok((number_in(row, 0)?, row.try_get(1)?))).collect()
    }
}

//! The clichés that can be chosen, with the text that stands in each.
//!
//! What always holds: a record that is kept was well formed, and is read as one that was not.

use crate::columns::{damaged, line, number_in};
use crate::error::JournalError;
use crate::journal::Journal;
use imprint::picture::Cliche;
use sqlx::Row;
use sqlx::any::AnyRow;
use store::work;

/// A cliché as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCliche {
    /// What it is called; at most [`StoredCliche::NAME_MAX_BYTES`].
    pub name: String,
    /// The picture, its number, and the place of the text.
    pub cliche: Cliche,
    /// What stands in that place; at most [`StoredCliche::TEXT_MAX_BYTES`].
    pub text: String,
}

impl StoredCliche {
    /// The longest name.
    pub const NAME_MAX_BYTES: usize = 80;
    /// The longest text.
    pub const TEXT_MAX_BYTES: usize = 200;
}

impl Journal {
    /// Keeps a cliché, in the place of an earlier one with its number.
    pub fn keep_cliche(&mut self, stored: &StoredCliche) -> Result<(), JournalError> {
        let name = &line("the name of a cliché", &stored.name, StoredCliche::NAME_MAX_BYTES)?;
        let words = &line("the text of a cliché", &stored.text, StoredCliche::TEXT_MAX_BYTES)?;
        let cliche = &stored.cliche;
        let dots = i64::from(cliche.picture().area().height);
        let text_height = cliche.text().map_or(0, |place| i64::from(place.height));
        self.transact(move |transaction| {
            work(async move {
                let insert = "INSERT INTO cliche (number, name, dots, text_height, record, text) \
                              VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (number) DO UPDATE SET name = excluded.name, \
                              dots = excluded.dots, text_height = excluded.text_height, record = excluded.record, \
                              text = excluded.text";
                let insert = sqlx::query(insert).bind(i64::from(cliche.number())).bind(&**name).bind(dots);
                let insert = insert.bind(text_height).bind(cliche.record()).bind(&**words);
                insert.execute(&mut **transaction).await?;
                Ok(())
            })
        })
    }

    /// Takes a cliché away. Whether there was one.
    pub fn remove_cliche(&mut self, number: u16) -> Result<bool, JournalError> {
        self.transact(move |transaction| {
            work(async move {
                let delete = sqlx::query("DELETE FROM cliche WHERE number = $1").bind(i64::from(number));
                Ok(delete.execute(&mut **transaction).await?.rows_affected() > 0)
            })
        })
    }

    /// All clichés by their numbers.
    pub fn cliches(&mut self) -> Result<Vec<StoredCliche>, JournalError> {
        let select = "SELECT number, name, dots, text_height, record, text FROM cliche ORDER BY number";
        let rows = self.runtime.block_on(sqlx::query(select).fetch_all(self.store.reads()))?;
        rows.iter().map(cliche_in).collect()
    }

    /// The cliché with this number.
    pub fn cliche(&mut self, number: u16) -> Result<Option<StoredCliche>, JournalError> {
        let select = "SELECT number, name, dots, text_height, record, text FROM cliche WHERE number = $1";
        let select = sqlx::query(select).bind(i64::from(number));
        let row = self.runtime.block_on(select.fetch_optional(self.store.reads()))?;
        row.as_ref().map(cliche_in).transpose()
    }
}

fn cliche_in(row: &AnyRow) -> Result<StoredCliche, JournalError> {
    let (number, dots, text_height) = (number_in(row, 0)?, number_in(row, 2)?, number_in(row, 3)?);
    let cliche = Cliche::from_record(number, dots, text_height, row.try_get(4)?).map_err(damaged)?;
    Ok(StoredCliche { name: row.try_get(1)?, cliche, text: row.try_get(5)? })
}

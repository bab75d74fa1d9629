//! Several tables of one carrier: this year's rates, and next year's for imprints dated ahead.

use crate::{Currency, Letter, Price, Refusal, Table, Text};
use terms::Date;

/// How many tables are kept at most.
pub const TABLES_MAX: usize = 64;

/// Tables of one carrier and one currency, in the order of their first days. A table that begins later stands above the
/// ones before for as long as it holds; of two with the same first day, the higher edition does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables(Vec<Table>);

impl Tables {
    /// Takes a table in. One with the same first day and edition must be the same table.
    pub fn insert(&mut self, table: Table) -> Result<(), TablesError> {
        if let Some(first) = self.0.first() {
            if first.carrier() != table.carrier() {
                return Err(TablesError::Carrier(first.carrier().clone()));
            }
            if first.currency() != table.currency() {
                return Err(TablesError::Currency(first.currency()));
            }
        }
        let key = |table: &Table| (table.valid_from(), table.edition());
        match self.0.binary_search_by_key(&key(&table), key) {
            Ok(at) if self.0.get(at) == Some(&table) => Ok(()),
            Ok(_) => Err(TablesError::SameEdition),
            Err(_) if self.0.len() >= TABLES_MAX => Err(TablesError::TooMany),
            Err(at) => {
                self.0.insert(at, table);
                Ok(())
            }
        }
    }

    /// The tables, in the order of their first days.
    pub fn iter(&self) -> impl Iterator<Item = &Table> {
        self.0.iter()
    }

    /// The table that holds on this day.
    pub fn on(&self, date: Date) -> Result<&Table, Refusal> {
        if let Some(table) = self.0.iter().rev().find(|table| table.covers(date)) {
            return Ok(table);
        }
        let ended = self.0.iter().filter(|table| table.valid_from() <= date);
        let last =
            ended.filter_map(|table| Some((table.valid_until()?, table))).max_by_key(|(until, _)| *until);
        match (last, self.0.first()) {
            (Some((until, table)), _) => Err(Refusal::Expired { title: table.title().clone(), until, date }),
            (None, Some(next)) => {
                Err(Refusal::NotYet { title: next.title().clone(), from: next.valid_from(), date })
            }
            (None, None) => Err(Refusal::NoTable),
        }
    }

    /// What this letter costs by the table that holds on the day of its imprint.
    pub fn price(&self, letter: &Letter) -> Result<Price, Refusal> {
        self.on(letter.date)?.price(letter)
    }
}

/// Why a table is not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TablesError {
    /// It is another carrier's.
    #[error("the tables here are those of {0}: take only that carrier's")]
    Carrier(Text),
    /// It is in another currency.
    #[error("the tables here are in {0}: take only those in that currency")]
    Currency(Currency),
    /// Another table has its first day and edition.
    #[error("another table has the same first day and edition: give the newer one a higher edition")]
    SameEdition,
    /// There are too many already.
    #[error("at most {TABLES_MAX} rate tables are kept: remove one that is over")]
    TooMany,
}

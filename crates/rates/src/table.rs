//! A rate table that is known to be sound: the only way to one leads through the check of all its rows.

use crate::check::{TableError, check};
use crate::sheet::{Format, Product, Service, Sheet, Zone};
use crate::{Currency, Text};
use terms::Date;

/// How many bytes a table has at most as a text.
pub const TABLE_BYTES_MAX: usize = 1 << 18;

/// An invented carrier's rates, as TOML.
const EXAMPLE: &str = include_str!("../examples/insel-post.toml");

/// What a carrier asks for from one day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(pub(crate) Sheet);

impl Table {
    /// Reads a table as people write it, in TOML.
    pub fn from_toml(text: &str) -> Result<Table, TableError> {
        bounded(text)?;
        let read = toml::from_str(text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            TableError::Syntax {
                line: before.matches('\n').count() + 1,
                column: line.chars().count() + 1,
                reason: error.message().trim_end().replace('\n', " "),
            }
        });
        Table::checked(read?)
    }

    /// Reads a table as programs write it, in JSON.
    pub fn from_json(text: &str) -> Result<Table, TableError> {
        bounded(text)?;
        let read = serde_json::from_str(text).map_err(|error| {
            let reason = error.to_string();
            // The place stands in fields of its own.
            let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason).into();
            TableError::Syntax { line: error.line(), column: error.column(), reason }
        });
        Table::checked(read?)
    }

    fn checked(sheet: Sheet) -> Result<Table, TableError> {
        check(&sheet)?;
        Ok(Table(sheet))
    }

    /// The table in JSON without a needless space, for a card or a message.
    pub fn to_json(&self) -> String {
        // Every field writes as a string, a number or a list of them: there is nothing that could fail.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The text of the example, as a person would write it.
    pub fn example_text() -> &'static str {
        EXAMPLE
    }

    /// The example: the rates of Insel-Post, a carrier that does not exist. Its prices are invented.
    pub fn example() -> Result<Table, TableError> {
        Table::from_toml(EXAMPLE)
    }

    /// Whose rates they are.
    pub fn carrier(&self) -> &Text {
        &self.0.carrier
    }

    /// What people call the table.
    pub fn title(&self) -> &Text {
        &self.0.title
    }

    /// Which edition of it this is; a higher one corrects a lower one of the same first day.
    pub fn edition(&self) -> u32 {
        self.0.edition
    }

    /// The currency of all its prices.
    pub fn currency(&self) -> Currency {
        self.0.currency
    }

    /// The first day it holds on.
    pub fn valid_from(&self) -> Date {
        self.0.valid_from
    }

    /// The last day it holds on, if there is one yet.
    pub fn valid_until(&self) -> Option<Date> {
        self.0.valid_until
    }

    /// Whether it holds on this day.
    pub fn covers(&self, date: Date) -> bool {
        self.0.valid_from <= date && self.0.valid_until.is_none_or(|until| date <= until)
    }

    /// Its zones.
    pub fn zones(&self) -> &[Zone] {
        &self.0.zones
    }

    /// Its formats.
    pub fn formats(&self) -> &[Format] {
        &self.0.formats
    }

    /// Its services.
    pub fn services(&self) -> &[Service] {
        &self.0.services
    }

    /// Its products.
    pub fn products(&self) -> &[Product] {
        &self.0.products
    }
}

fn bounded(text: &str) -> Result<(), TableError> {
    if text.len() <= TABLE_BYTES_MAX { Ok(()) } else { Err(TableError::TooLong(TABLE_BYTES_MAX)) }
}

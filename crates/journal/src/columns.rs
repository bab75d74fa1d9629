//! How the field's words lie in columns. What no journal writes is damage, and never a guess.

use crate::error::JournalError;
use access::cards::CentreNumber;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;
use terms::{Date, Money};

/// An amount as a number.
pub(crate) fn minor(amount: Money) -> Result<i64, JournalError> {
    amount.minor().try_into().map_err(|_| JournalError::Amount)
}

/// A count as a number.
pub(crate) fn count(count: u64) -> Result<i64, JournalError> {
    count.try_into().map_err(|_| JournalError::Amount)
}

/// A day as a number.
pub(crate) fn day(date: Date) -> i64 {
    date.yyyymmdd().into()
}

/// A cost centre as a number.
pub(crate) fn centre(centre: CentreNumber) -> i64 {
    centre.value().into()
}

/// A text of one line that is not too long: no terminal and no page takes anything in it for a command.
pub(crate) fn line(what: &'static str, text: &str, max: usize) -> Result<String, JournalError> {
    let is_line = text.len() <= max && !text.contains(char::is_control);
    if is_line { Ok(text.to_owned()) } else { Err(JournalError::Line { what, max }) }
}

/// A document that is not too long.
pub(crate) fn document(what: &'static str, text: &str, max: usize) -> Result<String, JournalError> {
    if text.len() > max { Err(JournalError::TooLong { what, max }) } else { Ok(text.to_owned()) }
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(JournalError::Unkept)
}

/// What such a text says.
pub(crate) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(damaged)
}

/// A number that a column holds.
pub(crate) fn number_in<N: TryFrom<i64>>(row: &AnyRow, column: usize) -> Result<N, JournalError> {
    let number: i64 = row.try_get(column)?;
    N::try_from(number).map_err(|_| damaged(format!("column {column} holds {number}")))
}

/// A number that a column holds, or nothing.
pub(crate) fn maybe_in<N: TryFrom<i64>>(row: &AnyRow, column: usize) -> Result<Option<N>, JournalError> {
    let number: Option<i64> = row.try_get(column)?;
    let parsed = number.map(N::try_from).transpose();
    parsed.map_err(|_| damaged(format!("column {column} holds no such number")))
}

/// An amount that a column holds.
pub(crate) fn money_in(row: &AnyRow, column: usize) -> Result<Money, JournalError> {
    Ok(Money::from_minor(number_in(row, column)?))
}

/// A day that a column holds.
pub(crate) fn day_in(row: &AnyRow, column: usize) -> Result<Date, JournalError> {
    day_of(number_in(row, column)?)
}

/// The day with this number.
pub(crate) fn day_of(number: u32) -> Result<Date, JournalError> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let year = u16::try_from(year).map_err(damaged)?;
    Date::new(year, month as u8, day as u8).map_err(damaged)
}

/// A cost centre that a column holds.
pub(crate) fn centre_in(row: &AnyRow, column: usize) -> Result<CentreNumber, JournalError> {
    CentreNumber::new(number_in(row, column)?).map_err(damaged)
}

/// What no journal writes.
pub(crate) fn damaged(what: impl ToString) -> JournalError {
    JournalError::Damaged(what.to_string())
}

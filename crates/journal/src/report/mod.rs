//! Reports: what was franked in a period, by cost centre, user, cliché, day or month, or by two of them.
//!
//! What always holds: a period goes by the day of the booking at the meter's place, as the registers and month limits
//! do, and not by the date on the imprint, which may lie ahead; so the report of all time adds up to what the registers
//! rose by, and reports of periods that follow each other add up to the report of both. Rows are sums of the same
//! rows that the totals are made of, and the last line is the sum of the rows.

mod claims;
mod helvetica;
mod pdf;
mod query;
mod table;

pub use claims::Claims;
pub(crate) use query::{SUMS, figures_in};
pub use table::Table;

use access::cards::{CentreNumber, Month};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use terms::{Date, Money};

/// A period of days, both of them in it; open where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl Period {
    /// All time.
    pub const ALL: Period = Period { from: None, to: None };
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (None, None) => f.write_str("since the beginning"),
            (Some(from), None) => write!(f, "since {from}"),
            (None, Some(to)) => write!(f, "until {to}"),
            (Some(from), Some(to)) => write!(f, "{from} to {to}"),
        }
    }
}

/// What imprints are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The cost centre.
    Centre,
    /// The user.
    User,
    /// The cliché.
    Cliche,
    /// The day of the booking.
    Day,
    /// Its month.
    Month,
}

impl By {
    /// All of them.
    pub const ALL: [By; 5] = [By::Centre, By::User, By::Cliche, By::Day, By::Month];

    /// Its name in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            By::Centre => "centre",
            By::User => "user",
            By::Cliche => "cliche",
            By::Day => "day",
            By::Month => "month",
        }
    }

    /// What stands over its column.
    const fn heading(self) -> &'static str {
        match self {
            By::Centre => "Cost centre",
            By::User => "User",
            By::Cliche => "Cliché",
            By::Day => "Day",
            By::Month => "Month",
        }
    }
}

/// One or two of what imprints are put together by, the first one first: `centre` or `centre,month`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Grouping {
    /// The first.
    pub first: By,
    /// The second, if any.
    pub second: Option<By>,
}

impl Grouping {
    fn keys(self) -> impl Iterator<Item = By> {
        [Some(self.first), self.second].into_iter().flatten()
    }
}

impl From<By> for Grouping {
    fn from(first: By) -> Grouping {
        Grouping { first, second: None }
    }
}

impl fmt::Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first.name())?;
        self.second.map_or(Ok(()), |second| write!(f, ",{}", second.name()))
    }
}

/// A text says nothing that imprints are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByError;

impl fmt::Display for ByError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report is by one or two of centre, user, cliche, day and month, such as centre,month")
    }
}

impl std::error::Error for ByError {}

impl FromStr for Grouping {
    type Err = ByError;

    fn from_str(text: &str) -> Result<Grouping, ByError> {
        let by = |name: &str| By::ALL.into_iter().find(|by| by.name() == name).ok_or(ByError);
        let (first, second) = match text.split_once(',') {
            Some((first, second)) => (by(first)?, Some(by(second)?)),
            None => (by(text)?, None),
        };
        if second == Some(first) { Err(ByError) } else { Ok(Grouping { first, second }) }
    }
}

/// What the imprints of a row have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The cost centre, and what it is called.
    Centre(CentreNumber, String),
    /// The user, and what he is called.
    User(u16, String),
    /// The cliché, and what it is called.
    Cliche(u16, String),
    /// The day.
    Day(Date),
    /// The month.
    Month(Month),
}

/// The number and, where there is one, the name.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, name) = match self {
            Key::Centre(number, name) => (number.to_string(), name),
            Key::User(number, name) | Key::Cliche(number, name) => (number.to_string(), name),
            Key::Day(day) => return day.fmt(f),
            Key::Month(month) => return month.fmt(f),
        };
        if name.is_empty() { f.write_str(&number) } else { write!(f, "{number} {name}") }
    }
}

/// What imprints add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How many, those without a value too: by so much R8 rose.
    pub pieces: u64,
    /// Those without a value: by the others R4 rose.
    pub zero_pieces: u64,
    /// Their postage: by so much R2 rose.
    pub postage: Money,
    /// What the cost centres pay beyond it.
    pub surcharge: Money,
    /// Those that were spoiled; they are among the pieces.
    pub spoiled: u64,
    /// The postage of those.
    pub spoiled_postage: Money,
}

impl Figures {
    /// The sum, or nothing where it does not fit.
    pub fn plus(self, other: Figures) -> Option<Figures> {
        Some(Figures {
            pieces: self.pieces.checked_add(other.pieces)?,
            zero_pieces: self.zero_pieces.checked_add(other.zero_pieces)?,
            postage: self.postage.checked_add(other.postage)?,
            surcharge: self.surcharge.checked_add(other.surcharge)?,
            spoiled: self.spoiled.checked_add(other.spoiled)?,
            spoiled_postage: self.spoiled_postage.checked_add(other.spoiled_postage)?,
        })
    }
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// What its imprints have in common, as the grouping says.
    pub keys: Vec<Key>,
    /// What they add up to.
    pub figures: Figures,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Of which days.
    pub period: Period,
    /// By what.
    pub by: Grouping,
    /// In the order of their keys.
    pub rows: Vec<ReportRow>,
    /// The sum of all rows.
    pub total: Figures,
}

//! What is set for the next imprint: value, date, cost centre, cliché, texts.
//!
//! What always holds: the value, the cost centre, the cliché and the texts are what they were when the meter was turned
//! off (EP 0 660 269, [124], [130]); the date is today's unless a later one was set, which a new day leaves behind.

use access::cards::CentreNumber;
use serde::{Deserialize, Serialize};
use std::fmt;
use terms::{Date, Money};

/// The longest text beside a cliché, and the longest endorsement.
pub const TEXT_MAX: usize = 40;

/// What is set for the next imprint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// The postage.
    pub postage: Money,
    /// What it is for, such as a product of the rate table; nothing where the value was typed.
    pub product: Option<String>,
    /// The service endorsement.
    pub endorsement: Option<String>,
    /// The cost centre; nothing where it has to be chosen first.
    pub centre: Option<CentreNumber>,
    /// The cliché; nothing where the cost centre or the card says which.
    pub cliche: Option<u16>,
    /// The text beside the cliché.
    pub text: Option<String>,
    /// A later date than today's.
    #[serde(skip)]
    pub ahead: Option<Date>,
}

impl Entry {
    /// The date of the next imprint.
    pub fn date(&self, today: Date) -> Date {
        self.ahead.filter(|ahead| *ahead > today).unwrap_or(today)
    }

    /// Sets another date: today or later, and not further ahead than allowed.
    pub fn set_date(&mut self, date: Date, today: Date, days_ahead: u16) -> Result<(), EntryError> {
        check_date(date, today, days_ahead)?;
        self.ahead = (date > today).then_some(date);
        Ok(())
    }
}

/// Whether an imprint may bear this date.
pub(super) fn check_date(date: Date, today: Date, days_ahead: u16) -> Result<(), EntryError> {
    if date < today {
        return Err(EntryError::DatePast { today });
    }
    if date.day_number() - today.day_number() > days_ahead.into() {
        return Err(EntryError::DateTooFar { days_ahead });
    }
    Ok(())
}

/// A text as it can be printed: nothing for an empty one.
pub fn printable(text: &str) -> Result<Option<String>, EntryError> {
    let text = text.trim();
    if text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
        return Err(EntryError::Text);
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Why something cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryError {
    /// The date has gone by.
    DatePast {
        /// What day it is.
        today: Date,
    },
    /// The date is too far ahead.
    DateTooFar {
        /// How far it may be.
        days_ahead: u16,
    },
    /// The text is too long, or has characters that cannot be printed.
    Text,
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EntryError::DatePast { today } => write!(f, "the date is never set back: it is {today}"),
            EntryError::DateTooFar { days_ahead } => {
                write!(f, "the date may be at most {days_ahead} days ahead")
            }
            EntryError::Text => write!(f, "a text has at most {TEXT_MAX} characters, in one line"),
        }
    }
}

impl std::error::Error for EntryError {}

//! A calendar month, for limits that are renewed on the first.

use super::numbers::NumberError;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use terms::Date;

/// A month, 2000-01 to 2099-12. In serde the number `YYYYMM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Month {
    first: Date,
}

impl Month {
    /// The first that a date can lie in.
    pub const FIRST: Month = Month::of(Date::FIRST);

    /// The month in which a day lies.
    pub const fn of(date: Date) -> Month {
        match Date::new(date.year(), date.month(), 1) {
            Ok(first) => Month { first },
            // Every month has a first day, and every date lies in the span.
            Err(_) => Month { first: Date::FIRST },
        }
    }

    /// Its last day, after which limits are renewed.
    pub fn last_day(self) -> Date {
        let day = |number| Date::new(self.first.year(), self.first.month(), number).ok();
        (28..=31).rev().find_map(day).unwrap_or(self.first)
    }

    /// Its number `YYYYMM`.
    pub const fn yyyymm(self) -> u32 {
        self.first.yyyymmdd() / 100
    }
}

impl TryFrom<u32> for Month {
    type Error = NumberError;

    fn try_from(yyyymm: u32) -> Result<Month, NumberError> {
        let (year, month) = (yyyymm / 100, (yyyymm % 100) as u8);
        let year = u16::try_from(year).map_err(|_| NumberError::Month)?;
        Date::new(year, month, 1).map(Month::of).map_err(|_| NumberError::Month)
    }
}

impl From<Month> for u32 {
    fn from(month: Month) -> u32 {
        month.yyyymm()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = NumberError;

    /// Reads `2026-11`.
    fn from_str(text: &str) -> Result<Month, NumberError> {
        let [y0, y1, y2, y3, b'-', m0, m1] = *text.as_bytes() else { return Err(NumberError::Month) };
        let digits = [y0, y1, y2, y3, m0, m1];
        let number = digits.iter().try_fold(0_u32, |value, digit| match digit {
            b'0'..=b'9' => Ok(value * 10 + u32::from(digit - b'0')),
            _ => Err(NumberError::Month),
        })?;
        Month::try_from(number)
    }
}

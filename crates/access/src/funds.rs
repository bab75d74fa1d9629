//! How much a user may spend in which period.

use crate::schedule::weekday;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// After which time a user's funds are renewed. Nothing is carried over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Period {
    /// There is no limit.
    #[default]
    None,
    /// Every day.
    Day,
    /// Every Monday.
    Week,
    /// On the first of every month.
    Month,
}

impl Period {
    /// The number of the period in which a day lies: two days with the same number are in the same period.
    pub(crate) const fn number(self, date: Date) -> u32 {
        match self {
            Period::None => 0,
            Period::Day => date.day_number(),
            // 2000-01-03 was a Monday.
            Period::Week => (date.day_number() + 5) / 7,
            Period::Month => date.year() as u32 * 12 + date.month() as u32,
        }
    }

    /// The last day of the period in which a day lies; nothing where there is no limit.
    pub fn last_day(self, date: Date) -> Option<Date> {
        let days_left = match self {
            Period::None => return None,
            Period::Day => 0,
            Period::Week => 6 - weekday(date),
            Period::Month => {
                let same = |ahead: &u32| {
                    let day = Date::from_day_number(date.day_number() + ahead);
                    day.is_ok_and(|day| day.month() == date.month())
                };
                (0..31).take_while(same).last().unwrap_or(0)
            }
        };
        Some(Date::from_day_number(date.day_number() + days_left).unwrap_or(Date::LAST))
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Period::None => 0,
            Period::Day => 1,
            Period::Week => 2,
            Period::Month => 3,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Period> {
        match code {
            0 => Some(Period::None),
            1 => Some(Period::Day),
            2 => Some(Period::Week),
            3 => Some(Period::Month),
            _ => None,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Period::None => "none",
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        })
    }
}

/// A name is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodError;

impl fmt::Display for PeriodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a period is day, week, month or none")
    }
}

impl core::error::Error for PeriodError {}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        match text {
            "none" => Ok(Period::None),
            "day" => Ok(Period::Day),
            "week" => Ok(Period::Week),
            "month" => Ok(Period::Month),
            _ => Err(PeriodError),
        }
    }
}

/// A user's limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funds {
    /// When it is renewed.
    pub period: Period,
    /// How much may be spent in one period; of no meaning where there is none.
    pub limit: Money,
}

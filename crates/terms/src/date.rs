//! A day of the Gregorian calendar (quantity G2), 2000-01-01 to 2099-12-31: the span a date stamp can print.

use core::fmt;
use core::str::FromStr;

/// A day that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The first day a stamp can carry.
    pub const FIRST: Date = Date { year: 2000, month: 1, day: 1 };
    /// The last day a stamp can carry.
    pub const LAST: Date = Date { year: 2099, month: 12, day: 31 };

    /// The day `day` of `month` in `year`, if it exists and lies within the span.
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Date, DateError> {
        let in_span = year >= Date::FIRST.year && year <= Date::LAST.year && month >= 1 && month <= 12;
        if in_span && day >= 1 && day <= days_in_month(year, month) {
            Ok(Date { year, month, day })
        } else {
            Err(DateError)
        }
    }

    /// The year, 2000 to 2099.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The day of the year, 1 to 366.
    pub const fn day_of_year(self) -> u16 {
        let mut days = self.day as u16;
        let mut month = 1;
        while month < self.month {
            days += days_in_month(self.year, month) as u16;
            month += 1;
        }
        days
    }

    /// Days since 2000-01-01, which is day 0.
    pub const fn day_number(self) -> u32 {
        let years = (self.year - Date::FIRST.year) as u32;
        let leap_days = years.div_ceil(4);
        years * 365 + leap_days + self.day_of_year() as u32 - 1
    }

    /// The day with this number of days since 2000-01-01.
    pub const fn from_day_number(number: u32) -> Result<Date, DateError> {
        let mut rest = number;
        let mut year = Date::FIRST.year;
        while year <= Date::LAST.year && rest >= days_in_year(year) {
            rest -= days_in_year(year);
            year += 1;
        }
        let mut month = 1;
        while month < 12 && rest >= days_in_month(year, month) as u32 {
            rest -= days_in_month(year, month) as u32;
            month += 1;
        }
        if rest >= 31 { Err(DateError) } else { Date::new(year, month, rest as u8 + 1) }
    }

    /// The date as eight decimal digits `YYYYMMDD`.
    pub const fn yyyymmdd(self) -> u32 {
        self.year as u32 * 10_000 + self.month as u32 * 100 + self.day as u32
    }
}

const fn is_leap(year: u16) -> bool {
    // Within 2000..=2099 the rule of centuries never strikes.
    year.is_multiple_of(4)
}

const fn days_in_year(year: u16) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateError;

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date is a day between 2000-01-01 and 2099-12-31, written 2026-11-21")
    }
}

impl core::error::Error for DateError {}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `2026-11-21`.
    fn from_str(text: &str) -> Result<Date, DateError> {
        let bytes = text.as_bytes();
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *bytes else { return Err(DateError) };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |value, digit| match digit {
                b'0'..=b'9' => Ok(value * 10 + u16::from(digit - b'0')),
                _ => Err(DateError),
            })
        };
        Date::new(number(&[y0, y1, y2, y3])?, number(&[m0, m1])? as u8, number(&[d0, d1])? as u8)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Date;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2026-11-21")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Date, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_the_span_counts_up_and_back() {
        let mut expected = 0;
        for year in 2000..=2099 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let date = Date::new(year, month, day).unwrap();
                    assert_eq!(date.day_number(), expected);
                    assert_eq!(Date::from_day_number(expected), Ok(date));
                    expected += 1;
                }
            }
        }
        assert_eq!(Date::from_day_number(expected), Err(DateError));
        assert_eq!(Date::from_day_number(u32::MAX), Err(DateError));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "1999-12-31",
            "2100-01-01",
            "20261121",
            "2026-1-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(DateError), "{text:?}");
        }
        assert_eq!("2028-02-29".parse::<Date>().unwrap().day_of_year(), 60);
    }
}

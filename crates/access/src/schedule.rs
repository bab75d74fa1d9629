//! Start and stop times (GB 2 178 696, Fig. 3A and 3B): by weekday, over midnight too.
//!
//! What always holds: a row of hours begins on one of its weekdays; where it stops no later than it starts, it runs
//! into the day after, which need not be one of its weekdays. Equal times are the 24 hours from then on.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};
use terms::Date;

/// How many rows of hours a schedule holds.
pub const HOURS_MAX: usize = 4;

const MINUTES_PER_DAY: u16 = 24 * 60;

/// A minute of the day as the wall shows it, 00:00 to 23:59.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Minute(u16);

impl Minute {
    /// The minute with this number, 0 to 1439.
    pub const fn new(number: u16) -> Result<Minute, TimeError> {
        if number < MINUTES_PER_DAY { Ok(Minute(number)) } else { Err(TimeError::Minute) }
    }

    /// Its number within the day.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Minute {
    type Error = TimeError;

    fn try_from(number: u16) -> Result<Minute, TimeError> {
        Minute::new(number)
    }
}

impl From<Minute> for u16 {
    fn from(minute: Minute) -> u16 {
        minute.0
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for Minute {
    type Err = TimeError;

    /// Reads `07:30`.
    fn from_str(text: &str) -> Result<Minute, TimeError> {
        let [h0, h1, b':', m0, m1] = *text.as_bytes() else { return Err(TimeError::Minute) };
        let number = |tens: u8, ones: u8| match (tens, ones) {
            (b'0'..=b'9', b'0'..=b'9') => Ok(u16::from(tens - b'0') * 10 + u16::from(ones - b'0')),
            _ => Err(TimeError::Minute),
        };
        let (hours, minutes) = (number(h0, h1)?, number(m0, m1)?);
        if minutes < 60 { Minute::new(hours * 60 + minutes) } else { Err(TimeError::Minute) }
    }
}

/// A moment as the wall shows it where the meter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The minute of it.
    pub minute: Minute,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.date, self.minute)
    }
}

/// Which days of the week, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Weekdays(u8);

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Weekdays {
    /// Monday to Sunday.
    pub const ALL: Weekdays = Weekdays(0x7f);

    /// The days whose bits are set, Monday the lowest; one at least.
    pub const fn new(bits: u8) -> Result<Weekdays, TimeError> {
        if bits != 0 && bits <= Weekdays::ALL.0 { Ok(Weekdays(bits)) } else { Err(TimeError::Weekdays) }
    }

    /// One bit for each day, Monday the lowest.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether this day of the week is among them; Monday is 0.
    const fn contains(self, weekday: u32) -> bool {
        self.0 >> (weekday % 7) & 1 != 0
    }
}

/// The day of the week, Monday 0: 2000-01-01 was a Saturday.
pub(crate) const fn weekday(date: Date) -> u32 {
    (date.day_number() + 5) % 7
}

impl TryFrom<u8> for Weekdays {
    type Error = TimeError;

    fn try_from(bits: u8) -> Result<Weekdays, TimeError> {
        Weekdays::new(bits)
    }
}

impl From<Weekdays> for u8 {
    fn from(weekdays: Weekdays) -> u8 {
        weekdays.0
    }
}

/// The days one by one: `mon,tue,fri`.
impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (name, _) in NAMES.iter().zip(0..).filter(|(_, day)| self.contains(*day)) {
            write!(f, "{between}{name}")?;
            between = ",";
        }
        Ok(())
    }
}

impl FromStr for Weekdays {
    type Err = TimeError;

    /// Reads `mon-fri`, `sat,sun`, `fri-mon` or `daily`.
    fn from_str(text: &str) -> Result<Weekdays, TimeError> {
        if text == "daily" {
            return Ok(Weekdays::ALL);
        }
        let day = |name: &str| NAMES.iter().position(|day| *day == name).ok_or(TimeError::Weekdays);
        let mut bits = 0_u8;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (day(first)?, day(last)?);
            let days = (last + 7 - first) % 7;
            (0..=days).for_each(|ahead| bits |= 1 << ((first + ahead) % 7));
        }
        Weekdays::new(bits)
    }
}

/// From when to when on which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The days on which it begins.
    pub weekdays: Weekdays,
    /// The first minute.
    pub start: Minute,
    /// The first minute after it; on the day after where it is not later than the start.
    pub stop: Minute,
}

impl Hours {
    /// Whether it is open at this moment.
    fn contains(&self, at: Moment) -> bool {
        let today = weekday(at.date);
        let since_today = self.weekdays.contains(today) && at.minute >= self.start;
        if self.start < self.stop {
            return since_today && at.minute < self.stop;
        }
        since_today || (self.weekdays.contains(today + 6) && at.minute < self.stop)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", self.weekdays, self.start, self.stop)
    }
}

impl FromStr for Hours {
    type Err = TimeError;

    /// Reads `mon-fri 07:30-18:00`.
    fn from_str(text: &str) -> Result<Hours, TimeError> {
        let (weekdays, times) = text.split_once(' ').ok_or(TimeError::Hours)?;
        let (start, stop) = times.split_once('-').ok_or(TimeError::Hours)?;
        Ok(Hours { weekdays: weekdays.parse()?, start: start.parse()?, stop: stop.parse()? })
    }
}

/// When something is allowed: in any of its rows, or always where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule(heapless::Vec<Hours, HOURS_MAX>);

impl Schedule {
    /// No limit of times.
    pub const ALWAYS: Schedule = Schedule(heapless::Vec::new());

    /// The schedule of these rows.
    pub fn new(rows: &[Hours]) -> Result<Schedule, TimeError> {
        heapless::Vec::from_slice(rows).map(Schedule).map_err(|_| TimeError::TooManyHours)
    }

    /// Its rows.
    pub fn rows(&self) -> &[Hours] {
        &self.0
    }

    /// Whether there is no limit of times.
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it allows this moment.
    pub fn is_open(&self, at: Moment) -> bool {
        self.is_always() || self.0.iter().any(|hours| hours.contains(at))
    }
}

/// When all these schedules allow a moment again, after one that they do not all allow; nothing if they never do.
pub fn opens_next(schedules: &[&Schedule], after: Moment) -> Option<Moment> {
    // What is open in all of them begins where one of them begins, and everything comes again after a week.
    (0..=7).find_map(|ahead| {
        let date = Date::from_day_number(after.date.day_number() + ahead).ok()?;
        schedules
            .iter()
            .flat_map(|schedule| schedule.rows())
            .filter(|hours| hours.weekdays.contains(weekday(date)))
            .map(|hours| Moment { date, minute: hours.start })
            .filter(|start| *start > after && schedules.iter().all(|schedule| schedule.is_open(*start)))
            .min()
    })
}

/// Why something is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// No minute of the day.
    Minute,
    /// No days of the week.
    Weekdays,
    /// No row of hours.
    Hours,
    /// More rows than a schedule holds.
    TooManyHours,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeError::Minute => "a time is written from 00:00 to 23:59",
            TimeError::Weekdays => "weekdays are written mon-fri, sat,sun or daily",
            TimeError::Hours => "hours are written such as: mon-fri 07:30-18:00",
            TimeError::TooManyHours => "there is room for four rows of hours",
        })
    }
}

impl core::error::Error for TimeError {}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::string::ToString;

    #[test]
    fn weekdays_and_hours_are_read_as_they_are_written() {
        for (text, shown) in [
            ("mon-fri 07:30-18:00", "mon,tue,wed,thu,fri 07:30-18:00"),
            ("sat,sun 22:00-06:00", "sat,sun 22:00-06:00"),
            ("fri-mon 00:00-00:00", "mon,fri,sat,sun 00:00-00:00"),
            ("daily 00:00-23:59", "mon,tue,wed,thu,fri,sat,sun 00:00-23:59"),
        ] {
            assert_eq!(text.parse::<Hours>().unwrap().to_string(), shown);
        }
        for text in ["", "mon", "mon 7:30-18:00", "mon 24:00-01:00", "mon 10:60-11:00", "moon 10:00-11:00"] {
            assert!(text.parse::<Hours>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_week_is_that_of_the_calendar() {
        let day = |text: &str| weekday(text.parse().unwrap());
        assert_eq!(day("2000-01-01"), 5);
        assert_eq!(day("2026-11-21"), 5);
        assert_eq!(day("2026-11-23"), 0);
        assert_eq!(day("2024-02-29"), 3);
    }
}

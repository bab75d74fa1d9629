//! The meter's time: what the routine counts by, and the day where the meter stands.

use crate::routine::Now;
use jiff::Zoned;
use journal::When;
use std::time::Instant;
use terms::Date;

/// Where the time comes from; a test brings its own.
pub trait Clock: Send {
    /// Milliseconds since some start, which never run backwards.
    fn elapsed_ms(&mut self) -> u64;

    /// The time of the wall, or nothing where the clock shows a day that no stamp can carry.
    fn when(&mut self) -> Option<When>;
}

/// The computer's clock and time zone.
#[derive(Debug)]
pub struct ComputerClock {
    begin: Instant,
}

impl ComputerClock {
    /// The clock, counting from now.
    pub fn new() -> ComputerClock {
        ComputerClock { begin: Instant::now() }
    }
}

impl Default for ComputerClock {
    fn default() -> ComputerClock {
        ComputerClock::new()
    }
}

impl Clock for ComputerClock {
    fn elapsed_ms(&mut self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn when(&mut self) -> Option<When> {
        let now = Zoned::now();
        let (year, month, day) = (now.year(), now.month(), now.day());
        let day =
            Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()?;
        Some(When { at_ms: now.timestamp().as_millisecond(), day })
    }
}

/// The same for the routine.
pub(super) fn now(clock: &mut dyn Clock, when: When) -> Now {
    Now { ms: clock.elapsed_ms(), today: when.day }
}

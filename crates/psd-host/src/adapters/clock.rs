//! The system's clock: tenths of a second in UTC, the day by the system's time zone.

use jiff::Zoned;
use psd::{Clock, ClockError, Now};
use terms::Date;

/// The first moment of [`psd::EPOCH`] in seconds of Unix time.
const EPOCH_SECONDS: i64 = 1_735_689_600;

/// The clock of the computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&mut self) -> Result<Now, ClockError> {
        let zoned = Zoned::now();
        let tenths = zoned.timestamp().as_millisecond() / 100 - EPOCH_SECONDS * 10;
        let tenths = u64::try_from(tenths).map_err(|_| ClockError)?;
        let (year, month, day) = (zoned.year(), zoned.month(), zoned.day());
        let date = |value: i8| u8::try_from(value).map_err(|_| ClockError);
        let year = u16::try_from(year).map_err(|_| ClockError)?;
        let today = Date::new(year, date(month)?, date(day)?).map_err(|_| ClockError)?;
        let minute = u16::try_from(i32::from(zoned.hour()) * 60 + i32::from(zoned.minute()))
            .map_err(|_| ClockError)?;
        Ok(Now { tenths, today, minute })
    }
}

const _: () = assert!(EPOCH_SECONDS == (psd::EPOCH.day_number() as i64 + DAYS_TO_2000) * 86_400);
/// Days from 1970-01-01 to 2000-01-01, the day terms counts from.
const DAYS_TO_2000: i64 = 10_957;

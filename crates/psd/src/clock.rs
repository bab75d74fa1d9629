//! Time and the physical quantity, as the PSD asks for them.

use core::fmt;
use terms::Date;

/// The day whose first moment (UTC) is tenth of a second 0: ten digits of tenths last until 2056.
pub const EPOCH: Date = match Date::new(2025, 1, 1) {
    Ok(date) => date,
    Err(_) => Date::FIRST,
};

/// A reading of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Tenths of a second since [`EPOCH`].
    pub tenths: u64,
    /// The day it is where the meter stands.
    pub today: Date,
}

/// A clock.
pub trait Clock {
    /// What it shows now.
    fn now(&mut self) -> Result<Now, ClockError>;
}

impl<F: FnMut() -> Result<Now, ClockError>> Clock for F {
    fn now(&mut self) -> Result<Now, ClockError> {
        self()
    }
}

/// The clock does not run, or shows a time before [`EPOCH`] or after the last day a stamp can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockError;

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the clock shows no time that a stamp can carry")
    }
}

impl core::error::Error for ClockError {}

/// A physical quantity that the meter carries in its imprints, such as a battery's hundredths of a volt.
pub trait Gauge {
    /// Its reading now, or nothing where there is no such gauge.
    fn reading(&mut self) -> Option<u16>;
}

/// A machine without a gauge.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGauge;

impl Gauge for NoGauge {
    fn reading(&mut self) -> Option<u16> {
        None
    }
}

//! The board: everything outside the device's logic, as it asks for it.
//!
//! Each trait is one part; parts that not every board has come with methods that say so. A [`Board`] is all of them
//! together, and every type that has them is one. The durable memory is apart ([`Memory`](crate::Memory)), since a
//! device is opened on one.

use access::PasswordHash;
use core::fmt;
use link::{Checksum, Codeword, Program};
use terms::Date;

/// Everything outside the device's logic but its durable memory.
pub trait Board:
    Clock + Gauge + RunTime + Randomness + PasswordHash + TamperMemory + Sensor + ProgramImage + CommitCounter
{
}

impl<T> Board for T where
    T: Clock
        + Gauge
        + RunTime
        + Randomness
        + PasswordHash
        + TamperMemory
        + Sensor
        + ProgramImage
        + CommitCounter
{
}

/// A reading of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Tenths of a second since [`EPOCH`](link::EPOCH), in UTC.
    pub tenths: u64,
    /// The day it is where the meter stands.
    pub today: Date,
    /// Minutes since that day began there, 0 to 1439.
    pub minute: u16,
}

/// A clock that runs on while the machine is off.
pub trait Clock {
    /// What it shows now.
    fn now(&mut self) -> Result<Now, ClockError>;
}

/// The clock does not run, or shows a time before [`EPOCH`](link::EPOCH) or after the last day a stamp can carry.
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
    fn reading(&mut self) -> Option<u16> {
        None
    }
}

/// Time that nobody can set: since power-on, and of the processor.
pub trait RunTime {
    /// Milliseconds since some moment before this start; never less than before.
    fn elapsed_ms(&mut self) -> u64;

    /// Nanoseconds the processor has worked for the device; never less than before.
    fn processor_ns(&mut self) -> u64;

    /// Whether a debugger or emulator watches the device, as far as the board can tell.
    fn is_watched(&mut self) -> bool {
        false
    }
}

/// Random numbers that nobody outside can foresee.
pub trait Randomness {
    /// Fills these bytes.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault>;
}

/// Memory that keeps the codeword with the power off and loses it when the housing is opened; apart from the
/// registers.
pub trait TamperMemory {
    /// The codeword, or nothing where it was lost.
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault>;

    /// Keeps this codeword from now on, durably.
    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault>;

    /// Loses the codeword, durably.
    fn lose_codeword(&mut self) -> Result<(), PartFault>;
}

/// What notices that the housing is opened. It remembers an opening until it is armed again.
pub trait Sensor {
    /// Whether the housing is open, or was since the sensor was armed. A board without a sensor says no.
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        Ok(false)
    }

    /// Forgets an opening; whoever calls has noted it.
    fn arm(&mut self) -> Result<(), PartFault> {
        Ok(())
    }
}

/// The images of programs outside the device (B3).
pub trait ProgramImage {
    /// The control unit is from now on the program at the other end of this connection, which the board knows by a
    /// number of its own: on a computer the process's. It must be one that can be measured.
    fn attach(&mut self, peer: u32) -> Result<(), PartFault> {
        let _ = peer;
        Ok(())
    }

    /// There is no control unit any more.
    fn detach(&mut self) {}

    /// Measures the whole image; nothing where there is no such program outside the device.
    fn measure(&mut self, program: Program) -> Result<Option<Checksum>, PartFault> {
        let _ = program;
        Ok(None)
    }

    /// Whether, by signs that cost little, the image is still the one measured last.
    fn is_as_measured(&mut self, program: Program) -> bool {
        let _ = program;
        true
    }
}

/// A counter that only goes up and that no image of the memory carries along, such as one in a TPM.
pub trait CommitCounter {
    /// Where it stands; nothing where there is none.
    fn value(&mut self) -> Result<Option<u64>, PartFault> {
        Ok(None)
    }

    /// Goes one further, durably.
    fn advance(&mut self) -> Result<(), PartFault> {
        Ok(())
    }
}

/// A part of the board does not work: it could be read, written or asked neither now nor by trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartFault;

impl fmt::Display for PartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of the board does not work")
    }
}

impl core::error::Error for PartFault {}

//! What the control unit knows of a scale: what it shows, or why it shows nothing.
//!
//! What always holds: a reading is the whole of one answer to one question. What is cut off, garbled or late is a fault
//! and never a weight; neither is a weight below nothing.

mod address;
pub(crate) mod hid;
mod nci;
mod sics;

pub(crate) use address::{CharacterFrame, Line, Manner, Parity};
pub use address::{ScaleAddress, ScaleAddressError};

use crate::Weight;
use std::io;

/// A scale. Questions may follow each other as often as is liked; each is answered or fails within a bounded time.
pub trait Scale {
    /// What it shows at this moment, settled or not.
    fn weigh(&mut self) -> Result<Reading, ScaleFault>;

    /// Lets it show nothing with what lies on it now, which must be next to nothing.
    fn zero(&mut self) -> Result<(), ScaleFault>;

    /// Lets it show nothing with what lies on it now, such as a tray.
    fn tare(&mut self) -> Result<(), ScaleFault>;
}

/// What a scale shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The weight.
    pub weight: Weight,
    /// Whether it has come to rest. Only then may it be franked by.
    pub is_stable: bool,
}

/// Why a scale gave no weight.
#[derive(Debug, thiserror::Error)]
pub enum ScaleFault {
    /// Its device cannot be opened, or somebody else has it.
    #[error("the scale at {0} cannot be used: check the cable and the device's name")]
    Device(String, #[source] io::Error),
    /// It was unplugged or switched off while it was asked.
    #[error("the scale was unplugged: plug it in again")]
    Unplugged(#[source] io::Error),
    /// It did not answer in time.
    #[error("the scale does not answer: check that it is switched on and speaks this protocol")]
    Silent,
    /// Its answer was none.
    #[error("the scale's answer was not understood: check the protocol and the line's settings")]
    Garbled,
    /// It shows something that is no weight for postage, such as pieces.
    #[error("the scale shows no g, kg, oz or lb: set its unit")]
    Unit,
    /// It did not come to rest.
    #[error("the scale does not come to rest: keep it from draught and shaking")]
    Restless,
    /// It is busy, starting up or waiting for rest.
    #[error("the scale is busy: try again in a moment")]
    Busy,
    /// More lies on it than it weighs.
    #[error("the scale is overloaded: take the letter off")]
    Overload,
    /// Less lies on it than nothing.
    #[error("the scale shows less than nothing: empty it and set it to zero")]
    Underload,
    /// It does not do what was asked.
    #[error("the scale refuses the command: use the key on the scale itself")]
    Refused,
    /// It says that it is broken.
    #[error("the scale reports a defect: have it serviced")]
    Defect,
}

/// What a scale is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Weigh,
    Zero,
    Tare,
}

/// What a scale said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Shows(Reading),
    Done,
}

/// What a scale speaks that is asked over a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// MT-SICS, Mettler-Toledo's standard interface command set.
    Sics,
    /// NCI's general protocol (SCP-01), which postal scales speak.
    Nci,
}

impl Protocol {
    /// No answer is longer.
    pub(crate) const ANSWER_BYTES_MAX: usize = 64;

    /// How a command is put.
    pub(crate) const fn question(self, command: Command) -> &'static [u8] {
        match self {
            Protocol::Sics => sics::question(command),
            Protocol::Nci => nci::question(command),
        }
    }

    /// The byte that ends an answer.
    pub(crate) const fn end(self) -> u8 {
        match self {
            Protocol::Sics => sics::END,
            Protocol::Nci => nci::END,
        }
    }

    /// What an answer with its last byte says.
    pub(crate) fn understand(self, command: Command, answer: &[u8]) -> Result<Answer, ScaleFault> {
        match self {
            Protocol::Sics => sics::understand(command, answer),
            Protocol::Nci => nci::understand(command, answer),
        }
    }
}

/// A weight as a scale writes it: digits with a point, perhaps spaces, perhaps a minus in front.
fn shown(number: &str, unit: &str) -> Result<Weight, ScaleFault> {
    let unit = unit.parse().map_err(|_| ScaleFault::Unit)?;
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number.trim_start()),
        None => (false, number),
    };
    let weight = Weight::in_unit(number, unit).map_err(|_| ScaleFault::Garbled)?;
    if is_negative && !weight.is_zero() { Err(ScaleFault::Underload) } else { Ok(weight) }
}

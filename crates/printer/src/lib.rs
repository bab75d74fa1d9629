//! Printers behind one trait: files, IPP, a head with encoder and clock (DE 197 57 648, Fig. 2).
//!
//! What always holds: a print ends in one of four ways that a caller can tell apart. It is on paper; nothing is on
//! paper; it stopped at a stated column; or nobody can know. So a paid imprint is printed once or refunded, whatever
//! broke. A job keeps its name for ever, and a printer that remembers names does not print one of them twice.
//!
//! What it must never do: print something else than the job's imprint, dot by dot, or decide about money.

pub mod adapters;
mod fault;
mod job;
mod picture;
pub mod text;

pub use fault::{PrintFault, Reason, Station};
pub use job::{Job, JobName, JobNameError, Stations};
pub use picture::{Imprint, ImprintError};

/// A printer, with the stations before and after it if it has any.
pub trait Printer: Send {
    /// Lets the feeder bring the next letter, if it is set to work, and says whether a letter stands at the sensor:
    /// its leading edge is the print request. A printer with paper of its own always has a letter.
    fn next_letter(&mut self, _stations: Stations) -> Result<bool, Reason> {
        Ok(true)
    }

    /// Prints a job and waits until it is on paper.
    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault>;

    /// Whether a job of this name is on paper, for a caller that was cut off in the middle; `None` where this printer
    /// cannot know. An error says that it cannot be asked now.
    fn has_printed(&mut self, name: &JobName) -> Result<Option<bool>, Reason>;

    /// How it is now. A printer that cannot be reached is a stopped one.
    fn state(&mut self) -> State;

    /// Lets the motor run faster by so many thousandths, slower where it is less than zero: the advice that the
    /// security device gives on a report. Printers without a motor of their own have nothing to correct.
    fn correct_motor(&mut self, _motor_permille: i16) {}
}

/// What there is to say about a job that is on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// What was counted while it was printed, by printers with an encoder.
    pub supervision: Option<Supervision>,
}

/// What is counted while a head prints, for the security device to judge (EP 0 660 269, paragraphs 107 to 110).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervision {
    /// Encoder pulses within the window.
    pub pulses: u32,
    /// How long the window was, in milliseconds.
    pub window_ms: u32,
    /// For each column with changing data that was printed: the clocks since the column before it.
    pub clocks: Vec<u32>,
    /// How many columns with changing data the imprint has.
    pub expected_columns: u32,
}

/// How a printer is.
#[derive(Debug, Default)]
pub struct State {
    /// Why it prints nothing; `None` while it is ready.
    pub stopped: Option<Reason>,
    /// What somebody should see to soon.
    pub warnings: Vec<Warning>,
}

/// What does not keep a printer from printing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A tray is empty.
    MediaEmpty,
    /// A tray is nearly empty.
    MediaLow,
    /// Ink, toner or ribbon is nearly used up.
    MarkerLow {
        /// What is left, where the printer says so.
        percent: Option<u8>,
    },
    /// The feeder has no more letters.
    FeederEmpty,
    /// The stacker has no more room.
    StackerFull,
    /// Something else, in the printer's own word.
    Other(String),
}

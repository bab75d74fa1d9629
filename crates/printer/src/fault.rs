//! Why something is not on paper, and how much of it is.

use crate::Supervision;
use paper::{Envelope, PageError, PictureError};
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a job is not on paper as a whole, or not known to be.
#[derive(Debug, Error)]
pub enum PrintFault {
    /// This call has put nothing on paper, and nothing will follow from it.
    #[error("nothing was printed: {0}")]
    Refused(#[from] Reason),
    /// It stopped in the middle; the letter is spoiled unless no column was printed.
    #[error("the print stopped after {columns} columns: {reason}")]
    Stopped {
        /// How many columns are on paper.
        columns: u32,
        /// What stopped it.
        reason: Reason,
        /// What was counted until then.
        supervision: Option<Supervision>,
    },
    /// It may be on paper or not, or may come out later.
    #[error("whether it was printed is not known: {0}")]
    Unknown(Reason),
}

/// What is wrong, each with what is to be done about it.
#[derive(Debug, Error)]
pub enum Reason {
    /// The imprint and the letter do not go together.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The imprint makes no picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The imprint was composed for another head.
    #[error("the imprint is {dots} dots high, and the head prints {head_dots}: choose another layout")]
    HeadDots {
        /// Dots of the imprint's columns.
        dots: u32,
        /// Dots of the head.
        head_dots: u32,
    },
    /// A head stands at a fixed height over the letter's path.
    #[error("the head stands at a fixed height: set the downward print offset to 0")]
    HeadHeight,
    /// No letter is there.
    #[error("there is no letter at the sensor: put one in")]
    NoLetter,
    /// The feeder has no letters.
    #[error("the feeder is empty: put letters in")]
    FeederEmpty,
    /// The stacker has no room.
    #[error("the stacker is full: take the letters out")]
    StackerFull,
    /// A station is set to work and is not there.
    #[error("no {0} is connected: connect one, or do without it in the settings")]
    NoStation(Station),
    /// A letter is stuck.
    #[error("a letter is jammed in the {0}: take it out")]
    Jam(Station),
    /// The encoder gives no pulses although the motor is on.
    #[error("the transport stands still: look at motor and belt")]
    Standstill,
    /// The printer has no paper.
    #[error("the printer has no paper: put some in")]
    MediaEmpty,
    /// The printer waits for somebody, and says why in its own words.
    #[error("the printer has stopped ({0}): see to it")]
    NeedsAttention(String),
    /// The printer works on something else for longer than one waits.
    #[error("the printer is busy with something else: try again later")]
    Busy,
    /// The printer knows no paper of this size.
    #[error("the printer takes no {0} envelopes: choose another size or printer")]
    Media(Envelope),
    /// The printer takes none of the forms a page can be sent in.
    #[error("the printer takes neither PDF nor PWG raster of a fitting resolution: use another printer")]
    Format,
    /// The printer did not take the job, or gave it up.
    #[error("the printer has refused the job: {0}")]
    Rejected(String),
    /// The job was still not done after all the time one waits.
    #[error("the printer has not finished in time: look whether the letter came out")]
    NotInTime,
    /// The printer has no job of this number and name any more.
    #[error("the printer has forgotten the job: look whether the letter came out")]
    Forgotten,
    /// Nobody answers at the printer's address.
    #[error("the printer cannot be reached ({0}): look at its address and at the network")]
    Unreachable(String),
    /// What came back is no answer of a printer.
    #[error("what answers at the printer's address is no printer that can be understood ({0})")]
    Garbled(&'static str),
    /// A file cannot be written or looked at.
    #[error("{path} cannot be used: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A device does not take the columns.
    #[error("the print device does not take the columns: {0}")]
    Device(#[source] io::Error),
}

/// Where on its way a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    /// Before the printer.
    Feeder,
    /// At the head.
    Printer,
    /// After the printer.
    Stacker,
}

impl fmt::Display for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Station::Feeder => "feeder",
            Station::Printer => "printer",
            Station::Stacker => "stacker",
        })
    }
}

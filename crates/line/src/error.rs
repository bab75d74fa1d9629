//! What goes wrong with a line.

use crate::NUMBER_BYTES_MAX;
use std::io;

/// Why nobody was reached.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The other end is engaged.
    #[error("the line is engaged")]
    Busy,
    /// It rang, and nobody answered.
    #[error("nobody answered")]
    NoAnswer,
    /// No carrier was found, or it was lost at once.
    #[error("there was no carrier")]
    NoCarrier,
    /// The own line is dead.
    #[error("there is no dial tone")]
    NoDialTone,
    /// The other end refused the connection.
    #[error("the connection was refused")]
    Refused,
    /// It took too long.
    #[error("no connection was made in time")]
    TimedOut,
    /// The network knows no way there, or not this name.
    #[error("no way leads to {0}")]
    Unreachable(String),
    /// No modem answers at the device, or it refuses its commands.
    #[error("{0} does not answer as a modem")]
    NoModem(String),
    /// The device cannot be opened, or somebody else has it.
    #[error("{0} cannot be used")]
    Device(String, #[source] io::Error),
    /// The number is none that can be dialled: it lacks a modem, or digits.
    #[error("{0} cannot be dialled")]
    NotDialable(String),
}

impl DialError {
    /// Whether dialling again may help: a communication error, after which the number is redialled (EP 0 660 270,
    /// paragraphs 82 and 145). Otherwise something must be mended first, and the request made again (paragraph 80).
    pub fn is_communication_error(&self) -> bool {
        use DialError::{Busy, NoAnswer, NoCarrier, NoDialTone, Refused, TimedOut, Unreachable};
        matches!(self, Busy | NoAnswer | NoCarrier | NoDialTone | Refused | TimedOut | Unreachable(_))
    }
}

/// Why a frame was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The caller's mistake: no frame has this length.
    #[error("a frame cannot have {0} bytes")]
    Length(usize),
    /// The other end did not take it in time. The line is closed, since part of it may have gone.
    #[error("the frame was not taken in time")]
    TimedOut,
    /// The other end has hung up, or the connection broke.
    #[error("the line is closed")]
    Closed,
    /// More frames than a carried file takes went out without an answer being waited for.
    #[error("a carried file takes no more frames")]
    TooMany,
}

/// Why nobody can be listened for.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address or device cannot be opened, or somebody else has it.
    #[error("{0} cannot be listened at")]
    Device(String, #[source] io::Error),
    /// No modem answers at the device, or it refuses its commands.
    #[error("{0} does not answer as a modem")]
    NoModem(String),
    /// Nobody can be listened for at such a number.
    #[error("{0} cannot be listened at: give an address with a port, a modem's device or a folder")]
    NotOwn(String),
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Longer than a number may be.
    #[error("a number has at most {NUMBER_BYTES_MAX} bytes")]
    TooLong,
    /// A character that no number has.
    #[error("a number has no such character")]
    Character,
    /// It does not begin as numbers do.
    #[error("a number begins with tcp:, modem:, tel: or file:")]
    Kind,
    /// The host is neither an address nor a name.
    #[error("the host is neither an address nor a name")]
    Host,
    /// The port is missing or none.
    #[error("the number lacks a port (tcp:host:port)")]
    Port,
    /// The device is none of /dev.
    #[error("a modem's device lies in /dev (modem:/dev/ttyS0,0,12345)")]
    Device,
    /// The telephone number has no digits, too many or others than digits.
    #[error("a telephone number has 1 to 32 digits")]
    Digits,
    /// The folder has no name.
    #[error("the number lacks a folder (file:/path)")]
    Folder,
}

//! Why a call could not be carried to an end: what kept the control unit itself from it. How a call ends that could be
//! is an [`End`](super::End).

use line::ListenError;
use link::call::meter::ASKS_MAX;
use psd_host::HostError;
use psd_host::client::ClientError;
use std::io;
use std::path::PathBuf;

/// Why the control unit could not go on.
#[derive(Debug, thiserror::Error)]
pub enum CallFault {
    /// The device is lost, or refused what is no part of the call.
    #[error(transparent)]
    Device(#[from] ClientError),
    /// Nobody has said where the centre is.
    #[error(
        "the centre's number is needed once: give it with --centre or on the panel's page Refill; it is then kept in {0}"
    )]
    NoCentre(PathBuf),
    /// The centre's number is only a modem.
    #[error("the centre's number lacks a telephone number (modem:/dev/ttyS0,0,12345)")]
    NoDigits,
    /// The centre's number does not fit a message.
    #[error(transparent)]
    Centre(#[from] link::call::NumberError),
    /// More than one call carries out.
    #[error("one call carries out at most {ASKS_MAX} things: make two calls")]
    TooManyAsks,
    /// The own number is a telephone's, and there is no modem to be called at.
    #[error("a modem is needed to be called at a telephone number")]
    NoModem,
    /// The own number does not say where to listen.
    #[error("where to listen must be said beside this number of the meter's own: {0}")]
    NoPlace(line::NumberError),
    /// Nobody can be listened for there.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Somebody else works with what is kept.
    #[error("another call with {0} is under way: wait until it has ended")]
    UnderWay(PathBuf),
    /// What is kept, or its lock, cannot be opened or read.
    #[error("cannot use {path}: {source}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is kept cannot be understood.
    #[error("{path} is no settings file of `porto link`: {reason}")]
    Settings {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What is to be kept cannot be written.
    #[error(transparent)]
    Keep(HostError),
    /// The system gives no thread for the line.
    #[error("the system gives no thread for the line: {0}")]
    Thread(#[source] io::Error),
    /// The line's thread has ended without a result.
    #[error("the line has failed within this program: call again")]
    LineDied,
}

impl CallFault {
    /// Whether the request was understood and refused, and not a file, number or line that cannot be used.
    pub fn is_refusal(&self) -> bool {
        match self {
            CallFault::Device(error) => error.is_refusal(),
            CallFault::Keep(error) => error.is_refusal(),
            CallFault::UnderWay(_) | CallFault::LineDied => true,
            _ => false,
        }
    }
}

//! Why a call to a security device failed.

use crate::HostError;
use psd::protocol::{PIECES_MAX, Refusal};
use std::io;
use std::path::PathBuf;

/// Why the device did not do what was asked, or nobody knows whether it did.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The device refused. Nothing has changed.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// Nobody listens at the socket, or this user may not connect.
    #[error("{path} cannot be connected to: {source}")]
    Connect {
        /// Which socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The connection has ended. A franking under way is durable or is not: ask again.
    #[error("the connection to the security device has ended")]
    Closed,
    /// No answer came in time; the connection is given up. A franking under way is durable or is not: ask again.
    #[error("the security device did not answer in time")]
    TimedOut,
    /// More is asked for than fits a frame.
    #[error("one command asks for at most {PIECES_MAX} imprints")]
    TooLong,
    /// What came is no answer to what was asked.
    #[error("what answers is no security device of this version")]
    Confused,
    /// The device cannot be run in this process.
    #[error("{0}")]
    Host(#[from] HostError),
}

impl ClientError {
    /// The number of the device's refusal: of a [`psd::Error`] or a [`psd::protocol::Fault`].
    pub fn code(&self) -> Option<u16> {
        match self {
            ClientError::Refused(refusal) => Some(refusal.code),
            ClientError::Host(HostError::Device(error)) => Some(error.code()),
            _ => None,
        }
    }

    /// Whether the request was understood and refused, and not a file or socket that could not be used.
    pub fn is_refusal(&self) -> bool {
        match self {
            ClientError::Host(error) => error.is_refusal(),
            ClientError::Connect { .. } => false,
            _ => true,
        }
    }
}

//! Why a card could not be used.

use crate::application::ApplicationError;
use crate::commands::Status;
use crate::identification::Gap;
use crate::reader::ReaderError;

/// Why a card could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The reader or the card did not answer.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// A part of the identification string is missing or wrong: lock what it guards.
    #[error(transparent)]
    Gap(#[from] Gap),
    /// The card answered with an error where none is due.
    #[error("the card would not {action} ({status}): take another card")]
    Refused {
        /// What it was asked for.
        action: &'static str,
        /// What it answered.
        status: Status,
    },
    /// What was read back is not what was written.
    #[error("the card did not keep what was written: take another card")]
    NotKept,
    /// The card's code for writing is another one, or too few tries of it are left to risk one.
    #[error(
        "the card does not take the code for writing ({tries_left} tries left): enter the card maker's code"
    )]
    Code {
        /// Tries left before the card can never be written again.
        tries_left: u8,
    },
    /// What is to be put on the card does not fit beside what must stay until it is there.
    #[error("this needs {needed} bytes and the card has {room} free: remove something or take a larger card")]
    Room {
        /// Bytes it needs.
        needed: usize,
        /// Bytes in the largest free place.
        room: usize,
    },
    /// The card holds as many applications as it can.
    #[error("the card is full: remove something or take a larger card")]
    Full,
    /// No application stands at this place.
    #[error("the card has nothing at this place: look at its list again")]
    NoSuchPlace,
    /// The card carries nothing that can be used at this place.
    #[error(transparent)]
    Application(#[from] ApplicationError),
    /// The maker's number is on the card already.
    #[error("the card already has its maker's number: it cannot be given another")]
    HasMakerNumber,
}

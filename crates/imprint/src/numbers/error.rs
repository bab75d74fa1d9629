//! What can be wrong with a number on its way into or out of a symbol row.

use super::{ProfileError, Quantity, RowError};
use core::fmt;

/// Why numbers could not be made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// A quantity needs more digits than the profile gives it.
    TooManyDigits {
        /// Which quantity.
        quantity: Quantity,
        /// How many digits it may have.
        digits: u8,
    },
    /// The profile binds the date, and none was given.
    DateMissing,
    /// The profile carries a second number, and none was given.
    SecondNumberMissing,
    /// The profile orders the symbols by postage, and none was given.
    PostageMissing,
    /// A key is not 64 hexadecimal digits.
    KeyText,
    /// The number decrypts to something that is no decimal number (DES profiles only).
    NotDecimal,
    /// The profile has no second row.
    NoSecondRow,
    /// The row is not one of the profile's.
    Row(RowError),
    /// The profile contradicts itself.
    Profile(ProfileError),
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumberError::TooManyDigits { quantity, digits } => {
                write!(f, "the {quantity} needs more than the {digits} digits the profile gives it")
            }
            NumberError::DateMissing => f.write_str("this profile binds the printed date: give the date"),
            NumberError::SecondNumberMissing => {
                f.write_str("this profile carries a second number: give the refill counter or day")
            }
            NumberError::PostageMissing => {
                f.write_str("this profile orders its symbols by postage: give the postage")
            }
            NumberError::KeyText => f.write_str("a key is 64 hexadecimal digits"),
            NumberError::NotDecimal => f.write_str("the row decrypts to something that is no decimal number"),
            NumberError::NoSecondRow => f.write_str("this profile has no second row"),
            NumberError::Row(error) => error.fmt(f),
            NumberError::Profile(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for NumberError {}

impl From<RowError> for NumberError {
    fn from(error: RowError) -> NumberError {
        NumberError::Row(error)
    }
}

impl From<ProfileError> for NumberError {
    fn from(error: ProfileError) -> NumberError {
        NumberError::Profile(error)
    }
}

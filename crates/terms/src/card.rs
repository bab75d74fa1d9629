//! The number on a chip card (part III of its identification string): ten decimal digits.

use core::fmt;
use core::str::FromStr;

/// A card's number, `0000000000` to `9999999999`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "u64", into = "u64")
)]
pub struct CardNumber(u64);

impl CardNumber {
    /// How many digits a card's number has.
    pub const DIGITS: usize = 10;

    /// The number with this value.
    pub const fn new(value: u64) -> Result<CardNumber, CardNumberError> {
        if value <= 9_999_999_999 { Ok(CardNumber(value)) } else { Err(CardNumberError) }
    }

    /// Its value.
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

/// Why a number or text is no card's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardNumberError;

impl fmt::Display for CardNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a card's number has ten decimal digits, such as 1234567801")
    }
}

impl core::error::Error for CardNumberError {}

impl TryFrom<u64> for CardNumber {
    type Error = CardNumberError;

    fn try_from(value: u64) -> Result<CardNumber, CardNumberError> {
        CardNumber::new(value)
    }
}

impl From<CardNumber> for u64 {
    fn from(number: CardNumber) -> u64 {
        number.0
    }
}

impl FromStr for CardNumber {
    type Err = CardNumberError;

    /// Reads all ten digits, leading zeros too.
    fn from_str(text: &str) -> Result<CardNumber, CardNumberError> {
        let plain = text.len() == CardNumber::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().map(CardNumber).map_err(|_| CardNumberError) } else { Err(CardNumberError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_leading_zeros_and_has_all_ten_digits() {
        let number: CardNumber = "0034567801".parse().unwrap();
        assert_eq!((number.value(), CardNumber::new(34_567_801)), (34_567_801, Ok(number)));
        for text in ["", "123456780", "12345678012", "+234567801", "123456780x"] {
            assert_eq!(text.parse::<CardNumber>(), Err(CardNumberError), "{text:?}");
        }
        assert_eq!(CardNumber::new(10_000_000_000), Err(CardNumberError));
    }
}

//! The numbers on a chip card: the one by which its meter's table has it (part III of its identification string), and its
//! running number (the end of part II).

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

/// A card's running number: its place among the cards of its meter, 001 to 999. A meter gives each of them once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "u16", into = "u16")
)]
pub struct Running(u16);

impl Running {
    /// The number with this value.
    pub const fn new(value: u16) -> Result<Running, RunningError> {
        if value >= 1 && value <= 999 { Ok(Running(value)) } else { Err(RunningError) }
    }

    /// Its value.
    pub const fn value(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// Why a number or text is no card's running number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningError;

impl fmt::Display for RunningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a card's running number is one from 1 to 999")
    }
}

impl core::error::Error for RunningError {}

impl TryFrom<u16> for Running {
    type Error = RunningError;

    fn try_from(value: u16) -> Result<Running, RunningError> {
        Running::new(value)
    }
}

impl From<Running> for u16 {
    fn from(number: Running) -> u16 {
        number.0
    }
}

impl FromStr for Running {
    type Err = RunningError;

    /// Reads up to three digits.
    fn from_str(text: &str) -> Result<Running, RunningError> {
        let plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().map_err(|_| RunningError).and_then(Running::new) } else { Err(RunningError) }
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

    #[test]
    fn a_running_number_has_up_to_three_digits_and_is_not_zero() {
        for (text, value) in [("7", 7), ("007", 7), ("999", 999)] {
            assert_eq!(text.parse::<Running>(), Running::new(value), "{text}");
        }
        for text in ["", "0", "000", "1000", "-1", "+1"] {
            assert_eq!(text.parse::<Running>(), Err(RunningError), "{text:?}");
        }
        assert_eq!((Running::new(0), Running::new(1000)), (Err(RunningError), Err(RunningError)));
    }
}

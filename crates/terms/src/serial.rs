//! The meter's serial number (quantity G0): eight decimal digits.

use core::fmt;
use core::str::FromStr;

/// A serial number, `00000000` to `99999999`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "u32", into = "u32")
)]
pub struct Serial(u32);

impl Serial {
    /// How many digits a serial number is printed with.
    pub const DIGITS: usize = 8;

    /// The serial number with this value.
    pub const fn new(value: u32) -> Result<Serial, SerialError> {
        if value <= 99_999_999 { Ok(Serial(value)) } else { Err(SerialError) }
    }

    /// Its value as a number.
    pub const fn value(self) -> u32 {
        self.0
    }

    /// Its eight digits in ASCII, leading zeros kept.
    pub const fn ascii(self) -> [u8; Serial::DIGITS] {
        let mut digits = [b'0'; Serial::DIGITS];
        let mut rest = self.0;
        let mut place = Serial::DIGITS;
        while place > 0 {
            place -= 1;
            digits[place] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        digits
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

/// Why a number or text is no serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialError;

impl fmt::Display for SerialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a serial number has at most eight decimal digits")
    }
}

impl core::error::Error for SerialError {}

impl TryFrom<u32> for Serial {
    type Error = SerialError;

    fn try_from(value: u32) -> Result<Serial, SerialError> {
        Serial::new(value)
    }
}

impl From<Serial> for u32 {
    fn from(serial: Serial) -> u32 {
        serial.0
    }
}

impl FromStr for Serial {
    type Err = SerialError;

    fn from_str(text: &str) -> Result<Serial, SerialError> {
        let plain =
            (1..=Serial::DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().map(Serial).map_err(|_| SerialError) } else { Err(SerialError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_keeps_its_leading_zeros() {
        let serial: Serial = "00001234".parse().unwrap();
        assert_eq!(serial.value(), 1234);
        assert_eq!(&serial.ascii(), b"00001234");
    }

    #[test]
    fn nine_digits_signs_and_nothing_are_refused() {
        for text in ["", "123456789", "-1", "+1234567", "1234 567"] {
            assert_eq!(text.parse::<Serial>(), Err(SerialError), "{text:?}");
        }
        assert_eq!(Serial::new(100_000_000), Err(SerialError));
    }
}

//! What a letter weighs, typed or from a scale.
//!
//! What always holds: a weight is a whole number of tenths of a gram and at most a tonne. A weight in other units or
//! with more decimals is converted exactly and rounded up to the next tenth. So a letter that shows more than a step of
//! whole grams allows never slips into that step, and one that shows no more is never pushed out of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The heaviest weight: a tonne.
const TENTHS_MAX: u32 = 10_000_000;
/// How many digits a number has at most before its point, and behind it.
const DIGITS_MAX: usize = 7;
/// Behind the point all numbers are taken to have this many digits.
const FRACTION: u128 = 10_u128.pow(DIGITS_MAX as u32);
const NANOGRAMS_IN_TENTH: u128 = 100_000_000;

/// A weight in tenths of a gram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weight(u32);

impl Weight {
    /// Nothing.
    pub const ZERO: Weight = Weight(0);
    /// The heaviest weight there is, a tonne.
    pub const MAX: Weight = Weight(TENTHS_MAX);

    /// A weight of so many tenths of a gram.
    pub const fn from_tenths(tenths: u32) -> Result<Weight, WeightError> {
        if tenths <= TENTHS_MAX { Ok(Weight(tenths)) } else { Err(WeightError::TooHeavy) }
    }

    /// The weight in tenths of a gram.
    pub const fn tenths(self) -> u32 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads a number with a decimal point or comma in this unit.
    pub(crate) fn in_unit(number: &str, unit: Unit) -> Result<Weight, WeightError> {
        let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
        let is_number = |digits: &str| {
            (1..=DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        };
        if !is_number(whole) || !is_number(fraction) {
            return Err(WeightError::Number);
        }
        let digits = format!("{whole}{fraction:0<DIGITS_MAX$}");
        let number: u128 = digits.parse().map_err(|_| WeightError::Number)?;
        // At most 10^14 times 10^12: far from what the type holds.
        let tenths = (number * unit.nanograms()).div_ceil(FRACTION * NANOGRAMS_IN_TENTH);
        u32::try_from(tenths).map_err(|_| WeightError::TooHeavy).and_then(Weight::from_tenths)
    }
}

impl FromStr for Weight {
    type Err = WeightError;

    /// Reads `23`, `23 g`, `0,5 kg`, `1.2 oz` or `0.35 lb`; without a unit it is grams.
    fn from_str(text: &str) -> Result<Weight, WeightError> {
        let text = text.trim();
        let end = text.find(|character: char| character.is_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let unit = if unit.is_empty() { Unit::Gram } else { unit.parse()? };
        Weight::in_unit(number.trim_end(), unit)
    }
}

impl TryFrom<String> for Weight {
    type Error = WeightError;

    fn try_from(text: String) -> Result<Weight, WeightError> {
        text.parse()
    }
}

impl From<Weight> for String {
    fn from(weight: Weight) -> String {
        weight.to_string()
    }
}

/// In grams, as it can be read again: `23 g`, `23.4 g`.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{} g", self.0 / 10),
            tenth => write!(f, "{}.{tenth} g", self.0 / 10),
        }
    }
}

/// A unit of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Gram,
    Kilogram,
    /// The avoirdupois ounce, a sixteenth of the pound.
    Ounce,
    /// The international pound of 1959.
    Pound,
}

impl Unit {
    const fn nanograms(self) -> u128 {
        match self {
            Unit::Gram => 1_000_000_000,
            Unit::Kilogram => 1_000_000_000_000,
            Unit::Ounce => 28_349_523_125,
            Unit::Pound => 453_592_370_000,
        }
    }
}

impl FromStr for Unit {
    type Err = WeightError;

    fn from_str(text: &str) -> Result<Unit, WeightError> {
        match text.to_ascii_lowercase().as_str() {
            "g" => Ok(Unit::Gram),
            "kg" => Ok(Unit::Kilogram),
            "oz" => Ok(Unit::Ounce),
            "lb" => Ok(Unit::Pound),
            _ => Err(WeightError::Unit),
        }
    }
}

/// Why a text is no weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// There is no number, or none that is understood.
    #[error(
        "a weight is a number such as 23 or 0.5, with at most {DIGITS_MAX} digits on either side of the point"
    )]
    Number,
    /// The unit is not known.
    #[error("a weight is in g, kg, oz or lb")]
    Unit,
    /// It is more than a tonne.
    #[error("a weight is at most 1000 kg")]
    TooHeavy,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, tenths: u32) {
        assert_eq!(text.parse(), Ok(Weight(tenths)), "{text:?}");
    }

    #[test]
    fn a_typed_weight_is_read_in_every_unit() {
        check("23", 230);
        check("23 g", 230);
        check(" 23g ", 230);
        check("0,5 kg", 5_000);
        check("1.2 oz", 341);
        check("1 oz", 284);
        check("1 LB", 4_536);
        check("0.0000001 kg", 1);
        check("1000 kg", TENTHS_MAX);
        check("0", 0);
    }

    #[test]
    fn more_decimals_are_rounded_up_so_that_a_step_is_never_slipped_into() {
        check("20.00", 200);
        check("20.001", 201);
        check("20.1", 201);
    }

    #[test]
    fn what_is_no_weight_is_refused_with_its_reason() {
        for text in ["", "g", "-3", "+3", "1.", ".5", "1.2.3", "12345678", "0.12345678", "1 000", "½"] {
            assert_eq!(text.parse::<Weight>(), Err(WeightError::Number), "{text:?}");
        }
        for text in ["1e3", "23 st", "23 gg", "23 g 4", "3 kg.", "5 µg"] {
            assert_eq!(text.parse::<Weight>(), Err(WeightError::Unit), "{text:?}");
        }
        for text in ["1000001 g", "1000.0001 kg", "9999999 kg"] {
            assert_eq!(text.parse::<Weight>(), Err(WeightError::TooHeavy), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_weight_written_is_the_weight_read(tenths in 0..=TENTHS_MAX) {
            let weight = Weight(tenths);
            prop_assert_eq!(weight.to_string().parse(), Ok(weight));
        }

        #[test]
        fn no_text_makes_the_reading_panic(text in "\\PC*") {
            let _ = text.parse::<Weight>();
        }
    }
}

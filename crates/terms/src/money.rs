//! Amounts of money in the currency's minor unit (cents, pence): never a float, never wrapped.

use core::fmt;
use core::str::FromStr;

/// An amount in minor units, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Money(u64);

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);

    /// An amount of `minor` minor units.
    pub const fn from_minor(minor: u64) -> Money {
        Money(minor)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> u64 {
        self.0
    }

    /// Whether this is no money at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` if it does not fit.
    pub const fn checked_add(self, other: Money) -> Option<Money> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Money(sum)),
            None => None,
        }
    }

    /// The difference, or `None` if it would be negative.
    pub const fn checked_sub(self, other: Money) -> Option<Money> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Money(rest)),
            None => None,
        }
    }
}

/// Major and minor units with two decimals: `1.10`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyError;

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount is a whole number of minor units, such as 110 for 1.10")
    }
}

impl core::error::Error for MoneyError {}

impl FromStr for Money {
    type Err = MoneyError;

    /// Reads whole minor units in plain digits: `110`.
    fn from_str(text: &str) -> Result<Money, MoneyError> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().map(Money).map_err(|_| MoneyError) } else { Err(MoneyError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_never_wraps() {
        assert_eq!(Money(u64::MAX).checked_add(Money(1)), None);
        assert_eq!(Money(1).checked_sub(Money(2)), None);
        assert_eq!(Money(100).checked_add(Money(10)), Some(Money(110)));
    }

    #[test]
    fn only_plain_digits_are_an_amount() {
        for text in ["", "-1", "+1", "1.10", " 1", "18446744073709551616"] {
            assert_eq!(text.parse::<Money>(), Err(MoneyError), "{text:?}");
        }
        assert_eq!("110".parse(), Ok(Money(110)));
    }
}

//! Amounts as texts, in the one currency of a carrier.
//!
//! What always holds: no float comes near an amount, and one that can be read in two ways is refused.

use std::fmt;
use terms::Money;

/// A currency: its ISO 4217 code, and how many digits its minor unit has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    code: [u8; 3],
    minor_digits: u8,
}

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency { code: *b"EUR", minor_digits: 2 };

    /// The currency with this code of three capitals and 0 to 4 digits after the point.
    pub fn new(code: &str, minor_digits: u8) -> Option<Currency> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        let fits = code.iter().all(u8::is_ascii_uppercase) && minor_digits <= 4;
        fits.then_some(Currency { code, minor_digits })
    }

    /// Its code.
    pub fn code(&self) -> &str {
        str::from_utf8(&self.code).unwrap_or_default()
    }

    /// How many digits stand after the point.
    pub const fn minor_digits(&self) -> u8 {
        self.minor_digits
    }

    /// An amount as ISO 20022 writes it: a point, and at most as many digits after it as the currency has, but for
    /// further zeros.
    pub fn decimal(&self, text: &str) -> Result<Money, AmountFault> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let minor_digits = usize::from(self.minor_digits);
        let kept = fraction.get(..fraction.len().min(minor_digits)).ok_or(AmountFault::Text)?;
        let rest = fraction.get(kept.len()..).unwrap_or_default();
        if !rest.bytes().all(|digit| digit == b'0') || text.ends_with('.') {
            return Err(AmountFault::Text);
        }
        money(whole, &format!("{kept:0<minor_digits$}"))
    }

    /// An amount as a person or a spreadsheet writes it: `1234`, `1234.56` or `1234,56`. After the sign stand exactly as
    /// many digits as the currency has, and thousands are not set apart: so `1.234` is refused and not guessed at. Tells
    /// which sign was used, since a file that uses both is to be refused too.
    pub fn written(&self, text: &str) -> Result<(Money, Option<char>), AmountFault> {
        let Some(at) = text.find(['.', ',']) else {
            return Ok((money(text, &"0".repeat(self.minor_digits.into()))?, None));
        };
        let (whole, rest) = text.split_at(at);
        let sign = rest.chars().next();
        let fraction = rest.get(1..).unwrap_or_default();
        if fraction.len() != usize::from(self.minor_digits) || fraction.is_empty() {
            return Err(AmountFault::Ambiguous);
        }
        Ok((money(whole, fraction)?, sign))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The most that one payment can be: ten million million of the minor unit.
const MAX_MINOR: u64 = 10_000_000_000_000;

fn money(whole: &str, fraction: &str) -> Result<Money, AmountFault> {
    let is_plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || whole.len() + fraction.len() > 18 || !is_plain(whole) || !is_plain(fraction) {
        return Err(AmountFault::Text);
    }
    let minor: u64 = format!("{whole}{fraction}").parse().map_err(|_| AmountFault::Text)?;
    match minor {
        0 => Err(AmountFault::Zero),
        1..=MAX_MINOR => Ok(Money::from_minor(minor)),
        _ => Err(AmountFault::TooLarge),
    }
}

/// Why a text is no amount to book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// It is no amount, or a negative one.
    #[error("an amount has plain digits and a sign before the minor unit, such as 1234.56")]
    Text,
    /// It can be read in two ways.
    #[error(
        "the amount can be read in two ways: write 1234.56 or 1234,56 all through the file, thousands not set apart"
    )]
    Ambiguous,
    /// It is nothing.
    #[error("nothing was paid")]
    Zero,
    /// It is more than one payment can be.
    #[error("the amount is larger than a payment can be")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KWD: Currency = Currency { code: *b"KWD", minor_digits: 3 };
    const JPY: Currency = Currency { code: *b"JPY", minor_digits: 0 };

    #[test]
    fn an_amount_is_written_with_point_or_comma_and_never_guessed() {
        let check = |currency: Currency, text: &str, expected: Result<(u64, Option<char>), AmountFault>| {
            let read = currency.written(text).map(|(money, sign)| (money.minor(), sign));
            assert_eq!(read, expected, "{text}");
        };
        check(Currency::EUR, "1234.56", Ok((123_456, Some('.'))));
        check(Currency::EUR, "1234,56", Ok((123_456, Some(','))));
        check(Currency::EUR, "0,01", Ok((1, Some(','))));
        check(Currency::EUR, "1234", Ok((123_400, None)));
        check(JPY, "1234", Ok((1_234, None)));
        check(KWD, "1.234", Ok((1_234, Some('.'))));
        for text in ["1.234", "1,234", "1234.5", "1234.", "1.234,56", "1,234.56", "12.345.678"] {
            check(Currency::EUR, text, Err(AmountFault::Ambiguous));
        }
        check(JPY, "1.", Err(AmountFault::Ambiguous));
        for text in [
            "",
            "-1.00",
            "+1.00",
            ".50",
            "1 234.56",
            "1.0a",
            "EUR 1.00",
            "1e3",
            "١.00",
            "1234567890123456789",
        ] {
            assert!(Currency::EUR.written(text).is_err(), "{text}");
        }
        check(Currency::EUR, "0.00", Err(AmountFault::Zero));
        check(Currency::EUR, "100000000000.00", Ok((MAX_MINOR, Some('.'))));
        check(Currency::EUR, "100000000000.01", Err(AmountFault::TooLarge));
    }

    #[test]
    fn a_decimal_of_a_statement_keeps_every_minor_unit() {
        let check = |currency: Currency, text: &str, expected: Option<u64>| {
            assert_eq!(currency.decimal(text).ok().map(Money::minor), expected, "{text}");
        };
        check(Currency::EUR, "1234.5", Some(123_450));
        check(Currency::EUR, "1234.56000", Some(123_456));
        check(Currency::EUR, "1234", Some(123_400));
        check(Currency::EUR, "1234.567", None);
        check(Currency::EUR, "1.2.3", None);
        check(Currency::EUR, "1234.", None);
        check(Currency::EUR, "1,5", None);
        check(Currency::EUR, "1.ä", None);
        check(JPY, "7.00", Some(7));
        check(KWD, "7.1", Some(7_100));
    }
}

//! The number that a customer writes on a transfer: a creditor reference (ISO 11649), `RF`, two check digits, and the
//! customer's number in twelve digits.
//!
//! What always holds: a number with one wrong digit, or two neighbours exchanged, is not another customer's. The length
//! is fixed, so that the reference is found among other text without guessing where it ends.

use std::fmt;
use std::str::FromStr;

/// The digits of a customer's number.
const NUMBER_DIGITS: usize = 12;
/// `RF` and the check digits before them.
const TOTAL_SIGNS: usize = NUMBER_DIGITS + 4;

/// A customer's reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerReference(u64);

impl CustomerReference {
    /// The largest number of a customer.
    pub const MAX_NUMBER: u64 = 999_999_999_999;

    /// The reference of the customer with this number; `None` where it has more than twelve digits or is 0.
    pub fn new(number: u64) -> Option<CustomerReference> {
        (1..=CustomerReference::MAX_NUMBER).contains(&number).then_some(CustomerReference(number))
    }

    /// The customer's number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The check digits: 98 less the remainder by 97 of the number followed by `RF00` in digits.
    fn check_digits(self) -> u64 {
        98 - (u128::from(self.0) * 1_000_000 + 271_500) as u64 % 97
    }

    /// The one reference in a text that a payer wrote. Blanks and punctuation count as nothing, so a number that was
    /// set in groups or broken over two lines is found.
    pub fn find(text: &str) -> Result<CustomerReference, ReferenceFault> {
        let plain: Vec<u8> =
            text.bytes().filter(u8::is_ascii_alphanumeric).map(|sign| sign.to_ascii_uppercase()).collect();
        let mut found = None;
        let mut fault = ReferenceFault::None;
        for place in plain.windows(TOTAL_SIGNS) {
            match CustomerReference::of_signs(place) {
                Ok(reference) if found.is_some_and(|other| other != reference) => {
                    return Err(ReferenceFault::Several);
                }
                Ok(reference) => found = Some(reference),
                Err(ReferenceFault::Check) => fault = ReferenceFault::Check,
                Err(_) => {}
            }
        }
        found.ok_or(fault)
    }

    fn of_signs(signs: &[u8]) -> Result<CustomerReference, ReferenceFault> {
        let digits = signs.strip_prefix(b"RF").ok_or(ReferenceFault::None)?;
        if signs.len() != TOTAL_SIGNS || !digits.iter().all(u8::is_ascii_digit) {
            return Err(ReferenceFault::None);
        }
        let value = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let (check, number) = digits.split_at(2);
        let reference = CustomerReference::new(value(number)).ok_or(ReferenceFault::Check)?;
        if reference.check_digits() == value(check) { Ok(reference) } else { Err(ReferenceFault::Check) }
    }
}

/// In groups of four, as it is printed: `RF54 0000 0000 1234`.
impl fmt::Display for CustomerReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, middle, low) = (self.0 / 100_000_000, self.0 / 10_000 % 10_000, self.0 % 10_000);
        write!(f, "RF{:02} {high:04} {middle:04} {low:04}", self.check_digits())
    }
}

impl FromStr for CustomerReference {
    type Err = ReferenceFault;

    /// Reads a reference that stands alone, blanks aside.
    fn from_str(text: &str) -> Result<CustomerReference, ReferenceFault> {
        let signs: Vec<u8> =
            text.bytes().filter(|sign| *sign != b' ').map(|sign| sign.to_ascii_uppercase()).collect();
        CustomerReference::of_signs(&signs)
    }
}

/// Why a text names no customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceFault {
    /// There is no reference in it.
    #[error("there is no customer's reference (RF, two check digits and twelve digits)")]
    None,
    /// The check digits are others.
    #[error("the customer's reference is mistyped: its check digits are wrong")]
    Check,
    /// There are two customers in it.
    #[error("the references of several customers are named")]
    Several,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(number: u64) -> CustomerReference {
        CustomerReference::new(number).unwrap()
    }

    /// ISO 11649 worked by hand: 000000001234271500 mod 97 = 44, so the check digits are 54.
    #[test]
    fn check_digits_are_those_of_the_standard() {
        assert_eq!(1_234_271_500_u64 % 97, 44);
        assert_eq!(reference(1_234).to_string(), "RF54 0000 0000 1234");
        for number in [1, 7, 96, 97, 98, 999_999_999_999] {
            let text = reference(number).to_string();
            assert_eq!(text.parse(), Ok(reference(number)), "{text}");
            let moved = format!("{number:012}2715{}", &text[2..4]);
            assert_eq!(moved.parse::<u128>().unwrap() % 97, 1, "the standard's own check of {text}");
        }
    }

    #[test]
    fn a_reference_is_found_among_other_text() {
        let check = |text: &str, expected| assert_eq!(CustomerReference::find(text), expected, "{text}");
        let found = Ok(reference(1_234));
        check("RF54 0000 0000 1234", found);
        check("thank you rf54-0000-0000-1234, invoice 2026-11", found);
        check("PorcoRF540000000012342026", found);
        check("RF540000\n00001234 and again RF54 0000 0000 1234", found);
        check("RF54 0000 0000 1243", Err(ReferenceFault::Check));
        check("RF00 0000 0000 0000", Err(ReferenceFault::Check));
        check("RF54 0000 0000 123", Err(ReferenceFault::None));
        check("", Err(ReferenceFault::None));
        check("ÄRF54 0000 0000 1234Ö", found);
        let both = format!("{} {}", reference(1), reference(2));
        check(&both, Err(ReferenceFault::Several));
    }

    #[test]
    fn one_wrong_digit_and_two_exchanged_are_noticed() {
        let text = reference(918_273_645_012).to_string().replace(' ', "");
        for place in 2..text.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = text.clone().into_bytes();
                wrong[place] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(wrong == text || wrong.parse::<CustomerReference>().is_err(), "{wrong}");
            }
            let mut wrong = text.clone().into_bytes();
            wrong.swap(place, (place + 1).min(text.len() - 1));
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(wrong == text || wrong.parse::<CustomerReference>().is_err(), "{wrong}");
        }
    }
}

//! The claim for spoiled imprints: what a meter's control unit hands in so that the centre pays their postage back.
//!
//! | part | content |
//! |---|---|
//! | version | 1 |
//! | serial | the meter |
//! | imprints | 1 to 1000 of [`Spoiled`], each debit's request once |
//!
//! The document is JSON in UTF-8 and at most [`CLAIM_BYTES_MAX`] long; `docs/formats/refund.md` has an example.
//!
//! What always holds of a [`RefundClaim`]: its length is bounded, its rows are rows of their sets, and no request stands
//! in it twice. What it must never be taken for: a proof. The control unit is not trusted, so nothing here is signed; what
//! an imprint was worth, its own encrypted row says to who holds the key.

use alloc::vec::Vec;
use core::fmt;
use imprint::numbers::{Indicium, RequestId, Row, SetId};
use serde::{Deserialize, Serialize};
use terms::{Date, Money, Serial, SpoilReason};

/// The version of the claims this program reads and writes.
pub const CLAIM_VERSION: u16 = 1;
/// The most imprints of a claim.
pub const SPOILED_MAX: usize = 1_000;
/// The longest claim: each imprint has less than 500 bytes.
pub const CLAIM_BYTES_MAX: usize = 512 << 10;

/// A claim for spoiled imprints of one meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct RefundClaim {
    version: u16,
    serial: Serial,
    imprints: Vec<Spoiled>,
}

/// The same fields as read, before anything is known of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    version: u16,
    serial: Serial,
    imprints: Vec<Spoiled>,
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Head {
    version: u16,
}

/// A spoiled imprint: what its indicium says of it, why it is worth nothing to the customer, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoiled {
    /// The debit's request, by which the meter's journal knows it.
    pub request: RequestId,
    /// The epoch of the profile.
    pub epoch: u16,
    /// The date printed.
    pub date: Date,
    /// The postage in minor units.
    pub postage: Money,
    /// The monotone variable.
    pub mv: u64,
    /// The second number, where the profile has one.
    #[serde(default)]
    pub second: Option<u64>,
    /// The symbol set of the row.
    pub set: SetId,
    /// The row, most significant symbol first.
    pub symbols: Row,
    /// Why it is spoiled.
    pub reason: SpoilReason,
    /// The day it was spoiled.
    pub spoiled_on: Date,
}

impl Spoiled {
    /// A spoiled imprint, out of its indicium.
    pub fn new(indicium: &Indicium, reason: SpoilReason, spoiled_on: Date) -> Result<Spoiled, ClaimError> {
        indicium.check().map_err(|_| ClaimError::Symbols)?;
        let Indicium { request, epoch, date, postage, mv, second, set, .. } = *indicium;
        let symbols = indicium.symbols.clone();
        Ok(Spoiled { request, epoch, date, postage, mv, second, set, symbols, reason, spoiled_on })
    }

    fn has_a_row_of_its_set(&self) -> bool {
        let within = |symbol: &u8| u32::from(*symbol) < self.set.base();
        !self.symbols.is_empty() && self.symbols.iter().all(within)
    }
}

impl RefundClaim {
    /// The claim for these imprints of a meter, each with why and since when it is spoiled.
    pub fn of<'a>(
        serial: Serial,
        spoiled: impl IntoIterator<Item = (&'a Indicium, SpoilReason, Date)>,
    ) -> Result<RefundClaim, ClaimError> {
        let mut imprints = Vec::new();
        for (indicium, reason, spoiled_on) in spoiled {
            if indicium.serial != serial {
                return Err(ClaimError::OtherMeter);
            }
            if imprints.len() == SPOILED_MAX {
                return Err(ClaimError::Count);
            }
            imprints.push(Spoiled::new(indicium, reason, spoiled_on)?);
        }
        Unchecked { version: CLAIM_VERSION, serial, imprints }.try_into()
    }

    /// Reads a document.
    pub fn read(document: &[u8]) -> Result<RefundClaim, ClaimError> {
        if document.len() > CLAIM_BYTES_MAX {
            return Err(ClaimError::Long);
        }
        let Head { version } = serde_json::from_slice(document).map_err(|_| ClaimError::Body)?;
        if version != CLAIM_VERSION {
            return Err(ClaimError::Version);
        }
        let unchecked: Unchecked = serde_json::from_slice(document).map_err(|_| ClaimError::Body)?;
        unchecked.try_into()
    }

    /// The claim as a document.
    pub fn write(&self) -> Result<Vec<u8>, ClaimError> {
        serde_json::to_vec(self).map_err(|_| ClaimError::Body)
    }

    /// The meter.
    pub const fn serial(&self) -> Serial {
        self.serial
    }

    /// The imprints, in the order in which they were given.
    pub fn imprints(&self) -> &[Spoiled] {
        &self.imprints
    }
}

impl TryFrom<Unchecked> for RefundClaim {
    type Error = ClaimError;

    fn try_from(read: Unchecked) -> Result<RefundClaim, ClaimError> {
        let Unchecked { version, serial, imprints } = read;
        if version != CLAIM_VERSION {
            return Err(ClaimError::Version);
        }
        if !(1..=SPOILED_MAX).contains(&imprints.len()) {
            return Err(ClaimError::Count);
        }
        if !imprints.iter().all(Spoiled::has_a_row_of_its_set) {
            return Err(ClaimError::Symbols);
        }
        let mut requests: Vec<RequestId> = imprints.iter().map(|imprint| imprint.request).collect();
        requests.sort_unstable();
        requests.dedup();
        match requests.len() == imprints.len() {
            true => Ok(RefundClaim { version, serial, imprints }),
            false => Err(ClaimError::Twice),
        }
    }
}

/// Why a document is no claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimError {
    /// It is longer than [`CLAIM_BYTES_MAX`].
    Long,
    /// The version is another.
    Version,
    /// It does not hold what a claim holds.
    Body,
    /// It names no imprint, or more than [`SPOILED_MAX`].
    Count,
    /// A row is empty or holds symbols its set does not have.
    Symbols,
    /// A request stands in it twice.
    Twice,
    /// An imprint is another meter's.
    OtherMeter,
}

impl ClaimError {
    /// A number that stays the same from version to version.
    pub const fn code(self) -> u16 {
        match self {
            ClaimError::Long => 841,
            ClaimError::Version => 842,
            ClaimError::Body => 843,
            ClaimError::Count => 844,
            ClaimError::Symbols => 845,
            ClaimError::Twice => 846,
            ClaimError::OtherMeter => 847,
        }
    }
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClaimError::Long => {
                write!(f, "a claim has at most {CLAIM_BYTES_MAX} bytes: hand several in")
            }
            ClaimError::Version => {
                write!(
                    f,
                    "the claim has a version this program does not know: it knows version {CLAIM_VERSION}"
                )
            }
            ClaimError::Body => f.write_str("the document is no claim for spoiled imprints"),
            ClaimError::Count => {
                write!(f, "a claim names 1 to {SPOILED_MAX} imprints: hand several in")
            }
            ClaimError::Symbols => {
                f.write_str("an imprint's row is empty or holds symbols its set does not have")
            }
            ClaimError::Twice => {
                f.write_str("an imprint's request stands in the claim twice: name each once")
            }
            ClaimError::OtherMeter => {
                f.write_str("an imprint is another meter's: hand in a claim for each meter")
            }
        }
    }
}

impl core::error::Error for ClaimError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use imprint::numbers::{Cipher, Key, LayoutId, Profile, Quantities, Suspicion, encode};
    use proptest::prelude::*;

    fn serial(value: u32) -> Serial {
        Serial::new(value).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn indicium(request: u64) -> Indicium {
        let profile = Profile::named("p1").unwrap();
        let cipher = Cipher::new(profile.cipher, &Key::new([7; 32]));
        let postage = Money::from_minor(85);
        let marking = encode(&profile, &cipher, &Quantities::new(serial(7), postage, request)).unwrap();
        Indicium {
            version: Indicium::VERSION,
            request: RequestId(request),
            profile: profile.name,
            epoch: profile.epoch,
            serial: serial(7),
            date: day("2026-11-21"),
            postage,
            mv: request,
            second: None,
            shown_count: None,
            suspicion: Suspicion::None,
            layout: LayoutId::B,
            set: profile.set,
            symbols: marking.row,
            second_row: None,
            cliche_number: 0,
        }
    }

    fn claim(indicia: &[Indicium]) -> Result<RefundClaim, ClaimError> {
        let spoiled = indicia.iter().map(|indicium| (indicium, SpoilReason::Printer, day("2026-11-22")));
        RefundClaim::of(serial(7), spoiled)
    }

    #[test]
    fn a_claim_comes_back_as_it_was_written() {
        let claim = claim(&[indicium(1), indicium(2)]).unwrap();
        let document = claim.write().unwrap();
        assert_eq!(RefundClaim::read(&document), Ok(claim));
        let text = String::from_utf8(document).unwrap();
        let head = r#"{"version":1,"serial":7,"imprints":[{"request":"0000000000000001","epoch":1,"date":"2026-11-21","#;
        assert!(text.starts_with(head), "{text}");
    }

    #[test]
    fn the_longest_claim_is_within_the_bound() {
        let longest = |request: u64| {
            let symbols = core::iter::repeat_n(39, imprint::numbers::ROW_MAX).collect();
            let (postage, mv, second) = (Money::from_minor(u64::MAX), u64::MAX, Some(u64::MAX));
            Indicium { epoch: u16::MAX, postage, mv, second, set: SetId::S40, symbols, ..indicium(request) }
        };
        let indicia: Vec<Indicium> = (0..SPOILED_MAX as u64).map(longest).collect();
        let document = claim(&indicia).unwrap().write().unwrap();
        assert!(RefundClaim::read(&document).is_ok(), "{} bytes", document.len());
    }

    #[test]
    fn a_document_that_is_no_claim_says_why() {
        let good = String::from_utf8(claim(&[indicium(1)]).unwrap().write().unwrap()).unwrap();
        let check = |text: &str, error: ClaimError| {
            assert_eq!(RefundClaim::read(text.as_bytes()), Err(error), "{text}");
        };
        check(&good.replace("\"version\":1", "\"version\":2"), ClaimError::Version);
        check(&good.replace("\"mv\"", "\"other\""), ClaimError::Body);
        check(&good.replace("printer", "regret"), ClaimError::Body);
        check(r#"{"version":1,"serial":7,"imprints":[]}"#, ClaimError::Count);
        check("", ClaimError::Body);
        check(&" ".repeat(CLAIM_BYTES_MAX + 1), ClaimError::Long);
        let symbols = good.find("\"symbols\":[").unwrap() + 11;
        let wrong = alloc::format!("{}22,{}", &good[..symbols], &good[symbols..]);
        check(&wrong, ClaimError::Symbols);
    }

    #[test]
    fn what_no_claim_can_hold_is_not_put_into_one() {
        assert_eq!(claim(&[]), Err(ClaimError::Count));
        assert_eq!(claim(&[indicium(1), indicium(1)]), Err(ClaimError::Twice));
        let other = Indicium { serial: serial(8), ..indicium(1) };
        assert_eq!(claim(&[other]), Err(ClaimError::OtherMeter));
        let many: Vec<Indicium> = (0..=SPOILED_MAX as u64).map(indicium).collect();
        assert_eq!(claim(&many), Err(ClaimError::Count));
        let empty = Indicium { symbols: Row::new(), ..indicium(1) };
        assert_eq!(claim(&[empty]), Err(ClaimError::Symbols));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(RefundClaim::read(&bytes).is_err());
        }
    }
}

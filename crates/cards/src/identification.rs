//! The identification string and its check (DE 197 57 648, Fig. 1a and Fig. 4, steps 111 to 119).
//!
//! Part I is the maker's number B; part II number A, the meter's serial with a running number of three digits behind it;
//! part III the card's number. A card is looked at from part I downward; a gap names the first part that is missing or
//! wrong.

use crate::issuer::{Check, EIGHT_DIGITS, Issuer, Tag, same};
use crate::kind::Kind;
use std::fmt;
use subtle::ConstantTimeEq;
use terms::{CardNumber, Running, Serial};

/// A part of the identification string, the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The maker's number B, which the card maker writes.
    One,
    /// Number A, which a meter writes once.
    Two,
    /// The card's number, which the meter's user sets.
    Three,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::One => "I",
            Part::Two => "II",
            Part::Three => "III",
        })
    }
}

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It is there and is not what it must be.
    Wrong,
    /// It is another meter's.
    OtherMeter,
    /// The card does not show it to this meter, or no more.
    Closed,
}

/// A gap in the identification string: lock what this part guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub struct Gap {
    /// The highest part that is not as it must be.
    pub part: Part,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Gap {
    pub(crate) const fn new(part: Part, fault: Fault) -> Gap {
        Gap { part, fault }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.part;
        match self.fault {
            Fault::Missing => write!(f, "part {part} of the card is missing: use a card of this system"),
            Fault::Wrong => write!(f, "part {part} of the card is wrong: this card cannot be used here"),
            Fault::OtherMeter => write!(f, "the card belongs to another meter (part {part}): use it there"),
            Fault::Closed => write!(f, "the card keeps part {part} closed: have it made anew"),
        }
    }
}

/// The maker's number B, eight digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MakerNumber(u32);

impl MakerNumber {
    /// The number with this value.
    pub const fn new(value: u32) -> Result<MakerNumber, NumberError> {
        if value < EIGHT_DIGITS { Ok(MakerNumber(value)) } else { Err(NumberError) }
    }

    /// The number with this value modulo 10^8.
    pub(crate) const fn reduced(value: u32) -> MakerNumber {
        MakerNumber(value % EIGHT_DIGITS)
    }

    /// Its value.
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl fmt::Display for MakerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

/// Why a value is no maker's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a maker's number has eight digits")]
pub struct NumberError;

/// What tells a card from every other: the chip's own number, or one drawn when the card was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unique([u8; Unique::BYTES]);

impl Unique {
    /// Bytes of a unique number.
    pub const BYTES: usize = 16;

    /// The number of these bytes.
    pub const fn new(bytes: [u8; Unique::BYTES]) -> Unique {
        Unique(bytes)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; Unique::BYTES] {
        &self.0
    }
}

impl fmt::Display for Unique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A card of this meter: nothing but the check of its parts makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    pub(crate) kind: Kind,
    pub(crate) running: Running,
    pub(crate) number: CardNumber,
    pub(crate) unique: Unique,
}

impl Identified {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its running number, the end of part II.
    pub const fn running(&self) -> Running {
        self.running
    }

    /// Its card number, part III: the row of the table.
    pub const fn number(&self) -> CardNumber {
        self.number
    }

    /// What tells it from every other card.
    pub const fn unique(&self) -> &Unique {
        &self.unique
    }
}

/// Parts I and II, as they stand on a card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    pub maker: MakerNumber,
    /// A1: number A without its last three digits.
    pub serial: Serial,
    pub running: Running,
    pub unique: Unique,
}

impl Parts {
    /// Steps 111 to 116: whether parts I and II are those of a card of this meter.
    pub fn check(&self, issuer: &Issuer, kind: Kind, seal: &Tag) -> Result<(), Gap> {
        let is_of_maker = equal(self.maker.value(), issuer.maker_number().value());
        if !equal(self.maker.value(), issuer.second_number(self.serial)) {
            let other_meter = Gap::new(Part::Two, Fault::OtherMeter);
            return Err(if is_of_maker { other_meter } else { Gap::new(Part::One, Fault::Wrong) });
        }
        // Two wrong numbers can agree with each other; the source does not see that.
        if !is_of_maker {
            return Err(Gap::new(Part::One, Fault::Wrong));
        }
        let is_sealed = || same(&issuer.seal(kind, self), seal);
        match issuer.check {
            Check::Authenticated if !is_sealed() => Err(Gap::new(Part::Two, Fault::Wrong)),
            _ => Ok(()),
        }
    }
}

/// Compares in constant time: what is compared tells the secret constant.
pub(crate) fn equal(one: u32, other: u32) -> bool {
    one.ct_eq(&other).into()
}

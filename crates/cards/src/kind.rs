//! The kinds of card, in the order in which they are tried (DE 197 57 648, Fig. 4, steps 102 to 110).

use std::fmt;

/// A kind of card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A memory of 256 bytes, the first 32 of which can be protected for good (SLE 4442).
    A,
    /// An I²C memory of 32 KB (AT24C256). It protects nothing.
    B,
    /// A processor with the card application of `docs/formats/card.md`.
    N,
}

impl Kind {
    /// All kinds, in the order in which they are tried.
    pub const ALL: [Kind; 3] = [Kind::A, Kind::B, Kind::N];

    /// The letter that stands for it in what is sealed.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Kind::A => b'a',
            Kind::B => b'b',
            Kind::N => b'n',
        }
    }

    /// Whether such a card keeps its number from being read without a code.
    pub const fn hides_its_number(self) -> bool {
        matches!(self, Kind::N)
    }

    /// Whether such a card checks a PIN and counts the tries by itself.
    pub const fn checks_pins(self) -> bool {
        matches!(self, Kind::N)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::A => "a",
            Kind::B => "b",
            Kind::N => "n",
        })
    }
}

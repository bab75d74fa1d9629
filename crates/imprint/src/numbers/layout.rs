//! Names of the five layouts (EP 0 660 270, Fig. 3a to 3e). What they look like is known to `picture` alone.

use core::fmt;
use core::str::FromStr;

/// One of the five layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum LayoutId {
    /// Fig. 3a: row horizontal under the day stamp, reference bars FE7.
    A,
    /// Fig. 3b: row vertical between value stamp and day stamp.
    B,
    /// Fig. 3c: as b, with a second row FE10 under the postage.
    C,
    /// Fig. 3d: as b, with two fields, under and above the postage.
    D,
    /// Fig. 3e: as d, with a bar code above the postage.
    E,
}

impl LayoutId {
    /// All layouts, in the order of the figures.
    pub const ALL: [LayoutId; 5] = [LayoutId::A, LayoutId::B, LayoutId::C, LayoutId::D, LayoutId::E];

    /// The letter it is called by.
    pub const fn name(self) -> &'static str {
        match self {
            LayoutId::A => "a",
            LayoutId::B => "b",
            LayoutId::C => "c",
            LayoutId::D => "d",
            LayoutId::E => "e",
        }
    }

    /// Whether it has a place for the second marking row FE10.
    pub const fn has_second_row(self) -> bool {
        matches!(self, LayoutId::C | LayoutId::D | LayoutId::E)
    }
}

impl fmt::Display for LayoutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text names no layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayoutError;

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a layout is one of a, b, c, d, e")
    }
}

impl core::error::Error for LayoutError {}

impl FromStr for LayoutId {
    type Err = LayoutError;

    fn from_str(text: &str) -> Result<LayoutId, LayoutError> {
        LayoutId::ALL.into_iter().find(|layout| layout.name() == text).ok_or(LayoutError)
    }
}

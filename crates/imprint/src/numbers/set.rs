//! Which symbol set a row of marking symbols is written in, and thereby the base of its digits (EP 0 660 270, [45]).
//!
//! Only the name and the base live here: the numbers need no drawings, and no heap.

use core::fmt;
use core::str::FromStr;

/// A symbol set, known by the number of its symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum SetId {
    /// 5 symbols, told apart by blackening in steps of 20 %.
    S5,
    /// 10 symbols, told apart by blackening in steps of 10 %.
    S10,
    /// 14 symbols.
    S14,
    /// 16 symbols.
    S16,
    /// 22 symbols.
    S22,
    /// 40 symbols.
    S40,
}

impl SetId {
    /// Every set, the smallest first.
    pub const ALL: [SetId; 6] = [SetId::S5, SetId::S10, SetId::S14, SetId::S16, SetId::S22, SetId::S40];

    /// How many symbols the set has: the base of the digits a row writes.
    pub const fn base(self) -> u32 {
        match self {
            SetId::S5 => 5,
            SetId::S10 => 10,
            SetId::S14 => 14,
            SetId::S16 => 16,
            SetId::S22 => 22,
            SetId::S40 => 40,
        }
    }

    /// The set's name on the command line and in documents: `s22`.
    pub const fn name(self) -> &'static str {
        match self {
            SetId::S5 => "s5",
            SetId::S10 => "s10",
            SetId::S14 => "s14",
            SetId::S16 => "s16",
            SetId::S22 => "s22",
            SetId::S40 => "s40",
        }
    }
}

impl fmt::Display for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text names no symbol set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetError;

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no such symbol set; the sets are s5, s10, s14, s16, s22 and s40")
    }
}

impl core::error::Error for SetError {}

impl FromStr for SetId {
    type Err = SetError;

    fn from_str(text: &str) -> Result<SetId, SetError> {
        SetId::ALL.into_iter().find(|set| set.name() == text).ok_or(SetError)
    }
}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_set_is_named_by_its_base_and_found_by_its_name() {
        for set in SetId::ALL {
            assert_eq!(set.name(), alloc::format!("s{}", set.base()));
            assert_eq!(set.to_string().parse(), Ok(set));
        }
    }

    #[test]
    fn a_text_that_names_no_set_is_refused_with_the_names_of_all() {
        for text in ["", "22", "S22", "s7", " s22", "s22 "] {
            let error = text.parse::<SetId>().unwrap_err();
            for set in SetId::ALL {
                assert!(error.to_string().contains(set.name()), "{text:?}: {error}");
            }
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn documents_hold_the_set_by_name() {
        for set in SetId::ALL {
            let json = serde_json::to_string(&set).unwrap();
            assert_eq!(json, alloc::format!("\"{}\"", set.name()));
            assert_eq!(serde_json::from_str::<SetId>(&json).unwrap(), set);
        }
        assert!(serde_json::from_str::<SetId>("\"s6\"").is_err());
    }
}

//! Why an imprint that was paid for is of no use.

use core::fmt;
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// Why an imprint is worth nothing to its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum SpoilReason {
    /// The print cannot be read, or is not whole.
    Misprint,
    /// The printer failed, or the letter jammed in it.
    Printer,
    /// Another value was meant.
    WrongValue,
    /// Another date was meant.
    WrongDate,
    /// The envelope was damaged after it was printed.
    Damaged,
    /// The letter was not sent.
    NotUsed,
    /// The meter was cut off while it printed: nobody knows how far it came.
    Unknown,
}

impl SpoilReason {
    /// All of them.
    pub const ALL: [SpoilReason; 7] = [
        SpoilReason::Misprint,
        SpoilReason::Printer,
        SpoilReason::WrongValue,
        SpoilReason::WrongDate,
        SpoilReason::Damaged,
        SpoilReason::NotUsed,
        SpoilReason::Unknown,
    ];

    /// Its word in documents, tables and commands, which stays the same from version to version.
    pub const fn word(self) -> &'static str {
        match self {
            SpoilReason::Misprint => "misprint",
            SpoilReason::Printer => "printer",
            SpoilReason::WrongValue => "wrong_value",
            SpoilReason::WrongDate => "wrong_date",
            SpoilReason::Damaged => "damaged",
            SpoilReason::NotUsed => "not_used",
            SpoilReason::Unknown => "unknown",
        }
    }

    /// The reason of this word.
    pub fn of(word: &str) -> Option<SpoilReason> {
        SpoilReason::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// As a sentence goes on after "because".
impl fmt::Display for SpoilReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SpoilReason::Misprint => "the print cannot be read or is not whole",
            SpoilReason::Printer => "the printer failed or the letter jammed",
            SpoilReason::WrongValue => "another value was meant",
            SpoilReason::WrongDate => "another date was meant",
            SpoilReason::Damaged => "the envelope was damaged",
            SpoilReason::NotUsed => "the letter was not sent",
            SpoilReason::Unknown => "nobody knows whether it is on paper",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_word_of_its_own() {
        for reason in SpoilReason::ALL {
            assert_eq!(SpoilReason::of(reason.word()), Some(reason));
        }
        assert_eq!(SpoilReason::of("regret"), None);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn each_reason_is_written_as_its_word() {
        for reason in SpoilReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
        }
    }
}

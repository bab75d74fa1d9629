//! Names: of persons and of tokens, which share one row of names, and the full names of persons.
//!
//! What always holds: a name is the name of a desk of the audit log too, and no other author of that log has it; it can
//! stand in a path as it is.

use crate::audit::Desk;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Authors of the audit log who are no persons.
const RESERVED: [&str; 2] = [Desk::CENTRE, "meter"];

/// The name of a person or a token: 1 to 32 of `a`-`z`, `0`-`9`, dot, hyphen and underscore, with a letter or digit
/// first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Desk);

impl Name {
    /// The name as somebody typed it: capitals and blanks around it do not count.
    pub fn typed(text: &str) -> Result<Name, NameFault> {
        let text = text.trim();
        // Bounded before anything is made of it.
        if text.len() > Desk::MAX_BYTES {
            return Err(NameFault::Form);
        }
        text.to_ascii_lowercase().parse()
    }

    /// Its text.
    pub fn text(&self) -> &str {
        self.0.name()
    }

    /// The desk at which this person or token acts.
    pub fn desk(&self) -> &Desk {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameFault;

    fn from_str(text: &str) -> Result<Name, NameFault> {
        if RESERVED.contains(&text) {
            return Err(NameFault::Reserved);
        }
        if !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Err(NameFault::Form);
        }
        Desk::new(text).map(Name).map_err(|_| NameFault::Form)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a person is called in full: 1 to 80 bytes in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName(Box<str>);

impl FullName {
    /// The longest full name, in bytes.
    pub const MAX_BYTES: usize = 80;

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl FromStr for FullName {
    type Err = NameFault;

    fn from_str(text: &str) -> Result<FullName, NameFault> {
        let text = text.trim();
        let fits = (1..=FullName::MAX_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
        if fits { Ok(FullName(text.into())) } else { Err(NameFault::Full) }
    }
}

impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Its length or a sign of it.
    #[error(
        "a name has 1 to {} of a-z, 0-9, dot, hyphen and underscore, with a letter or digit first",
        Desk::MAX_BYTES
    )]
    Form,
    /// The audit log calls somebody else so.
    #[error("the names centre and meter are kept for the service itself: take another")]
    Reserved,
    /// The full name.
    #[error("a full name has 1 to {} bytes in one line", FullName::MAX_BYTES)]
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_desks_name_with_a_letter_or_digit_first() {
        for text in ["anna", "a", "7", "anna.b-c_d", &"a".repeat(32)] {
            assert_eq!(text.parse::<Name>().unwrap().text(), text);
        }
        for text in ["", ".", "..", "-a", "_a", "Anna", "än", "a b", "a/b", "a:b", &"a".repeat(33)] {
            assert_eq!(text.parse::<Name>(), Err(NameFault::Form), "{text}");
        }
        for text in ["centre", "meter"] {
            assert_eq!(text.parse::<Name>(), Err(NameFault::Reserved));
        }
    }

    #[test]
    fn capitals_and_blanks_around_a_typed_name_do_not_count() {
        assert_eq!(Name::typed(" Anna\n").unwrap().text(), "anna");
        assert_eq!(Name::typed("CENTRE"), Err(NameFault::Reserved));
        assert_eq!(Name::typed(&"a".repeat(100_000)), Err(NameFault::Form));
    }

    #[test]
    fn a_full_name_is_one_line() {
        assert_eq!(" Änne Müller ".parse::<FullName>().unwrap().text(), "Änne Müller");
        for text in ["", "  ", "a\nb", "a\u{7f}", &"ä".repeat(41)] {
            assert_eq!(text.parse::<FullName>(), Err(NameFault::Full), "{text:?}");
        }
    }
}

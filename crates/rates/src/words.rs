//! The words of a rate table: names that programs go by, texts for people, and codes of ISO.
//!
//! What always holds: each is bounded, and none has a control character. A name is in lower case and a code in upper
//! case, so that a zone's name and a country's code are never taken for each other.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many characters a name has at most.
const NAME_MAX: usize = 24;
/// How many characters a text has at most.
const TEXT_MAX: usize = 60;

/// What a program calls a zone, format or service: 1 to 24 of `a` to `z`, `0` to `9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Name, WordError> {
        let plain = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let is_name = plain && (1..=NAME_MAX).contains(&text.len());
        if is_name { Ok(Name(text.into())) } else { Err(WordError::Name) }
    }
}

impl TryFrom<String> for Name {
    type Error = WordError;

    fn try_from(text: String) -> Result<Name, WordError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text for people: 1 to 60 characters, none of them a control character, and not only spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = WordError;

    fn try_from(text: String) -> Result<Text, WordError> {
        let is_text = !text.trim().is_empty()
            && text.chars().count() <= TEXT_MAX
            && !text.chars().any(char::is_control);
        if is_text { Ok(Text(text)) } else { Err(WordError::Text) }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        text.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A code of `N` capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code<const N: usize>([u8; N]);

/// A country of ISO 3166, such as `DE`; what the standard leaves to its users (`XA` to `XZ` among others) may be used.
pub type Country = Code<2>;
/// A currency of ISO 4217, such as `EUR`.
pub type Currency = Code<3>;

impl<const N: usize> FromStr for Code<N> {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Code<N>, WordError> {
        let letters: [u8; N] = text.as_bytes().try_into().map_err(|_| WordError::Code(N))?;
        let is_code = letters.iter().all(u8::is_ascii_uppercase);
        if is_code { Ok(Code(letters)) } else { Err(WordError::Code(N)) }
    }
}

impl<const N: usize> TryFrom<String> for Code<N> {
    type Error = WordError;

    fn try_from(text: String) -> Result<Code<N>, WordError> {
        text.parse()
    }
}

impl<const N: usize> From<Code<N>> for String {
    fn from(code: Code<N>) -> String {
        code.to_string()
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no such word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// It is no name.
    #[error("a name has 1 to {NAME_MAX} characters, each a small letter of a to z, a digit or a hyphen")]
    Name,
    /// It is no text.
    #[error("a text has 1 to {TEXT_MAX} characters, none of them a control character")]
    Text,
    /// It is no code.
    #[error("a code of ISO has {0} capital letters, such as DE for a country or EUR for a currency")]
    Code(usize),
}

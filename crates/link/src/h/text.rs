//! Texts with a bound.
//!
//! What always holds: a text from outside has no control characters and at most so many bytes; a name is not empty.

use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A text of at most `MAX` bytes, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As much of a text as fits, control characters left out.
    pub fn shortened(text: &str) -> Text<MAX> {
        let mut kept = String::new();
        for character in text.chars().filter(|character| !character.is_control()) {
            if kept.len() + character.len_utf8() > MAX {
                break;
            }
            kept.push(character);
        }
        Text(kept)
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Text<MAX>, TextError> {
        if text.len() > MAX {
            return Err(TextError::Long);
        }
        if text.chars().any(char::is_control) {
            return Err(TextError::Control);
        }
        Ok(Text(text))
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> String {
        text.0
    }
}

/// The name of a carrier or a station: 1 to 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Text<64>);

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Name {
    type Error = TextError;

    fn try_from(text: String) -> Result<Name, TextError> {
        if text.trim().is_empty() { Err(TextError::Empty) } else { Text::try_from(text).map(Name) }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0.into()
    }
}

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// It is longer than its bound.
    Long,
    /// It has control characters.
    Control,
    /// A name is empty.
    Empty,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TextError::Long => "the text is longer than it may be",
            TextError::Control => "the text has control characters",
            TextError::Empty => "a name is not empty",
        })
    }
}

impl core::error::Error for TextError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn texts_beyond_their_bound_or_with_control_characters_are_refused() {
        assert_eq!(Text::<3>::try_from("äb".to_string()).unwrap().as_str(), "äb");
        assert_eq!(Text::<3>::try_from("äbc".to_string()), Err(TextError::Long));
        assert_eq!(Text::<3>::try_from("a\n".to_string()), Err(TextError::Control));
        assert_eq!(Name::try_from(" ".to_string()), Err(TextError::Empty));
    }

    #[test]
    fn a_text_is_shortened_between_characters() {
        assert_eq!(Text::<4>::shortened("a\u{7}äöü").as_str(), "aä");
    }
}

//! Names, settings and secrets in the records of applications, within their bounds.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A name: 1 to 32 bytes of text without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The longest name, in bytes.
    pub const BYTES_MAX: usize = 32;

    /// A name.
    pub fn new(text: &str) -> Result<Name, TextError> {
        let is_plain = !text.chars().any(char::is_control);
        let is_name = is_plain && (1..=Name::BYTES_MAX).contains(&text.len());
        if is_name { Ok(Name(text.into())) } else { Err(TextError::Name) }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Name {
    type Error = TextError;

    fn try_from(text: String) -> Result<Name, TextError> {
        Name::new(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

/// Settings and their values, each setting once, at most 64 of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Name, String>", into = "BTreeMap<Name, String>")]
pub struct SettingList(BTreeMap<Name, String>);

impl SettingList {
    /// How many settings a list has at most.
    pub const MAX: usize = 64;
    /// The longest value, in bytes.
    pub const VALUE_BYTES_MAX: usize = 128;

    /// The settings and their values, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &str)> {
        self.0.iter().map(|(name, value)| (name, value.as_str()))
    }
}

impl TryFrom<BTreeMap<Name, String>> for SettingList {
    type Error = TextError;

    fn try_from(settings: BTreeMap<Name, String>) -> Result<SettingList, TextError> {
        let is_value =
            |value: &String| value.len() <= Self::VALUE_BYTES_MAX && !value.chars().any(char::is_control);
        let is_list = settings.len() <= Self::MAX && settings.values().all(is_value);
        if is_list { Ok(SettingList(settings)) } else { Err(TextError::Settings) }
    }
}

impl From<SettingList> for BTreeMap<Name, String> {
    fn from(list: SettingList) -> BTreeMap<Name, String> {
        list.0
    }
}

/// A secret text of 1 to 64 bytes; wiped when it is dropped, and not in `Debug`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(String);

impl Secret {
    /// The longest secret, in bytes.
    pub const BYTES_MAX: usize = 64;

    /// A secret.
    pub fn new(text: String) -> Result<Secret, TextError> {
        let is_secret = (1..=Secret::BYTES_MAX).contains(&text.len());
        let secret = Secret(text);
        if is_secret { Ok(secret) } else { Err(TextError::Secret) }
    }

    /// Its text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Secret {
    type Error = TextError;

    fn try_from(text: String) -> Result<Secret, TextError> {
        Secret::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why a text cannot stand in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, too long, or with control characters.
    #[error("a name has 1 to {} bytes and no control characters", Name::BYTES_MAX)]
    Name,
    /// Too many settings, or a value that is too long.
    #[error(
        "there are at most {} settings, whose values have at most {} bytes and no control characters",
        SettingList::MAX,
        SettingList::VALUE_BYTES_MAX
    )]
    Settings,
    /// Empty or too long.
    #[error("a password on a card has 1 to {} bytes", Secret::BYTES_MAX)]
    Secret,
}

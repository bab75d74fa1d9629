//! Numbers of cost centres and groups, names of these and of cards, parsed where they come in (DE 197 57 648, page 4 and
//! 6).

use alloc::string::String;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// What the first two digits of all cost centres' numbers are: the maker's and the meter's part, as it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Prefix(u8);

impl Prefix {
    /// The prefix with this value, 0 to 99.
    pub const fn new(value: u8) -> Result<Prefix, NumberError> {
        if value <= 99 { Ok(Prefix(value)) } else { Err(NumberError::Prefix) }
    }

    /// The cost centre with this prefix and these three free digits, 0 to 999.
    pub const fn centre(self, free: u16) -> Result<CentreNumber, NumberError> {
        if free <= 999 {
            CentreNumber::new(self.0 as u32 * 1000 + free as u32)
        } else {
            Err(NumberError::Centre)
        }
    }
}

impl TryFrom<u8> for Prefix {
    type Error = NumberError;

    fn try_from(value: u8) -> Result<Prefix, NumberError> {
        Prefix::new(value)
    }
}

impl From<Prefix> for u8 {
    fn from(prefix: Prefix) -> u8 {
        prefix.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// A cost centre's number: five digits, the first two the prefix, three free to choose (page 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct CentreNumber(u32);

impl CentreNumber {
    /// The number with this value, 0 to 99999.
    pub const fn new(value: u32) -> Result<CentreNumber, NumberError> {
        if value <= 99_999 { Ok(CentreNumber(value)) } else { Err(NumberError::Centre) }
    }

    /// Its value.
    pub const fn value(self) -> u32 {
        self.0
    }

    /// Its first two digits.
    pub const fn prefix(self) -> Prefix {
        Prefix((self.0 / 1000) as u8)
    }

    /// Its three free digits.
    pub const fn free(self) -> u16 {
        (self.0 % 1000) as u16
    }
}

impl TryFrom<u32> for CentreNumber {
    type Error = NumberError;

    fn try_from(value: u32) -> Result<CentreNumber, NumberError> {
        CentreNumber::new(value)
    }
}

impl From<CentreNumber> for u32 {
    fn from(number: CentreNumber) -> u32 {
        number.0
    }
}

/// All five digits: `01001`.
impl fmt::Display for CentreNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

impl FromStr for CentreNumber {
    type Err = NumberError;

    /// Reads all five digits, leading zeros too.
    fn from_str(text: &str) -> Result<CentreNumber, NumberError> {
        let plain = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain {
            text.parse().map(CentreNumber).map_err(|_| NumberError::Centre)
        } else {
            Err(NumberError::Centre)
        }
    }
}

/// The number of a group of cost centres, 1 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct GroupNumber(u16);

impl GroupNumber {
    /// The number with this value, 1 to 999.
    pub const fn new(value: u16) -> Result<GroupNumber, NumberError> {
        if value >= 1 && value <= 999 { Ok(GroupNumber(value)) } else { Err(NumberError::Group) }
    }

    /// Its value.
    pub const fn value(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for GroupNumber {
    type Error = NumberError;

    fn try_from(value: u16) -> Result<GroupNumber, NumberError> {
        GroupNumber::new(value)
    }
}

impl From<GroupNumber> for u16 {
    fn from(number: GroupNumber) -> u16 {
        number.0
    }
}

impl fmt::Display for GroupNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for GroupNumber {
    type Err = NumberError;

    /// Reads up to three digits.
    fn from_str(text: &str) -> Result<GroupNumber, NumberError> {
        let plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let value: Option<u16> = if plain { text.parse().ok() } else { None };
        value.ok_or(NumberError::Group).and_then(GroupNumber::new)
    }
}

/// What a person calls a cost centre, a group or a card: up to 40 characters that can be shown; it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// How many characters it may have.
    pub const CHARACTERS_MAX: usize = 40;

    /// The name of these characters.
    pub fn new(text: &str) -> Result<Name, NumberError> {
        let fits = text.chars().count() <= Name::CHARACTERS_MAX;
        if fits && !text.chars().any(char::is_control) {
            Ok(Name(text.into()))
        } else {
            Err(NumberError::Name)
        }
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Name, NumberError> {
        Name::new(text)
    }
}

impl TryFrom<String> for Name {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Name, NumberError> {
        Name::new(&text)
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

/// Why something is no number or name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// No prefix.
    Prefix,
    /// No cost centre's number.
    Centre,
    /// No group's number.
    Group,
    /// No name.
    Name,
    /// No month.
    Month,
    /// No functions.
    Functions,
    /// No level.
    Level,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::Prefix => "the cost centres' prefix is a number from 0 to 99",
            NumberError::Centre => "a cost centre's number has five digits, such as 01001",
            NumberError::Group => "a group's number is one from 1 to 999",
            NumberError::Name => "a name has at most 40 characters, and all of them can be shown",
            NumberError::Month => "a month is written such as 2026-11, from 2000-01 to 2099-12",
            NumberError::Functions => "functions are all, none, or names such as frank,query,set-cliche",
            NumberError::Level => "a card's level is master, group, single or function",
        })
    }
}

impl core::error::Error for NumberError {}

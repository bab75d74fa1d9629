//! The indicium document: what the security device hands out for one debit. It holds everything that is printed
//! and nothing that is secret.

use super::row::Row;
use super::{LayoutId, ProfileName, SetId, Suspicion};
use core::fmt;
use core::str::FromStr;
use terms::{Date, Money, Serial};

/// The version of the document this code reads and writes.
const INDICIUM_VERSION: u16 = 1;

/// The number by which a request is known again after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Sixteen hexadecimal digits.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for RequestId {
    type Err = IndiciumError;

    fn from_str(text: &str) -> Result<RequestId, IndiciumError> {
        let plain = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = if plain { u64::from_str_radix(text, 16).ok() } else { None };
        number.map(RequestId).ok_or(IndiciumError::RequestId)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for RequestId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for RequestId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<RequestId, D::Error> {
        let text = heapless::String::<16>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The second marking row of an indicium.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct SecondRow {
    /// Its symbol set.
    pub set: SetId,
    /// Its symbols.
    pub symbols: Row,
}

/// One debited imprint, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Indicium {
    /// The version of the document.
    pub version: u16,
    /// The request it answers.
    pub request: RequestId,
    /// The profile's name.
    pub profile: ProfileName,
    /// The profile's epoch.
    pub epoch: u16,
    /// The meter.
    pub serial: Serial,
    /// The date to print.
    pub date: Date,
    /// The postage in minor units.
    pub postage: Money,
    /// The monotone variable.
    pub mv: u64,
    /// The second number, where the profile has one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub second: Option<u64>,
    /// What FE8 shows, where the profile shows it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub shown_count: Option<u32>,
    /// The suspicion, shown as an open mark too.
    #[cfg_attr(feature = "serde", serde(default))]
    pub suspicion: Suspicion,
    /// The layout of the profile.
    pub layout: LayoutId,
    /// The symbol set of the row.
    pub set: SetId,
    /// The row, most significant symbol first.
    pub symbols: Row,
    /// The second row, where the profile has one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub second_row: Option<SecondRow>,
    /// The cliché's number; 0 for none.
    #[cfg_attr(feature = "serde", serde(default))]
    pub cliche_number: u16,
}

impl Indicium {
    /// The version written today.
    pub const VERSION: u16 = INDICIUM_VERSION;

    /// Checks what a document from outside must hold before it is drawn: version and symbols of its sets.
    pub fn check(&self) -> Result<(), IndiciumError> {
        if self.version != INDICIUM_VERSION {
            return Err(IndiciumError::Version);
        }
        let within = |set: SetId, row: &Row| {
            !row.is_empty() && row.iter().all(|&symbol| u32::from(symbol) < set.base())
        };
        let second_within = self.second_row.as_ref().is_none_or(|row| within(row.set, &row.symbols));
        if within(self.set, &self.symbols) && second_within { Ok(()) } else { Err(IndiciumError::Symbols) }
    }
}

/// Why a document is no indicium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndiciumError {
    /// The version is not one this program knows.
    Version,
    /// A row is empty or holds symbols its set does not have.
    Symbols,
    /// A request id is not 1 to 16 hexadecimal digits.
    RequestId,
}

impl fmt::Display for IndiciumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IndiciumError::Version => {
                "the indicium has a version this program does not know: it knows version 1"
            }
            IndiciumError::Symbols => "the indicium's row is empty or holds symbols its set does not have",
            IndiciumError::RequestId => "a request id is 1 to 16 hexadecimal digits",
        })
    }
}

impl core::error::Error for IndiciumError {}

//! What stands in the centre's lists.

use super::document::Kind;
use super::list::Entry;
use super::text::{Name, Text};
use crate::keys::{WrappedKey, derive, unwrap_key, wrap_key};
use alloc::string::String;
use alloc::vec::Vec;
use imprint::numbers::{Key, LayoutId, Profile};
use serde::{Deserialize, Serialize};
use terms::equations::{MeanUse, Status, UseClass};
use terms::{Date, Money, Serial};

/// A meter under suspicion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspectEntry {
    /// The meter.
    pub serial: Serial,
    /// Suspicious or manipulated.
    pub status: Status,
    /// Since when, in milliseconds since 1970-01-01 UTC.
    pub since_ms: i64,
    /// Why, as sentences.
    pub why: Vec<Text<200>>,
}

impl Entry for SuspectEntry {
    const KIND: Kind = Kind::Suspects;
    type Key = Serial;

    fn key(&self) -> Serial {
        self.serial
    }

    fn check(&self) -> Result<(), &'static str> {
        match self.status {
            Status::Okay => Err("a meter on the suspects' list is suspicious or manipulated"),
            Status::Suspicious | Status::Manipulated => Ok(()),
        }
    }
}

/// A meter and what it may print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterEntry {
    /// The meter.
    pub serial: Serial,
    /// Whether its imprints are specimens, never worth postage.
    #[serde(default)]
    pub specimen: bool,
    /// Whether it is in service.
    pub state: MeterState,
    /// The profiles it may use, by rising epoch.
    pub profiles: Vec<Profile>,
    /// The layouts it may print; empty for its profiles' own.
    #[serde(default)]
    pub layouts: Vec<LayoutId>,
    /// The numbers of the cliché frames it may print; empty for all.
    #[serde(default)]
    pub cliches: Vec<u16>,
}

/// Whether a meter is in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterState {
    /// It is.
    InService,
    /// It is, and was not heard in its time.
    Overdue,
    /// It has left service.
    Withdrawn,
}

impl Entry for MeterEntry {
    const KIND: Kind = Kind::Meters;
    type Key = Serial;

    fn key(&self) -> Serial {
        self.serial
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.profiles.is_empty() {
            return Err("a meter has at least one profile");
        }
        let is_rising = self.profiles.is_sorted_by(|one, next| one.epoch < next.epoch);
        if is_rising { Ok(()) } else { Err("a meter's profiles stand by rising epoch, each epoch once") }
    }
}

/// A key for verification, in coded form for one station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// The meter.
    pub serial: Serial,
    /// The epoch of the profile it goes with.
    pub epoch: u16,
    /// The slot.
    pub slot: u8,
    /// The key in AES key wrap under the station's key.
    #[serde(with = "wrapped")]
    pub wrapped: WrappedKey,
}

/// Whose verification key, for which epoch and slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerificationKey {
    /// The meter.
    pub serial: Serial,
    /// The epoch.
    pub epoch: u16,
    /// The slot.
    pub slot: u8,
}

/// A verification key in coded form for the station that has this key.
pub fn seal_key(of: VerificationKey, key: &Key, station: &Key) -> KeyEntry {
    let VerificationKey { serial, epoch, slot } = of;
    KeyEntry { serial, epoch, slot, wrapped: wrap_key(&station_wrapping(station), key) }
}

impl KeyEntry {
    /// The key, for the station that has this one.
    pub fn open(&self, station: &Key) -> Option<Key> {
        unwrap_key(&station_wrapping(station), &self.wrapped)
    }
}

impl Entry for KeyEntry {
    const KIND: Kind = Kind::Keys;
    type Key = VerificationKey;

    fn key(&self) -> VerificationKey {
        VerificationKey { serial: self.serial, epoch: self.epoch, slot: self.slot }
    }
}

fn station_wrapping(station: &Key) -> Key {
    derive(station, b"keys for station")
}

/// Where a meter's MV can be, by the registers the centre has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MvInterval {
    /// The meter.
    pub serial: Serial,
    /// The epoch.
    pub epoch: u16,
    /// The second number these hold for, where MV starts again with it.
    #[serde(default)]
    pub second: Option<u64>,
    /// The least MV an imprint made from now on can have.
    pub least: u64,
    /// The greatest, by the credit it has.
    pub greatest: u64,
    /// When the registers were seen, in milliseconds since 1970-01-01 UTC.
    pub seen_ms: i64,
}

impl Entry for MvInterval {
    const KIND: Kind = Kind::Intervals;
    type Key = (Serial, u16, Option<u64>);

    fn key(&self) -> Self::Key {
        (self.serial, self.epoch, self.second)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.least <= self.greatest { Ok(()) } else { Err("an interval ends before it begins") }
    }
}

/// A cliché frame and its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClicheEntry {
    /// Its number WRN, 1 to 999.
    pub number: u16,
    /// What it shows, for people.
    pub name: Text<64>,
    /// The height of the head it is for, in dots.
    pub dots: u32,
    /// The height of its window for text, 0 if it has none.
    pub text_height: u32,
    /// Its record, run-length coded.
    #[serde(with = "bytes")]
    pub record: Vec<u8>,
}

impl Entry for ClicheEntry {
    const KIND: Kind = Kind::Cliches;
    type Key = u16;

    fn key(&self) -> u16 {
        self.number
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.number == 0 || self.number > 999 {
            return Err("a cliché frame's number is 1 to 999");
        }
        if self.record.len() > ClicheEntry::RECORD_BYTES_MAX {
            Err("a cliché's record is too long")
        } else {
            Ok(())
        }
    }
}

impl ClicheEntry {
    /// Bytes of the longest record.
    pub const RECORD_BYTES_MAX: usize = 64 << 10;
}

/// What use is held against (EP 0 660 270, W and P): for one class, or for all where none is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdEntry {
    /// The class; none for the fixed threshold.
    pub class: Option<UseClass>,
    /// The most that is used between two refills.
    pub most_since_refill: Money,
    /// The most that is used in a day on average since a refill.
    pub most_per_day: MeanUse,
    /// The longest time between two refills, in days.
    pub longest_days: u32,
}

impl Entry for ThresholdEntry {
    const KIND: Kind = Kind::Thresholds;
    type Key = Option<UseClass>;

    fn key(&self) -> Option<UseClass> {
        self.class
    }
}

/// What the centre knows of a meter's use: what its mail is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatisticsEntry {
    /// The meter.
    pub serial: Serial,
    /// Its class.
    pub class: UseClass,
    /// Its mean use, where its refills tell it.
    pub mean_use: Option<MeanUse>,
    /// Its last refill.
    pub last_refill: Option<LastRefill>,
    /// When the next is expected, in milliseconds since 1970-01-01 UTC.
    pub next_refill_ms: Option<i64>,
}

/// A meter's last refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastRefill {
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// R1 right after it: what its mail until the next can be worth.
    pub credit: Money,
    /// R2 right after it.
    pub spent: Money,
    /// R4 right after it.
    pub pieces: u64,
}

impl Entry for StatisticsEntry {
    const KIND: Kind = Kind::Statistics;
    type Key = Serial;

    fn key(&self) -> Serial {
        self.serial
    }
}

/// What a piece costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The product, such as a standard letter.
    pub product: Name,
    /// From this weight on, in grams.
    pub above_g: u32,
    /// Up to this weight, in grams.
    pub up_to_g: u32,
    /// The greatest length, width and thickness in millimetres, where the product has bounds.
    #[serde(default)]
    pub most_mm: Option<[u32; 3]>,
    /// From this day on.
    pub valid_from: Date,
    /// The postage.
    pub postage: Money,
}

impl Entry for Rate {
    const KIND: Kind = Kind::Tariff;
    type Key = (Name, Date, u32);

    fn key(&self) -> Self::Key {
        (self.product.clone(), self.valid_from, self.above_g)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.above_g < self.up_to_g { Ok(()) } else { Err("a rate's weights are empty") }
    }
}

mod bytes {
    //! Bytes as hexadecimal digits.

    use super::{String, Vec};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
        let text: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        serializer.serialize_str(&text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let fault = || D::Error::custom("pairs of hexadecimal digits are needed");
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return Err(fault());
        }
        let value = |digit: u8| char::from(digit).to_digit(16).ok_or_else(fault);
        pairs.iter().map(|[high, low]| Ok((value(*high)? << 4 | value(*low)?) as u8)).collect()
    }
}

mod wrapped {
    //! A key in coded form as hexadecimal digits.

    use super::{Vec, WrappedKey, bytes};
    use serde::{Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(wrapped: &WrappedKey, serializer: S) -> Result<S::Ok, S::Error> {
        bytes::serialize(wrapped, serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WrappedKey, D::Error> {
        let bytes: Vec<u8> = bytes::deserialize(deserializer)?;
        bytes.try_into().map_err(|_| D::Error::custom("a key in coded form has 40 bytes"))
    }
}

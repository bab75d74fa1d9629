//! What the centre publishes: numbered lists with an end date, so that a station works offline and knows for how long.
//!
//! What always holds of a [`Current`] list: a trusted key has signed it, it is of the version this program knows, it was
//! valid on the day it was opened, it is not older than the one known before, it is for this station, and its entries
//! are each in themselves right and by rising key, each key once.

use super::document::{DocumentError, Kind, open, seal};
use super::text::Name;
use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use terms::{Date, Serial};

/// The version of the lists and batches this program reads and writes.
pub const VERSION: u16 = 1;

/// What stands in a list.
pub trait Entry: Serialize + DeserializeOwned {
    /// The kind of the list.
    const KIND: Kind;
    /// What no two entries of a list share.
    type Key: Ord;

    /// The entry's key.
    fn key(&self) -> Self::Key;

    /// Whether the entry contradicts itself.
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

/// A list as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Serialize + DeserializeOwned")]
pub struct List<T> {
    /// The version of the format.
    pub version: u16,
    /// Whose list it is.
    pub carrier: Name,
    /// Its number: rises with every list of its kind.
    pub number: u64,
    /// When it was made, in milliseconds since 1970-01-01 UTC.
    pub issued_ms: i64,
    /// The last day, in UTC, on which it may be used.
    pub valid_until: Date,
    /// The station it is for, if not for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<Name>,
    /// The meter it is about, if it answers a query for one; otherwise it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Serial>,
    /// What stands in it, by rising key.
    pub entries: Vec<T>,
}

impl<T: Entry> List<T> {
    /// Signs the list. Its entries are brought into order first; nothing if one of them is wrong or stands twice.
    pub fn seal(mut self, key: &SigningKey) -> Result<Vec<u8>, ListError> {
        self.entries.sort_by_key(Entry::key);
        self.check_entries()?;
        let body = serde_json::to_vec(&self).map_err(|_| ListError::Body)?;
        Ok(seal(T::KIND, &body, key))
    }

    fn check_entries(&self) -> Result<(), ListError> {
        for entry in &self.entries {
            entry.check().map_err(ListError::Entry)?;
        }
        let is_rising = self.entries.is_sorted_by(|one, next| one.key() < next.key());
        if is_rising { Ok(()) } else { Err(ListError::Order) }
    }
}

/// What a station expects of a list.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The carrier's keys; more than one while they are exchanged.
    pub trusted: &'a [VerifyingKey],
    /// Today, in UTC.
    pub today: Date,
    /// The station itself.
    pub station: &'a Name,
    /// The meter it asked for, or `None` for the whole list.
    pub only: Option<Serial>,
    /// The number of the newest list of this kind it knows: an older one is refused.
    pub newest_known: u64,
}

/// A list that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current<T>(List<T>);

impl<T: Entry> Current<T> {
    /// Opens a document.
    pub fn open(document: &[u8], expected: &Expected<'_>) -> Result<Current<T>, ListError> {
        let body = open(document, T::KIND, expected.trusted).map_err(ListError::Document)?;
        let Head { version } = serde_json::from_slice(body).map_err(|_| ListError::Body)?;
        if version != VERSION {
            return Err(ListError::Version);
        }
        let list: List<T> = serde_json::from_slice(body).map_err(|_| ListError::Body)?;
        if list.station.as_ref().is_some_and(|station| station != expected.station) {
            return Err(ListError::OtherStation);
        }
        if list.only != expected.only {
            return Err(ListError::Part);
        }
        if list.number < expected.newest_known {
            return Err(ListError::Older);
        }
        if list.valid_until < expected.today {
            return Err(ListError::Ended(list.valid_until));
        }
        list.check_entries()?;
        Ok(Current(list))
    }

    /// The list.
    pub fn list(&self) -> &List<T> {
        &self.0
    }

    /// The list's entries.
    pub fn into_entries(self) -> Vec<T> {
        self.0.entries
    }

    /// Whether it may still be used on a later day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        day <= self.0.valid_until
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Head {
    version: u16,
}

/// Why a list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListError {
    /// The document itself.
    Document(DocumentError),
    /// The version is another.
    Version,
    /// The body is not what such a list holds.
    Body,
    /// It is for another station.
    OtherStation,
    /// It is part of a list where the whole was asked for, or about another meter.
    Part,
    /// A newer one is known.
    Older,
    /// It ended on this day.
    Ended(Date),
    /// An entry contradicts itself.
    Entry(&'static str),
    /// Entries are out of order, or one stands twice.
    Order,
}

impl ListError {
    /// A number that stays the same from version to version.
    pub const fn code(self) -> u16 {
        match self {
            ListError::Document(error) => error.code(),
            ListError::Version => 811,
            ListError::Body => 812,
            ListError::OtherStation => 813,
            ListError::Part => 814,
            ListError::Older => 815,
            ListError::Ended(_) => 816,
            ListError::Entry(_) => 817,
            ListError::Order => 818,
        }
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListError::Document(error) => error.fmt(f),
            ListError::Version => {
                write!(f, "the list has a version this program does not know: it knows version {VERSION}")
            }
            ListError::Body => f.write_str("the document does not hold what a list of its kind holds"),
            ListError::OtherStation => f.write_str("the list is for another station"),
            ListError::Part => {
                f.write_str("the list is about another meter than was asked for, or not whole")
            }
            ListError::Older => f.write_str("a newer list of this kind is known"),
            ListError::Ended(day) => write!(f, "the list could be used until {day}"),
            ListError::Entry(why) => write!(f, "an entry of the list is wrong: {why}"),
            ListError::Order => f.write_str("the list's entries are out of order, or one stands twice"),
        }
    }
}

impl core::error::Error for ListError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::h::{
        KeyEntry, MeterEntry, MeterState, MvInterval, SuspectEntry, Text, VerificationKey, seal_key,
    };
    use alloc::string::{String, ToString};
    use alloc::vec;
    use imprint::numbers::{Key, Profile};
    use terms::equations::Status;

    fn name(text: &str) -> Name {
        Name::try_from(text.to_string()).unwrap()
    }

    fn serial(value: u32) -> Serial {
        Serial::new(value).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn carrier() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn suspect(value: u32) -> SuspectEntry {
        let why = vec![Text::shortened("it was last heard on 2026-08-01")];
        SuspectEntry { serial: serial(value), status: Status::Suspicious, since_ms: 5, why }
    }

    fn list<T>(entries: Vec<T>) -> List<T> {
        let valid_until = day("2026-11-30");
        let carrier = name("Insel-Post");
        List {
            version: VERSION,
            carrier,
            number: 7,
            issued_ms: 1,
            valid_until,
            station: None,
            only: None,
            entries,
        }
    }

    fn opened<T: Entry>(
        document: &[u8],
        change: impl FnOnce(&mut Expected<'_>),
    ) -> Result<Current<T>, ListError> {
        let (trusted, station) = ([carrier().verifying_key()], name("North"));
        let today = day("2026-11-21");
        let mut expected =
            Expected { trusted: &trusted, today, station: &station, only: None, newest_known: 7 };
        change(&mut expected);
        Current::open(document, &expected)
    }

    #[test]
    fn a_list_comes_back_as_it_was_sealed_in_order() {
        let document = list(vec![suspect(2), suspect(1)]).seal(&carrier()).unwrap();
        let current = opened::<SuspectEntry>(&document, |_| ()).unwrap();
        assert_eq!(current.list(), &list(vec![suspect(1), suspect(2)]));
    }

    #[test]
    fn a_list_can_be_used_to_the_end_of_its_last_day() {
        let document = list(vec![suspect(1)]).seal(&carrier()).unwrap();
        let current =
            opened::<SuspectEntry>(&document, |expected| expected.today = day("2026-11-30")).unwrap();
        assert!(current.is_valid_on(day("2026-11-30")) && !current.is_valid_on(day("2026-12-01")));
        assert_eq!(
            opened::<SuspectEntry>(&document, |expected| expected.today = day("2026-12-01")),
            Err(ListError::Ended(day("2026-11-30")))
        );
    }

    #[test]
    fn an_older_list_another_stations_or_a_part_is_refused() {
        let whole = list(vec![suspect(1)]).seal(&carrier()).unwrap();
        let older = opened::<SuspectEntry>(&whole, |expected| expected.newest_known = 8);
        assert_eq!(older, Err(ListError::Older));
        let asked = opened::<SuspectEntry>(&whole, |expected| expected.only = Some(serial(1)));
        assert_eq!(asked, Err(ListError::Part));
        let part = List { only: Some(serial(1)), ..list(vec![suspect(1)]) }.seal(&carrier()).unwrap();
        assert_eq!(opened::<SuspectEntry>(&part, |_| ()), Err(ListError::Part));
        assert!(opened::<SuspectEntry>(&part, |expected| expected.only = Some(serial(1))).is_ok());
        let south = List { station: Some(name("South")), ..list(vec![suspect(1)]) }.seal(&carrier()).unwrap();
        assert_eq!(opened::<SuspectEntry>(&south, |_| ()), Err(ListError::OtherStation));
    }

    #[test]
    fn a_signed_body_that_is_no_such_list_is_refused() {
        let check = |body: &str, error| {
            let document = seal(Kind::Suspects, body.as_bytes(), &carrier());
            assert_eq!(opened::<SuspectEntry>(&document, |_| ()), Err(error), "{body}");
        };
        let entry = r#"{"serial":1,"status":"suspicious","since_ms":5,"why":[]}"#;
        let okay = r#"{"serial":2,"status":"okay","since_ms":5,"why":[]}"#;
        let with = |entries: &str| {
            String::from(r#"{"version":1,"carrier":"Insel-Post","number":7,"issued_ms":1,"#)
                + r#""valid_until":"2026-11-30","entries":["#
                + entries
                + "]}"
        };
        check(r#"{"version":2,"new":true}"#, ListError::Version);
        check("{}", ListError::Body);
        check(&with(r#"{"serial":100000000}"#), ListError::Body);
        check(&(with(entry) + " {}"), ListError::Body);
        check(&with(&[entry, entry].join(",")), ListError::Order);
        let why = "a meter on the suspects' list is suspicious or manipulated";
        check(&with(&[entry, okay].join(",")), ListError::Entry(why));
    }

    #[test]
    fn nobody_seals_a_list_that_nobody_could_open() {
        let twice = list(vec![suspect(1), suspect(1)]);
        assert_eq!(twice.seal(&carrier()), Err(ListError::Order));
        let empty =
            MvInterval { serial: serial(1), epoch: 1, second: None, least: 2, greatest: 1, seen_ms: 0 };
        assert!(matches!(list(vec![empty]).seal(&carrier()), Err(ListError::Entry(_))));
    }

    #[test]
    fn a_meter_carries_its_profiles_by_epoch() {
        let profile = |epoch| Profile { epoch, ..Profile::named("p1").unwrap() };
        let meter = |epochs: &[u16]| MeterEntry {
            serial: serial(1),
            specimen: false,
            state: MeterState::InService,
            profiles: epochs.iter().copied().map(profile).collect(),
            layouts: Vec::new(),
            cliches: vec![1, 999],
        };
        let document = list(vec![meter(&[1, 2])]).seal(&carrier()).unwrap();
        assert_eq!(opened::<MeterEntry>(&document, |_| ()).unwrap().into_entries(), [meter(&[1, 2])]);
        for epochs in [&[][..], &[2, 1], &[1, 1]] {
            assert!(matches!(list(vec![meter(epochs)]).seal(&carrier()), Err(ListError::Entry(_))));
        }
    }

    #[test]
    fn a_verification_key_opens_at_its_station_alone_and_never_stands_in_clear() {
        let (station, other) = (Key::new([3; 32]), Key::new([4; 32]));
        let key = Key::new([0xAB; 32]);
        let of = VerificationKey { serial: serial(1), epoch: 2, slot: 1 };
        let document = list(vec![seal_key(of, &key, &station)]).seal(&carrier()).unwrap();
        assert!(!String::from_utf8(document.clone()).unwrap().contains("abababab"));
        let entries = opened::<KeyEntry>(&document, |_| ()).unwrap().into_entries();
        let entry = entries.first().unwrap();
        assert!(entry.open(&station) == Some(key));
        assert!(entry.open(&other).is_none());
    }
}

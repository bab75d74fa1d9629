//! What a station reports: numbered batches, so that sending one again counts nothing twice.
//!
//! What always holds of a batch that was opened: its station has signed it, and it holds at most [`ENTRIES_MAX`]
//! entries. A station numbers the batches of each kind without gaps and sends one until the centre has it.

use super::document::{DocumentError, Kind, open, seal};
use super::list::VERSION;
use super::text::{Name, Text};
use crate::hex;
use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use terms::{Date, Money, Serial};

/// The most entries of a batch.
pub const ENTRIES_MAX: usize = 10_000;

/// What a batch can hold.
pub trait Item: Serialize + DeserializeOwned {
    /// The kind of the batch.
    const KIND: Kind;
}

/// A batch of reports, or the centre's answer to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Serialize + DeserializeOwned")]
pub struct Batch<T> {
    /// The version of the format.
    pub version: u16,
    /// The station.
    pub station: Name,
    /// Its number among the station's batches of this kind: 1, 2, 3 without gaps. An answer has the number of what it
    /// answers.
    pub number: u64,
    /// When it was made, in milliseconds since 1970-01-01 UTC.
    pub made_ms: i64,
    /// What it holds.
    pub entries: Vec<T>,
}

impl<T: Item> Batch<T> {
    /// Signs the batch; nothing if it holds too much.
    pub fn seal(&self, key: &SigningKey) -> Result<Vec<u8>, BatchError> {
        if self.entries.len() > ENTRIES_MAX {
            return Err(BatchError::Long);
        }
        let body = serde_json::to_vec(self).map_err(|_| BatchError::Body)?;
        Ok(seal(T::KIND, &body, key))
    }

    /// Opens a document that this station, or whose key this is, has signed: the batch, and a digest of its body by
    /// which the same batch is known again.
    pub fn open(
        document: &[u8],
        station: &Name,
        trusted: &[VerifyingKey],
    ) -> Result<(Batch<T>, [u8; 32]), BatchError> {
        let body = open(document, T::KIND, trusted).map_err(BatchError::Document)?;
        let batch: Batch<T> = serde_json::from_slice(body).map_err(|_| BatchError::Body)?;
        if batch.version != VERSION {
            return Err(BatchError::Version);
        }
        if batch.station != *station {
            return Err(BatchError::OtherStation);
        }
        if batch.entries.len() > ENTRIES_MAX {
            return Err(BatchError::Long);
        }
        Ok((batch, Sha256::digest(body).into()))
    }
}

/// What tells one imprint from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImprintIdentity {
    /// The meter.
    pub serial: Serial,
    /// The epoch of its profile.
    pub epoch: u16,
    /// The second number, where there is one.
    #[serde(default)]
    pub second: Option<u64>,
    /// Whether MV counts pieces because the value is zero under a sum kind.
    #[serde(default)]
    pub by_pieces: bool,
    /// The monotone variable.
    pub mv: u64,
}

/// A place on the earth, in millionths of a degree, north and east positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(i32, i32)", into = "(i32, i32)")]
pub struct Place {
    latitude: i32,
    longitude: i32,
}

impl Place {
    /// The place with this latitude and longitude, if there is one.
    pub fn new(latitude: i32, longitude: i32) -> Option<Place> {
        let is_on_earth = latitude.unsigned_abs() <= 90_000_000 && longitude.unsigned_abs() <= 180_000_000;
        is_on_earth.then_some(Place { latitude, longitude })
    }

    /// North positive.
    pub fn latitude(self) -> i32 {
        self.latitude
    }

    /// East positive.
    pub fn longitude(self) -> i32 {
        self.longitude
    }
}

impl TryFrom<(i32, i32)> for Place {
    type Error = &'static str;

    fn try_from((latitude, longitude): (i32, i32)) -> Result<Place, &'static str> {
        Place::new(latitude, longitude).ok_or("no place on the earth has this latitude and longitude")
    }
}

impl From<Place> for (i32, i32) {
    fn from(place: Place) -> (i32, i32) {
        (place.latitude, place.longitude)
    }
}

/// An imprint that was read and decrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// Which.
    pub imprint: ImprintIdentity,
    /// The postage in its number.
    pub postage: Money,
    /// The date it shows, if it was read.
    #[serde(default)]
    pub printed: Option<Date>,
    /// When it was seen, in milliseconds since 1970-01-01 UTC.
    pub seen_ms: i64,
    /// Where, if that is known.
    #[serde(default)]
    pub place: Option<Place>,
    /// The SHA-256 of the picture: the same picture again is the same sighting.
    #[serde(with = "hex")]
    pub picture: [u8; 32],
}

impl Item for Sighting {
    const KIND: Kind = Kind::Sightings;
}

/// Something a station found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The meter, if it is known.
    pub serial: Option<Serial>,
    /// What.
    pub kind: FindingKind,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The case it belongs to.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// More, for people.
    #[serde(default)]
    pub note: Text<500>,
}

impl Item for Finding {
    const KIND: Kind = Kind::Findings;
}

/// What a post can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// An imprint that says it is this meter's and is forged. Anybody can have made it.
    Forged,
    /// Two papers with the same number.
    Copy,
    /// More was used since a refill, or faster, than the thresholds allow.
    ThresholdExceeded,
    /// The meter's mail is worth more than all the credit it had.
    CreditExceeded,
    /// An inspection on site found it manipulated.
    InspectedManipulated,
    /// An inspection on site found it in order.
    InspectedInOrder,
}

/// A case: its station's number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub u64);

/// How a case stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// The meter, if it is known.
    pub serial: Option<Serial>,
    /// How it stands.
    pub state: CaseState,
    /// Since when it stands so, in milliseconds since 1970-01-01 UTC.
    pub since_ms: i64,
    /// More, for people: how the sender was traced, what was found.
    #[serde(default)]
    pub note: Text<2000>,
}

impl Item for Case {
    const KIND: Kind = Kind::Cases;
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// It was opened.
    Opened,
    /// The sender was traced.
    SenderTraced,
    /// An inspection of the meter was ordered.
    InspectionOrdered,
    /// It is closed.
    Closed,
}

/// A list that a station has taken in. With the list of keys all epochs in it are ready there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// The kind of the list.
    pub kind: Kind,
    /// Its number.
    pub number: u64,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
}

impl Item for Taken {
    const KIND: Kind = Kind::Taken;
}

/// The centre's answer to sightings: who else has seen one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Which imprint.
    pub imprint: ImprintIdentity,
    /// The station that saw it.
    pub station: Name,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub seen_ms: i64,
    /// Where, if that is known.
    #[serde(default)]
    pub place: Option<Place>,
    /// The SHA-256 of its picture.
    #[serde(with = "hex")]
    pub picture: [u8; 32],
}

impl Item for Elsewhere {
    const KIND: Kind = Kind::Elsewhere;
}

/// Why a batch is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// The document itself.
    Document(DocumentError),
    /// The version is another.
    Version,
    /// The body is not what such a batch holds.
    Body,
    /// It is another station's.
    OtherStation,
    /// It holds more than [`ENTRIES_MAX`] entries.
    Long,
}

impl BatchError {
    /// A number that stays the same from version to version.
    pub const fn code(self) -> u16 {
        match self {
            BatchError::Document(error) => error.code(),
            BatchError::Version => 821,
            BatchError::Body => 822,
            BatchError::OtherStation => 823,
            BatchError::Long => 824,
        }
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchError::Document(error) => error.fmt(f),
            BatchError::Version => {
                write!(f, "the batch has a version this program does not know: it knows version {VERSION}")
            }
            BatchError::Body => f.write_str("the document does not hold what a batch of its kind holds"),
            BatchError::OtherStation => f.write_str("the batch is another station's"),
            BatchError::Long => write!(f, "a batch holds at most {ENTRIES_MAX} entries"),
        }
    }
}

impl core::error::Error for BatchError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec;

    fn name(text: &str) -> Name {
        Name::try_from(text.to_string()).unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[1; 32])
    }

    fn sighting() -> Sighting {
        let serial = Serial::new(1).unwrap();
        Sighting {
            imprint: ImprintIdentity { serial, epoch: 1, second: None, by_pieces: false, mv: u64::MAX },
            postage: Money::from_minor(110),
            printed: None,
            seen_ms: 5,
            place: Place::new(53_900_000, 7_900_000),
            picture: [7; 32],
        }
    }

    fn batch(entries: Vec<Sighting>) -> Batch<Sighting> {
        Batch { version: VERSION, station: name("North"), number: 1, made_ms: 9, entries }
    }

    #[test]
    fn a_batch_comes_back_as_it_was_sealed_and_is_known_again() {
        let document = batch(vec![sighting()]).seal(&key()).unwrap();
        let open = || Batch::<Sighting>::open(&document, &name("North"), &[key().verifying_key()]).unwrap();
        assert_eq!(open(), (batch(vec![sighting()]), open().1));
        let other = batch(vec![]).seal(&key()).unwrap();
        let (_, digest) = Batch::<Sighting>::open(&other, &name("North"), &[key().verifying_key()]).unwrap();
        assert_ne!(digest, open().1);
    }

    #[test]
    fn a_batch_of_another_station_kind_or_length_is_refused() {
        let trusted = [key().verifying_key()];
        let document = batch(vec![sighting()]).seal(&key()).unwrap();
        let other = Batch::<Sighting>::open(&document, &name("South"), &trusted);
        assert_eq!(other, Err(BatchError::OtherStation));
        let kind = Batch::<Finding>::open(&document, &name("North"), &trusted);
        assert_eq!(kind, Err(BatchError::Document(DocumentError::Kind)));
        let long = batch(vec![sighting(); ENTRIES_MAX + 1]);
        assert_eq!(long.seal(&key()), Err(BatchError::Long));
        let body = serde_json::to_vec(&long).unwrap();
        let document = seal(Kind::Sightings, &body, &key());
        assert_eq!(Batch::<Sighting>::open(&document, &name("North"), &trusted), Err(BatchError::Long));
    }

    #[test]
    fn places_off_the_earth_are_refused() {
        let text = String::from_utf8(serde_json::to_vec(&sighting()).unwrap()).unwrap();
        assert!(serde_json::from_str::<Sighting>(&text).is_ok());
        let off = text.replace("53900000", "90000001");
        assert_ne!(off, text);
        assert!(serde_json::from_str::<Sighting>(&off).is_err());
        assert_eq!(Place::new(i32::MIN, 0), None);
    }
}

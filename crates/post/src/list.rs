//! The post's list: the meters a station knows, with what it needs to verify their imprints.
//!
//! What always holds: a list that was read is whole and consistent (each serial once, each profile checked, an
//! interval that is not empty). Keys are wiped when the list is dropped and never shown. A list file is as secret
//! as the keys in it: with a symmetric cipher whoever holds it could forge.

use imprint::numbers::{Cipher, Key, LayoutId, Profile};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use terms::{Date, Serial};

/// The version of the list format this program reads and writes.
const LIST_VERSION: u16 = 1;

/// The list as it lies in a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterList {
    /// The version of the format.
    pub version: u16,
    /// The last day on which the list may be used, if it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The meters.
    pub meters: Vec<MeterEntry>,
}

/// One meter of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterEntry {
    /// Its serial number.
    pub serial: Serial,
    /// Whether its imprints are specimens: made for development, never worth postage.
    #[serde(default)]
    pub specimen: bool,
    /// What the centre says of it.
    #[serde(default)]
    pub standing: Standing,
    /// The profiles it may use, one for each epoch.
    pub epochs: Vec<EpochEntry>,
    /// The layouts it may print; empty for its profiles' own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layouts: Vec<LayoutId>,
}

/// What the centre says of a meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", deny_unknown_fields)]
pub enum Standing {
    /// In service, nothing against it.
    #[default]
    Active,
    /// On the suspects' list.
    Suspect {
        /// The reason, for the examiner.
        why: String,
    },
    /// Not heard from within its time.
    Overdue,
    /// Taken out of service.
    Withdrawn,
}

/// A profile with its verification keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochEntry {
    /// The profile, its epoch inside.
    pub profile: Profile,
    /// The keys of the slots the profile names.
    pub keys: Vec<KeyEntry>,
    /// The least and greatest value that the monotone variable may have now, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mv: Option<(u64, u64)>,
}

/// The key of one slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// The slot.
    pub slot: u8,
    /// The key, 64 hexadecimal digits.
    #[serde(with = "hexadecimal")]
    pub key: Key,
}

mod hexadecimal {
    //! A key as 64 hexadecimal digits; the text is wiped after use.

    use imprint::numbers::Key;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
        let text: Zeroizing<String> =
            Zeroizing::new(key.bytes().iter().map(|byte| format!("{byte:02x}")).collect());
        serializer.serialize_str(&text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Key::from_hex(&text).map_err(D::Error::custom)
    }
}

impl MeterList {
    /// A list without meters.
    pub fn empty() -> MeterList {
        MeterList { version: LIST_VERSION, valid_until: None, meters: Vec::new() }
    }
}

/// Why a list is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The version is not one this program knows.
    #[error("the meter list has a version this program does not know: it knows version {LIST_VERSION}")]
    Version,
    /// A serial stands twice.
    #[error("meter {0} stands twice in the list")]
    Twice(Serial),
    /// A meter has no profile, or a profile without its key.
    #[error("meter {0} lacks a profile or the key of its slot")]
    Key(Serial),
    /// An interval is empty.
    #[error("meter {0} has an interval that ends before it begins")]
    Interval(Serial),
}

/// A meter with its ciphers ready.
#[derive(Debug)]
pub struct KnownMeter {
    /// What the list says of it.
    pub entry: MeterEntry,
    /// The first row's cipher of each epoch, in the order of the entry's epochs.
    pub ciphers: Vec<Cipher>,
}

/// A list ready for judging: checked, and found by serial number.
#[derive(Debug)]
pub struct KnownMeters {
    meters: HashMap<Serial, KnownMeter>,
    /// The last day the list may be used.
    pub valid_until: Option<Date>,
}

impl KnownMeters {
    /// Checks a list and expands its keys.
    pub fn new(list: MeterList) -> Result<KnownMeters, ListError> {
        if list.version != LIST_VERSION {
            return Err(ListError::Version);
        }
        let mut meters = HashMap::with_capacity(list.meters.len());
        for entry in list.meters {
            let serial = entry.serial;
            let is_empty = |epoch: &EpochEntry| epoch.mv.is_some_and(|(least, greatest)| least > greatest);
            if entry.epochs.iter().any(is_empty) {
                return Err(ListError::Interval(serial));
            }
            let ciphers: Option<Vec<Cipher>> = entry.epochs.iter().map(EpochEntry::cipher).collect();
            let ciphers = ciphers.filter(|ciphers| !ciphers.is_empty()).ok_or(ListError::Key(serial))?;
            if meters.insert(serial, KnownMeter { entry, ciphers }).is_some() {
                return Err(ListError::Twice(serial));
            }
        }
        Ok(KnownMeters { meters, valid_until: list.valid_until })
    }

    /// The meter with this serial number.
    pub fn meter(&self, serial: Serial) -> Option<&KnownMeter> {
        self.meters.get(&serial)
    }

    /// All meters, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &KnownMeter> {
        self.meters.values()
    }

    /// How many meters there are.
    pub fn len(&self) -> usize {
        self.meters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.meters.is_empty()
    }
}

impl EpochEntry {
    fn cipher(&self) -> Option<Cipher> {
        let slot = self.profile.key_slot;
        let entry = self.keys.iter().find(|entry| entry.slot == slot)?;
        Some(Cipher::new(self.profile.cipher, &entry.key))
    }
}

impl KnownMeter {
    /// Epochs with their ciphers.
    pub fn epochs(&self) -> impl Iterator<Item = (&EpochEntry, &Cipher)> {
        self.entry.epochs.iter().zip(&self.ciphers)
    }

    /// Whether the meter may print this layout.
    pub fn may_print(&self, layout: LayoutId) -> bool {
        if self.entry.layouts.is_empty() {
            self.entry.epochs.iter().any(|epoch| epoch.profile.layout == layout)
        } else {
            self.entry.layouts.contains(&layout)
        }
    }
}

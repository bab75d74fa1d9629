//! A personalisation as a document: what the centre, or whoever issues meters, hands over once. docs/formats/grant.md
//! has its fields.
//!
//! What always holds: it is checked as a whole before it is a [`Personalisation`]. It holds the meter's keys: it belongs
//! in nobody else's hands.

use crate::error::Error;
use crate::personalisation::{KEYS_MAX, KeySlot, Personalisation};
use crate::settings::Settings;
use heapless::Vec;
use imprint::numbers::{Key, Profile};
use serde::{Deserialize, Serialize};
use terms::{Money, Serial};

/// The version of the document.
const VERSION: u16 = 1;

/// What a meter takes in once.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalisationDocument {
    version: u16,
    serial: Serial,
    call_number: u32,
    seal: u64,
    min: Money,
    max: Money,
    days_ahead: u16,
    #[serde(with = "link::hex")]
    issuer: [u8; 32],
    profile: Profile,
    keys: Vec<KeyDocument, KEYS_MAX>,
    #[serde(with = "key_text")]
    link: Key,
    #[serde(default)]
    settings: Settings,
}

/// A key and its slot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyDocument {
    slot: u8,
    #[serde(with = "key_text")]
    key: Key,
}

impl PersonalisationDocument {
    /// The document of a personalisation.
    pub fn new(personalisation: &Personalisation) -> PersonalisationDocument {
        let key = |slot: &KeySlot| KeyDocument { slot: slot.slot, key: slot.key.clone() };
        PersonalisationDocument {
            version: VERSION,
            serial: personalisation.serial,
            call_number: personalisation.call_number,
            seal: personalisation.seal,
            min: personalisation.value_min,
            max: personalisation.value_max,
            days_ahead: personalisation.days_ahead,
            issuer: personalisation.issuer,
            profile: personalisation.profile.clone(),
            keys: personalisation.keys.iter().map(key).collect(),
            link: personalisation.link.clone(),
            settings: personalisation.settings.clone(),
        }
    }

    /// The personalisation in a document, if it does not contradict itself.
    pub fn open(self) -> Result<Personalisation, Error> {
        if self.version != VERSION {
            return Err(Error::Personalisation("the document's version is not one that this program knows"));
        }
        let slot = |key: KeyDocument| KeySlot { slot: key.slot, key: key.key };
        let personalisation = Personalisation {
            serial: self.serial,
            call_number: self.call_number,
            seal: self.seal,
            value_min: self.min,
            value_max: self.max,
            days_ahead: self.days_ahead,
            issuer: self.issuer,
            profile: self.profile,
            keys: self.keys.into_iter().map(slot).collect(),
            link: self.link,
            settings: self.settings,
        };
        personalisation.check()?;
        Ok(personalisation)
    }
}

mod key_text {
    //! A key as 64 hexadecimal digits; the bytes that are copied on the way are wiped.

    use imprint::numbers::Key;
    use serde::{Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
        link::hex::serialize(key.bytes(), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let bytes: Zeroizing<[u8; Key::BYTES]> = Zeroizing::new(link::hex::deserialize(deserializer)?);
        Ok(Key::new(*bytes))
    }
}

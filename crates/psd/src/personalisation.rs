//! What a meter is given once in its life: who it is, its profile, its keys, its limits.

use crate::error::{Error, Fault};
use crate::marking::ciphers;
use crate::settings::Settings;
use ed25519_dalek::VerifyingKey;
use heapless::Vec;
use imprint::numbers::{Key, Profile};
use link::keys::{WrappedKey, unwrap_key, wrap_key};
use terms::bytes::{Reader, Writer};
use terms::{Money, Serial};

/// Most keys a meter holds.
pub const KEYS_MAX: usize = 4;

/// A key and the slot it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySlot {
    /// Which slot; a profile names the slots it uses.
    pub slot: u8,
    /// The key.
    pub key: Key,
}

/// Everything that makes a PSD this meter's.
#[derive(Clone, Debug)]
pub struct Personalisation {
    /// The meter's serial number.
    pub serial: Serial,
    /// The number it calls in with (PAN), at most eight digits.
    pub call_number: u32,
    /// The number on its seal.
    pub seal: u64,
    /// The least postage but zero.
    pub value_min: Money,
    /// The greatest postage.
    pub value_max: Money,
    /// How many days a date may lie ahead.
    pub days_ahead: u16,
    /// The key that grants and messages for this meter are signed with.
    pub issuer: [u8; 32],
    /// How its numbers are made.
    pub profile: Profile,
    /// Its keys for the imprint.
    pub keys: Vec<KeySlot, KEYS_MAX>,
    /// The key it shares with the centre.
    pub link: Key,
    /// How it blocks and reacts, and how patient it is.
    pub settings: Settings,
}

const VERSION: u16 = 2;
const PROFILE_BYTES_MAX: usize = 512;
const SETTINGS_BYTES_MAX: usize = 512;
/// Bytes of a key in coded form.
pub(crate) const CODED_BYTES: usize = Key::BYTES + 8;
/// Bytes before the profile: see docs/formats/memory.md.
const HEAD_BYTES: usize =
    2 + 2 + 4 + 4 + 2 + 1 + 1 + 8 + 8 + 8 + 32 + (KEYS_MAX + 1) * CODED_BYTES + KEYS_MAX + 2 + 2;
/// Where it is said whether the keys were wiped.
const WIPED_AT: usize = 2 + 2 + 4 + 4 + 2 + 1;
/// A personalisation as it lies in the memory.
pub(crate) type Payload = [u8; PERSONALISATION_BYTES];
/// Bytes of a personalisation in the memory, at most.
pub(crate) const PERSONALISATION_BYTES: usize = HEAD_BYTES + PROFILE_BYTES_MAX + SETTINGS_BYTES_MAX;
const _: () = assert!(PERSONALISATION_BYTES <= crate::memory::SECTOR_BYTES - 32);

impl Personalisation {
    /// Checks that it does not contradict itself.
    pub fn check(&self) -> Result<(), Error> {
        let fault = |reason| Err(Error::Personalisation(reason));
        self.profile.check().map_err(|error| Error::Numbers(error.into()))?;
        self.settings.check().map_err(Error::Personalisation)?;
        if self.value_min.is_zero() || self.value_min > self.value_max {
            return fault("the value range begins at 1 or more and does not end before it begins");
        }
        if self.value_max.minor() > self.profile.postage_limit_minor() {
            return fault("the value range is greater than the profile's digits for the postage");
        }
        if self.call_number > 99_999_999 {
            return fault("the number to call in with has at most eight digits");
        }
        let twice = |slot: &KeySlot| self.keys.iter().filter(|other| other.slot == slot.slot).count() > 1;
        if self.keys.iter().any(twice) || ciphers(&self.profile, &self.keys).is_none() {
            return fault("there is not one key for each slot that the profile uses");
        }
        self.verifying_key().map(drop)
    }

    /// The issuer's key, ready to verify with.
    pub(crate) fn verifying_key(&self) -> Result<VerifyingKey, Error> {
        VerifyingKey::from_bytes(&self.issuer)
            .map_err(|_| Error::Personalisation("the issuer's key is no key to verify with"))
    }

    /// Its bytes for a device whose commits hold `batch` debits, with the keys in coded form, or wiped; and how many
    /// there are.
    pub(crate) fn to_payload(&self, batch: u16, coding: Option<&Key>) -> Result<(Payload, usize), Error> {
        let mut profile = [0; PROFILE_BYTES_MAX];
        let profile = postcard::to_slice(&self.profile, &mut profile)
            .map_err(|_| Error::Personalisation("the profile is too long for its place"))?;
        let mut settings = [0; SETTINGS_BYTES_MAX];
        let settings = postcard::to_slice(&self.settings, &mut settings)
            .map_err(|_| Error::Personalisation("the settings are too long for their place"))?;
        let mut payload = [0; PERSONALISATION_BYTES];
        let mut writer = Writer::new(&mut payload);
        writer.put(&VERSION.to_le_bytes());
        writer.put(&batch.to_le_bytes());
        writer.put(&self.serial.value().to_le_bytes());
        writer.put(&self.call_number.to_le_bytes());
        writer.put(&self.days_ahead.to_le_bytes());
        writer.put(&[self.keys.len() as u8, u8::from(coding.is_none())]);
        writer.put(&self.seal.to_le_bytes());
        writer.put(&self.value_min.minor().to_le_bytes());
        writer.put(&self.value_max.minor().to_le_bytes());
        writer.put(&self.issuer);
        let coded = |key: Option<&Key>| match (coding, key) {
            (Some(coding), Some(key)) => wrap_key(coding, key),
            _ => [0; CODED_BYTES],
        };
        for place in 0..KEYS_MAX {
            let key = self.keys.get(place);
            writer.put(&[key.map_or(0, |key| key.slot)]);
            writer.put(&coded(key.map(|key| &key.key)));
        }
        writer.put(&coded(Some(&self.link)));
        writer.put(&(profile.len() as u16).to_le_bytes());
        writer.put(profile);
        writer.put(&(settings.len() as u16).to_le_bytes());
        let used = writer.put(settings);
        Ok((payload, used))
    }

    /// The personalisation in these bytes, if they are one for a device whose commits hold `batch` debits and its
    /// keys were not wiped.
    pub(crate) fn from_payload(payload: &[u8], batch: u16, coding: &Key) -> Result<Personalisation, Error> {
        let unknown = Error::Blocked(Fault::Format);
        match payload.get(WIPED_AT) {
            Some(0) => Personalisation::read(&mut Reader(payload), batch, coding).ok_or(unknown),
            Some(1) => Err(Error::Blocked(Fault::KeysWiped)),
            _ => Err(unknown),
        }
    }

    fn read(reader: &mut Reader<'_>, batch: u16, coding: &Key) -> Option<Personalisation> {
        if (reader.u16()?, reader.u16()?) != (VERSION, batch) {
            return None;
        }
        let serial = Serial::new(reader.u32()?).ok()?;
        let (call_number, days_ahead) = (reader.u32()?, reader.u16()?);
        let key_count = usize::from(reader.u8()?);
        reader.u8()?;
        let seal = reader.u64()?;
        let (value_min, value_max) = (Money::from_minor(reader.u64()?), Money::from_minor(reader.u64()?));
        let issuer = reader.bytes()?;
        let mut keys = Vec::new();
        for place in 0..KEYS_MAX {
            let (slot, coded): (u8, WrappedKey) = (reader.u8()?, reader.bytes()?);
            if place < key_count {
                keys.push(KeySlot { slot, key: unwrap_key(coding, &coded)? }).ok()?;
            }
        }
        let link = unwrap_key(coding, &reader.bytes()?)?;
        let length = usize::from(reader.u16()?);
        let profile = postcard::from_bytes(reader.slice(length)?).ok()?;
        let length = usize::from(reader.u16()?);
        let settings = postcard::from_bytes(reader.slice(length)?).ok()?;
        let personalisation = Personalisation {
            serial,
            call_number,
            seal,
            value_min,
            value_max,
            days_ahead,
            issuer,
            profile,
            keys,
            link,
            settings,
        };
        personalisation.check().is_ok().then_some(personalisation)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    extern crate std;

    use super::*;
    use std::{format, string::String};

    /// A personalisation for tests.
    pub fn personalisation(name: &str) -> Personalisation {
        let keys = [1, 2].map(|slot| KeySlot { slot, key: Key::new([slot; 32]) });
        Personalisation {
            serial: Serial::new(12_345_678).unwrap(),
            call_number: 23_456_789,
            seal: 4711,
            value_min: Money::from_minor(1),
            value_max: Money::from_minor(9999),
            days_ahead: 30,
            issuer: ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes(),
            profile: Profile::named(name).unwrap(),
            keys: keys.into_iter().collect(),
            link: Key::new([3; 32]),
            settings: Settings::default(),
        }
    }

    fn coding() -> Key {
        Key::new([4; 32])
    }

    #[test]
    fn a_personalisation_comes_back_from_its_bytes_for_the_same_batch_alone() {
        for name in Profile::NAMES {
            let given = personalisation(name);
            let (payload, used) = given.to_payload(4, Some(&coding())).unwrap();
            let payload = payload.get(..used).unwrap();
            let read = Personalisation::from_payload(payload, 4, &coding()).unwrap();
            assert_eq!((&read.profile, read.serial, read.seal), (&given.profile, given.serial, 4711));
            assert!(read.keys.iter().zip(&given.keys).all(|(read, given)| read.key == given.key));
            assert!(Personalisation::from_payload(payload, 5, &coding()).is_err());
            let cut = payload.get(..used - 1).unwrap();
            assert!(Personalisation::from_payload(cut, 4, &coding()).is_err());
        }
    }

    /// Claim: B26
    #[test]
    fn keys_lie_in_the_memory_in_coded_form_alone() {
        let given = personalisation("p1");
        let (payload, _) = given.to_payload(4, Some(&coding())).unwrap();
        let clear = [given.link.bytes(), key_bytes(&given, 0), key_bytes(&given, 1)];
        assert!(clear.iter().all(|key| !payload.windows(8).any(|part| key.starts_with(part))));
        let (wiped, used) = given.to_payload(4, None).unwrap();
        let read = Personalisation::from_payload(wiped.get(..used).unwrap(), 4, &coding());
        assert_eq!(read.err(), Some(Error::Blocked(Fault::KeysWiped)));
        let is_blank = |part: &[u8]| part.iter().all(|byte| *byte == 0);
        assert!(wiped.windows(CODED_BYTES).filter(|part| is_blank(part)).count() > 4);
    }

    fn key_bytes(of: &Personalisation, place: usize) -> &[u8; 32] {
        of.keys.get(place).unwrap().key.bytes()
    }

    #[test]
    fn the_bytes_of_a_profile_stay_as_meters_in_service_have_them() {
        let (payload, used) = personalisation("fig4a").to_payload(4, Some(&coding())).unwrap();
        const PROFILE_AT: usize = HEAD_BYTES - 2;
        assert!(used > PROFILE_AT);
        let profile: String = payload
            .get(PROFILE_AT..PROFILE_AT + 31)
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(profile, "01056669673461010400080104050202020101000000010004000001000000");
    }
}

//! How numbers are made, with its keys: what an inspection may exchange (EP 0 660 270, claims 60, 61, 63 and 65).

use crate::personalisation::{CODED_BYTES, KeySlot, Personalisation};
use heapless::Vec;
use imprint::numbers::{Cipher, Key, Profile};
use link::MARKING_KEYS_MAX;
use link::keys::{WrappedKey, unwrap_key, wrap_key};
use terms::bytes::{Reader, Writer};

/// A profile and the keys that it uses, no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marking {
    pub profile: Profile,
    pub keys: Vec<KeySlot, MARKING_KEYS_MAX>,
}

/// The longest profile; a test in `link` writes it.
const PROFILE_BYTES_MAX: usize = 128;
/// Bytes of a marking in the memory that may be missing: see docs/formats/memory.md.
pub(crate) const MARKING_BYTES: usize = 1 + MARKING_KEYS_MAX * (1 + CODED_BYTES) + 1 + PROFILE_BYTES_MAX;
const _: () = assert!(PROFILE_BYTES_MAX <= u8::MAX as usize);

/// The ciphers of the first row and, where the profile has one, of the second; nothing where a key is missing.
pub(crate) fn ciphers(profile: &Profile, keys: &[KeySlot]) -> Option<(Cipher, Option<Cipher>)> {
    let cipher = |slot| {
        let key = keys.iter().find(|key| key.slot == slot)?;
        Some(Cipher::new(profile.cipher, &key.key))
    };
    let first = cipher(profile.key_slot)?;
    match &profile.second_row {
        None => Some((first, None)),
        Some(second) => Some((first, Some(cipher(second.key_slot)?))),
    }
}

impl Marking {
    /// The marking of a meter, as it is now.
    pub fn of(personalisation: &Personalisation) -> Marking {
        let profile = personalisation.profile.clone();
        let second = profile.second_row.map(|second| second.key_slot);
        let is_used = |key: &&KeySlot| key.slot == profile.key_slot || Some(key.slot) == second;
        let keys = personalisation.keys.iter().filter(is_used).take(MARKING_KEYS_MAX).cloned().collect();
        Marking { profile, keys }
    }

    /// Puts it in the place of the one that a meter has.
    pub fn put_into(&self, personalisation: &mut Personalisation) {
        personalisation.profile = self.profile.clone();
        personalisation.keys = self.keys.iter().cloned().collect();
    }

    /// Writes it, its keys in coded form, or zeros where there is none.
    pub fn write(marking: Option<&Marking>, writer: &mut Writer<'_>, coding: &Key) {
        let keys = marking.map_or(&[][..], |marking| &marking.keys);
        writer.put(&[keys.len() as u8]);
        for place in 0..MARKING_KEYS_MAX {
            let key = keys.get(place);
            writer.put(&[key.map_or(0, |key| key.slot)]);
            writer.put(&key.map_or([0; CODED_BYTES], |key| wrap_key(coding, &key.key)));
        }
        let mut profile = [0; PROFILE_BYTES_MAX];
        let written = marking.and_then(|marking| postcard::to_slice(&marking.profile, &mut profile).ok());
        writer.put(&[written.map_or(0, |written| written.len()) as u8]);
        writer.put(&profile);
    }

    /// Reads what [`write`](Marking::write) has written: a marking or that there is none; nothing where it is neither.
    pub fn read(reader: &mut Reader<'_>, coding: &Key) -> Option<Option<Marking>> {
        let count = usize::from(reader.u8()?);
        let mut keys = Vec::new();
        for place in 0..MARKING_KEYS_MAX {
            let (slot, coded): (u8, WrappedKey) = (reader.u8()?, reader.bytes()?);
            if place < count {
                keys.push(KeySlot { slot, key: unwrap_key(coding, &coded)? }).ok()?;
            }
        }
        let length = usize::from(reader.u8()?);
        let profile = reader.slice(PROFILE_BYTES_MAX)?;
        if count == 0 {
            return Some(None);
        }
        let profile = postcard::from_bytes(profile.get(..length)?).ok()?;
        ciphers(&profile, &keys)?;
        Some(Some(Marking { profile, keys }))
    }
}

//! The coded form of a key.
//!
//! ```text
//! version 1 | id of the master key, 8 | nonce, 12 | AES-256-GCM of the key, 32 | tag, 16       69 bytes
//! ```
//!
//! The associated data are `porto wrapped key 1`, a line feed, the id of the master key and the key's name: so a wrapped
//! key opens under its own name alone.

use crate::hex;
use imprint::numbers::Key;
use std::fmt;
use std::str::FromStr;
use terms::Serial;

const VERSION: u8 = 1;
pub(super) const ID_BYTES: usize = 8;
pub(super) const NONCE_BYTES: usize = 12;
pub(super) const TAG_BYTES: usize = 16;
pub(super) const SEALED_BYTES: usize = Key::BYTES + TAG_BYTES;
const TOTAL_BYTES: usize = 1 + ID_BYTES + NONCE_BYTES + SEALED_BYTES;
const _: () = assert!(TOTAL_BYTES == 69);
const BOUND_TAG: &[u8] = b"porto wrapped key 1\n";

/// By what a master key is told from others. It says nothing about the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MasterId(pub(super) [u8; ID_BYTES]);

impl fmt::Display for MasterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// The link key of a meter.
    Link(Serial),
    /// A key of a meter's imprints: its epoch and slot.
    Imprint(Serial, u16, u8),
    /// The key that a station's list of keys is sealed for.
    Station(u32),
    /// The carrier's key that grants, orders and seals are signed with.
    Issuer(u32),
    /// The known key by which a master key is checked.
    Control,
}

/// `link:00012345`, `imprint:00012345:00001:001`, `station:1`, `issuer:1`.
impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyName::Link(serial) => write!(f, "link:{serial}"),
            KeyName::Imprint(serial, epoch, slot) => write!(f, "imprint:{serial}:{epoch:05}:{slot:03}"),
            KeyName::Station(number) => write!(f, "station:{number}"),
            KeyName::Issuer(number) => write!(f, "issuer:{number}"),
            KeyName::Control => f.write_str("control"),
        }
    }
}

impl FromStr for KeyName {
    type Err = ();

    fn from_str(text: &str) -> Result<KeyName, ()> {
        match text.split_once(':') {
            Some(("link", text)) => text.parse().map(KeyName::Link).map_err(|_| ()),
            Some(("imprint", text)) => imprint(text).ok_or(()),
            Some(("station", number)) => number.parse().map(KeyName::Station).map_err(|_| ()),
            Some(("issuer", number)) => number.parse().map(KeyName::Issuer).map_err(|_| ()),
            None if text == "control" => Ok(KeyName::Control),
            _ => Err(()),
        }
    }
}

/// Serial number, epoch and slot.
fn imprint(text: &str) -> Option<KeyName> {
    let mut parts = text.split(':');
    let (serial, epoch, slot) = (parts.next()?, parts.next()?, parts.next()?);
    let name = KeyName::Imprint(serial.parse().ok()?, epoch.parse().ok()?, slot.parse().ok()?);
    parts.next().is_none().then_some(name)
}

/// A key in coded form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    master: MasterId,
    nonce: [u8; NONCE_BYTES],
    sealed: [u8; SEALED_BYTES],
}

impl WrappedKey {
    pub(super) fn new(master: MasterId, nonce: [u8; NONCE_BYTES], sealed: [u8; SEALED_BYTES]) -> WrappedKey {
        WrappedKey { master, nonce, sealed }
    }

    /// The master key that it was wrapped with.
    pub fn master(&self) -> MasterId {
        self.master
    }

    pub(super) fn nonce(&self) -> &[u8; NONCE_BYTES] {
        &self.nonce
    }

    pub(super) fn sealed(&self) -> &[u8; SEALED_BYTES] {
        &self.sealed
    }
}

/// As it lies in the table: hexadecimal digits.
impl fmt::Display for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[VERSION][..], &self.master.0, &self.nonce, &self.sealed].concat();
        f.write_str(&hex::encode(&bytes))
    }
}

impl FromStr for WrappedKey {
    type Err = ();

    fn from_str(text: &str) -> Result<WrappedKey, ()> {
        let bytes: [u8; TOTAL_BYTES] = hex::decode_array(text).ok_or(())?;
        let [VERSION, rest @ ..] = &bytes else { return Err(()) };
        let (master, rest) = rest.split_first_chunk().ok_or(())?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(())?;
        let sealed = rest.try_into().map_err(|_| ())?;
        Ok(WrappedKey { master: MasterId(*master), nonce: *nonce, sealed })
    }
}

/// What a wrapped key is bound to.
pub(super) fn bound(master: MasterId, name: KeyName) -> Vec<u8> {
    [BOUND_TAG, &master.0, name.to_string().as_bytes()].concat()
}

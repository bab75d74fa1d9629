//! The channel: each message is encrypted and authenticated singly, bound to session, direction and number, so that a
//! repeated, reordered or swapped one is refused ([94]).
//!
//! AES-256-GCM, each key used for one call and one direction. The keys come from the link key and what both ends have
//! drawn for this call, by NIST SP 800-108. The nonce of a message is its number. There is no key exchange: who steals
//! a meter's link key can read the calls he has recorded; what they hold is registers and, once more in coded form,
//! codewords. ARCHITECTURE.md says why this and no Diffie-Hellman.
//!
//! What always holds: no key is kept; each is made of the link key where it is needed and wiped.

use super::frame::{Frame, Kind};
use crate::keys::{Label, derive_for};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce as GcmNonce, Tag};
use cmac::{Cmac, Mac};
use core::fmt;
use imprint::numbers::Key;
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Bytes that each end draws for a call.
pub(super) const NONCE_BYTES: usize = 16;
/// What an end draws for a call.
pub type Nonce = [u8; NONCE_BYTES];

const TAG_BYTES: usize = 16;

/// A message that cannot be read: damaged, of another key, another call, another direction or another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the message cannot be read: it is damaged, or belongs to another call")
    }
}

impl core::error::Error for Unreadable {}

/// Which key seals a message, beside the link key it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Seal {
    /// The opening's: by the meter's nonce alone.
    Opening(Nonce),
    /// The meter's messages of a call.
    FromMeter(Nonce, Nonce),
    /// The centre's messages of a call.
    FromCentre(Nonce, Nonce),
    /// The centre's word when it calls back.
    CallBack(Nonce),
    /// The device's word that it holds no such request.
    NoRequest(Nonce, Nonce),
}

impl Seal {
    fn key(self, link: &Key) -> Key {
        let (label, context): (&Label, [Nonce; 2]) = match self {
            Seal::Opening(meter) => (b"link opening    ", [meter, [0; NONCE_BYTES]]),
            Seal::FromMeter(meter, centre) => (b"link from meter ", [meter, centre]),
            Seal::FromCentre(meter, centre) => (b"link from centre", [meter, centre]),
            Seal::CallBack(centre) => (b"link call back  ", [[0; NONCE_BYTES], centre]),
            Seal::NoRequest(meter, centre) => (b"link no request ", [meter, centre]),
        };
        derive_for(link, label, context.as_flattened())
    }

    /// A frame with this head and this message, number `number` under this key. Nothing if it were longer than a frame,
    /// which no message of ours is.
    pub fn seal(self, link: &Key, number: u32, head: &Kind<'_>, message: &impl Serialize) -> Option<Frame> {
        let head = head.head();
        let mut frame = Frame::new();
        frame.extend_from_slice(&head).ok()?;
        frame.resize_default(frame.capacity()).ok()?;
        let body = frame.get_mut(head.len()..)?;
        let length = postcard::to_slice(message, body).ok()?.len();
        frame.truncate(head.len() + length);
        let cipher = Aes256Gcm::new(self.key(link).bytes().into());
        let body = frame.get_mut(head.len()..)?;
        let tag = cipher.encrypt_inout_detached(&gcm_nonce(number), &head, body.into()).ok()?;
        frame.extend_from_slice(&tag).ok()?;
        Some(frame)
    }

    /// The message in a frame with this head.
    pub fn open<T: DeserializeOwned>(
        self,
        link: &Key,
        number: u32,
        head: &Kind<'_>,
        sealed: &[u8],
    ) -> Result<T, Unreadable> {
        let (sealed, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or(Unreadable)?;
        let mut buffer = Frame::from_slice(sealed).map_err(|_| Unreadable)?;
        let cipher = Aes256Gcm::new(self.key(link).bytes().into());
        let opened = cipher.decrypt_inout_detached(
            &gcm_nonce(number),
            &head.head(),
            buffer.as_mut_slice().into(),
            &Tag::from(*tag),
        );
        let message = opened.map_err(|_| Unreadable).and_then(|()| {
            let (message, rest) = postcard::take_from_bytes(&buffer).map_err(|_| Unreadable)?;
            if rest.is_empty() { Ok(message) } else { Err(Unreadable) }
        });
        buffer.zeroize();
        message
    }
}

/// The MAC of a new number, for the call that the meter has opened with this nonce.
pub(super) fn number_mac(link: &Key, meter: &Nonce, number: &str) -> [u8; 16] {
    let key = derive_for(link, b"link new number ", meter);
    let mut mac = Cmac::<aes::Aes256>::new(key.bytes().into());
    mac.update(number.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Whether a new number carries the right MAC.
pub(super) fn is_centres_number(link: &Key, meter: &Nonce, number: &str, mac: &[u8; 16]) -> bool {
    number_mac(link, meter, number).ct_eq(mac).into()
}

fn gcm_nonce(number: u32) -> GcmNonce<aes_gcm::aead::consts::U12> {
    let mut nonce = [0; 12];
    let (counter, _) = nonce.split_at_mut(4);
    counter.copy_from_slice(&number.to_be_bytes());
    nonce.into()
}

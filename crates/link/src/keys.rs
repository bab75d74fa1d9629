//! Keys made of keys, and keys in coded form (EP 0 660 269, [65], [99]).
//!
//! What always holds: a key is used for one purpose, told by the label it is derived with (NIST SP 800-108, counter
//! mode with CMAC-AES-256); what lies in the memory of a key is its AES key wrap (RFC 3394) and never the key.

use crate::codeword::Codeword;
use aes::Aes256;
use aes_kw::AesKw;
use cmac::{Cmac, KeyInit, Mac};
use imprint::numbers::Key;
use zeroize::Zeroizing;

/// What a derived key is for: 16 bytes, no two alike.
pub type Label = [u8; 16];

/// Bytes that wrapping adds.
const WRAP_BYTES: usize = 8;

/// A codeword in coded form, as it travels and lies in place E.
pub type WrappedCodeword = [u8; Codeword::BYTES + WRAP_BYTES];
/// A key in coded form, as it lies in the memory.
pub type WrappedKey = [u8; Key::BYTES + WRAP_BYTES];

/// The key for one purpose.
pub fn derive(key: &Key, label: &Label) -> Key {
    derive_for(key, label, &[])
}

/// The key for one purpose in one context, such as a call.
pub fn derive_for(key: &Key, label: &Label, context: &[u8]) -> Key {
    const BITS: u32 = (Key::BYTES * 8) as u32;
    let mac = Cmac::<Aes256>::new(key.bytes().into());
    let mut derived = Zeroizing::new([0; Key::BYTES]);
    for (half, counter) in derived.as_chunks_mut::<16>().0.iter_mut().zip(1_u32..) {
        let mut mac = mac.clone();
        mac.update(&counter.to_be_bytes());
        mac.update(label);
        mac.update(&[0]);
        mac.update(context);
        mac.update(&BITS.to_be_bytes());
        half.copy_from_slice(&mac.finalize().into_bytes());
    }
    Key::new(*derived)
}

/// The link key as a meter changes it after a manipulation: the defined way, so that the centre knows it again (B11).
pub fn changed_link_key(link: &Key) -> Key {
    derive(link, b"link key changed")
}

/// The next codeword in the coded form in which only the meter with this link key can read it.
pub fn wrap_codeword(link: &Key, codeword: &Codeword) -> WrappedCodeword {
    let mut wrapped = [0; Codeword::BYTES + WRAP_BYTES];
    wrap(&derive(link, b"codeword on link"), codeword.bytes(), &mut wrapped);
    wrapped
}

/// The codeword that [`wrap_codeword`] put in coded form under the same key.
pub fn unwrap_codeword(link: &Key, wrapped: &WrappedCodeword) -> Option<Codeword> {
    let mut bytes = Zeroizing::new([0; Codeword::BYTES]);
    unwrap(&derive(link, b"codeword on link"), wrapped, bytes.as_mut_slice()).then(|| Codeword::new(*bytes))
}

/// A key of the imprint in the coded form in which only the meter with this link key can read it.
pub fn wrap_imprint_key(link: &Key, key: &Key) -> WrappedKey {
    wrap_key(&derive(link, b"imprint on link "), key)
}

/// The key that [`wrap_imprint_key`] put in coded form under the same key.
pub fn unwrap_imprint_key(link: &Key, wrapped: &WrappedKey) -> Option<Key> {
    unwrap_key(&derive(link, b"imprint on link "), wrapped)
}

/// A key in coded form under the memory's own key.
pub fn wrap_key(coding: &Key, key: &Key) -> WrappedKey {
    let mut wrapped = [0; Key::BYTES + WRAP_BYTES];
    wrap(coding, key.bytes(), &mut wrapped);
    wrapped
}

/// The key that [`wrap_key`] put in coded form.
pub fn unwrap_key(coding: &Key, wrapped: &WrappedKey) -> Option<Key> {
    let mut bytes = Zeroizing::new([0; Key::BYTES]);
    unwrap(coding, wrapped, bytes.as_mut_slice()).then(|| Key::new(*bytes))
}

/// Wraps a secret of whole eights of bytes; the types above leave no other lengths.
fn wrap(key: &Key, secret: &[u8], into: &mut [u8]) {
    let written = AesKw::<Aes256>::new(key.bytes().into()).wrap_key(secret, into).is_ok();
    debug_assert!(written, "the lengths are those of the types");
}

fn unwrap(key: &Key, wrapped: &[u8], into: &mut [u8]) -> bool {
    AesKw::<Aes256>::new(key.bytes().into()).unwrap_key(wrapped, into).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_for_different_purposes_differ_and_stay_the_same() {
        let key = Key::new([1; 32]);
        assert!(derive(&key, b"one purpose     ") == derive(&key, b"one purpose     "));
        assert!(derive(&key, b"one purpose     ") != derive(&key, b"another purpose "));
        assert!(changed_link_key(&key) != key);
        let halves = derive(&key, b"one purpose     ");
        assert_ne!(halves.bytes().first_chunk::<16>(), halves.bytes().last_chunk::<16>());
    }

    #[test]
    fn what_was_wrapped_comes_back_under_the_same_key_alone() {
        let (link, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let mut wrapped = wrap_codeword(&link, &Codeword::new([5; 16]));
        assert!(unwrap_codeword(&link, &wrapped) == Some(Codeword::new([5; 16])));
        assert!(unwrap_codeword(&other, &wrapped).is_none());
        wrapped[3] ^= 1;
        assert!(unwrap_codeword(&link, &wrapped).is_none());
        let coded = wrap_key(&link, &other);
        assert!(unwrap_key(&link, &coded).as_ref() == Some(&other));
        let coded = wrap_imprint_key(&link, &other);
        assert!(unwrap_imprint_key(&link, &coded).as_ref() == Some(&other));
        assert!(unwrap_key(&link, &coded).is_none() && unwrap_imprint_key(&other, &coded).is_none());
    }
}

//! A key as it is kept: 32 bytes that are wiped when dropped, compared in constant time and never printed.

use super::NumberError;
use core::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Key material of one slot. DES takes its first 8 bytes, 3DES its first 24.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; Key::BYTES]);

impl Key {
    /// Bytes in a key.
    pub const BYTES: usize = 32;

    /// The key made of these bytes.
    pub const fn new(bytes: [u8; Key::BYTES]) -> Key {
        Key(bytes)
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Key, NumberError> {
        let mut key = Key([0; Key::BYTES]);
        if text.len() != 2 * Key::BYTES {
            return Err(NumberError::KeyText);
        }
        for (byte, pair) in key.0.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            for &digit in pair {
                let nibble = char::from(digit).to_digit(16).ok_or(NumberError::KeyText)?;
                *byte = *byte << 4 | nibble as u8;
            }
        }
        Ok(key)
    }

    /// The bytes, for the cipher and for sealed storage alone.
    pub const fn bytes(&self) -> &[u8; Key::BYTES] {
        &self.0
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

//! Passwords and what is kept of them.
//!
//! What always holds: a password is wiped when dropped; of a stored one only a salted derivation is kept, compared in
//! constant time; neither is ever shown.

use core::fmt;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Derives what is kept of a password: slowly, and with much memory where there is much (Argon2id on a computer).
pub trait PasswordHash {
    /// The 32 bytes that belong to this password and salt.
    fn derive(
        &mut self,
        password: &[u8],
        salt: &[u8; Verifier::SALT_BYTES],
    ) -> Result<Zeroizing<[u8; Verifier::DERIVED_BYTES]>, HashFault>;
}

/// The derivation could not be carried out, such as for want of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashFault;

impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the device cannot work out passwords now")
    }
}

impl core::error::Error for HashFault {}

/// A password as it was entered, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password {
    bytes: [u8; Password::BYTES_MAX],
    length: usize,
}

impl Password {
    /// The longest password.
    pub const BYTES_MAX: usize = 64;

    /// The password with these bytes: 1 to 64 of them.
    pub fn new(password: &[u8]) -> Result<Password, PasswordError> {
        if password.is_empty() {
            return Err(PasswordError);
        }
        let mut bytes = [0; Password::BYTES_MAX];
        bytes.get_mut(..password.len()).ok_or(PasswordError)?.copy_from_slice(password);
        Ok(Password { bytes, length: password.len() })
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Password) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.bytes())
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Password, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Password;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&PasswordError, f)
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Password, E> {
                Password::new(bytes).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Password, A::Error> {
                let mut bytes = Zeroizing::new([0; Password::BYTES_MAX]);
                let mut length = 0;
                while let Some(byte) = sequence.next_element()? {
                    *bytes.get_mut(length).ok_or(A::Error::custom(PasswordError))? = byte;
                    length += 1;
                }
                Password::new(bytes.get(..length).unwrap_or_default()).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

/// Why some bytes are no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordError;

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a password has 1 to 64 bytes")
    }
}

impl core::error::Error for PasswordError {}

/// What is kept of a password.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Verifier {
    salt: [u8; Verifier::SALT_BYTES],
    derived: [u8; Verifier::DERIVED_BYTES],
}

// Worked with where there is no such user, so that the answer takes as long.
const NOBODY_SALT: [u8; Verifier::SALT_BYTES] = [0xa5; Verifier::SALT_BYTES];
const NOBODY_DERIVED: [u8; Verifier::DERIVED_BYTES] = [0; Verifier::DERIVED_BYTES];

impl Verifier {
    /// Bytes of a salt.
    pub const SALT_BYTES: usize = 16;
    /// Bytes derived from a password.
    pub const DERIVED_BYTES: usize = 32;
    /// Bytes of a verifier in the memory.
    pub(crate) const BYTES: usize = Verifier::SALT_BYTES + Verifier::DERIVED_BYTES;

    /// Derives what is kept of a password under a salt that was never used before.
    pub fn new(
        password: &Password,
        salt: [u8; Verifier::SALT_BYTES],
        hash: &mut impl PasswordHash,
    ) -> Result<Verifier, HashFault> {
        let derived = hash.derive(password.bytes(), &salt)?;
        Ok(Verifier { salt, derived: *derived })
    }

    /// Whether the password is the one that was kept. Where nothing is kept the same work is done for a no.
    pub(crate) fn accepts(
        kept: Option<&Verifier>,
        password: &Password,
        hash: &mut impl PasswordHash,
    ) -> Result<bool, HashFault> {
        let (salt, expected) = kept.map_or((&NOBODY_SALT, &NOBODY_DERIVED), Verifier::parts);
        let derived = hash.derive(password.bytes(), salt)?;
        let equal = derived.ct_eq(expected);
        Ok((equal & Choice::from(u8::from(kept.is_some()))).into())
    }

    pub(crate) fn parts(&self) -> (&[u8; Verifier::SALT_BYTES], &[u8; Verifier::DERIVED_BYTES]) {
        (&self.salt, &self.derived)
    }

    pub(crate) const fn from_parts(
        salt: [u8; Verifier::SALT_BYTES],
        derived: [u8; Verifier::DERIVED_BYTES],
    ) -> Verifier {
        Verifier { salt, derived }
    }
}

impl PartialEq for Verifier {
    fn eq(&self, other: &Verifier) -> bool {
        (self.salt.ct_eq(&other.salt) & self.derived.ct_eq(&other.derived)).into()
    }
}

impl Eq for Verifier {}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

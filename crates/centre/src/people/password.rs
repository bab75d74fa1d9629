//! Passwords, what is asked of them, and what is kept of them: Argon2id with the least costs that OWASP advises, 19 MiB
//! and two passes.
//!
//! What always holds: a password is wiped when dropped and never shown; what is kept is salted and compared in constant
//! time; where nothing is kept the same work is done for a no.

use super::PeopleFault;
use super::name::{FullName, Name};
use crate::hex;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::str::FromStr;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

/// A password as it was entered.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// The shortest that can be set, in bytes.
    pub const MIN_BYTES: usize = 12;
    /// The longest that can be set, in bytes.
    pub const MAX_BYTES: usize = 128;

    /// The password with this text. One byte more than can be set is kept of it, so that it is nobody's.
    pub fn new(text: &str) -> Password {
        let bytes = text.as_bytes();
        let bounded = bytes.get(..=Password::MAX_BYTES).unwrap_or(bytes);
        Password(Zeroizing::new(bounded.to_vec()))
    }

    /// Whether this person may set it. Long is what counts; which signs it has does not.
    pub fn check(&self, name: &Name, full_name: &FullName) -> Result<(), PasswordFault> {
        if self.0.len() < Password::MIN_BYTES {
            return Err(PasswordFault::Short);
        }
        if self.0.len() > Password::MAX_BYTES {
            return Err(PasswordFault::Long);
        }
        let is_name = [name.text(), full_name.text()].iter().any(|name| {
            // Folded as ASCII alone: the rest of a full name is compared as it stands.
            self.0.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
        });
        if is_name { Err(PasswordFault::Name) } else { Ok(()) }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Password, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Password;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a password")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Password, E> {
                Ok(Password::new(text))
            }

            fn visit_string<E: serde::de::Error>(self, mut text: String) -> Result<Password, E> {
                let password = Password::new(&text);
                text.zeroize();
                Ok(password)
            }
        }
        deserializer.deserialize_string(Text)
    }
}

/// Why a password cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too short.
    #[error("a password has at least {} bytes: take a longer one, such as a few words", Password::MIN_BYTES)]
    Short,
    /// Too long.
    #[error("a password has at most {} bytes: take a shorter one", Password::MAX_BYTES)]
    Long,
    /// It is the person's name.
    #[error("a password is not the person's name: take another")]
    Name,
}

const SALT_BYTES: usize = 16;
const DERIVED_BYTES: usize = 32;
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Names the costs above in the table, so that higher ones can come beside them.
const COSTS: &str = "argon2id-1";

/// What is kept of a password.
#[derive(Clone)]
pub(super) struct Kept {
    salt: [u8; SALT_BYTES],
    derived: Zeroizing<[u8; DERIVED_BYTES]>,
}

impl Kept {
    /// Derives what is kept, under a salt of its own.
    pub fn of(password: &Password) -> Result<Kept, PeopleFault> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| PeopleFault::Random)?;
        Ok(Kept { salt, derived: derive(&password.0, &salt)? })
    }

    /// Whether the password is the one that was kept.
    pub fn accepts(kept: Option<&Kept>, password: &Password) -> Result<bool, PeopleFault> {
        // Worked with where there is no such person, so that the answer takes as long.
        let nobody = Kept { salt: [0xa5; SALT_BYTES], derived: Zeroizing::new([0; DERIVED_BYTES]) };
        let is_kept = Choice::from(u8::from(kept.is_some()));
        let kept = kept.unwrap_or(&nobody);
        let derived = derive(&password.0, &kept.salt)?;
        Ok((derived.ct_eq(kept.derived.as_slice()) & is_kept).into())
    }

    /// As it stands in the table: costs, salt and derivation.
    pub fn text(&self) -> String {
        format!("{COSTS}:{}:{}", hex::encode(&self.salt), hex::encode(self.derived.as_slice()))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(..)")
    }
}

impl FromStr for Kept {
    type Err = ();

    fn from_str(text: &str) -> Result<Kept, ()> {
        let (costs, rest) = text.split_once(':').ok_or(())?;
        let (salt, derived) = rest.split_once(':').ok_or(())?;
        if costs != COSTS {
            return Err(());
        }
        let mut kept = Kept { salt: [0; SALT_BYTES], derived: Zeroizing::new([0; DERIVED_BYTES]) };
        hex::decode_into(salt, &mut kept.salt).ok_or(())?;
        hex::decode_into(derived, kept.derived.as_mut_slice()).ok_or(())?;
        Ok(kept)
    }
}

/// A fault where the system has no memory for it.
fn derive(password: &[u8], salt: &[u8]) -> Result<Zeroizing<[u8; DERIVED_BYTES]>, PeopleFault> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, Some(DERIVED_BYTES)).map_err(|_| PeopleFault::Memory)?;
    let mut blocks = Zeroizing::new(Vec::new());
    blocks.try_reserve_exact(params.block_count()).map_err(|_| PeopleFault::Memory)?;
    blocks.resize(params.block_count(), Block::new());
    let mut derived = Zeroizing::new([0; DERIVED_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, derived.as_mut_slice(), blocks.as_mut_slice())
        .map_err(|_| PeopleFault::Memory)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are those of the reference implementation (libargon2 20171227).
    #[test]
    fn a_password_is_derived_as_the_reference_does() {
        let salt: [u8; SALT_BYTES] = core::array::from_fn(|place| place as u8);
        let expected = "d00b90c40f918cf889780d7d3a9ec3c2b1719df87dc5e4d4d93ea6163db04e17";
        assert_eq!(hex::encode(derive(b"correct horse", &salt).unwrap().as_slice()), expected);
    }

    #[test]
    fn what_is_kept_accepts_its_password_alone() {
        let password = Password::new("correct horse battery");
        let kept = Kept::of(&password).unwrap();
        assert_ne!(kept.text(), Kept::of(&password).unwrap().text(), "each has a salt of its own");
        let read: Kept = kept.text().parse().unwrap();
        assert!(Kept::accepts(Some(&read), &password).unwrap());
        assert!(!Kept::accepts(Some(&read), &Password::new("correct horse batterY")).unwrap());
        assert!(!Kept::accepts(None, &password).unwrap());
        for text in ["", "argon2id-1", "argon2id-1:00:00", &kept.text().replace("id-1", "id-2")] {
            assert!(text.parse::<Kept>().is_err(), "{text}");
        }
        assert_eq!(format!("{kept:?} {password:?}"), "Kept(..) Password(..)");
    }

    #[test]
    fn a_password_is_long_and_not_the_name() {
        let name: Name = "anna.von.und.zu".parse().unwrap();
        let full_name: FullName = "Anna von und zu".parse().unwrap();
        let check = |text: &str| Password::new(text).check(&name, &full_name);
        assert_eq!(check("elevenbytes"), Err(PasswordFault::Short));
        assert_eq!(check("twelve bytes"), Ok(()));
        assert_eq!(check("äöüäöü"), Ok(()), "bytes count, not letters");
        assert_eq!(check(&"a".repeat(128)), Ok(()));
        assert_eq!(check(&"a".repeat(129)), Err(PasswordFault::Long));
        assert_eq!(check("Anna.von.und.Zu"), Err(PasswordFault::Name));
        assert_eq!(check(" anna VON und zu"), Err(PasswordFault::Name));
    }

    #[test]
    fn one_that_is_too_long_is_bounded_and_nobodys() {
        let longest = Kept::of(&Password::new(&"a".repeat(128))).unwrap();
        let longer = Password::new(&"a".repeat(1_000_000));
        assert_eq!(longer.0.len(), 129);
        assert!(!Kept::accepts(Some(&longest), &longer).unwrap());
        let read: Password = serde_json::from_str("\"a \\\"quoted\\\" one\"").unwrap();
        assert_eq!(read.0.as_slice(), b"a \"quoted\" one");
    }
}

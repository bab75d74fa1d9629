//! The signed envelope of everything that crosses link H.
//!
//! | part | bytes |
//! |---|---|
//! | head | `porto-h1 `, the kind's name, a space, the signature as 128 hexadecimal digits, a line feed |
//! | body | JSON to the end, UTF-8 |
//!
//! The signature is Ed25519 over `porto link h v1` and a zero byte (16), the kind's number (1) and the SHA-256 of the
//! body (32). So the body's bytes as they came are what was signed: no canonical form is needed, and nothing is parsed
//! before the signature was found right.

use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// The longest document: room for the list of a million meters with a profile each.
pub const DOCUMENT_BYTES_MAX: usize = 512 << 20;

const FAMILY: &[u8] = b"porto-h";
const MAGIC: &[u8] = b"porto-h1 ";
const SIGNED_HEAD: [u8; 16] = *b"porto link h v1\0";
const SIGNED_BYTES: usize = SIGNED_HEAD.len() + 1 + 32;
/// No head is longer.
const HEAD_BYTES_MAX: usize = 256;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $number:literal, $name:literal;)*) => {
        /// What a document is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The number that is signed; it stays the same from version to version.
            pub const fn number(self) -> u8 {
                match self { $(Kind::$kind => $number,)* }
            }

            /// Its name in the head and in addresses.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    /// The suspects.
    Suspects = 1, "suspects";
    /// The meters and their profiles.
    Meters = 2, "meters";
    /// The keys for verification, for one station.
    Keys = 3, "keys";
    /// The intervals of MV.
    Intervals = 4, "intervals";
    /// The cliché frames and their numbers.
    Cliches = 5, "cliches";
    /// The thresholds of use.
    Thresholds = 6, "thresholds";
    /// What the centre knows of each meter's use.
    Statistics = 7, "statistics";
    /// The tariff.
    Tariff = 8, "tariff";
    /// Imprints a station saw.
    Sightings = 65, "sightings";
    /// What a station found.
    Findings = 66, "findings";
    /// A station's cases.
    Cases = 67, "cases";
    /// Which lists a station has taken in.
    Taken = 68, "taken";
    /// Which of a station's sightings other stations have seen too.
    Elsewhere = 69, "elsewhere";
}

/// Signs a body.
pub fn seal(kind: Kind, body: &[u8], key: &SigningKey) -> Vec<u8> {
    let mut document = seal_digest(kind, &Sha256::digest(body).into(), key);
    document.extend_from_slice(body);
    document
}

/// The head of the document whose body has this SHA-256, for a body that is never held as a whole: it follows behind.
pub fn seal_digest(kind: Kind, body_sha256: &[u8; 32], key: &SigningKey) -> Vec<u8> {
    let signature = key.sign(&signed_bytes(kind, body_sha256)).to_bytes();
    let mut head = Vec::with_capacity(HEAD_BYTES_MAX);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(kind.name().as_bytes());
    head.push(b' ');
    for byte in signature {
        head.extend([byte >> 4, byte & 15].map(digit));
    }
    head.push(b'\n');
    head
}

/// The body of a document, if it is of this kind and one of these has signed it.
pub fn open<'a>(document: &'a [u8], kind: Kind, trusted: &[VerifyingKey]) -> Result<&'a [u8], DocumentError> {
    if document.len() > DOCUMENT_BYTES_MAX {
        return Err(DocumentError::Long);
    }
    let (head, body) = split(document)?;
    let rest = head.strip_prefix(MAGIC).ok_or(match head.starts_with(FAMILY) {
        true => DocumentError::Version,
        false => DocumentError::Head,
    })?;
    let space = rest.iter().position(|byte| *byte == b' ').ok_or(DocumentError::Head)?;
    let (name, digits) = rest.split_at_checked(space).ok_or(DocumentError::Head)?;
    if name != kind.name().as_bytes() {
        return Err(DocumentError::Kind);
    }
    let signature = signature(digits.trim_ascii_start()).ok_or(DocumentError::Head)?;
    let bytes = signed_bytes(kind, &Sha256::digest(body).into());
    let is_signed = trusted.iter().any(|key| key.verify_strict(&bytes, &signature).is_ok());
    if is_signed { Ok(body) } else { Err(DocumentError::Signature) }
}

fn split(document: &[u8]) -> Result<(&[u8], &[u8]), DocumentError> {
    let end = document.iter().take(HEAD_BYTES_MAX).position(|byte| *byte == b'\n');
    let (head, rest) = end.and_then(|end| document.split_at_checked(end)).ok_or(DocumentError::Head)?;
    Ok((head, rest.strip_prefix(b"\n").ok_or(DocumentError::Head)?))
}

fn signed_bytes(kind: Kind, body_sha256: &[u8; 32]) -> [u8; SIGNED_BYTES] {
    let mut bytes = [0; SIGNED_BYTES];
    let mut writer = terms::bytes::Writer::new(&mut bytes);
    writer.put(&SIGNED_HEAD);
    writer.put(&[kind.number()]);
    writer.put(body_sha256);
    bytes
}

fn signature(digits: &[u8]) -> Option<Signature> {
    let mut bytes = [0; Signature::BYTE_SIZE];
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(Signature::from_bytes(&bytes))
}

const fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Why a document is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentError {
    /// It is longer than [`DOCUMENT_BYTES_MAX`].
    Long,
    /// It has no head such as these documents have.
    Head,
    /// Its version is another.
    Version,
    /// It is of another kind than was asked for.
    Kind,
    /// Nobody who is trusted has signed it.
    Signature,
}

impl DocumentError {
    /// A number that stays the same from version to version.
    pub const fn code(self) -> u16 {
        match self {
            DocumentError::Long => 801,
            DocumentError::Head => 802,
            DocumentError::Version => 803,
            DocumentError::Kind => 804,
            DocumentError::Signature => 805,
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DocumentError::Long => "the document is longer than any may be",
            DocumentError::Head => "this is no document of the link between centre and post",
            DocumentError::Version => {
                "the document has a version this program does not know: it knows version 1"
            }
            DocumentError::Kind => "the document is of another kind than was asked for",
            DocumentError::Signature => "the document does not carry a signature that is trusted here",
        })
    }
}

impl core::error::Error for DocumentError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_bytes(&[byte; 32])
    }

    #[test]
    fn a_document_opens_for_its_kind_and_its_signers_alone() {
        let document = seal(Kind::Suspects, b"{}", &key(1));
        let (one, other) = (key(1).verifying_key(), key(2).verifying_key());
        assert_eq!(open(&document, Kind::Suspects, &[other, one]), Ok(b"{}".as_slice()));
        assert_eq!(open(&document, Kind::Suspects, &[other]), Err(DocumentError::Signature));
        assert_eq!(open(&document, Kind::Suspects, &[]), Err(DocumentError::Signature));
        assert_eq!(open(&document, Kind::Keys, &[one]), Err(DocumentError::Kind));
    }

    #[test]
    fn a_head_that_was_made_of_the_digest_alone_opens_with_its_body() {
        let mut document = seal_digest(Kind::Suspects, &Sha256::digest(b"{}").into(), &key(1));
        document.extend_from_slice(b"{}");
        assert_eq!(document, seal(Kind::Suspects, b"{}", &key(1)));
    }

    #[test]
    fn a_document_that_calls_itself_another_kind_does_not_open() {
        let document = seal(Kind::Suspects, b"{}", &key(1));
        let text = alloc::string::String::from_utf8(document).unwrap().replace("suspects", "meters");
        let opened = open(text.as_bytes(), Kind::Meters, &[key(1).verifying_key()]);
        assert_eq!(opened, Err(DocumentError::Signature));
    }

    #[test]
    fn other_versions_and_other_files_are_told_apart() {
        let trusted = [key(1).verifying_key()];
        let check = |document: &[u8], error| assert_eq!(open(document, Kind::Keys, &trusted), Err(error));
        check(b"porto-h2 keys 00\n{}", DocumentError::Version);
        check(b"porto-h1 keys 00\n{}", DocumentError::Head);
        check(b"porto-h1 keys", DocumentError::Head);
        check(b"{}\n", DocumentError::Head);
        check(b"", DocumentError::Head);
        check(&alloc::vec![b'a'; 1_000], DocumentError::Head);
    }

    #[test]
    fn no_two_kinds_share_a_number_or_a_name() {
        let numbers: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.number()).collect();
        let names: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!((numbers.len(), names.len()), (Kind::ALL.len(), Kind::ALL.len()));
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_goes_unseen(place in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let mut document = seal(Kind::Tariff, br#"{"number":1}"#, &key(1));
            let length = document.len();
            document[place.index(length)] ^= flip;
            prop_assert!(open(&document, Kind::Tariff, &[key(1).verifying_key()]).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(open(&bytes, Kind::Tariff, &[key(1).verifying_key()]).is_err());
        }
    }
}

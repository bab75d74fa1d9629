//! Seals: the heads of all chains that grew since the last seal, under one signature of the carrier.
//!
//! What always holds: a seal covers its heads through a Merkle root in the order of the chains' names, and through the
//! hash of the seal before it everything that was sealed earlier; the first seal names the log itself, carrier and key,
//! in place of a seal before it. So who holds one printed seal holds all of the log up to it.

use super::{Chain, Digest, Head};
use crate::hex;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use std::fmt;

/// The longest name of a carrier in the log, in bytes.
const MAX_CARRIER_BYTES: usize = 128;
const LOG_TAG: &[u8] = b"porto audit log 1\n";
const SEAL_TAG: &[u8] = b"porto audit seal 1\n";

/// Whose log it is: the carrier's name and the key that its seals are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogName {
    carrier: String,
    key: VerifyingKey,
}

impl LogName {
    /// The log of this carrier; `None` where the name is empty, longer than 128 bytes or not printable.
    pub fn new(carrier: &str, key: VerifyingKey) -> Option<LogName> {
        let fits = (1..=MAX_CARRIER_BYTES).contains(&carrier.len()) && !carrier.chars().any(char::is_control);
        fits.then(|| LogName { carrier: carrier.to_owned(), key })
    }

    /// The carrier's name.
    pub fn carrier(&self) -> &str {
        &self.carrier
    }

    /// The key that seals are proved with.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// What stands for the seal before the first.
    pub fn hash(&self) -> Digest {
        let length = (self.carrier.len() as u64).to_be_bytes();
        Digest::of(&[LOG_TAG, &length, self.carrier.as_bytes(), self.key.as_bytes()])
    }
}

/// A chain's head as a leaf of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedHead {
    /// The chain.
    pub chain: Chain,
    /// Its head when it was sealed.
    pub head: Head,
}

impl SealedHead {
    /// The bytes of the leaf.
    pub fn leaf(&self) -> Vec<u8> {
        let mut leaf = Vec::with_capacity(80);
        leaf.extend_from_slice(&self.head.number.to_be_bytes());
        leaf.extend_from_slice(self.head.hash.bytes());
        leaf.extend_from_slice(self.chain.to_string().as_bytes());
        leaf
    }
}

/// What a seal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealBody {
    /// Its number, from 1.
    pub number: u64,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// How many chains grew since the seal before.
    pub heads: u64,
    /// By how many entries in all.
    pub entries: u64,
    /// The Merkle root over the heads of those chains.
    pub root: Digest,
    /// The hash of the seal before, or of the log's name.
    pub previous: Digest,
}

impl SealBody {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = SEAL_TAG.to_vec();
        for number in [self.number, self.at_ms.cast_unsigned(), self.heads, self.entries] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(self.root.bytes());
        bytes.extend_from_slice(self.previous.bytes());
        bytes
    }

    /// Its hash: what the next seal names, and what a printed seal shows.
    pub fn hash(&self) -> Digest {
        Digest::of(&[&self.bytes()])
    }

    /// The seal with the carrier's signature.
    pub fn sign(self, key: &SigningKey) -> Seal {
        Seal { body: self, signature: key.sign(&self.bytes()) }
    }
}

/// A signed seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// What it says.
    pub body: SealBody,
    /// The carrier's signature over it.
    pub signature: Signature,
}

impl Seal {
    /// Whether the signature is this key's.
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify_strict(&self.body.bytes(), &self.signature).is_ok()
    }

    /// The seal as a short text to print, to publish or to hand over: with it anyone can later prove that the log up to
    /// this seal is the same as it was. At most 80 columns.
    pub fn printed<'a>(&'a self, log: &'a LogName) -> impl fmt::Display + 'a {
        Printed { seal: self, log }
    }
}

struct Printed<'a> {
    seal: &'a Seal,
    log: &'a LogName,
}

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = &self.seal.body;
        let at = Timestamp::from_millisecond(body.at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        writeln!(f, "Audit seal {} of {}", body.number, self.log.carrier)?;
        writeln!(f, "  time       {at}")?;
        writeln!(f, "  covers     {} entries of {} chains since the seal before", body.entries, body.heads)?;
        row(f, "seal", body.hash().bytes())?;
        row(f, "root", body.root.bytes())?;
        row(f, "before", body.previous.bytes())?;
        row(f, "key", self.log.key.as_bytes())?;
        row(f, "signature", &self.seal.signature.to_bytes())
    }
}

/// Bytes in groups of four digits that an eye can compare, 32 digits a line.
fn row(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    for (index, line) in bytes.chunks(16).enumerate() {
        let name = if index == 0 { name } else { "" };
        let groups: Vec<String> = line.chunks(2).map(hex::encode).collect();
        writeln!(f, "  {name:<10} {}", groups.join(" "))?;
    }
    Ok(())
}

//! What the issuer says to the meter: grants of credit, [orders](crate::Order) and [inspections](crate::Inspection),
//! signed, numbered, taken exactly once.
//!
//! What always holds: an [`Authentic`] message comes out of [`Authentic::verify`] alone, so whatever acts on one
//! acts on the issuer's word, given to this meter.

use core::fmt;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use terms::{Money, Serial};

/// A numbered grant: the only way credit comes into a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The meter it is for.
    pub serial: Serial,
    /// Its number: the last one taken plus one.
    pub number: u64,
    /// What it adds to R1 and R3, in minor units; less than zero to take credit back.
    pub amount_minor: i64,
    /// The R3 it builds on.
    pub r3_before: Money,
    /// It takes all of R1 back, and the meter leaves service ([25]).
    pub closing: bool,
}

/// A message as the issuer signs it.
pub trait Message: Clone {
    /// Bytes that are signed.
    type Bytes: AsRef<[u8]>;

    /// The meter it is for.
    fn serial(&self) -> Serial;

    /// The bytes that are signed: no two messages, of whatever kind, have the same. See docs/formats/grant.md.
    fn signed_bytes(&self) -> Self::Bytes;
}

const GRANT_HEAD: [u8; 16] = *b"porto grant v1\0\0";
const CLOSING_HEAD: [u8; 16] = *b"porto closing v1";

impl Message for Grant {
    type Bytes = [u8; 44];

    fn serial(&self) -> Serial {
        self.serial
    }

    fn signed_bytes(&self) -> [u8; 44] {
        let mut bytes = [0; 44];
        let mut writer = terms::bytes::Writer::new(&mut bytes);
        writer.put(if self.closing { &CLOSING_HEAD } else { &GRANT_HEAD });
        writer.put(&self.serial.value().to_le_bytes());
        writer.put(&self.number.to_le_bytes());
        writer.put(&self.amount_minor.to_le_bytes());
        writer.put(&self.r3_before.minor().to_le_bytes());
        bytes
    }
}

/// A message with its signature, not yet believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed<T> {
    /// What is said.
    pub message: T,
    /// The Ed25519 signature over its bytes.
    #[serde(with = "signature_halves")]
    pub signature: [u8; 64],
}

/// A message that the issuer signed for this meter.
#[derive(Clone, Copy, Debug)]
pub struct Authentic<T>(T);

impl<T: Message> Authentic<T> {
    /// Believes a message if the issuer's signature is right and it is for this meter.
    pub fn verify(
        signed: &Signed<T>,
        issuer: &VerifyingKey,
        serial: Serial,
    ) -> Result<Authentic<T>, NotAuthentic> {
        let signature = Signature::from_bytes(&signed.signature);
        let bytes = signed.message.signed_bytes();
        issuer.verify_strict(bytes.as_ref(), &signature).map_err(|_| NotAuthentic::Signature)?;
        if signed.message.serial() == serial {
            Ok(Authentic(signed.message.clone()))
        } else {
            Err(NotAuthentic::OtherMeter)
        }
    }

    /// What was said.
    pub fn message(self) -> T {
        self.0
    }
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAuthentic {
    /// It does not carry the issuer's signature.
    Signature,
    /// It is for another meter.
    OtherMeter,
}

impl fmt::Display for NotAuthentic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotAuthentic::Signature => "this does not carry the signature of the meter's issuer",
            NotAuthentic::OtherMeter => "this is meant for another meter",
        })
    }
}

impl core::error::Error for NotAuthentic {}

pub(crate) mod signature_halves {
    //! A signature as two arrays, since serde has none of 64.

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(signature: &[u8; 64], serializer: S) -> Result<S::Ok, S::Error> {
        let (halves, _) = signature.as_chunks::<32>();
        let halves: [[u8; 32]; 2] = halves.try_into().unwrap_or_default();
        halves.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 64], D::Error> {
        let halves = <[[u8; 32]; 2]>::deserialize(deserializer)?;
        Ok(halves.as_flattened().try_into().unwrap_or([0; 64]))
    }
}

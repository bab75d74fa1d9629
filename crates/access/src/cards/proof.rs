//! The maker's proof, without which a lost master is not replaced (DE 197 57 648, page 4).
//!
//! What always holds: a proof comes out of [`MakersProof::verify`] alone. It holds for one meter and one new card's
//! number; its counter is greater than that of any proof that was used before.

use super::refusal::Refusal;
use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use terms::{CardNumber, Serial};
use zeroize::Zeroizing;

/// Bytes of the key that meter and maker share for this alone.
pub const MAKERS_KEY_BYTES: usize = 32;

/// What the maker says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakersMessage {
    /// For which meter.
    pub serial: Serial,
    /// Which of the maker's messages for it: each has a greater one.
    pub counter: u32,
    /// The number that the new master is to bear.
    pub number: CardNumber,
    /// CMAC-AES-256 under the key over 32 bytes, big endian: the label `new master card ` 16, the serial number 4, the
    /// counter 4, the card's number 8.
    pub mac: [u8; 16],
}

impl MakersMessage {
    /// The message as the maker makes it.
    pub fn new(
        key: &[u8; MAKERS_KEY_BYTES],
        serial: Serial,
        counter: u32,
        number: CardNumber,
    ) -> MakersMessage {
        let message = MakersMessage { serial, counter, number, mac: [0; 16] };
        MakersMessage { mac: *message.expected(key), ..message }
    }

    /// What the MAC is over.
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let label = *b"new master card ";
        let serial = self.serial.value().to_be_bytes();
        let fields = label.into_iter().chain(serial).chain(self.counter.to_be_bytes());
        let fields = fields.chain(self.number.value().to_be_bytes());
        bytes.iter_mut().zip(fields).for_each(|(place, byte)| *place = byte);
        bytes
    }

    fn expected(&self, key: &[u8; MAKERS_KEY_BYTES]) -> Zeroizing<[u8; 16]> {
        let mut mac = Cmac::<Aes256>::new(key.into());
        mac.update(&self.bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

/// A message that was found to be the maker's for this meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakersProof {
    counter: u32,
    number: CardNumber,
}

impl MakersProof {
    /// Checks a message with the key that was handed in, for the meter with this serial number.
    pub fn verify(
        key: &[u8; MAKERS_KEY_BYTES],
        serial: Serial,
        message: &MakersMessage,
    ) -> Result<MakersProof, Refusal> {
        let is_makers = message.expected(key).ct_eq(&message.mac);
        if bool::from(is_makers) && message.serial == serial {
            Ok(MakersProof { counter: message.counter, number: message.number })
        } else {
            Err(Refusal::WrongProof)
        }
    }

    pub(super) fn counter(&self) -> u32 {
        self.counter
    }

    pub(super) fn number(&self) -> CardNumber {
        self.number
    }
}

//! What answers the device's questions: the key of the pairing and the identifier that this computer's hardware
//! shows, which is read when the client starts and not kept anywhere.

use crate::HostError;
use crate::adapters::{Identity, Pairing};
use psd::supervision::interrogation::{Code, PairingKey, Question, code_for};
use std::path::Path;
use terms::Serial;

/// The control unit's side of a pairing.
#[derive(Clone, Debug)]
pub struct Attendant {
    key: PairingKey,
    serial: Serial,
    identity: [u8; 32],
}

impl Attendant {
    /// The one whose pairing lies in this file, on the computer whose files begin here.
    pub fn read(pairing: &Path, root: &Path) -> Result<Attendant, HostError> {
        let pairing = Pairing::read(pairing)?;
        let identity = Identity::read(pairing.identity, root)?;
        Ok(Attendant::new(&pairing, &identity))
    }

    /// The one of this pairing, with this identifier.
    pub fn new(pairing: &Pairing, identity: &Identity) -> Attendant {
        let key = PairingKey::new(*pairing.key.bytes());
        Attendant { key, serial: pairing.serial, identity: identity.hash }
    }

    /// The answer to a question.
    pub(super) fn code(&self, question: &Question) -> Code {
        code_for(question, &self.key, self.serial, &self.identity)
    }
}

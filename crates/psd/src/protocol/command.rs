//! What can be asked of a device. The order of the variants is their number on the wire: new ones go to the end.

use crate::message::{Grant, Mark, Signed};
use crate::request::Request;
use imprint::numbers::RequestId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use terms::{Money, Serial};

/// What a device is asked for. Each command is answered by any number of answers and one that ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command<'a> {
    /// Who is there, and what it takes.
    Hello,
    /// The sender is the control unit from now on, until it goes away.
    Attach,
    /// The sender is no longer the control unit.
    Detach,
    /// How the meter stands.
    Status,
    /// The registers.
    Registers,
    /// What starts found in the memory.
    Findings,
    /// Debits these and gives out their indicia.
    Frank {
        /// The requests.
        #[serde(borrow)]
        requests: Requests<'a>,
    },
    /// Gives an indicium of the last franking out once more.
    Fetch {
        /// Which one, as a number.
        request: u64,
    },
    /// Takes a grant.
    Grant(SignedGrant),
    /// Takes a mark.
    Mark(SignedMark),
}

impl Command<'_> {
    /// Whether only the control unit may ask for it. What is signed by the issuer may come by any hand, and what only
    /// reads gives nothing away that has a price.
    pub const fn is_control_units(&self) -> bool {
        matches!(self, Command::Frank { .. } | Command::Fetch { .. } | Command::Detach)
    }
}

/// Requests of one franking, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requests<'a>(&'a [u8]);

impl<'a> Requests<'a> {
    /// The requests in these bytes: [`Request::BYTES`] each.
    pub const fn new(bytes: &'a [u8]) -> Requests<'a> {
        Requests(bytes)
    }

    /// How many there are, a broken one at the end included.
    pub const fn len(self) -> usize {
        self.0.len().div_ceil(Request::BYTES)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Puts them into a buffer and gives the part they fill; nothing where they do not fit, a date does not exist, or
    /// the bytes do not end with a request.
    pub fn read(self, buffer: &mut [Request]) -> Option<&[Request]> {
        let (units, rest) = self.0.as_chunks();
        let place = buffer.get_mut(..units.len()).filter(|_| rest.is_empty())?;
        for (place, unit) in place.iter_mut().zip(units) {
            *place = Request::from_bytes(unit)?;
        }
        Some(place)
    }
}

impl Serialize for Requests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Requests<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Requests<'a>, D::Error> {
        <&[u8]>::deserialize(deserializer).map(Requests)
    }
}

/// An Ed25519 signature, in halves.
pub type SignatureBytes = [[u8; 32]; 2];

/// A grant on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedGrant {
    serial: Serial,
    number: u64,
    amount_minor: i64,
    r3_before: Money,
    signature: SignatureBytes,
}

impl From<&Signed<Grant>> for SignedGrant {
    fn from(signed: &Signed<Grant>) -> SignedGrant {
        let Grant { serial, number, amount_minor, r3_before } = signed.message;
        SignedGrant { serial, number, amount_minor, r3_before, signature: halves(&signed.signature) }
    }
}

impl From<SignedGrant> for Signed<Grant> {
    fn from(wire: SignedGrant) -> Signed<Grant> {
        let SignedGrant { serial, number, amount_minor, r3_before, signature } = wire;
        let message = Grant { serial, number, amount_minor, r3_before };
        Signed { message, signature: joined(signature) }
    }
}

/// A mark on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedMark {
    serial: Serial,
    number: u64,
    suspicious: bool,
    signature: SignatureBytes,
}

impl From<&Signed<Mark>> for SignedMark {
    fn from(signed: &Signed<Mark>) -> SignedMark {
        let Mark { serial, number, suspicious } = signed.message;
        SignedMark { serial, number, suspicious, signature: halves(&signed.signature) }
    }
}

impl From<SignedMark> for Signed<Mark> {
    fn from(wire: SignedMark) -> Signed<Mark> {
        let SignedMark { serial, number, suspicious, signature } = wire;
        Signed { message: Mark { serial, number, suspicious }, signature: joined(signature) }
    }
}

fn halves(signature: &[u8; 64]) -> SignatureBytes {
    let mut halves = [[0; 32]; 2];
    halves.as_flattened_mut().copy_from_slice(signature);
    halves
}

fn joined(halves: SignatureBytes) -> [u8; 64] {
    let mut signature = [0; 64];
    signature.copy_from_slice(halves.as_flattened());
    signature
}

impl Command<'_> {
    /// The command that asks for an indicium once more.
    pub const fn fetch(id: RequestId) -> Command<'static> {
        Command::Fetch { request: id.0 }
    }
}

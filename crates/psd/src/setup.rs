//! What seldom changes: whom the device is paired with, which programs are enrolled, how long its routines take, what
//! inspections have exchanged.
//!
//! It lies on a page of its own, which the state names; docs/formats/memory.md has the table.

use crate::marking::{MARKING_BYTES, Marking};
use crate::memory::PAYLOAD_BYTES;
use crate::personalisation::Personalisation;
use crate::supervision::interrogation::{Identity, PairingKey};
use crate::supervision::pace::Learned;
use access::Lock;
use imprint::numbers::Key;
use link::keys::{WrappedKey, unwrap_key, wrap_key};
use link::{Checksum, Program};
use terms::bytes::{Reader, Writer};
use zeroize::Zeroizing;

/// What seldom changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Setup {
    pub pairing: Option<Paired>,
    pub programs: Programs,
    pub learned: Learned,
    pub lock: Lock,
    pub inspected: Inspected,
}

/// What inspections have put in the place of what the personalisation says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inspected {
    /// Number of the last inspection carried out; 0 for none.
    pub number: u64,
    /// The beginning of the SHA-256 of its signed bytes, so that the same inspection again is known.
    pub digest: [u8; 8],
    pub seal: Option<u64>,
    /// The pieces at the last inspection that noted them, for a state that begins anew after its memory was damaged.
    pub pieces: u64,
    /// How numbers are made since.
    pub marking: Option<Marking>,
    /// The marking of the last franking, where that was made before another took its place.
    pub former: Option<Marking>,
}

impl Inspected {
    /// Puts what was exchanged into a personalisation.
    pub fn put_into(&self, personalisation: &mut Personalisation) {
        personalisation.seal = self.seal.unwrap_or(personalisation.seal);
        if let Some(marking) = &self.marking {
            marking.put_into(personalisation);
        }
    }

    fn write(&self, writer: &mut Writer<'_>, coding: &Key) {
        writer.put(&self.number.to_le_bytes());
        writer.put(&self.digest);
        writer.put(&[u8::from(self.seal.is_some())]);
        writer.put(&self.seal.unwrap_or_default().to_le_bytes());
        writer.put(&self.pieces.to_le_bytes());
        Marking::write(self.marking.as_ref(), writer, coding);
        Marking::write(self.former.as_ref(), writer, coding);
    }

    fn read(reader: &mut Reader<'_>, coding: &Key) -> Option<Inspected> {
        let (number, digest) = (reader.u64()?, reader.bytes()?);
        let (has_seal, seal, pieces) = (reader.u8()?, reader.u64()?, reader.u64()?);
        let seal = (has_seal != 0).then_some(seal);
        let (marking, former) = (Marking::read(reader, coding)?, Marking::read(reader, coding)?);
        Some(Inspected { number, digest, seal, pieces, marking, former })
    }
}

/// Whom the device is paired with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paired {
    pub key: PairingKey,
    pub identity: Identity,
}

/// The programs that were enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Programs {
    pub own: Enrolled,
    pub control_unit: Enrolled,
}

/// The images of one program that count as right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Enrolled {
    /// The one in use; nothing until one was measured for the first time.
    pub current: Option<Checksum>,
    /// The one that the centre has enrolled to follow it.
    pub next: Option<Checksum>,
}

/// What a measured image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The one in use.
    Current,
    /// The first one ever measured: it is enrolled by that.
    First,
    /// The next one, that was enrolled beforehand.
    Next,
    /// Another one.
    Other,
}

impl Enrolled {
    pub fn judge(&self, measured: &Checksum) -> Sight {
        match (self.current, self.next) {
            (Some(current), _) if current == *measured => Sight::Current,
            (_, Some(next)) if next == *measured => Sight::Next,
            (None, None) => Sight::First,
            _ => Sight::Other,
        }
    }
}

impl Programs {
    pub const fn of(&self, program: Program) -> &Enrolled {
        match program {
            Program::Own => &self.own,
            Program::ControlUnit => &self.control_unit,
        }
    }

    pub const fn of_mut(&mut self, program: Program) -> &mut Enrolled {
        match program {
            Program::Own => &mut self.own,
            Program::ControlUnit => &mut self.control_unit,
        }
    }
}

const VERSION: u16 = 2;
/// Bytes of a checksum that may be missing: whether it is there, and it.
const CHECKSUM_BYTES: usize = 1 + 32;
/// Bytes of a setup in the memory.
pub(crate) const SETUP_BYTES: usize =
    2 + 1 + 40 + 32 + 4 * CHECKSUM_BYTES + 3 * 8 + Lock::BYTES + INSPECTED_BYTES;
const INSPECTED_BYTES: usize = 8 + 8 + 1 + 8 + 8 + 2 * MARKING_BYTES;
const _: () = assert!(SETUP_BYTES == 2044 && SETUP_BYTES <= PAYLOAD_BYTES);

impl Setup {
    /// Its bytes, the keys in coded form.
    pub fn to_payload(&self, coding: &Key) -> Zeroizing<[u8; SETUP_BYTES]> {
        let mut payload = Zeroizing::new([0; SETUP_BYTES]);
        let writer = &mut Writer::new(payload.as_mut_slice());
        writer.put(&VERSION.to_le_bytes());
        match &self.pairing {
            Some(Paired { key, identity }) => {
                writer.put(&[1]);
                writer.put(&wrap_key(coding, &Key::new(*key.bytes())));
                writer.put(identity);
            }
            None => drop(writer.put(&[0; 1 + 40 + 32])),
        }
        let Programs { own, control_unit } = self.programs;
        for checksum in [own.current, own.next, control_unit.current, control_unit.next] {
            writer.put(&[u8::from(checksum.is_some())]);
            writer.put(&checksum.unwrap_or_default());
        }
        for learned in [self.learned.debit_ns, self.learned.refill_ns, self.learned.mac_ns] {
            writer.put(&learned.to_le_bytes());
        }
        writer.put(self.lock.to_bytes().as_slice());
        self.inspected.write(writer, coding);
        payload
    }

    /// The setup in these bytes, if they are one.
    pub fn from_payload(payload: &[u8], coding: &Key) -> Option<Setup> {
        let reader = &mut Reader(payload);
        if reader.u16()? != VERSION {
            return None;
        }
        let (is_paired, coded, identity): (u8, WrappedKey, Identity) =
            (reader.u8()?, reader.bytes()?, reader.bytes()?);
        let pairing = match is_paired {
            0 => None,
            _ => Some(Paired { key: PairingKey::new(*unwrap_key(coding, &coded)?.bytes()), identity }),
        };
        let mut checksum = || -> Option<Option<Checksum>> {
            let (is_there, checksum) = (reader.u8()?, reader.bytes()?);
            Some((is_there != 0).then_some(checksum))
        };
        let own = Enrolled { current: checksum()?, next: checksum()? };
        let control_unit = Enrolled { current: checksum()?, next: checksum()? };
        let learned = Learned { debit_ns: reader.u64()?, refill_ns: reader.u64()?, mac_ns: reader.u64()? };
        let lock = Lock::from_bytes(&Zeroizing::new(reader.bytes()?))?;
        let inspected = Inspected::read(reader, coding)?;
        Some(Setup { pairing, programs: Programs { own, control_unit }, learned, lock, inspected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personalisation::tests::personalisation;

    #[test]
    fn a_setup_comes_back_from_its_bytes() {
        let coding = Key::new([1; 32]);
        let paired = Paired { key: PairingKey::new([2; 32]), identity: [3; 32] };
        let mut setup = Setup { pairing: Some(paired), ..Setup::default() };
        setup.programs.control_unit = Enrolled { current: Some([4; 32]), next: None };
        setup.learned.mac_ns = 77;
        let former = Marking::of(&personalisation("p1"));
        let marking = Some(Marking::of(&personalisation("3des")));
        setup.inspected =
            Inspected { number: 5, digest: [6; 8], seal: Some(7), pieces: 8, marking, former: Some(former) };
        let keys_in_clear = |payload: &[u8]| payload.windows(8).filter(|part| *part == [1; 8]).count();
        let payload = setup.to_payload(&coding);
        assert_eq!(keys_in_clear(payload.as_slice()), 0, "key 1 is all ones");
        for setup in [setup, Setup::default()] {
            assert_eq!(Setup::from_payload(setup.to_payload(&coding).as_slice(), &coding), Some(setup));
        }
        assert_eq!(Setup::from_payload(&[9; SETUP_BYTES], &coding), None);
    }

    #[test]
    fn the_first_image_is_enrolled_by_being_first_and_the_next_only_by_the_centre() {
        let none = Enrolled::default();
        assert_eq!(none.judge(&[1; 32]), Sight::First);
        let one = Enrolled { current: Some([1; 32]), next: None };
        assert_eq!((one.judge(&[1; 32]), one.judge(&[2; 32])), (Sight::Current, Sight::Other));
        let two = Enrolled { next: Some([2; 32]), ..one };
        assert_eq!((two.judge(&[2; 32]), two.judge(&[3; 32])), (Sight::Next, Sight::Other));
        let announced = Enrolled { current: None, next: Some([2; 32]) };
        assert_eq!(announced.judge(&[3; 32]), Sight::Other);
    }
}

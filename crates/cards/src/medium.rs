//! Reading and writing places on a card of a known kind, by that kind's commands.
//!
//! What always holds: every command goes to the one insertion; what was written is read back; nothing is written across
//! a page of the chip; no code is presented to a card that has only one try of it left.

use crate::commands::{self, Status, head, reference};
use crate::error::CardError;
use crate::geometry::{CHECK_BYTES, PAGE_BYTES, Place};
use crate::identification::{Part, Unique};
use crate::issuer::TransportCode;
use crate::kind::Kind;
use crate::reader::{Insertion, Reader, ReaderError};
use crate::twin;
use zeroize::Zeroizing;

/// How much is read with one command: a multiple of a page, and less than every reader's limit.
const READ_BYTES: u16 = 128;
/// What is answered to the right code of kind a: the error counter, or by older readers no counter at all.
const NO_ERROR: [u8; 2] = [0x07, 0xFF];

/// A card of a known kind, in the slot.
pub(crate) struct Medium<'a> {
    reader: &'a mut dyn Reader,
    insertion: Insertion,
    kind: Kind,
    /// The file of a processor card that is selected.
    selected: Option<u16>,
}

impl<'a> Medium<'a> {
    /// Tries whether the card is of this kind (Fig. 4, steps 102, 104 and 108); if not, the reader is given back.
    pub fn open(
        reader: &'a mut dyn Reader,
        insertion: Insertion,
        kind: Kind,
    ) -> Result<Result<Medium<'a>, &'a mut dyn Reader>, ReaderError> {
        let mut medium = Medium { reader, insertion, kind, selected: None };
        let is_of_kind = match kind {
            Kind::A => {
                medium.answers(&commands::SELECT_SLE4442)? && medium.answers(&commands::ERROR_COUNTER)?
            }
            Kind::B => {
                let last_byte = commands::read(head::MEMORY_READ, 0x7FFF, 1);
                medium.answers(&commands::SELECT_I2C)?
                    && medium.answers(&commands::PAGES_OF_64)?
                    && medium.answers(&last_byte)?
            }
            Kind::N => {
                let select = commands::with_data(&head::SELECT_APPLICATION, &commands::APPLICATION_ID);
                medium.answers(&select)? && medium.answers(&commands::ACTIVATED)?
            }
        };
        Ok(if is_of_kind { Ok(medium) } else { Err(medium.reader) })
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// All bytes of a place.
    pub fn read(&mut self, place: Place) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.select(place.file)?;
        let head = if self.kind == Kind::N { head::READ_BINARY } else { head::MEMORY_READ };
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::from(place.length)));
        for (address, length) in pieces(place, READ_BYTES) {
            let command = commands::read(head, address, length as u8);
            let data = self.ask(&command, "be read")?;
            let data = data
                .get(..usize::from(length))
                .ok_or(CardError::Refused { action: "be read", status: Status::LENGTH })?;
            bytes.extend_from_slice(data);
        }
        Ok(bytes)
    }

    /// Writes from the beginning of a place, and reads back.
    pub fn write(&mut self, place: Place, bytes: &[u8]) -> Result<(), CardError> {
        let length = u16::try_from(bytes.len()).ok();
        let place = length.and_then(|length| place.part(0, length));
        let place = place.ok_or(CardError::NotKept)?;
        self.select(place.file)?;
        let head = if self.kind == Kind::N { head::UPDATE_BINARY } else { head::MEMORY_WRITE };
        let mut rest = bytes;
        for (address, length) in pieces(place, PAGE_BYTES) {
            let (piece, behind) = rest.split_at(usize::from(length));
            self.ask(&Zeroizing::new(commands::write(head, address, piece)), "be written")?;
            rest = behind;
        }
        if *self.read(place)? == bytes { Ok(()) } else { Err(CardError::NotKept) }
    }

    /// Whether a part counts and stands for good. Of kind a one protected byte is enough: it is protected only when all
    /// bytes are there.
    pub fn is_locked(&mut self, part: Part) -> Result<bool, CardError> {
        let Some((place, index)) = self.lockable(part) else { return Ok(false) };
        match self.kind {
            Kind::A => Ok(self.protected(place)?.contains(&true)),
            Kind::B => {
                let content = self.read(place)?;
                let found = self.read(check_place(place))?;
                Ok(*found == twin::check(&content))
            }
            Kind::N => {
                let flags = self.ask(&commands::ACTIVATED, "say what it protects")?;
                Ok(flags.get(index) == Some(&1))
            }
        }
    }

    /// Makes what stands in a part count, and as far as the chip can, stand for good.
    pub fn lock(&mut self, part: Part) -> Result<(), CardError> {
        const ACTION: &str = "protect what was written";
        let Some((place, _)) = self.lockable(part) else { return Ok(()) };
        match self.kind {
            Kind::A => {
                let content = self.read(place)?;
                let protected = self.protected(place)?;
                for ((address, byte), is_protected) in (place.address..).zip(content.iter()).zip(protected) {
                    if !is_protected {
                        self.ask(&commands::write(head::MEMORY_PROTECT, address, &[*byte]), ACTION)?;
                    }
                }
                if self.protected(place)?.contains(&false) { Err(CardError::NotKept) } else { Ok(()) }
            }
            Kind::B => {
                let content = self.read(place)?;
                self.write(check_place(place), &twin::check(&content))
            }
            Kind::N => {
                self.select(place.file)?;
                self.ask(&commands::ACTIVATE, ACTION).map(drop)
            }
        }
    }

    /// The place of a part that can be locked, and its index among those.
    fn lockable(&self, part: Part) -> Option<(Place, usize)> {
        let geometry = self.kind.geometry();
        match part {
            Part::One => Some((geometry.one, 0)),
            Part::Two => Some((geometry.two, 1)),
            Part::Three => None,
        }
    }

    /// Of which bytes of a place on a card of kind a the protection bit is programmed.
    fn protected(&mut self, place: Place) -> Result<Vec<bool>, CardError> {
        let answer = self.ask(&commands::PROTECTION_BITS, "say what it protects")?;
        let bits = answer.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes));
        let bits =
            bits.ok_or(CardError::Refused { action: "say what it protects", status: Status::LENGTH })?;
        Ok((place.address..place.address + place.length).map(|address| bits >> address & 1 == 0).collect())
    }

    /// What must come before writes: kind a asks for its code, and a lock that was cut off there is finished.
    pub fn open_for_writing(&mut self, code: &TransportCode) -> Result<(), CardError> {
        if self.kind != Kind::A {
            return Ok(());
        }
        self.present(code)?;
        for part in [Part::One, Part::Two] {
            if self.is_locked(part)? {
                self.lock(part)?;
            }
        }
        Ok(())
    }

    fn present(&mut self, code: &TransportCode) -> Result<(), CardError> {
        let counter = self.ask(&commands::ERROR_COUNTER, "say how many tries are left")?;
        let tries_left = counter.first().map_or(0, |bits| (bits & 0x07).count_ones() as u8);
        if tries_left < 2 {
            return Err(CardError::Code { tries_left });
        }
        let command = Zeroizing::new(commands::with_data(&head::PRESENT_CODE, code.bytes()));
        let (_, Status(status)) = self.exchange(&command)?;
        let [sw1, counter] = status.to_be_bytes();
        if sw1 == 0x90 && NO_ERROR.contains(&counter) {
            Ok(())
        } else {
            Err(CardError::Code { tries_left: tries_left - 1 })
        }
    }

    /// The chip's own number, if it has one.
    pub fn unique(&mut self) -> Result<Option<Unique>, CardError> {
        if self.kind != Kind::N {
            return Ok(None);
        }
        let answer = self.ask(&commands::UNIQUE_NUMBER, "tell its number")?;
        let number = answer.as_slice().try_into().map(|bytes| Some(Unique::new(bytes)));
        number.map_err(|_| CardError::Refused { action: "tell its number", status: Status::LENGTH })
    }

    /// How many tries of a processor card's code are left; nothing where none is set.
    pub fn tries_left(&mut self, code: u8) -> Result<Option<u8>, CardError> {
        let [cla, ins, p1] = head::VERIFY;
        let (_, status) = self.exchange(&[cla, ins, p1, code])?;
        match (status, status.tries_left()) {
            (Status::NO_CODE, _) => Ok(None),
            (_, Some(tries_left)) => Ok(Some(tries_left)),
            // Given already: nothing is asked any more.
            (Status::DONE, _) => Ok(Some(u8::MAX)),
            _ => Err(CardError::Refused { action: "say how many tries are left", status }),
        }
    }

    /// Gives a processor card a code: whether it is right, or how many tries are left.
    pub fn verify(&mut self, code: u8, secret: &[u8]) -> Result<Result<(), u8>, CardError> {
        let [cla, ins, p1] = head::VERIFY;
        let command = Zeroizing::new(commands::with_data(&[cla, ins, p1, code], secret));
        let (_, status) = self.exchange(&command)?;
        match (status, status.tries_left()) {
            (Status::DONE, _) => Ok(Ok(())),
            (_, Some(tries_left)) => Ok(Err(tries_left)),
            _ => Err(CardError::Refused { action: "check a code", status }),
        }
    }

    /// Sets a processor card's code.
    pub fn set_code(&mut self, code: u8, secret: &[u8]) -> Result<(), CardError> {
        debug_assert!(code == reference::METER || code == reference::USER);
        let [cla, ins, p1] = head::SET_CODE;
        let command = Zeroizing::new(commands::with_data(&[cla, ins, p1, code], secret));
        self.ask(&command, "set a code").map(drop)
    }

    fn select(&mut self, file: u16) -> Result<(), CardError> {
        if self.kind != Kind::N || self.selected == Some(file) {
            return Ok(());
        }
        self.selected = None;
        self.ask(&commands::with_data(&head::SELECT_FILE, &file.to_be_bytes()), "show its files")?;
        self.selected = Some(file);
        Ok(())
    }

    fn answers(&mut self, command: &[u8]) -> Result<bool, ReaderError> {
        Ok(self.exchange(command)?.1 == Status::DONE)
    }

    fn ask(&mut self, command: &[u8], action: &'static str) -> Result<Zeroizing<Vec<u8>>, CardError> {
        match self.exchange(command)? {
            (data, Status::DONE) => Ok(data),
            (_, status) => Err(CardError::Refused { action, status }),
        }
    }

    fn exchange(&mut self, command: &[u8]) -> Result<(Zeroizing<Vec<u8>>, Status), ReaderError> {
        let mut answer = Zeroizing::new(self.reader.transmit(self.insertion, command)?);
        let Some((data, status)) = answer.split_last_chunk::<2>() else {
            return Err(ReaderError::Medium("an answer without a status".into()));
        };
        let (length, status) = (data.len(), Status(u16::from_be_bytes(*status)));
        answer.truncate(length);
        Ok((answer, status))
    }
}

/// Where an I²C memory has the check that makes a part count: a page further, so that it is written by itself.
fn check_place(part: Place) -> Place {
    Place { address: part.address + PAGE_BYTES, length: CHECK_BYTES, ..part }
}

/// A place in pieces that cross no multiple of `step`.
fn pieces(place: Place, step: u16) -> impl Iterator<Item = (u16, u16)> {
    let end = u32::from(place.address) + u32::from(place.length);
    let mut at = u32::from(place.address);
    std::iter::from_fn(move || {
        let next = ((at / u32::from(step) + 1) * u32::from(step)).min(end);
        let piece = (at < end).then_some((at as u16, (next - at) as u16));
        at = next;
        piece
    })
}

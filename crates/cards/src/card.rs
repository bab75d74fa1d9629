//! From a card in the slot to one that is known: recognised, identified, made (DE 197 57 648, Fig. 4 and 5).
//!
//! What always holds: the types here are held together with the one insertion they were found at. A fresh card can be
//! made, an own card used and changed, and neither can be had but by looking at the card that is in the slot.

use crate::commands::reference;
use crate::error::CardError;
use crate::geometry::{BINDING_BYTES, ONE_BYTES, TWO_BYTES};
use crate::identification::{Fault, Gap, MakerNumber, Part, Parts, Unique, equal};
use crate::issuer::{Issuer, TransportCode};
use crate::kind::Kind;
use crate::medium::Medium;
use crate::own::{self, OwnCard};
use crate::reader::{Insertion, Reader, ReaderError};
use std::fmt;
use terms::bytes::{Reader as Fields, Writer};
use terms::{CardNumber, Running, Serial};

/// What kind of card came with this insertion: kinds are tried in turn, a, b and n.
pub fn recognise(reader: &mut dyn Reader, insertion: Insertion) -> Result<Recognised<'_>, ReaderError> {
    let mut reader = reader;
    for kind in Kind::ALL {
        match Medium::open(reader, insertion, kind) {
            Ok(Ok(medium)) => return Ok(Recognised::Card(Card { medium })),
            Ok(Err(back)) => reader = back,
            // Most readers cannot even power a telephone card.
            Err(ReaderError::Mute) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(Recognised::Unknown(UnknownCard))
}

/// What kind of card is in the slot.
pub enum Recognised<'a> {
    /// One of the kinds a meter uses.
    Card(Card<'a>),
    /// A card nobody here knows: give it back, and think nothing of it.
    Unknown(UnknownCard),
}

/// A card of no kind that a meter uses, such as a telephone card. Its text is for who put it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCard;

impl fmt::Display for UnknownCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a card for this meter: please take it out and keep it")
    }
}

/// A card of a known kind, of which nothing is believed yet.
pub struct Card<'a> {
    medium: Medium<'a>,
}

impl<'a> Card<'a> {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.medium.kind()
    }

    /// Looks at the parts of the identification string from the first downward.
    ///
    /// A gap is an error that names the part ([`CardError::Gap`]); that part II was never written is none, since such a
    /// card can be made.
    pub fn identify(mut self, issuer: &'a Issuer) -> Result<Identification<'a>, CardError> {
        let medium = &mut self.medium;
        let maker = read_maker_number(medium)?;
        if !medium.is_locked(Part::Two)? {
            let is_of_maker = equal(maker.value(), issuer.maker_number().value());
            let gap = Gap::new(Part::One, Fault::Wrong);
            return if is_of_maker {
                Ok(Identification::Fresh(FreshCard { medium: self.medium, issuer, maker }))
            } else {
                Err(gap.into())
            };
        }
        own::identify(self.medium, issuer, maker).map(Identification::Own)
    }

    /// The card maker's act: writes number B, once, onto a card that has none.
    pub fn write_maker_number(&mut self, number: MakerNumber, code: &TransportCode) -> Result<(), CardError> {
        if self.medium.is_locked(Part::One)? {
            return Err(CardError::HasMakerNumber);
        }
        self.medium.open_for_writing(code)?;
        self.medium.write(self.kind().geometry().one, &number.value().to_le_bytes())?;
        self.medium.lock(Part::One)
    }
}

fn read_maker_number(medium: &mut Medium<'_>) -> Result<MakerNumber, CardError> {
    if !medium.is_locked(Part::One)? {
        return Err(Gap::new(Part::One, Fault::Missing).into());
    }
    let bytes = medium.read(medium.kind().geometry().one)?;
    let number = Fields(&bytes).u32().and_then(|value| MakerNumber::new(value).ok());
    number.ok_or_else(|| Gap::new(Part::One, Fault::Wrong).into())
}

/// Whose card it is.
pub enum Identification<'a> {
    /// This meter's.
    Own(OwnCard<'a>),
    /// Nobody's yet.
    Fresh(FreshCard<'a>),
}

/// What a card is made with.
#[derive(Clone, Copy, Debug)]
pub struct Making {
    /// Its place among the meter's cards; a number that no other of them has.
    pub running: Running,
    /// The card's number, the row of the table.
    pub number: CardNumber,
    /// Sixteen random bytes: what tells the card from others if its chip has no number of its own.
    pub random: [u8; Unique::BYTES],
}

/// A card with its maker's number that no meter has made its own.
pub struct FreshCard<'a> {
    medium: Medium<'a>,
    issuer: &'a Issuer,
    maker: MakerNumber,
}

impl<'a> FreshCard<'a> {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.medium.kind()
    }

    /// Makes it this meter's: part II, which is then locked, and part III. Until the lock the card stays fresh.
    pub fn make(mut self, making: &Making) -> Result<OwnCard<'a>, CardError> {
        let Making { running, number, random } = *making;
        let (kind, issuer) = (self.kind(), self.issuer);
        let medium = &mut self.medium;
        let unique = medium.unique()?.unwrap_or(Unique::new(random));
        let parts = Parts { maker: self.maker, serial: issuer.serial, running, unique };
        medium.open_for_writing(&issuer.code)?;
        if kind.hides_its_number() {
            medium.set_code(reference::METER, issuer.meter_code(&unique).as_slice())?;
            own::open_number(medium, issuer, &unique)?;
        }
        let geometry = kind.geometry();
        medium.write(geometry.binding, &binding_bytes(issuer, kind, &parts))?;
        medium.write(geometry.two, &two_bytes(&parts))?;
        own::write_number(medium, issuer, &parts, number)?;
        medium.lock(Part::Two)?;
        own::identify(self.medium, issuer, self.maker)
    }
}

fn two_bytes(parts: &Parts) -> [u8; TWO_BYTES as usize] {
    let mut bytes = [0; TWO_BYTES as usize];
    let writer = &mut Writer::new(&mut bytes);
    writer.put(&parts.serial.value().to_le_bytes());
    writer.put(&parts.running.value().to_le_bytes());
    bytes
}

pub(crate) fn parse_two(bytes: &[u8]) -> Option<(Serial, Running)> {
    let mut fields = Fields(bytes);
    Some((Serial::new(fields.u32()?).ok()?, Running::new(fields.u16()?).ok()?))
}

fn binding_bytes(issuer: &Issuer, kind: Kind, parts: &Parts) -> [u8; BINDING_BYTES as usize] {
    let mut bytes = [0; BINDING_BYTES as usize];
    let writer = &mut Writer::new(&mut bytes);
    writer.put(parts.unique.bytes());
    writer.put(&issuer.seal(kind, parts));
    bytes
}

const _: () = assert!(ONE_BYTES == 4 && TWO_BYTES == 4 + 2 && BINDING_BYTES as usize == Unique::BYTES + 16);

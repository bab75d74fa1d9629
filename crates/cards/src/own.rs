//! A card of this meter: its number, its PIN, and the way to what it carries.

use crate::application::PinCheck;
use crate::card::parse_two;
use crate::commands::reference;
use crate::error::CardError;
use crate::geometry::THREE_BYTES;
use crate::identification::{Fault, Gap, Identified, MakerNumber, Part, Parts, Unique};
use crate::issuer::{Check, Issuer, TAG_BYTES, Tag, same};
use crate::kind::Kind;
use crate::medium::Medium;
use crate::twin;
use std::fmt;
use terms::CardNumber;
use terms::bytes::{Reader as Fields, Writer};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of part III in each of its copies: the number and the seal over all parts.
const NUMBER_BYTES: usize = 8 + TAG_BYTES;
const _: () = assert!(4 + NUMBER_BYTES + 4 == THREE_BYTES as usize);

/// A card of this meter, in the slot.
pub struct OwnCard<'a> {
    pub(crate) medium: Medium<'a>,
    pub(crate) issuer: &'a Issuer,
    parts: Parts,
    identified: Identified,
}

impl OwnCard<'_> {
    /// What the check of its parts found.
    pub const fn identified(&self) -> &Identified {
        &self.identified
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.medium.kind()
    }

    /// Gives the card another number, part III.
    pub fn renumber(&mut self, number: CardNumber) -> Result<(), CardError> {
        self.medium.open_for_writing(&self.issuer.code)?;
        write_number(&mut self.medium, self.issuer, &self.parts, number)?;
        self.identified.number = number;
        Ok(())
    }

    /// Sets the PIN of this card's PIN-bound functions: what goes into their records. A card that checks PINs has one
    /// for all of them, which changes here.
    pub fn set_pin(&mut self, pin: &Pin) -> Result<PinCheck, CardError> {
        if !self.kind().checks_pins() {
            let check = self.issuer.pin_check(self.kind(), &self.parts.unique, pin.bytes());
            return Ok(PinCheck::ByMeter(check));
        }
        self.medium.set_code(reference::USER, pin.bytes())?;
        Ok(PinCheck::OnCard)
    }

    /// Whether this is the PIN of a PIN-bound function. Where the card cannot check it, the meter must count the tries.
    pub fn verify_pin(&mut self, check: &PinCheck, pin: &Pin) -> Result<PinAnswer, CardError> {
        match check {
            PinCheck::OnCard if self.kind().checks_pins() => {
                Ok(match self.medium.verify(reference::USER, pin.bytes())? {
                    Ok(()) => PinAnswer::Right,
                    Err(tries_left) => PinAnswer::Wrong { tries_left: Some(tries_left) },
                })
            }
            PinCheck::OnCard => Ok(PinAnswer::Wrong { tries_left: None }),
            PinCheck::ByMeter(expected) => {
                let found = self.issuer.pin_check(self.kind(), &self.parts.unique, pin.bytes());
                let is_right = same(expected, &found);
                Ok(if is_right { PinAnswer::Right } else { PinAnswer::Wrong { tries_left: None } })
            }
        }
    }
}

/// Steps 114 to 119, of a card whose part I is there and whose part II counts.
pub(crate) fn identify<'a>(
    mut medium: Medium<'a>,
    issuer: &'a Issuer,
    maker: MakerNumber,
) -> Result<OwnCard<'a>, CardError> {
    let parts = read_parts(&mut medium, issuer, maker)?;
    open_number(&mut medium, issuer, &parts.unique)?;
    let number = read_number(&mut medium, issuer, &parts)?;
    let (running, unique) = (parts.running, parts.unique);
    let identified = Identified { kind: medium.kind(), running, number, unique };
    Ok(OwnCard { medium, issuer, parts, identified })
}

fn read_parts(medium: &mut Medium<'_>, issuer: &Issuer, maker: MakerNumber) -> Result<Parts, CardError> {
    let kind = medium.kind();
    let geometry = kind.geometry();
    let wrong = || CardError::from(Gap::new(Part::Two, Fault::Wrong));
    let (serial, running) = parse_two(&medium.read(geometry.two)?).ok_or_else(wrong)?;
    let binding = medium.read(geometry.binding)?;
    let mut fields = Fields(&binding);
    let (unique, seal) = fields.bytes().zip(fields.bytes()).ok_or_else(wrong)?;
    let parts = Parts { maker, serial, running, unique: Unique::new(unique) };
    parts.check(issuer, kind, &seal)?;
    match medium.unique()? {
        Some(own) if own != parts.unique => Err(wrong()),
        _ => Ok(parts),
    }
}

/// Gives a card that hides its number the meter's code. The last try is never risked.
pub(crate) fn open_number(
    medium: &mut Medium<'_>,
    issuer: &Issuer,
    unique: &Unique,
) -> Result<(), CardError> {
    if !medium.kind().hides_its_number() {
        return Ok(());
    }
    let closed = Gap::new(Part::Three, Fault::Closed);
    match medium.tries_left(reference::METER)? {
        None | Some(0 | 1) => return Err(closed.into()),
        Some(_) => {}
    }
    let code = issuer.meter_code(unique);
    medium.verify(reference::METER, code.as_slice())?.map_err(|_| closed.into())
}

fn read_number(medium: &mut Medium<'_>, issuer: &Issuer, parts: &Parts) -> Result<CardNumber, CardError> {
    let kind = medium.kind();
    let content = twin::read(medium, kind.geometry().three, NUMBER_BYTES)?;
    let content = content.ok_or(Gap::new(Part::Three, Fault::Missing))?;
    let wrong = Gap::new(Part::Three, Fault::Wrong);
    let mut fields = Fields(&content);
    let (value, seal): (_, Tag) = fields.u64().zip(fields.bytes()).ok_or(wrong)?;
    let number = CardNumber::new(value).map_err(|_| wrong)?;
    let is_sealed = || same(&issuer.seal_number(kind, parts, number), &seal);
    match issuer.check {
        Check::Authenticated if !is_sealed() => Err(wrong.into()),
        _ => Ok(number),
    }
}

pub(crate) fn write_number(
    medium: &mut Medium<'_>,
    issuer: &Issuer,
    parts: &Parts,
    number: CardNumber,
) -> Result<(), CardError> {
    let kind = medium.kind();
    let mut content = Zeroizing::new([0; NUMBER_BYTES]);
    let writer = &mut Writer::new(content.as_mut_slice());
    writer.put(&number.value().to_le_bytes());
    writer.put(&issuer.seal_number(kind, parts, number));
    twin::write(medium, kind.geometry().three, content.as_slice())
}

/// A PIN, four to twelve digits; wiped when it is dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Pin(Vec<u8>);

impl Pin {
    /// The PIN with these digits.
    pub fn new(digits: &str) -> Result<Pin, PinError> {
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_pin = is_plain && (4..=12).contains(&digits.len());
        if is_pin { Ok(Pin(digits.as_bytes().to_vec())) } else { Err(PinError) }
    }

    fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// Why a text is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has four to twelve digits")]
pub struct PinError;

/// Whether a PIN is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinAnswer {
    /// It is.
    Right,
    /// It is not.
    Wrong {
        /// Tries left, where the card counts them; otherwise the meter must.
        tries_left: Option<u8>,
    },
}

//! A meter, its cards, and how they are looked at.

use cards::emulated::{Chip, Slot};
use cards::{
    Application, ApplicationError, CardError, CardKey, Check, Constant, Fault, FreshCard, Gap,
    Identification, Identified, Insertion, Issuer, Kind, Making, OwnCard, Part, Presence, Reader, Recognised,
    TransportCode, Unique, recognise,
};
use terms::{CardNumber, Running, Serial};

/// The meter of the source's example.
pub fn issuer() -> Issuer {
    issuer_of(505_010, 7)
}

pub fn issuer_of(serial: u32, key: u8) -> Issuer {
    Issuer {
        serial: Serial::new(serial).unwrap(),
        constant: Constant::new(31_415_926).unwrap(),
        key: CardKey::new([key; CardKey::BYTES]),
        code: TransportCode::BLANK,
        check: Check::Authenticated,
    }
}

pub fn number(value: u64) -> CardNumber {
    CardNumber::new(value).unwrap()
}

pub fn making(running: u16, card: u64) -> Making {
    let random = [running as u8 ^ 0x5C; Unique::BYTES];
    Making { running: Running::new(running).unwrap(), number: number(card), random }
}

/// A card as its chip maker sells it.
pub fn blank(kind: Kind) -> Chip {
    blank_with(kind, 1)
}

pub fn blank_with(kind: Kind, unique: u8) -> Chip {
    match kind {
        Kind::A => Chip::memory(),
        Kind::B => Chip::i2c(),
        Kind::N => Chip::processor(Unique::new([unique; Unique::BYTES])),
    }
}

/// A card as its card maker delivers it: with part I.
pub fn delivered(kind: Kind, issuer: &Issuer) -> Chip {
    let mut slot = Slot::with(blank(kind));
    write_maker_number(&mut slot, issuer).unwrap();
    slot.take().unwrap()
}

pub fn made(kind: Kind, issuer: &Issuer, making: &Making) -> Chip {
    let mut slot = Slot::with(delivered(kind, issuer));
    make(&mut slot, issuer, making).unwrap();
    slot.take().unwrap()
}

pub fn insertion(reader: &mut dyn Reader) -> Insertion {
    match reader.presence().unwrap() {
        Presence::Card(insertion) => insertion,
        Presence::Empty => panic!("no card is in"),
    }
}

pub fn card(reader: &mut dyn Reader) -> Result<cards::Card<'_>, CardError> {
    let insertion = insertion(reader);
    match recognise(reader, insertion)? {
        Recognised::Card(card) => Ok(card),
        Recognised::Unknown(_) => panic!("the card is not known"),
    }
}

pub fn write_maker_number(reader: &mut dyn Reader, issuer: &Issuer) -> Result<(), CardError> {
    card(reader)?.write_maker_number(issuer.maker_number(), &issuer.code)
}

pub fn fresh<'a>(reader: &'a mut dyn Reader, issuer: &'a Issuer) -> Result<FreshCard<'a>, CardError> {
    match card(reader)?.identify(issuer)? {
        Identification::Fresh(fresh) => Ok(fresh),
        Identification::Own(_) => panic!("the card was made already"),
    }
}

pub fn own<'a>(reader: &'a mut dyn Reader, issuer: &'a Issuer) -> Result<OwnCard<'a>, CardError> {
    match card(reader)?.identify(issuer)? {
        Identification::Own(own) => Ok(own),
        Identification::Fresh(_) => panic!("the card was never made"),
    }
}

pub fn make(reader: &mut dyn Reader, issuer: &Issuer, making: &Making) -> Result<Identified, CardError> {
    Ok(fresh(reader, issuer)?.make(making)?.identified().clone())
}

pub fn identified(reader: &mut dyn Reader, issuer: &Issuer) -> Result<Identified, CardError> {
    Ok(own(reader, issuer)?.identified().clone())
}

/// All that a card says.
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// No part I.
    Blank,
    /// No part II.
    Fresh,
    /// Made, with what it carries.
    Own(Identified, Vec<Result<Application, ApplicationError>>),
}

pub fn view(reader: &mut dyn Reader, issuer: &Issuer) -> View {
    match card(reader).unwrap().identify(issuer) {
        Ok(Identification::Fresh(_)) => View::Fresh,
        Ok(Identification::Own(mut own)) => {
            let applications = own.applications().unwrap();
            View::Own(own.identified().clone(), applications)
        }
        Err(CardError::Gap(Gap { part: Part::One, fault: Fault::Missing })) => View::Blank,
        Err(error) => panic!("the card cannot be read: {error}"),
    }
}

#[track_caller]
pub fn assert_gap<T>(found: Result<T, CardError>, part: Part, fault: Fault) {
    match found {
        Err(CardError::Gap(gap)) => assert_eq!(gap, Gap { part, fault }),
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("no gap was found"),
    }
}

/// A command to the card in the slot, past everything above the reader.
pub fn raw(reader: &mut dyn Reader, command: &[u8]) -> (Vec<u8>, u16) {
    let insertion = insertion(reader);
    let mut answer = reader.transmit(insertion, command).unwrap();
    let status = answer.split_off(answer.len() - 2);
    (answer, u16::from_be_bytes([status[0], status[1]]))
}

/// Writes into an I²C memory, which keeps nobody from it.
pub fn scribble(reader: &mut dyn Reader, address: u16, bytes: &[u8]) {
    let [high, low] = address.to_be_bytes();
    assert_eq!(raw(reader, &[0xFF, 0xA4, 0, 0, 1, 2]).1, 0x9000);
    assert_eq!(raw(reader, &[0xFF, 0x01, 0, 0, 1, 6]).1, 0x9000);
    let write = [&[0xFF, 0xD0, high, low, bytes.len() as u8], bytes].concat();
    assert_eq!(raw(reader, &write).1, 0x9000);
}

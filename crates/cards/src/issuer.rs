//! The meter as the one that makes and checks its cards: its serial, its constant C, its card key, and the seals.
//!
//! What always holds: every seal is a CMAC-AES-256 of 16 bytes under the card key, begins with a label of 16 bytes that
//! no other use has, and names the card's kind, its unique number and the meter. Nothing of the keys shows in `Debug`.

use crate::identification::{MakerNumber, Parts, Unique};
use crate::kind::Kind;
use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use std::fmt;
use subtle::ConstantTimeEq;
use terms::{CardNumber, Serial};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The span of a number of eight digits, modulo which the source reckons.
pub(crate) const EIGHT_DIGITS: u32 = 100_000_000;
pub(crate) const TAG_BYTES: usize = 16;
/// Bytes of the code that a processor card asks of the meter.
pub(crate) const METER_CODE_BYTES: usize = 8;

pub(crate) type Tag = [u8; TAG_BYTES];

/// What makes an identification string this meter's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Equations (1) and (2) of DE 197 57 648 alone. Who has seen one card can make another.
    Historic,
    /// The equations, and seals over all parts.
    #[default]
    Authenticated,
}

/// The secret constant C of the source, eight digits; wiped when it is dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Constant(u32);

impl Constant {
    /// The constant with this value, if it has at most eight digits.
    pub const fn new(value: u32) -> Option<Constant> {
        if value < EIGHT_DIGITS { Some(Constant(value)) } else { None }
    }
}

impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Constant(..)")
    }
}

/// The key of all seals on cards of one meter; wiped when it is dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CardKey([u8; 32]);

impl CardKey {
    /// Bytes of a card key.
    pub const BYTES: usize = 32;

    /// A key of these bytes, which are to be random.
    pub const fn new(bytes: [u8; CardKey::BYTES]) -> CardKey {
        CardKey(bytes)
    }
}

impl fmt::Debug for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardKey(..)")
    }
}

/// The code that a card of kind a asks for before it is written, as its maker set it; wiped when it is dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TransportCode([u8; 3]);

impl TransportCode {
    /// The code with which blank cards are sold.
    pub const BLANK: TransportCode = TransportCode([0xFF; 3]);

    /// A code.
    pub const fn new(bytes: [u8; 3]) -> TransportCode {
        TransportCode(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 3] {
        &self.0
    }
}

impl fmt::Debug for TransportCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportCode(..)")
    }
}

/// The meter, as far as its cards know it.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The meter's serial number SRN.
    pub serial: Serial,
    /// The constant C, the same in all meters of a maker.
    pub constant: Constant,
    /// The key of the seals, this meter's alone.
    pub key: CardKey,
    /// What cards of kind a ask for before they are written.
    pub code: TransportCode,
    /// What is asked of a card.
    pub check: Check,
}

impl Issuer {
    /// Equation (1): A2 = A1 - SRN - C, modulo 10^8.
    pub(crate) fn second_number(&self, a1: Serial) -> u32 {
        let sum = u64::from(a1.value()) + 2 * u64::from(EIGHT_DIGITS)
            - u64::from(self.serial.value())
            - u64::from(self.constant.0);
        (sum % u64::from(EIGHT_DIGITS)) as u32
    }

    /// The number B that the maker's cards carry: what equation (2) makes of a card of this very meter.
    pub fn maker_number(&self) -> MakerNumber {
        MakerNumber::reduced(self.second_number(self.serial))
    }

    /// The seal over parts I and II.
    pub(crate) fn seal(&self, kind: Kind, parts: &Parts) -> Tag {
        self.tag(b"porto card I, II", |mac| self.bind(mac, kind, parts))
    }

    /// The seal over all three parts.
    pub(crate) fn seal_number(&self, kind: Kind, parts: &Parts, number: CardNumber) -> Tag {
        self.tag(b"porto card III.3", |mac| {
            self.bind(mac, kind, parts);
            mac.update(&number.value().to_le_bytes());
        })
    }

    /// The seal over an application.
    pub(crate) fn seal_application(&self, kind: Kind, unique: &Unique, record: &[u8]) -> Tag {
        self.tag(b"porto card appl.", |mac| {
            self.bind_chip(mac, kind, unique);
            mac.update(record);
        })
    }

    /// What a PIN is known by where the card cannot check it: without the card key nobody can try PINs against it.
    pub(crate) fn pin_check(&self, kind: Kind, unique: &Unique, pin: &[u8]) -> Tag {
        self.tag(b"porto card PIN..", |mac| {
            self.bind_chip(mac, kind, unique);
            mac.update(pin);
        })
    }

    /// The code that a processor card asks for before it shows its number.
    pub(crate) fn meter_code(&self, unique: &Unique) -> Zeroizing<[u8; METER_CODE_BYTES]> {
        let tag = Zeroizing::new(self.tag(b"porto card code.", |mac| self.bind_chip(mac, Kind::N, unique)));
        let mut code = Zeroizing::new([0; METER_CODE_BYTES]);
        code.copy_from_slice(&tag[..METER_CODE_BYTES]);
        code
    }

    fn bind(&self, mac: &mut Cmac<Aes256>, kind: Kind, parts: &Parts) {
        self.bind_chip(mac, kind, &parts.unique);
        mac.update(&parts.maker.value().to_le_bytes());
        mac.update(&parts.serial.value().to_le_bytes());
        mac.update(&parts.running.value().to_le_bytes());
    }

    fn bind_chip(&self, mac: &mut Cmac<Aes256>, kind: Kind, unique: &Unique) {
        mac.update(&[kind.code()]);
        mac.update(&self.serial.value().to_le_bytes());
        mac.update(unique.bytes());
    }

    fn tag(&self, label: &[u8; 16], fields: impl FnOnce(&mut Cmac<Aes256>)) -> Tag {
        let mut mac = Cmac::<Aes256>::new((&self.key.0).into());
        mac.update(label);
        fields(&mut mac);
        mac.finalize().into_bytes().into()
    }
}

/// Whether two seals are the same, in constant time.
pub(crate) fn same(expected: &Tag, found: &Tag) -> bool {
    expected.ct_eq(found).into()
}

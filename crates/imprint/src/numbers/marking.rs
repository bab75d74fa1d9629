//! The marking: quantities to combination number to crypto number to symbols, and the way back
//! (EP 0 660 270, substeps 451 to 453 and steps 71 to 74).

use super::cipher::{Krz, Tweak};
use super::combination::CombinationNumber;
use super::{Cipher, NumberError, Profile, Quantities, Quantity, Row, Suspicion, row};
use terms::{Date, Money, Serial};

/// The numbers of one marking row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// KOZ, the plain digits.
    pub koz: CombinationNumber,
    /// KRZ, the digits encrypted.
    pub krz: Krz,
    /// MSR, KRZ written as symbols.
    pub row: Row,
}

/// What stands openly on the paper and goes into reading a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenData {
    /// The serial number printed.
    pub serial: Serial,
    /// The date printed; needed by profiles that bind it.
    pub date: Option<Date>,
    /// The postage printed; needed by profiles whose order of symbols depends on it.
    pub postage: Option<Money>,
}

/// What a row says once decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// KOZ, all its digits.
    pub koz: CombinationNumber,
    /// The monotone variable, cut to the profile's digits.
    pub mv: u64,
    /// The postage that was debited.
    pub postage: Money,
    /// The second number, cut to the profile's digits, if the row carries it.
    pub second: Option<u64>,
    /// The suspicion in cipher.
    pub suspicion: Suspicion,
    /// Whether the serial check agrees with the serial printed; `None` if the digits tell a suspicion instead.
    pub serial_agrees: Option<bool>,
}

/// Makes the marking of one imprint. The cipher must be the profile's.
pub fn encode(profile: &Profile, cipher: &Cipher, quantities: &Quantities) -> Result<Marking, NumberError> {
    let koz = CombinationNumber::compose(profile, quantities)?;
    let tweak = tweak(profile, "", quantities.serial, quantities.date)?;
    let krz = cipher.encrypt(&tweak, koz.value());
    let shift = shift(profile, Some(quantities.postage))?;
    let row = row::write(krz, profile.set, &profile.order, shift)?;
    Ok(Marking { koz, krz, row })
}

/// Reads a row of symbols. What it says is only as good as the check that follows: a wrong key, serial or date
/// gives digits too.
pub fn decode(
    profile: &Profile,
    cipher: &Cipher,
    open: &OpenData,
    symbols: &[u8],
) -> Result<Decoded, NumberError> {
    let krz = verify_row(profile, open.postage, symbols)?;
    let tweak = tweak(profile, "", open.serial, open.date)?;
    let koz = CombinationNumber::decrypted(cipher.decrypt(&tweak, krz)?);
    let part = |quantity| koz.part(profile, quantity);
    Ok(Decoded {
        koz,
        mv: part(Quantity::Monotone).unwrap_or_default(),
        postage: Money::from_minor(part(Quantity::Postage).unwrap_or_default()),
        second: part(Quantity::SecondNumber),
        suspicion: koz.suspicion(profile),
        serial_agrees: koz.agrees_with(profile, open.serial),
    })
}

/// The crypto number that a row of symbols stands for, if it is a row of this profile at all.
pub fn verify_row(profile: &Profile, postage: Option<Money>, symbols: &[u8]) -> Result<Krz, NumberError> {
    let shift = shift(profile, postage)?;
    Ok(row::read(symbols, profile.set, profile.cipher.is_binary(), &profile.order, shift)?)
}

/// How far the postage moves every digit on.
fn shift(profile: &Profile, postage: Option<Money>) -> Result<u32, NumberError> {
    if !profile.order.by_postage {
        return Ok(0);
    }
    let postage = postage.ok_or(NumberError::PostageMissing)?;
    Ok((postage.minor() % u64::from(profile.set.base())) as u32)
}

/// The tweak: profile name and suffix, zero, serial in eight digits, and for profiles that bind it zero and the
/// date as YYYYMMDD.
pub(super) fn tweak(
    profile: &Profile,
    suffix: &str,
    serial: Serial,
    date: Option<Date>,
) -> Result<Tweak, NumberError> {
    let mut tweak = Tweak::new();
    let mut put = |bytes: &[u8]| {
        // Name (16) + suffix (2) + 1 + 8 + 1 + 8 is below the tweak's capacity of 40.
        let fits = tweak.extend_from_slice(bytes);
        debug_assert!(fits.is_ok());
    };
    put(profile.name.as_bytes());
    put(suffix.as_bytes());
    put(&[0]);
    put(&serial.ascii());
    if profile.bind_date {
        let mut rest = date.ok_or(NumberError::DateMissing)?.yyyymmdd();
        let mut digits = [b'0'; 8];
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        put(&[0]);
        put(&digits);
    }
    Ok(tweak)
}

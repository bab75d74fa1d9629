//! The combination number KOZ: the plain digits of one imprint put together as the profile says (Fig. 4a).

use super::profile::power_of_ten;
use super::{NumberError, Profile, Quantity};
use terms::{Date, Money, Serial};

/// Whether the imprint says, in cipher and openly, that something is wrong (rows D12, seed 003 reactions d).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Suspicion {
    /// Nothing.
    #[default]
    None,
    /// The meter was in suspicious mode.
    Suspicious,
    /// The meter itself found a manipulation.
    Manipulated,
}

/// The serial check modulo this number.
const SERIAL_MODULUS: u64 = 97;
/// The serial check that stands for the suspicious mode.
const CHECK_SUSPICIOUS: u64 = 97;
/// The serial check that stands for a manipulation found by the meter itself.
const CHECK_MANIPULATED: u64 = 98;
/// The suspicion digit of each state: odd when there is a suspicion.
const DIGIT_SUSPICIOUS: u64 = 1;
const DIGIT_MANIPULATED: u64 = 3;

/// The quantities of one imprint. What the profile does not carry is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantities {
    /// G0, the meter's serial number.
    pub serial: Serial,
    /// G2, the date printed.
    pub date: Option<Date>,
    /// G3, the postage.
    pub postage: Money,
    /// G4, the monotone variable.
    pub mv: u64,
    /// The second number.
    pub second: Option<u64>,
    /// The suspicion.
    pub suspicion: Suspicion,
    /// G1, the cliché frame's number.
    pub cliche_number: u16,
    /// G1, the byte of the cliché's record chosen by the date.
    pub cliche_byte: u8,
    /// G5, inspection data.
    pub inspection: u64,
}

impl Quantities {
    /// An imprint of this meter, value and monotone variable, and nothing else.
    pub const fn new(serial: Serial, postage: Money, mv: u64) -> Quantities {
        Quantities {
            serial,
            date: None,
            postage,
            mv,
            second: None,
            suspicion: Suspicion::None,
            cliche_number: 0,
            cliche_byte: 0,
            inspection: 0,
        }
    }
}

/// The serial number modulo 97.
pub(super) fn serial_check(serial: Serial) -> u64 {
    u64::from(serial.value()) % SERIAL_MODULUS
}

/// The digit sum of the serial number.
pub(super) fn serial_digit_sum(serial: Serial) -> u64 {
    serial.ascii().iter().map(|digit| u64::from(digit - b'0')).sum()
}

/// A number of sixteen decimal digits, below 10^16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CombinationNumber(u64);

impl CombinationNumber {
    /// Puts the quantities' digits together.
    pub fn compose(profile: &Profile, quantities: &Quantities) -> Result<CombinationNumber, NumberError> {
        profile.places.iter().try_fold(CombinationNumber(0), |number, place| {
            let value = digits_of(profile, quantities, place.quantity)?;
            number.append(place.quantity, value, place.digits)
        })
    }

    /// The number with `digits` further digits at its end.
    pub(super) fn append(self, quantity: Quantity, value: u64, digits: u8) -> Result<Self, NumberError> {
        let limit = power_of_ten(digits);
        if value >= limit {
            return Err(NumberError::TooManyDigits { quantity, digits });
        }
        let longer = self.0.checked_mul(limit).and_then(|number| number.checked_add(value));
        longer.map(CombinationNumber).ok_or(NumberError::TooManyDigits { quantity, digits })
    }

    /// The empty number, to append to.
    pub(super) const EMPTY: CombinationNumber = CombinationNumber(0);

    /// A number that a cipher gave back.
    pub(super) const fn decrypted(value: u64) -> CombinationNumber {
        CombinationNumber(value)
    }

    /// Its value.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The digits of a quantity, if the profile carries it.
    pub fn part(self, profile: &Profile, quantity: Quantity) -> Option<u64> {
        let mut rest = self.0;
        for place in profile.places.iter().rev() {
            let limit = power_of_ten(place.digits);
            if place.quantity == quantity {
                return Some(rest % limit);
            }
            rest /= limit;
        }
        None
    }

    /// The suspicion that the digits tell.
    pub fn suspicion(self, profile: &Profile) -> Suspicion {
        let by_check = match self.part(profile, Quantity::SerialCheck) {
            Some(CHECK_SUSPICIOUS) => Suspicion::Suspicious,
            Some(CHECK_MANIPULATED) => Suspicion::Manipulated,
            _ => Suspicion::None,
        };
        match self.part(profile, Quantity::Suspicion) {
            Some(DIGIT_MANIPULATED) => Suspicion::Manipulated,
            Some(digit) if digit % 2 == 1 => Suspicion::Suspicious,
            _ => by_check,
        }
    }

    /// Whether the digits agree with this serial number, or `None` if they say nothing of it.
    pub fn agrees_with(self, profile: &Profile, serial: Serial) -> Option<bool> {
        if let Some(sum) = self.part(profile, Quantity::SerialDigitSum) {
            return Some(sum == serial_digit_sum(serial));
        }
        match self.part(profile, Quantity::SerialCheck) {
            None | Some(CHECK_SUSPICIOUS | CHECK_MANIPULATED) => None,
            Some(check) => Some(check == serial_check(serial)),
        }
    }

    /// Whether the digits are ones that this code could have written: no reserved check, no unknown suspicion.
    pub fn is_well_formed(self, profile: &Profile) -> bool {
        let check_known =
            self.part(profile, Quantity::SerialCheck).is_none_or(|check| check <= CHECK_MANIPULATED);
        let digit_known = self
            .part(profile, Quantity::Suspicion)
            .is_none_or(|digit| matches!(digit, 0 | DIGIT_SUSPICIOUS | DIGIT_MANIPULATED));
        let byte_fits = self.part(profile, Quantity::ClicheByte).is_none_or(|byte| byte <= 255);
        check_known && digit_known && byte_fits
    }
}

impl core::fmt::Display for CombinationNumber {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:016}", self.0)
    }
}

fn digits_of(profile: &Profile, quantities: &Quantities, quantity: Quantity) -> Result<u64, NumberError> {
    Ok(match quantity {
        Quantity::Monotone if profile.cuts_monotone() => {
            let digits = profile.place(quantity).map_or(0, |place| place.digits);
            quantities.mv % power_of_ten(digits)
        }
        Quantity::Monotone => quantities.mv,
        Quantity::Postage => quantities.postage.minor(),
        Quantity::SerialCheck => match quantities.suspicion {
            // Where a digit of its own tells the suspicion, the check stays a check.
            Suspicion::Suspicious if profile.place(Quantity::Suspicion).is_none() => CHECK_SUSPICIOUS,
            Suspicion::Manipulated if profile.place(Quantity::Suspicion).is_none() => CHECK_MANIPULATED,
            _ => serial_check(quantities.serial),
        },
        Quantity::SerialDigitSum => serial_digit_sum(quantities.serial),
        Quantity::Suspicion => match quantities.suspicion {
            Suspicion::None => 0,
            Suspicion::Suspicious => DIGIT_SUSPICIOUS,
            Suspicion::Manipulated => DIGIT_MANIPULATED,
        },
        Quantity::SecondNumber => {
            let digits = profile.place(quantity).map_or(0, |place| place.digits);
            quantities.second.ok_or(NumberError::SecondNumberMissing)? % power_of_ten(digits)
        }
        Quantity::ClicheNumber => u64::from(quantities.cliche_number),
        Quantity::ClicheByte => u64::from(quantities.cliche_byte),
        Quantity::Inspection => quantities.inspection,
    })
}

//! The second marking row: KOZ2 from quantities that seldom change, under a key of its own (EP 0 660 270, step
//! 45b, claims 39 and 40). It is computed again only when one of its inputs has changed.

use super::marking::tweak;
use super::row::{self, SymbolOrder};
use super::{Cipher, CombinationNumber, Krz, Marking, NumberError, Profile, Quantity, SetId};
use terms::{Date, Serial};

/// What a profile says of its second row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct SecondRowProfile {
    /// Which key slot; another than the first row's.
    pub key_slot: u8,
    /// The symbol set.
    pub set: SetId,
}

/// The quantities of the second row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondQuantities {
    /// The meter.
    pub serial: Serial,
    /// The date printed.
    pub date: Date,
    /// The user who is franking, at most 9999.
    pub user: u16,
    /// WRN, the cliché frame's number, at most 999.
    pub cliche_number: u16,
    /// Pieces at the last inspection; its last six digits are taken.
    pub inspected_pieces: u64,
    /// The byte of the cliché's record chosen by the date.
    pub cliche_byte: u8,
}

/// Digits of the user's number.
const USER_DIGITS: u8 = 4;
/// Digits of the cliché frame's number.
const CLICHE_DIGITS: u8 = 3;
/// Digits of the pieces at the last inspection.
const PIECES_DIGITS: u8 = 6;
/// Digits of the cliché byte.
const BYTE_DIGITS: u8 = 3;

impl SecondQuantities {
    /// KOZ2: user | cliché number | pieces at last inspection | cliché byte.
    pub fn compose(&self) -> Result<CombinationNumber, NumberError> {
        let pieces = self.inspected_pieces % 10_u64.pow(PIECES_DIGITS as u32);
        CombinationNumber::EMPTY
            .append(Quantity::Inspection, u64::from(self.user), USER_DIGITS)?
            .append(Quantity::ClicheNumber, u64::from(self.cliche_number), CLICHE_DIGITS)?
            .append(Quantity::Inspection, pieces, PIECES_DIGITS)?
            .append(Quantity::ClicheByte, u64::from(self.cliche_byte), BYTE_DIGITS)
    }

    /// What a decrypted KOZ2 says, for the meter and date it was read with. `None` if no byte has that value.
    pub fn split(koz: CombinationNumber, serial: Serial, date: Date) -> Option<SecondQuantities> {
        let mut rest = koz.value();
        let mut take = |digits: u8| {
            let limit = 10_u64.pow(u32::from(digits));
            let part = rest % limit;
            rest /= limit;
            part
        };
        let cliche_byte = u8::try_from(take(BYTE_DIGITS)).ok()?;
        let inspected_pieces = take(PIECES_DIGITS);
        let cliche_number = take(CLICHE_DIGITS) as u16;
        let user = take(USER_DIGITS) as u16;
        Some(SecondQuantities { serial, date, user, cliche_number, inspected_pieces, cliche_byte })
    }
}

/// The second row as it was last computed.
#[derive(Clone, Debug, Default)]
pub struct SecondMarking {
    made: Option<(SecondQuantities, Marking)>,
}

impl SecondMarking {
    /// The marking of these quantities, computed again only if one of them has changed since the last call.
    /// The second value tells whether it was.
    pub fn marking(
        &mut self,
        profile: &Profile,
        cipher: &Cipher,
        quantities: &SecondQuantities,
    ) -> Result<(&Marking, bool), NumberError> {
        let changed = self.made.as_ref().is_none_or(|(made_of, _)| made_of != quantities);
        if changed {
            let second = profile.second_row.ok_or(NumberError::NoSecondRow)?;
            let koz = quantities.compose()?;
            let tweak = tweak(profile, SUFFIX, quantities.serial, Some(quantities.date))?;
            let krz = cipher.encrypt(&tweak, koz.value());
            let row = row::write(krz, second.set, &SymbolOrder::default(), 0)?;
            self.made = Some((*quantities, Marking { koz, krz, row }));
        }
        match &self.made {
            Some((_, marking)) => Ok((marking, changed)),
            None => Err(NumberError::NoSecondRow),
        }
    }

    /// Reads a second row.
    pub fn decode(
        profile: &Profile,
        cipher: &Cipher,
        serial: Serial,
        date: Date,
        symbols: &[u8],
    ) -> Result<Option<SecondQuantities>, NumberError> {
        let second = profile.second_row.ok_or(NumberError::NoSecondRow)?;
        let binary = profile.cipher.is_binary();
        let krz: Krz = row::read(symbols, second.set, binary, &SymbolOrder::default(), 0)?;
        let tweak = tweak(profile, SUFFIX, serial, Some(date))?;
        let koz = CombinationNumber::decrypted(cipher.decrypt(&tweak, krz)?);
        Ok(SecondQuantities::split(koz, serial, date))
    }
}

/// What follows the profile's name in the tweak of the second row.
const SUFFIX: &str = "-2";

/// The byte of a cliché's record that a date chooses: number (day of year - 1) modulo the record's length. Zero for
/// an empty record.
pub fn cliche_byte(record: &[u8], date: Date) -> u8 {
    let place = usize::from(date.day_of_year() - 1).checked_rem(record.len());
    place.and_then(|place| record.get(place)).copied().unwrap_or_default()
}

//! A profile: everything meter and post must agree on to make and read a row. Profiles are data, versioned and
//! serialisable; no code branches on a profile's name.
//!
//! What always holds of a [`Profile`]: it was checked as a whole (`Profile::check`), whether built in or read from
//! a text. Its places fill sixteen digits, they hold postage and monotone variable once each, and a variable that
//! starts again at a refill goes with a second number.

use super::row::SymbolOrder;
use super::{CipherKind, LayoutId, MonotoneKind, SecondRowProfile, SetId};
use core::fmt;
use heapless::{String, Vec};

/// A profile's name, as it goes into the tweak.
pub type ProfileName = String<16>;

/// Digits of a combination number.
pub const KOZ_DIGITS: u8 = 16;

/// The version of the profile format this code reads and writes.
pub const PROFILE_VERSION: u16 = 1;

/// What a group of digits of the combination number holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Quantity {
    /// The monotone variable MV (G4).
    Monotone,
    /// The postage (G3) in minor units.
    Postage,
    /// The serial number (G0) modulo 97; 97 and 98 carry the suspicion instead.
    SerialCheck,
    /// The digit sum of the serial number.
    SerialDigitSum,
    /// A digit of its own for the suspicion: odd when there is one.
    Suspicion,
    /// The refill counter or day that goes with MV.
    SecondNumber,
    /// The cliché frame's number (G1).
    ClicheNumber,
    /// The byte taken from the cliché's record by the date (G1).
    ClicheByte,
    /// Inspection data (G5).
    Inspection,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Quantity::Monotone => "monotone variable",
            Quantity::Postage => "postage",
            Quantity::SerialCheck => "serial check",
            Quantity::SerialDigitSum => "serial's digit sum",
            Quantity::Suspicion => "suspicion",
            Quantity::SecondNumber => "second number",
            Quantity::ClicheNumber => "cliché number",
            Quantity::ClicheByte => "cliché byte",
            Quantity::Inspection => "inspection data",
        })
    }
}

/// A group of digits and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Place {
    /// What it holds.
    pub quantity: Quantity,
    /// How many digits it has.
    pub digits: u8,
}

/// The number that tells apart the runs of a monotone variable that starts again (claims 14 and 26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum SecondNumberKind {
    /// How many refills there have been.
    RefillCounter,
    /// The day of the last refill, counted from 2000-01-01.
    RefillDate,
}

/// Which second number goes with MV, and who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct SecondNumber {
    /// What it counts.
    pub kind: SecondNumberKind,
    /// Whether the centre holds it. Then it is not in the row, and MV may be cut to its fastest digits (claim 15).
    #[cfg_attr(feature = "serde", serde(default))]
    pub held_at_centre: bool,
}

/// Everything both sides must agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Unchecked"))]
pub struct Profile {
    /// The version of the format.
    pub version: u16,
    /// The name; part of the tweak.
    pub name: ProfileName,
    /// Which exchange of key, symbols and order this is.
    pub epoch: u16,
    /// Groups of digits, most significant first.
    pub places: Vec<Place, 8>,
    /// What MV is.
    pub monotone: MonotoneKind,
    /// The second number, where MV needs one.
    pub second: Option<SecondNumber>,
    /// The cipher.
    pub cipher: CipherKind,
    /// Which key slot.
    pub key_slot: u8,
    /// Whether the printed date is bound in through the tweak.
    pub bind_date: bool,
    /// The symbol set.
    pub set: SetId,
    /// The order of the symbols.
    pub order: SymbolOrder,
    /// The layout.
    pub layout: LayoutId,
    /// Whether the layout shows MV in clear (FE8).
    pub show_count: bool,
    /// Whether a time count is shown in tenths of a second (a fast machine) and not in seconds.
    pub show_tenths: bool,
    /// The second marking row, where there is one.
    pub second_row: Option<SecondRowProfile>,
}

/// The same fields as read, before anything is known of them.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    version: u16,
    name: ProfileName,
    epoch: u16,
    places: Vec<Place, 8>,
    monotone: MonotoneKind,
    #[serde(default)]
    second: Option<SecondNumber>,
    cipher: CipherKind,
    key_slot: u8,
    #[serde(default)]
    bind_date: bool,
    set: SetId,
    #[serde(default)]
    order: SymbolOrder,
    layout: LayoutId,
    #[serde(default)]
    show_count: bool,
    #[serde(default)]
    show_tenths: bool,
    #[serde(default)]
    second_row: Option<SecondRowProfile>,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for Profile {
    type Error = ProfileError;

    fn try_from(read: Unchecked) -> Result<Profile, ProfileError> {
        let Unchecked { version, name, epoch, places, monotone, second, cipher, key_slot, .. } = read;
        let Unchecked { bind_date, set, order, layout, show_count, show_tenths, second_row, .. } = read;
        let profile = Profile {
            version,
            name,
            epoch,
            places,
            monotone,
            second,
            cipher,
            key_slot,
            bind_date,
            set,
            order,
            layout,
            show_count,
            show_tenths,
            second_row,
        };
        profile.check()?;
        Ok(profile)
    }
}

impl Profile {
    /// The names of the built-in profiles.
    pub const NAMES: [&'static str; 6] = ["p1", "p2", "fig4a", "digit-sum", "des", "3des"];

    /// The built-in profile of this name.
    pub fn named(name: &str) -> Result<Profile, ProfileError> {
        use Quantity::{Monotone, Postage, SerialCheck, SerialDigitSum, Suspicion};
        let p1 = Profile::of_pieces(&[(Monotone, 10), (Postage, 4), (SerialCheck, 2)]);
        let profile = match name {
            "p1" => p1,
            "p2" => Profile { bind_date: true, ..p1 },
            "fig4a" => Profile {
                monotone: MonotoneKind::SumSinceRefill,
                second: Some(SecondNumber { kind: SecondNumberKind::RefillCounter, held_at_centre: false }),
                ..Profile::of_pieces(&[
                    (Monotone, 8),
                    (Postage, 4),
                    (Quantity::SecondNumber, 2),
                    (SerialCheck, 2),
                ])
            },
            "digit-sum" => {
                Profile::of_pieces(&[(Monotone, 9), (Postage, 4), (SerialDigitSum, 2), (Suspicion, 1)])
            }
            "des" => Profile { cipher: CipherKind::Des, ..p1 },
            "3des" => Profile { cipher: CipherKind::TripleDes, ..p1 },
            _ => return Err(ProfileError::Unknown),
        };
        let name = ProfileName::try_from(name).map_err(|_| ProfileError::Unknown)?;
        Ok(Profile { name, ..profile })
    }

    /// A nameless profile of these places with the defaults of p1.
    fn of_pieces(places: &[(Quantity, u8)]) -> Profile {
        Profile {
            version: PROFILE_VERSION,
            name: ProfileName::new(),
            epoch: 1,
            places: places.iter().map(|&(quantity, digits)| Place { quantity, digits }).collect(),
            monotone: MonotoneKind::Pieces,
            second: None,
            cipher: CipherKind::Ff1,
            key_slot: 1,
            bind_date: false,
            set: SetId::S22,
            order: SymbolOrder::default(),
            layout: LayoutId::B,
            show_count: false,
            show_tenths: false,
            second_row: None,
        }
    }

    /// Checks that the profile does not contradict itself.
    pub fn check(&self) -> Result<(), ProfileError> {
        if self.version != PROFILE_VERSION {
            return Err(ProfileError::Version);
        }
        let name_is_plain =
            self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if self.name.is_empty() || !name_is_plain {
            return Err(ProfileError::Name);
        }
        self.check_places()?;
        self.check_second_number()?;
        if !self.order.fits(self.set) {
            return Err(ProfileError::Order);
        }
        match &self.second_row {
            Some(_) if !self.layout.has_second_row() => Err(ProfileError::SecondRow),
            Some(second) if second.key_slot == self.key_slot => Err(ProfileError::SecondRow),
            _ => Ok(()),
        }
    }

    fn check_places(&self) -> Result<(), ProfileError> {
        let mut sum = 0_u32;
        for (index, place) in self.places.iter().enumerate() {
            sum += u32::from(place.digits);
            let again = self.places.iter().skip(index + 1).any(|other| other.quantity == place.quantity);
            let fixed = match place.quantity {
                Quantity::SerialCheck | Quantity::SerialDigitSum => Some(2),
                Quantity::Suspicion => Some(1),
                Quantity::ClicheByte => Some(3),
                _ => None,
            };
            let digits_right = fixed.map_or(place.digits >= 1, |digits| place.digits == digits);
            if again || !digits_right {
                return Err(ProfileError::Places);
            }
        }
        let carries = |quantity| self.place(quantity).is_some();
        let suspicion = carries(Quantity::SerialCheck) || carries(Quantity::Suspicion);
        let complete = carries(Quantity::Monotone) && carries(Quantity::Postage) && suspicion;
        if sum == u32::from(KOZ_DIGITS) && complete { Ok(()) } else { Err(ProfileError::Places) }
    }

    fn check_second_number(&self) -> Result<(), ProfileError> {
        let in_row = self.place(Quantity::SecondNumber).is_some();
        match self.second {
            None if self.monotone.restarts_at_refill() || in_row => Err(ProfileError::SecondNumber),
            Some(second) if second.held_at_centre == in_row => Err(ProfileError::SecondNumber),
            _ => Ok(()),
        }
    }

    /// The digits that hold this quantity, if the profile carries it.
    pub fn place(&self, quantity: Quantity) -> Option<Place> {
        self.places.iter().copied().find(|place| place.quantity == quantity)
    }

    /// The greatest postage the profile can carry, in minor units.
    pub fn postage_limit_minor(&self) -> u64 {
        self.place(Quantity::Postage).map_or(0, |place| power_of_ten(place.digits) - 1)
    }

    /// Whether MV is cut to the digits it has (claim 15).
    pub fn cuts_monotone(&self) -> bool {
        self.second.is_some_and(|second| second.held_at_centre)
    }

    /// The nine digits that FE8 shows of MV: seconds of a time count (its tenths on a fast machine), else the last
    /// nine digits.
    pub const fn shown_count(&self, mv: u64) -> u32 {
        let is_time = matches!(self.monotone, MonotoneKind::Time | MonotoneKind::TimeSinceRefill);
        let count = if is_time && !self.show_tenths { mv / 10 } else { mv };
        (count % 1_000_000_000) as u32
    }
}

/// Ten to the power of `digits`; the greatest power that fits beyond nineteen.
pub(super) const fn power_of_ten(digits: u8) -> u64 {
    10_u64.saturating_pow(digits as u32)
}

/// Why a profile is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileError {
    /// No built-in profile has this name.
    Unknown,
    /// The format's version is not one this program knows.
    Version,
    /// The name is empty or has other characters than small letters, digits and hyphens.
    Name,
    /// The groups of digits do not add up to a combination number.
    Places,
    /// MV and second number do not go together.
    SecondNumber,
    /// The order is not one of the set's symbols.
    Order,
    /// The layout has no second row, or both rows would use one key.
    SecondRow,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProfileError::Unknown => "a profile is one of p1, p2, fig4a, digit-sum, des, 3des",
            ProfileError::Version => {
                "the profile has a version this program does not know: it knows version 1"
            }
            ProfileError::Name => "a profile's name has small letters, digits and hyphens, at most 16",
            ProfileError::Places => {
                "a profile's places hold monotone variable, postage and suspicion once each in 16 digits"
            }
            ProfileError::SecondNumber => {
                "a variable that starts again at a refill needs a second number, in the row or at the centre"
            }
            ProfileError::Order => "the profile's order names each symbol of its set once",
            ProfileError::SecondRow => {
                "a second row needs one of the layouts c, d, e and a key slot of its own"
            }
        })
    }
}

impl core::error::Error for ProfileError {}

//! The monotone variable MV (quantity G4): what makes each imprint unique and ordered
//! (EP 0 660 270, claims 13-15, 25-28, 33-37).
//!
//! What always holds between two imprints of the same second number: MV moves in one direction. Pieces and time
//! never repeat at all. A sum stands still on a zero value, so a zero-value imprint under a sum kind is marked by
//! the pieces instead; the postage of zero inside the number tells the two sequences apart.

use super::SecondNumberKind;
use terms::{Money, Registers};

/// Which quantity is the monotone variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum MonotoneKind {
    /// R2 after this imprint, in minor units.
    SumOfPostage,
    /// Postage spent since the last refill, this imprint included, in minor units.
    SumSinceRefill,
    /// R1 after this imprint, in minor units: falls.
    RemainingCredit,
    /// Tenths of a second since the start of the meter's count; steps at least by one.
    Time,
    /// Tenths of a second since the last refill; steps at least by one.
    TimeSinceRefill,
    /// R8 after this imprint.
    Pieces,
    /// Imprints since the last refill, this one included.
    PiecesSinceRefill,
    /// A measured quantity that only falls, in front of the complement of the pieces: falls.
    Physical,
}

/// What the security device counts, as it stands after the imprint in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The registers after this imprint.
    pub registers: Registers,
    /// R2 at the last refill.
    pub r2_at_refill: Money,
    /// R8 at the last refill.
    pub r8_at_refill: u64,
    /// The time count of this imprint in tenths of a second, already stepped past the one before.
    pub time_tenths: u64,
    /// The time count at the last refill in tenths of a second.
    pub time_at_refill_tenths: u64,
    /// The last result of [`physical_quantity`].
    pub physical: u64,
}

impl MonotoneKind {
    /// Every kind.
    pub const ALL: [MonotoneKind; 8] = [
        MonotoneKind::SumOfPostage,
        MonotoneKind::SumSinceRefill,
        MonotoneKind::RemainingCredit,
        MonotoneKind::Time,
        MonotoneKind::TimeSinceRefill,
        MonotoneKind::Pieces,
        MonotoneKind::PiecesSinceRefill,
        MonotoneKind::Physical,
    ];

    /// Whether this kind starts again, or jumps back, at a refill, so that it is unique only with a second number.
    pub const fn restarts_at_refill(self) -> bool {
        use MonotoneKind::*;
        matches!(self, SumSinceRefill | RemainingCredit | TimeSinceRefill | PiecesSinceRefill)
    }

    /// Whether this kind counts money, so that it stands still on a zero value.
    pub const fn is_sum(self) -> bool {
        use MonotoneKind::*;
        matches!(self, SumOfPostage | SumSinceRefill | RemainingCredit)
    }

    /// Whether this kind falls from imprint to imprint.
    pub const fn falls(self) -> bool {
        matches!(self, MonotoneKind::RemainingCredit | MonotoneKind::Physical)
    }

    /// Whether an imprint of this postage is marked by the pieces instead of this kind.
    pub const fn marked_by_pieces(self, postage: Money) -> bool {
        self.is_sum() && postage.is_zero()
    }

    /// The least difference of MV to the imprint before, of the same second number and sequence.
    pub const fn least_step(self, postage: Money) -> u64 {
        if self.is_sum() && !postage.is_zero() { postage.minor() } else { 1 }
    }

    /// MV of an imprint of `postage`, or `None` if the counts contradict each other.
    pub fn value(self, counts: &Counts, postage: Money) -> Option<u64> {
        let registers = &counts.registers;
        if self.marked_by_pieces(postage) {
            return Some(registers.r8);
        }
        match self {
            MonotoneKind::SumOfPostage => Some(registers.r2.minor()),
            MonotoneKind::SumSinceRefill => registers.r2.checked_sub(counts.r2_at_refill).map(Money::minor),
            MonotoneKind::RemainingCredit => Some(registers.r1.minor()),
            MonotoneKind::Time => Some(counts.time_tenths),
            MonotoneKind::TimeSinceRefill => counts.time_tenths.checked_sub(counts.time_at_refill_tenths),
            MonotoneKind::Pieces => Some(registers.r8),
            MonotoneKind::PiecesSinceRefill => registers.r8.checked_sub(counts.r8_at_refill),
            MonotoneKind::Physical => Some(counts.physical),
        }
    }

    /// The second number that goes with a refill.
    pub const fn second_number(kind: SecondNumberKind, refill_count: u64, refill_day: u32) -> u64 {
        match kind {
            SecondNumberKind::RefillCounter => refill_count,
            SecondNumberKind::RefillDate => refill_day as u64,
        }
    }
}

/// Places of the piece complement inside a physical quantity.
const COMPLEMENT: u64 = 1_000_000;

/// The physical quantity of an imprint: the reading (at most 9999, such as a battery's hundredths of a volt) in
/// front of the complement of the piece count (claims 34 and 35).
///
/// `last` is the quantity of the imprint before. The result is always smaller: a reading that rose counts as the
/// one before, and where the complement starts again the reading is taken as one less. `None` when it has run out.
pub fn physical_quantity(last: Option<u64>, reading: u16, pieces: u64) -> Option<u64> {
    let complement = COMPLEMENT - 1 - pieces % COMPLEMENT;
    let reading = u64::from(reading.min(9_999));
    let Some(last) = last else { return Some(reading * COMPLEMENT + complement) };
    let held = reading.min(last / COMPLEMENT);
    let value = held * COMPLEMENT + complement;
    if value < last { Some(value) } else { value.checked_sub(COMPLEMENT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_physical_quantity_falls_with_every_imprint() {
        let mut last = None;
        for pieces in (999_990..1_000_010).chain(1_999_998..2_000_003) {
            // The reading wanders up and down; the quantity only falls.
            let reading = 300 - (pieces % 3) as u16;
            let value = physical_quantity(last, reading, pieces).unwrap();
            assert!(last.is_none_or(|last| value < last), "{value} after {last:?}");
            last = Some(value);
        }
        assert_eq!(physical_quantity(Some(5), 0, 0), None);
    }
}

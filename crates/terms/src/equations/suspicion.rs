//! Whether a meter can have paid for its imprints (EP 0 660 270, equations 14 and 15; EP 0 660 269, equations 7 and 8).
//!
//! What always holds: V is the least that the pieces must have cost, divided by what was accounted, both in minor
//! units. A meter that never franked less than F_min cannot exceed 1, and comparing is exact: no rounding accuses.

use super::{PerMille, clamp_u64, divide_half_up};
use crate::{Money, Registers};

/// What is to be thought of a meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Status {
    /// Nothing against it.
    #[default]
    Okay,
    /// Step 1: it is to be looked at.
    Suspicious,
    /// Step 2: it must have been manipulated.
    Manipulated,
}

/// A value V_susp: the least that the pieces must have cost, by what was accounted for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspicionValue {
    least_minor: u128,
    accounted_minor: u64,
}

impl SuspicionValue {
    fn new(pieces: u64, accounted_minor: u64, least_postage: Money) -> SuspicionValue {
        // R4 counts imprints with a value: each has cost one minor unit, whatever the least postage is said to be.
        let each = least_postage.minor().max(1);
        SuspicionValue { least_minor: u128::from(pieces) * u128::from(each), accounted_minor }
    }

    /// V in thousandths, rounded half up and clamped; nothing where pieces stand against no money at all.
    pub fn per_mille(&self) -> Option<u64> {
        if self.least_minor == 0 {
            return Some(0);
        }
        divide_half_up(self.least_minor.saturating_mul(1_000), self.accounted_minor.into()).map(clamp_u64)
    }

    /// Whether V is beyond this limit, compared without rounding. Pieces against no money at all are beyond every
    /// limit; no pieces are within every limit.
    pub fn is_beyond(&self, limit: Limit) -> bool {
        if self.least_minor == 0 {
            return false;
        }
        let (Limit::From(PerMille(factor)) | Limit::Above(PerMille(factor))) = limit;
        let bound = u128::from(factor) * u128::from(self.accounted_minor);
        // A product that does not fit is greater than any bound, which has 96 bits at most.
        let least = self.least_minor.saturating_mul(1_000);
        match limit {
            Limit::From(_) => least >= bound,
            Limit::Above(_) => least > bound,
        }
    }
}

/// Equation 14 (001: 7): V = R4/(R3 - R1) · F_min = R4/R2 · F_min, over the meter's life.
///
/// `least_postage` is the smallest F_min the meter ever had.
pub fn v_susp1(now: &Registers, least_postage: Money) -> SuspicionValue {
    SuspicionValue::new(now.r4, now.r2.minor(), least_postage)
}

/// Equation 15 (001: 8): V = (R4 - R4_then)/(R1_then - R1) · F_min, from right after a refill to right before the next.
///
/// `None` if R1 did not fall or R4 fell: then there is nothing to divide, and the registers are a finding of their own.
/// `least_postage` is the smallest F_min since then.
pub fn v_susp2(then: &Registers, now: &Registers, least_postage: Money) -> Option<SuspicionValue> {
    let pieces = now.r4.checked_sub(then.r4)?;
    let accounted = then.r1.checked_sub(now.r1)?;
    (!accounted.is_zero()).then(|| SuspicionValue::new(pieces, accounted.minor(), least_postage))
}

/// Where a range of V begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Limit {
    /// With this value.
    From(PerMille),
    /// Just above this value.
    Above(PerMille),
}

/// What values of V mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Thresholds {
    /// Where suspicion begins.
    pub suspicious: Limit,
    /// Where manipulation is sure.
    pub manipulated: Limit,
}

impl Thresholds {
    /// The sources' example: okay below 5, suspicious from 5 to 100, manipulated above 100.
    pub const SOURCE: Thresholds =
        Thresholds { suspicious: Limit::From(PerMille(5_000)), manipulated: Limit::Above(PerMille(100_000)) };
    /// F_min of the sources' example.
    pub const SOURCE_LEAST_POSTAGE: Money = Money::from_minor(20);

    /// What a value means.
    pub fn status(&self, value: &SuspicionValue) -> Status {
        if value.is_beyond(self.manipulated) {
            Status::Manipulated
        } else if value.is_beyond(self.suspicious) {
            Status::Suspicious
        } else {
            Status::Okay
        }
    }
}

impl Default for Thresholds {
    /// Okay up to 1, which no honest meter exceeds; suspicious above, manipulated above 5.
    fn default() -> Thresholds {
        Thresholds { suspicious: Limit::Above(PerMille::ONE), manipulated: Limit::Above(PerMille(5_000)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn money(minor: u64) -> Money {
        Money::from_minor(minor)
    }

    fn registers(r1: u64, r2: u64, r4: u64) -> Registers {
        Registers { r1: money(r1), r2: money(r2), r3: money(r1.saturating_add(r2)), r4, r8: r4 }
    }

    /// 50 pieces for 5500 at F_min = 20: 50 · 20 / 5500 = 0.1818. 50 pieces for 500: 1000 / 500 = 2.
    #[test]
    fn over_its_life_a_meter_must_have_accounted_the_least_for_each_piece() {
        assert_eq!(v_susp1(&registers(0, 5_500, 50), money(20)).per_mille(), Some(182));
        assert_eq!(v_susp1(&registers(0, 500, 50), money(20)).per_mille(), Some(2_000));
    }

    /// From R1 = 10000, R4 = 400 to R1 = 8900, R4 = 410: 10 pieces · 20 / 1100 = 0.1818; with 110 pieces it is 2.
    #[test]
    fn since_a_refill_a_meter_must_have_accounted_the_least_for_each_piece() {
        let then = registers(10_000, 50_000, 400);
        let value = |r4| v_susp2(&then, &registers(8_900, 51_100, r4), money(20)).unwrap().per_mille();
        assert_eq!(value(410), Some(182));
        assert_eq!(value(510), Some(2_000));
    }

    #[test]
    fn without_a_change_of_what_is_left_there_is_no_second_value() {
        let then = registers(10_000, 50_000, 400);
        assert_eq!(v_susp2(&then, &registers(10_000, 50_000, 410), money(20)), None);
        assert_eq!(v_susp2(&then, &registers(10_001, 50_000, 410), money(20)), None);
        assert_eq!(v_susp2(&then, &registers(9_000, 50_000, 399), money(20)), None);
    }

    #[test]
    fn a_new_meter_is_okay_and_one_that_paid_for_nothing_is_not() {
        for thresholds in [Thresholds::default(), Thresholds::SOURCE] {
            let status = |r4, least| thresholds.status(&v_susp1(&registers(1_000, 0, r4), money(least)));
            assert_eq!(status(0, 20), Status::Okay);
            assert_eq!(status(1, 20), Status::Manipulated);
            assert_eq!(status(1, 0), Status::Manipulated);
        }
    }

    /// 10 pieces at F_min = 20 must have cost 200. Accounted 200: V = 1; 199: just above 1; 40: V = 5; 39: above 5;
    /// 2: V = 100; 1: V = 200.
    #[test]
    fn each_preset_begins_its_ranges_where_it_says() {
        let with = |thresholds: Thresholds, accounted| {
            thresholds.status(&v_susp1(&registers(0, accounted, 10), money(20)))
        };
        let default = Thresholds::default();
        assert_eq!(with(default, 200), Status::Okay);
        assert_eq!(with(default, 199), Status::Suspicious);
        assert_eq!(with(default, 40), Status::Suspicious);
        assert_eq!(with(default, 39), Status::Manipulated);
        assert_eq!(with(Thresholds::SOURCE, 41), Status::Okay);
        assert_eq!(with(Thresholds::SOURCE, 40), Status::Suspicious);
        assert_eq!(with(Thresholds::SOURCE, 2), Status::Suspicious);
        assert_eq!(with(Thresholds::SOURCE, 1), Status::Manipulated);
    }

    /// A cent too little among a hundred million pieces is found: comparing does not round.
    #[test]
    fn a_value_just_above_its_limit_is_beyond_it() {
        let pieces = 100_000_000;
        let value = v_susp1(&registers(0, pieces * 20 - 1, pieces), money(20));
        assert_eq!(value.per_mille(), Some(1_000));
        assert_eq!(Thresholds::default().status(&value), Status::Suspicious);
    }

    proptest! {
        #[test]
        fn every_input_has_an_answer(r1 in any::<u64>(), r2 in any::<u64>(), r4 in any::<u64>(), then in any::<[u64; 3]>(),
                                     least in any::<u64>(), limit in any::<u32>()) {
            let now = registers(r1, r2, r4);
            let values = [
                Some(v_susp1(&now, money(least))),
                v_susp2(&registers(then[0], then[1], then[2]), &now, money(least)),
            ];
            for value in values.iter().flatten() {
                let _ = value.per_mille();
                let beyond = value.is_beyond(Limit::Above(PerMille(limit)));
                prop_assert!(!beyond || value.is_beyond(Limit::From(PerMille(limit))));
            }
        }

        #[test]
        fn who_never_franked_less_than_the_least_is_within_one(
            values in proptest::collection::vec(prop_oneof![Just(0), 20_u64..1_000_000, Just(20)], 0..200),
            cut in any::<prop::sample::Index>(), loaded in 1_000_000_000_u64..2_000_000_000,
        ) {
            let after = |values: &[u64]| {
                let spent: u64 = values.iter().sum();
                registers(loaded - spent, spent, values.iter().filter(|value| **value != 0).count() as u64)
            };
            let then = after(&values[..cut.index(values.len() + 1)]);
            let now = after(&values);
            let default = Thresholds::default();
            prop_assert_eq!(default.status(&v_susp1(&now, money(20))), Status::Okay);
            if let Some(value) = v_susp2(&then, &now, money(20)) {
                prop_assert_eq!(default.status(&value), Status::Okay);
            }
        }

        #[test]
        fn more_pieces_or_less_money_never_look_better(r2 in any::<u64>(), r4 in any::<u64>(), least in any::<u64>()) {
            let status = |r2, r4| Thresholds::default().status(&v_susp1(&registers(0, r2, r4), money(least)));
            prop_assert!(status(r2, r4.saturating_add(1)) >= status(r2, r4));
            prop_assert!(status(r2.saturating_sub(1), r4) >= status(r2, r4));
        }
    }
}

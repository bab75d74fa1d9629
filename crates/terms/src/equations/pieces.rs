//! The piece credit: how many imprints a meter may make until its next call (EP 0 660 269, [140], [148] to [153]).
//!
//! What always holds: a device and the centre that know the same registers, amount and class come to the same number,
//! because they call the same function, [`piece_credit`].

use super::{ByClass, SignedPerMille, UseClass, divide_half_up};
use crate::{Money, Registers};
use core::num::NonZeroU32;

/// Which count of pieces stands in the equations, and thus which imprints count down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum PieceCount {
    /// R8: every imprint, zero values included (equations 3 and 5).
    #[default]
    R8,
    /// R4: imprints with a value alone (equations 4 and 6).
    R4,
}

/// Where S_x comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Disposition {
    /// So many pieces, by the customer's class alone ([152]).
    ByClass(ByClass<u32>),
    /// By the customer's class and what is left, with a factor α (equations 5 and 6). A factor less than zero makes
    /// S' smaller as R1 grows, which is what [150] wants; a factor above zero lets what is left be used up first.
    ByCredit(ByClass<SignedPerMille>),
}

/// How the piece credit is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct PieceCreditRule {
    /// Which count of pieces the equations take.
    pub count: PieceCount,
    /// Where S_x comes from.
    pub disposition: Disposition,
    /// S' of a meter that has spent nothing yet.
    pub new_meter: ByClass<u32>,
    /// The least S'. Not 0 where a meter without piece credit stops, or a call that brings no credit would bring no
    /// pieces either.
    pub least: u32,
    /// The greatest S'.
    pub most: u32,
}

impl Default for PieceCreditRule {
    fn default() -> PieceCreditRule {
        PieceCreditRule {
            count: PieceCount::R8,
            disposition: Disposition::ByCredit(ByClass::all(SignedPerMille(-100))),
            new_meter: ByClass { a: 200, b: 1_000, c: 5_000 },
            least: 100,
            most: 1_000_000,
        }
    }
}

/// Equation 2: S' = S_o + S_x, kept between the rule's least and greatest.
///
/// `registers` are those queried now, `amount` what is asked for. A meter that has spent nothing (R2 = 0) has no
/// average: its S' is that of its class.
pub fn piece_credit(rule: &PieceCreditRule, registers: &Registers, amount: Money, class: UseClass) -> u32 {
    let count = match rule.count {
        PieceCount::R8 => registers.r8,
        PieceCount::R4 => registers.r4,
    };
    let extra = match rule.disposition {
        Disposition::ByClass(pieces) => Some(i64::from(pieces.of(class))),
        Disposition::ByCredit(factors) => {
            disposition_pieces(factors.of(class), count, registers.r1, registers.r2)
        }
    };
    let pieces = match (average_pieces(count, amount, registers.r2), extra) {
        (Some(average), Some(extra)) => u64::from(average).saturating_add_signed(extra),
        _ => rule.new_meter.of(class).into(),
    };
    clamp_u32(pieces.into()).min(rule.most).max(rule.least)
}

/// Equations 3 and 4: S_o = count · (R2_future/R2 - 1) = count · amount / R2, the pieces that the amount asked for lasts
/// at the meter's average postage.
///
/// `None` if nothing was spent yet.
pub fn average_pieces(count: u64, amount: Money, r2: Money) -> Option<u32> {
    divide_half_up(u128::from(count) * u128::from(amount.minor()), r2.minor().into()).map(clamp_u32)
}

/// Equations 5 and 6: S_x = α · count · R1 / R2. Its magnitude is rounded half up.
///
/// `None` if nothing was spent yet.
pub fn disposition_pieces(factor: SignedPerMille, count: u64, r1: Money, r2: Money) -> Option<i64> {
    let pieces = u128::from(count) * u128::from(r1.minor());
    // A product that does not fit stands for more pieces than a piece credit holds: 2^128 / (1000 · 2^64) > 2^32.
    let numerator = pieces.saturating_mul(factor.0.unsigned_abs().into());
    let magnitude = i64::from(clamp_u32(divide_half_up(numerator, 1_000 * u128::from(r2.minor()))?));
    Some(if factor.0 < 0 { -magnitude } else { magnitude })
}

/// S_ref: where a meter begins to warn, S_max divided by k ([145]).
pub fn piece_reference(pieces: u32, divisor: NonZeroU32) -> u32 {
    divide_half_up(pieces.into(), divisor.get().into()).map_or(0, clamp_u32)
}

/// What a `u32` holds of it.
const fn clamp_u32(value: u128) -> u32 {
    if value > u32::MAX as u128 { u32::MAX } else { value as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn money(minor: u64) -> Money {
        Money::from_minor(minor)
    }

    fn registers(r1: u64, r2: u64, r4: u64, r8: u64) -> Registers {
        Registers { r1: money(r1), r2: money(r2), r3: money(r1.saturating_add(r2)), r4, r8 }
    }

    fn rule(count: PieceCount, disposition: Disposition) -> PieceCreditRule {
        let new_meter = ByClass { a: 10, b: 20, c: 30 };
        PieceCreditRule { count, disposition, new_meter, least: 1, most: u32::MAX }
    }

    /// R8 = 1100, R2 = 100000, asked 20000: R2_future = 120000, 1100 · (1.2 - 1) = 220. With R4 = 1000 it is 200.
    #[test]
    fn the_average_is_what_the_amount_lasts_at_the_postage_so_far() {
        assert_eq!(average_pieces(1_100, money(20_000), money(100_000)), Some(220));
        assert_eq!(average_pieces(1_000, money(20_000), money(100_000)), Some(200));
        assert_eq!(average_pieces(0, money(20_000), money(0)), None);
    }

    /// 3 pieces for 200, asked 100: 1.5, rounded to 2. 1 piece for 300, asked 100: 0.33, rounded to 0.
    #[test]
    fn pieces_are_rounded_half_up() {
        assert_eq!(average_pieces(3, money(100), money(200)), Some(2));
        assert_eq!(average_pieces(1, money(100), money(300)), Some(0));
    }

    /// α = 0.5, R8 = 1100, R1 = 10000, R2 = 100000: 0.5 · 1100 / 10 = 55. With α = -0.5 it is -55.
    #[test]
    fn the_disposition_is_a_share_of_what_is_left() {
        assert_eq!(disposition_pieces(SignedPerMille(500), 1_100, money(10_000), money(100_000)), Some(55));
        assert_eq!(disposition_pieces(SignedPerMille(-500), 1_100, money(10_000), money(100_000)), Some(-55));
        assert_eq!(disposition_pieces(SignedPerMille(500), 1, money(1), money(0)), None);
    }

    /// As above: by R8 220 + 55 = 275; by R4 200 + 50 = 250; by R4 and the class alone 200 + 40 = 240.
    #[test]
    fn the_piece_credit_is_the_sum_in_each_variant() {
        let now = registers(10_000, 100_000, 1_000, 1_100);
        let by_credit = Disposition::ByCredit(ByClass::all(SignedPerMille(500)));
        let by_class = Disposition::ByClass(ByClass { a: 20, b: 40, c: 60 });
        for (count, disposition, expected) in [
            (PieceCount::R8, by_credit, 275),
            (PieceCount::R4, by_credit, 250),
            (PieceCount::R8, by_class, 260),
            (PieceCount::R4, by_class, 240),
        ] {
            assert_eq!(piece_credit(&rule(count, disposition), &now, money(20_000), UseClass::B), expected);
        }
    }

    #[test]
    fn a_meter_that_has_spent_nothing_has_the_piece_credit_of_its_class() {
        let fresh = registers(20_000, 0, 0, 3);
        for disposition in [Disposition::ByClass(ByClass::all(7)), PieceCreditRule::default().disposition] {
            let rule = rule(PieceCount::R8, disposition);
            assert_eq!(piece_credit(&rule, &fresh, money(20_000), UseClass::A), 10);
            assert_eq!(piece_credit(&rule, &fresh, money(20_000), UseClass::C), 30);
        }
    }

    /// 200 less 0.5 · 1000 · 100000 / 100000 = 500 pieces would be less than none.
    #[test]
    fn a_piece_credit_stays_within_its_bounds() {
        let rich = registers(100_000, 100_000, 1_000, 1_000);
        let falling = Disposition::ByCredit(ByClass::all(SignedPerMille(-500)));
        let bounded = PieceCreditRule { least: 50, most: 150, ..rule(PieceCount::R8, falling) };
        assert_eq!(piece_credit(&bounded, &rich, money(20_000), UseClass::A), 50);
        assert_eq!(piece_credit(&bounded, &rich, money(90_000), UseClass::A), 150);
    }

    #[test]
    fn the_reference_is_a_share_of_the_piece_credit() {
        let by = |divisor| NonZeroU32::new(divisor).unwrap();
        assert_eq!(piece_reference(275, by(4)), 69);
        assert_eq!(piece_reference(u32::MAX, by(1)), u32::MAX);
    }

    fn any_rule() -> impl Strategy<Value = PieceCreditRule> {
        let disposition = prop_oneof![
            any::<[u32; 3]>().prop_map(|[a, b, c]| Disposition::ByClass(ByClass { a, b, c })),
            any::<[i32; 3]>().prop_map(|factors| {
                let [a, b, c] = factors.map(SignedPerMille);
                Disposition::ByCredit(ByClass { a, b, c })
            }),
        ];
        (any::<bool>(), disposition, any::<[u32; 3]>(), any::<u32>(), any::<u32>()).prop_map(
            |(is_r4, disposition, [a, b, c], least, most)| PieceCreditRule {
                count: if is_r4 { PieceCount::R4 } else { PieceCount::R8 },
                disposition,
                new_meter: ByClass { a, b, c },
                least,
                most,
            },
        )
    }

    proptest! {
        #[test]
        fn every_input_has_an_answer_not_less_than_the_least(
            rule in any_rule(), r1 in any::<u64>(), r2 in any::<u64>(), r4 in any::<u64>(), r8 in any::<u64>(),
            amount in any::<u64>(),
        ) {
            let pieces = piece_credit(&rule, &registers(r1, r2, r4, r8), money(amount), UseClass::B);
            prop_assert!(pieces >= rule.least && pieces <= rule.most.max(rule.least));
        }

        #[test]
        fn more_asked_for_never_brings_fewer_pieces(
            rule in any_rule(), r1 in any::<u64>(), r2 in 1..u64::MAX, r8 in any::<u64>(), amount in any::<u32>(),
            more in any::<u32>(),
        ) {
            let now = registers(r1, r2, r8, r8);
            let pieces = |amount| piece_credit(&rule, &now, money(amount), UseClass::A);
            prop_assert!(pieces(u64::from(amount) + u64::from(more)) >= pieces(amount.into()));
        }

        /// [150]: with the rule as it is set by default.
        #[test]
        fn a_growing_rest_never_brings_more_pieces(
            r1 in any::<u32>(), more in any::<u32>(), r2 in 1..u64::from(u32::MAX), r8 in any::<u32>(), amount in any::<u32>(),
        ) {
            let pieces = |r1| {
                let now = registers(r1, r2, r8.into(), r8.into());
                piece_credit(&PieceCreditRule::default(), &now, money(amount.into()), UseClass::C)
            };
            prop_assert!(pieces(u64::from(r1) + u64::from(more)) <= pieces(r1.into()));
        }

        /// The same numbers worked in another way: with factor one and no bounds, S' is what all the credit there will
        /// be lasts at the average postage, each of the two parts rounded by itself.
        #[test]
        fn with_factor_one_all_credit_lasts_at_the_average_postage(
            r1 in 0..1_000_000_u64, r2 in 1..1_000_000_u64, r8 in 0..4_000_u64, amount in 0..1_000_000_u64,
        ) {
            let disposition = Disposition::ByCredit(ByClass::all(SignedPerMille(1_000)));
            let rule = PieceCreditRule { least: 0, ..rule(PieceCount::R8, disposition) };
            let pieces = u64::from(piece_credit(&rule, &registers(r1, r2, 0, r8), money(amount), UseClass::A));
            let exact = r8 * (r1 + amount) / r2;
            prop_assert!(pieces.abs_diff(exact.min(u32::MAX.into())) <= 1);
        }
    }
}

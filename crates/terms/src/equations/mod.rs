//! The sources' equations, each one small function, for the centre and the meter alike.
//!
//! | equation | function |
//! |---|---|
//! | 003 (1) | [`mean_use`] |
//! | 003 (2) | [`time_for_last_refill`] |
//! | 003 (4) | [`r2_in_future`] |
//! | 003 (5), 001 (1) | [`r3_of`] |
//! | 003 (6) | [`r1_after_refill`] |
//! | 003 (7) | [`time_for_credit`] |
//! | 003 (8) to (10) | [`disposition_factor`] |
//! | 003 (11) to (13) | [`use_class`] |
//! | 003 (14), 001 (7) | [`v_susp1`] |
//! | 003 (15), 001 (8) | [`v_susp2`] |
//! | 003 (16) | [`use_since_refill`] |
//! | 001 (2) | [`piece_credit`] |
//! | 001 (3), (4) | [`average_pieces`] |
//! | 001 (5), (6) | [`disposition_pieces`] |
//!
//! [`ForecastRule`] puts 003 (1) to (13) together.
//!
//! 001 is EP 0 660 269, paragraphs 149 to 156; 003 is EP 0 660 270, "erste Überprüfungsvariante". Equation 003 (3),
//! R2 = ΣG, holds only of a meter that has spent all its credit; what always holds, R3 = ΣG, is compared with the
//! books ([`r3_of`]).
//!
//! What always holds: whole numbers in 128 bits, no floating point; a quotient is rounded half up and then clamped to
//! what its type holds; every function has an answer for every input, and the same one wherever it runs. What it must
//! never do: panic, wrap, or depend on a clock.

mod classes;
mod expectation;
mod factor;
mod forecast;
mod pieces;
mod registers;
mod suspicion;

pub use classes::{ByClass, ClassBounds, UseClass, disposition_factor, use_class};
pub use expectation::{Expectation, ForecastRule, OverdueRule, RefillHistory};
pub use factor::{PerMille, SignedPerMille};
pub use forecast::{MeanUse, Seconds, mean_use, time_for_credit, time_for_last_refill, use_since_refill};
pub use pieces::{
    Disposition, PieceCount, PieceCreditRule, average_pieces, disposition_pieces, piece_credit,
    piece_reference,
};
pub use registers::{r1_after_refill, r2_in_future, r3_of};
pub use suspicion::{Limit, Status, SuspicionValue, Thresholds, v_susp1, v_susp2};

/// The quotient rounded half up, or `None` if divided by zero.
const fn divide_half_up(numerator: u128, denominator: u128) -> Option<u128> {
    if denominator == 0 {
        return None;
    }
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    // "Twice the rest is the denominator or more", without the doubling, which could overflow.
    let rounds_up = rest >= denominator - rest;
    Some(if rounds_up { quotient + 1 } else { quotient })
}

/// What a `u64` holds of it.
const fn clamp_u64(value: u128) -> u64 {
    if value > u64::MAX as u128 { u64::MAX } else { value as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_up_and_nothing_is_divided_by_zero() {
        assert_eq!(divide_half_up(4, 10), Some(0));
        assert_eq!(divide_half_up(5, 10), Some(1));
        assert_eq!(divide_half_up(1, 3), Some(0));
        assert_eq!(divide_half_up(2, 3), Some(1));
        assert_eq!(divide_half_up(u128::MAX, 1), Some(u128::MAX));
        assert_eq!(divide_half_up(u128::MAX, u128::MAX), Some(1));
        assert_eq!(divide_half_up(1, 0), None);
    }
}

//! How the registers hang together (EP 0 660 270, equations 4, 5 and 6; EP 0 660 269, equation 1).

use crate::Money;

/// Equation 5: R3 = R2 + R1. `None` if the sum does not fit.
pub const fn r3_of(r1: Money, r2: Money) -> Option<Money> {
    r2.checked_add(r1)
}

/// Equation 4: R2 once a refill G is spent as well, R2 + G. `None` if the sum does not fit.
pub const fn r2_in_future(r2: Money, refill: Money) -> Option<Money> {
    r2.checked_add(refill)
}

/// Equation 6: R1 right after a refill, R1 + G. `None` if it does not fit, or if less than zero would be left.
///
/// `refill_minor` is less than zero where credit is taken back.
pub const fn r1_after_refill(r1: Money, refill_minor: i64) -> Option<Money> {
    match r1.minor().checked_add_signed(refill_minor) {
        Some(minor) => Some(Money::from_minor(minor)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1 = 890 and R2 = 110: R3 = 1000. A refill of 500: R1 becomes 1390, and once it is spent R2 has grown to 610.
    #[test]
    fn a_refill_raises_what_is_left_and_at_last_what_is_spent() {
        let money = Money::from_minor;
        assert_eq!(r3_of(money(890), money(110)), Some(money(1_000)));
        assert_eq!(r1_after_refill(money(890), 500), Some(money(1_390)));
        assert_eq!(r2_in_future(money(110), money(500)), Some(money(610)));
        assert_eq!(r1_after_refill(money(890), -890), Some(Money::ZERO));
    }

    #[test]
    fn sums_that_do_not_fit_are_none() {
        let money = Money::from_minor;
        assert_eq!(r3_of(money(u64::MAX), money(1)), None);
        assert_eq!(r2_in_future(money(u64::MAX), money(1)), None);
        assert_eq!(r1_after_refill(money(u64::MAX), 1), None);
        assert_eq!(r1_after_refill(money(1), i64::MIN), None);
    }
}

//! How a device takes credit: each grant exactly once, in the order of their numbers (X5).
//!
//! What always holds: a grant is taken only where its number follows that of the last and its basis is the device's R3;
//! the last one, given again, changes nothing. Of two grants with one number a device therefore takes one at most: the
//! centre makes a grant void by another of the same number and no amount. What this must never do: judge whose word a
//! grant is; only an [`Authentic`](crate::Authentic) one is to be judged here.

use crate::grant::Grant;
use terms::{Money, Registers};

/// The last grant that a device has taken: all that it must remember.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LastGrant {
    /// Its number; 0 before the first.
    pub number: u64,
    /// What it added, in minor units.
    pub amount_minor: i64,
    /// The R3 that it built on.
    pub r3_before: Money,
}

/// What a device is to do with a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judged {
    /// Take it.
    Take,
    /// It is the last one taken: answer it from memory.
    Again,
}

/// Why a device does not take a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotTaken {
    /// It has the number of the last one taken and another content.
    OtherContent,
    /// Its number is not the next.
    OutOfOrder {
        /// The number that is.
        expected: u64,
    },
    /// It builds on another R3.
    OtherBasis,
    /// It takes back more than R1, or adds more than the registers hold.
    Amount,
    /// It closes the account, and does not take all of R1 back.
    NotAll,
    /// There is no number after the last one.
    Full,
}

impl LastGrant {
    /// How this grant is remembered once it was taken.
    pub const fn of(grant: &Grant) -> LastGrant {
        LastGrant { number: grant.number, amount_minor: grant.amount_minor, r3_before: grant.r3_before }
    }

    /// What is to be done with a grant, by a device whose R3 is this.
    pub fn judge(&self, grant: &Grant, r3: Money) -> Result<Judged, NotTaken> {
        if grant.number == self.number && grant.number != 0 {
            let is_same = LastGrant::of(grant) == *self;
            return if is_same { Ok(Judged::Again) } else { Err(NotTaken::OtherContent) };
        }
        let expected = self.number.checked_add(1).ok_or(NotTaken::Full)?;
        if grant.number != expected {
            return Err(NotTaken::OutOfOrder { expected });
        }
        if grant.r3_before != r3 {
            return Err(NotTaken::OtherBasis);
        }
        Ok(Judged::Take)
    }
}

impl Grant {
    /// The registers after this grant: R1 and R3 move together, and R2 never falls.
    pub fn credited(&self, registers: Registers) -> Result<Registers, NotTaken> {
        let amount = Money::from_minor(self.amount_minor.unsigned_abs());
        let moved = |money: Money| match self.amount_minor {
            0.. => money.checked_add(amount),
            _ => money.checked_sub(amount),
        };
        let r1 = moved(registers.r1).ok_or(NotTaken::Amount)?;
        let r3 = moved(registers.r3).ok_or(NotTaken::Amount)?;
        if self.closing && !r1.is_zero() {
            return Err(NotTaken::NotAll);
        }
        Ok(Registers { r1, r3, ..registers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::Serial;

    fn grant(number: u64, amount_minor: i64, r3_before: u64) -> Grant {
        let serial = Serial::new(12_345_678).unwrap();
        Grant { serial, number, amount_minor, r3_before: Money::from_minor(r3_before), closing: false }
    }

    #[test]
    fn of_two_grants_with_one_number_the_first_is_taken() {
        let r3 = Money::from_minor(100);
        let (refill, void) = (grant(1, 50, 100), grant(1, 0, 100));
        let before = LastGrant::default();
        assert_eq!(before.judge(&refill, r3), Ok(Judged::Take));
        assert_eq!(before.judge(&void, r3), Ok(Judged::Take));
        let after = LastGrant::of(&refill);
        assert_eq!(after.judge(&refill, Money::from_minor(150)), Ok(Judged::Again));
        assert_eq!(after.judge(&void, Money::from_minor(150)), Err(NotTaken::OtherContent));
        let after = LastGrant::of(&void);
        assert_eq!(after.judge(&refill, r3), Err(NotTaken::OtherContent));
    }

    #[test]
    fn a_grant_needs_the_next_number_and_the_right_basis() {
        let last = LastGrant::of(&grant(3, 0, 100));
        let r3 = Money::from_minor(100);
        for number in [0, 1, 2, 5] {
            assert_eq!(last.judge(&grant(number, 1, 100), r3), Err(NotTaken::OutOfOrder { expected: 4 }));
        }
        assert_eq!(last.judge(&grant(4, 1, 99), r3), Err(NotTaken::OtherBasis));
        let full = LastGrant { number: u64::MAX, ..last };
        assert_eq!(full.judge(&grant(0, 1, 100), r3), Err(NotTaken::Full));
        // Number 0 is no grant: before the first one nothing is "the last again".
        let fresh = LastGrant::default();
        assert_eq!(fresh.judge(&grant(0, 0, 0), Money::ZERO), Err(NotTaken::OutOfOrder { expected: 1 }));
    }

    #[test]
    fn r1_and_r3_move_together_and_never_below_nothing() {
        let money = Money::from_minor;
        let registers = Registers { r1: money(40), r2: money(60), r3: money(100), r4: 1, r8: 2 };
        let after = grant(1, 10, 100).credited(registers).unwrap();
        assert_eq!(after, Registers { r1: money(50), r3: money(110), ..registers });
        assert_eq!(grant(1, -41, 100).credited(registers), Err(NotTaken::Amount));
        assert_eq!(grant(1, i64::MIN, 100).credited(registers), Err(NotTaken::Amount));
        let closing = Grant { closing: true, ..grant(1, -39, 100) };
        assert_eq!(closing.credited(registers), Err(NotTaken::NotAll));
        let closing = Grant { amount_minor: -40, ..closing };
        assert_eq!(closing.credited(registers).unwrap().r3, money(60));
    }
}

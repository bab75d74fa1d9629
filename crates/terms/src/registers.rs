//! The postal registers. R3 = R1 + R2 holds in every honest state (EP 0 660 269, paragraph 9 and 149).

use crate::Money;
use core::fmt;

/// The five registers of a meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Registers {
    /// R1, descending: credit still available.
    pub r1: Money,
    /// R2, ascending: all postage ever spent.
    pub r2: Money,
    /// R3, total resetting: all credit ever loaded, less what was handed back.
    pub r3: Money,
    /// R4, piece count: imprints with a value other than zero.
    pub r4: u64,
    /// R8, total piece count: all imprints, zero values included.
    pub r8: u64,
}

impl Registers {
    /// Checks R3 = R1 + R2 and R4 <= R8.
    pub fn check(&self) -> Result<(), RegisterFault> {
        if self.r1.checked_add(self.r2) != Some(self.r3) {
            return Err(RegisterFault::Sum);
        }
        if self.r4 > self.r8 {
            return Err(RegisterFault::Pieces);
        }
        Ok(())
    }
}

/// What is wrong with a set of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterFault {
    /// R3 is not R1 + R2.
    Sum,
    /// More imprints with a value than imprints.
    Pieces,
}

impl fmt::Display for RegisterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RegisterFault::Sum => "the registers do not add up: R3 is not R1 + R2",
            RegisterFault::Pieces => "the registers do not add up: R4 is greater than R8",
        })
    }
}

impl core::error::Error for RegisterFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_that_do_not_add_up_are_found() {
        let money = Money::from_minor;
        let good = Registers { r1: money(890), r2: money(110), r3: money(1000), r4: 1, r8: 2 };
        assert_eq!(good.check(), Ok(()));
        assert_eq!(Registers { r1: money(891), ..good }.check(), Err(RegisterFault::Sum));
        assert_eq!(Registers { r1: money(u64::MAX), ..good }.check(), Err(RegisterFault::Sum));
        assert_eq!(Registers { r4: 3, ..good }.check(), Err(RegisterFault::Pieces));
    }
}

//! Credit comes in, and the issuer's marks: each by a signed, numbered message, taken exactly once.

use super::Psd;
use crate::board::{Board, Now};
use crate::error::Error;
use crate::memory::Memory;
use crate::message::{Authentic, Grant, Mark, Signed};
use crate::state::{LastGrant, Refill, State};
use imprint::numbers::SecondNumberKind;
use terms::{Money, Registers};

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantAnswer {
    /// It was taken now.
    Taken(Registers),
    /// It had been taken before, and is answered from memory.
    TakenBefore(Registers),
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Takes a grant, if it is the issuer's, for this meter, the next one, and builds on this meter's R3. The last
    /// grant taken is answered again from memory.
    pub fn grant(&mut self, signed: &Signed<Grant>) -> Result<GrantAnswer, Error> {
        let result = self.take_grant(signed);
        self.counted(result)
    }

    fn take_grant(&mut self, signed: &Signed<Grant>) -> Result<GrantAnswer, Error> {
        let grant = Authentic::verify(signed, &self.issuer, self.numbers.personalisation.serial)?.message();
        let state = *self.ledger.state();
        if grant.number == state.grant.number && grant.number != 0 {
            return if remembered(&grant) == state.grant {
                Ok(GrantAnswer::TakenBefore(state.registers))
            } else {
                Err(Error::GrantDisagrees)
            };
        }
        let expected = state.grant.number.checked_add(1).ok_or(Error::CounterFull)?;
        if grant.number != expected {
            return Err(Error::OutOfOrder { expected });
        }
        if grant.r3_before != state.registers.r3 {
            return Err(Error::GrantDisagrees);
        }
        let now = self.now()?;
        let registers = credited(state.registers, grant.amount_minor).ok_or(Error::GrantAmount)?;
        let refill = if grant.amount_minor > 0 { self.refilled(&state, now)? } else { state.refill };
        let mut next = State { registers, refill, grant: remembered(&grant), ..state };
        next.clock.tenths = now.tenths;
        next.clock.date = now.today;
        self.commit_state(next)?;
        Ok(GrantAnswer::Taken(registers))
    }

    /// Where the quantities "since refill" begin again.
    fn refilled(&self, state: &State, now: Now) -> Result<Refill, Error> {
        let by_day = self
            .numbers
            .personalisation
            .profile
            .second
            .is_some_and(|second| matches!(second.kind, SecondNumberKind::RefillDate));
        let used = state.registers.r8 != state.refill.r8;
        if by_day && used && state.refill.date == now.today {
            return Err(Error::RefillToday);
        }
        Ok(Refill {
            counter: state.refill.counter.checked_add(1).ok_or(Error::CounterFull)?,
            r2: state.registers.r2,
            r8: state.registers.r8,
            tenths: now.tenths,
            date: now.today,
        })
    }

    /// Takes the issuer's word that the meter is under suspicion or no longer. The same word again changes nothing.
    pub fn mark(&mut self, signed: &Signed<Mark>) -> Result<(), Error> {
        let result = self.take_mark(signed);
        self.counted(result)
    }

    fn take_mark(&mut self, signed: &Signed<Mark>) -> Result<(), Error> {
        let mark = Authentic::verify(signed, &self.issuer, self.numbers.personalisation.serial)?.message();
        let mut state = *self.ledger.state();
        if mark.number == state.marks.message && mark.suspicious == state.marks.suspicious && mark.number != 0
        {
            return Ok(());
        }
        if mark.number <= state.marks.message {
            return Err(Error::OutOfOrder { expected: state.marks.message.saturating_add(1) });
        }
        state.marks.message = mark.number;
        state.marks.suspicious = mark.suspicious;
        self.commit_state(state)
    }
}

fn remembered(grant: &Grant) -> LastGrant {
    LastGrant { number: grant.number, amount_minor: grant.amount_minor, r3_before: grant.r3_before }
}

/// The registers after a grant: R1 and R3 move together.
fn credited(registers: Registers, amount_minor: i64) -> Option<Registers> {
    let amount = Money::from_minor(amount_minor.unsigned_abs());
    let moved = |money: Money| match amount_minor {
        0.. => money.checked_add(amount),
        _ => money.checked_sub(amount),
    };
    Some(Registers { r1: moved(registers.r1)?, r3: moved(registers.r3)?, ..registers })
}

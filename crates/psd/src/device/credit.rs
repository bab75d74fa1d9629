//! Credit comes in, and goes back when the meter leaves service: each by a signed, numbered grant, taken exactly once.

use super::{Psd, ended};
use crate::board::{Board, Now};
use crate::error::Error;
use crate::memory::Memory;
use crate::state::{Pieces, Refill, State};
use crate::supervision::flow::{Flow, Passed};
use crate::supervision::pace::Critical;
use crate::supervision::routines::grant;
use imprint::numbers::SecondNumberKind;
use link::{Authentic, Block, Grant, Judged, LastGrant, NotTaken, Signed};
use terms::equations::piece_credit;
use terms::{Money, Registers};

/// By which way a grant comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Carried by hand.
    ByHand,
    /// In a call; who asked for it was looked at when it was asked for.
    Call {
        /// The centre has called, as this device had asked it to.
        called_back: bool,
    },
}

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
        self.grant_by(signed, Way::ByHand)
    }

    pub(super) fn grant_by(&mut self, signed: &Signed<Grant>, way: Way) -> Result<GrantAnswer, Error> {
        let mut flow = Flow::begin(&grant::ROUTINE);
        let begun_ns = self.board.processor_ns();
        let taken = self.take_grant(signed, way, &mut flow);
        let taken = self.counted(ended(flow, taken))?;
        self.judge_pace(Critical::Refill, 1, begun_ns)?;
        Ok(taken)
    }

    fn take_grant(
        &mut self,
        signed: &Signed<Grant>,
        way: Way,
        flow: &mut Flow,
    ) -> Result<GrantAnswer, Error> {
        let grant = Authentic::verify(signed, &self.issuer, self.numbers.personalisation.serial)?.message();
        flow.pass(grant::VERIFIED);
        let state = *self.ledger.state();
        let judged = state.grant.judge(&grant, state.registers.r3);
        match judged {
            Ok(Judged::Again) => {
                flow.pass(grant::ANSWERED_FROM_MEMORY);
                return Ok(GrantAnswer::TakenBefore(state.registers));
            }
            Err(NotTaken::OtherContent) => return Err(Error::GrantDisagrees),
            Ok(Judged::Take) | Err(_) => {}
        }
        self.permit_call(false)?;
        self.follow_counter()?;
        judged?;
        flow.pass(grant::PLACE_CHECKED);
        if grant.amount_minor > 0 {
            self.admit_refill(way)?;
        }
        let next = self.credited_state(&grant, state, flow)?;
        let passed = flow.gate(&[grant::BEFORE_COMMIT])?;
        self.commit_credit(next, passed)?;
        flow.pass(grant::COMMITTED);
        Ok(GrantAnswer::Taken(next.registers))
    }

    /// Commits credit, on evidence that all that must come before was done.
    fn commit_credit(&mut self, state: State, _: Passed) -> Result<(), Error> {
        self.commit_state(state)
    }

    fn credited_state(&mut self, grant: &Grant, state: State, flow: &mut Flow) -> Result<State, Error> {
        let now = self.now()?;
        flow.pass(grant::TIME_TAKEN);
        let registers = grant.credited(state.registers)?;
        let refill = if grant.amount_minor > 0 { self.refilled(&state, now)? } else { state.refill };
        let pieces = self.own_pieces(grant, &state);
        let mut next = State { registers, refill, pieces, grant: LastGrant::of(grant), ..state };
        next.clock.tenths = now.tenths;
        next.clock.date = now.today;
        next.contact_tenths = now.tenths;
        if grant.closing {
            next.standing.blocks = next.standing.blocks.with(Block::Withdrawn);
        }
        flow.pass(grant::CREDITED);
        Ok(next)
    }

    /// The piece credit after a grant: S' by the device's own sum where it finds it by itself, from the registers before
    /// the grant, as the centre does.
    fn own_pieces(&self, grant: &Grant, state: &State) -> Pieces {
        let rule = self.settings().pieces;
        match (rule.own, u64::try_from(grant.amount_minor)) {
            (Some(own), Ok(amount @ 1..)) => {
                let amount = Money::from_minor(amount);
                let count = piece_credit(&own.rule, &state.registers, amount, own.class);
                Pieces::new(count, rule.divisor)
            }
            _ => state.pieces,
        }
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
}

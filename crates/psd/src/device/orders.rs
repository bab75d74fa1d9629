//! What the centre orders beside credit: each order once, in the order of their numbers.
//!
//! What always holds: an order is carried out only if it is the centre's, for this meter, and newer than the last; the
//! same order again changes nothing. Whatever of the centre's is taken counts as having heard it (X12).

use super::{Psd, ended};
use crate::board::Board;
use crate::error::Error;
use crate::memory::Memory;
use crate::settings::Blocking;
use crate::setup::Setup;
use crate::state::{LastOrder, NextCodeword, Pieces, State};
use crate::supervision::flow::{Flow, Passed};
use crate::supervision::interrogation::Interrogation;
use crate::supervision::routines::order;
use access::{Failures, Lock};
use link::keys::unwrap_codeword;
use link::{Authentic, Block, ErrorCounts, Message, Order, Signed, Task};
use sha2::{Digest, Sha256};

/// What an order leads to.
struct Outcome {
    state: State,
    /// What seldom changes, where it does.
    setup: Option<Setup>,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Carries out an order of the centre.
    pub fn order(&mut self, signed: &Signed<Order>) -> Result<(), Error> {
        let mut flow = Flow::begin(&order::ROUTINE);
        let taken = self.take_order(signed, &mut flow);
        self.counted(ended(flow, taken))
    }

    fn take_order(&mut self, signed: &Signed<Order>, flow: &mut Flow) -> Result<(), Error> {
        let serial = self.numbers.personalisation.serial;
        let Order { number, task, .. } = Authentic::verify(signed, &self.issuer, serial)?.message();
        flow.pass(order::VERIFIED);
        let digest = digest_of(&signed.message);
        let last = self.state().order;
        if number == last.number && number != 0 {
            if digest != last.digest {
                return Err(Error::OrderDisagrees);
            }
            flow.pass(order::ANSWERED_FROM_MEMORY);
            return Ok(());
        }
        if number <= last.number {
            return Err(Error::OutOfOrder { expected: last.number.saturating_add(1) });
        }
        self.permit_call(task.is_service())?;
        flow.pass(order::PLACE_CHECKED);
        let mut outcome = self.outcome(&task)?;
        outcome.state.order = LastOrder { number, digest };
        flow.pass(order::APPLIED);
        let passed = flow.gate(&[order::BEFORE_COMMIT])?;
        self.commit_outcome(outcome, &task, passed)?;
        flow.pass(order::COMMITTED);
        self.after_order(&task)
    }

    /// Commits what an order leads to, on evidence that all that must come before was done.
    fn commit_outcome(&mut self, outcome: Outcome, task: &Task, passed: Passed) -> Result<(), Error> {
        match (task, outcome.setup) {
            (Task::Reset(reset), _) => self.commit_reset(outcome.state, reset, passed),
            (_, Some(setup)) => self.commit_setup(outcome.state, setup),
            (_, None) => self.commit_state(outcome.state),
        }
    }

    /// Whether the device hears calls: in a fatal block that came at once it hears its service alone, and after the
    /// end of its service nobody.
    pub(super) fn permit_call(&self, is_service: bool) -> Result<(), Error> {
        let blocks = self.state().standing.blocks;
        if blocks.has(Block::Withdrawn) {
            return Err(Error::Stopped(Block::Withdrawn));
        }
        let fatal = blocks.iter().find(|block| block.is_fatal());
        match (self.settings().blocking, fatal) {
            (Blocking::AtOnce, Some(block)) if !is_service => Err(Error::Stopped(block)),
            _ => Ok(()),
        }
    }

    fn outcome(&mut self, task: &Task) -> Result<Outcome, Error> {
        let mut state = *self.state();
        let mut setup = None;
        // The clock may be what is wrong: an order is carried out all the same.
        state.contact_tenths = match self.board.now() {
            Ok(now) if self.believed(now).is_ok() => now.tenths.max(state.clock.tenths),
            _ => state.clock.tenths,
        };
        match *task {
            Task::Suspicion(yes) => state.marks.suspicious = yes,
            Task::Stop(yes) => {
                let blocks = state.standing.blocks;
                state.standing.blocks =
                    if yes { blocks.with(Block::Stopped) } else { blocks.without(Block::Stopped) };
            }
            Task::NextCodeword { wrapped, expires_tenths } => {
                unwrap_codeword(&self.numbers.personalisation.link, &wrapped).ok_or(Error::Codeword)?;
                state.codeword.next = Some(NextCodeword { wrapped, expires_tenths });
            }
            Task::Enrol { program, checksum } => {
                let mut changed = self.setup.clone();
                changed.programs.of_mut(program).next = Some(checksum);
                setup = Some(changed);
            }
            Task::Pieces(count) => state.pieces = Pieces::new(count, self.settings().pieces.divisor),
            Task::Clock { tenths } => {
                let now = self.agree_on_time(tenths)?;
                state.clock.tenths = now.tenths;
                state.clock.date = now.today;
                state.contact_tenths = now.tenths;
                state.standing.blocks = state.standing.blocks.without(Block::Clock);
            }
            Task::ClearErrors => self.clear_errors(&mut state),
            Task::Unpair => {
                let mut changed = self.setup.clone();
                changed.pairing = None;
                changed.programs.control_unit.current = None;
                setup = Some(changed);
            }
            Task::ForgetLock => {
                state.failures = Failures::default();
                setup = Some(Setup { lock: Lock::default(), ..self.setup.clone() });
            }
            Task::Reset(reset) => state = self.after_reset(state, &reset)?,
        }
        Ok(Outcome { state, setup })
    }

    /// Counts errors anew; the mark of a manipulation goes with them, unless its block is still there.
    pub(super) fn clear_errors(&mut self, state: &mut State) {
        self.errors = ErrorCounts::default();
        let is_fatal = state.standing.blocks.iter().any(Block::is_fatal);
        state.marks.manipulated &= is_fatal;
        self.watch.found &= is_fatal;
    }

    fn after_order(&mut self, task: &Task) -> Result<(), Error> {
        match task {
            Task::Unpair => {
                self.watch.interrogation = Interrogation::new(self.settings().interrogation.clone());
                // The one that is still there is nobody's control unit, and its program is not looked at any more.
                self.watch.is_proven = false;
                Ok(())
            }
            Task::ForgetLock => {
                self.begin_session();
                Ok(())
            }
            Task::Reset(_) => self.finish_reset(),
            _ => Ok(()),
        }
    }
}

/// By which an order or an inspection is known again.
pub(super) fn digest_of(message: &impl Message) -> [u8; 8] {
    let digest = Sha256::digest(message.signed_bytes());
    digest.first_chunk().copied().unwrap_or_default()
}

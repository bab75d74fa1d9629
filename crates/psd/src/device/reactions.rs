//! What follows from a manipulation that was found: a block, an entry in the log, and the reactions that the settings
//! name (EP 0 660 269, [66], [96]-[100], [113]-[114], [120]).
//!
//! What always holds: the consequences are durable before any of them is carried out, and carrying out may be cut off
//! and done again; so no crash helps whoever caused it. A reaction that cannot be carried out is tried at each start.

use super::Psd;
use crate::board::Board;
use crate::error::Error;
use crate::memory::{Memory, SETUP};
use crate::settings::{Reaction, ReactionSet, Settings};
use crate::state::State;
use crate::supervision::flow::FlowFault;
use link::{Block, Codeword, ErrorKind, Finding};

/// A manipulation, by how it was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The codeword was lost without authority.
    Opening,
    /// A critical routine was out of its run time, or a debugger was seen.
    RunTime,
    /// A routine did not run as its table says.
    Flow(FlowFault),
    /// A column with changing data took so many clocks.
    Columns(u32),
    /// A program is not the one enrolled; the first bytes of what was measured.
    Program(u32),
    /// The checks in standby were not clean.
    Standby,
}

impl Event {
    const fn block(self) -> Block {
        match self {
            Event::Opening | Event::Standby => Block::KillCodeword,
            Event::RunTime | Event::Flow(_) | Event::Columns(_) => Block::Kill1,
            Event::Program(_) => Block::Kill2,
        }
    }

    const fn kind(self) -> ErrorKind {
        match self {
            Event::Opening | Event::Standby => ErrorKind::Openings,
            Event::RunTime => ErrorKind::RunTime,
            Event::Flow(_) => ErrorKind::Flow,
            Event::Columns(_) => ErrorKind::Printing,
            Event::Program(_) => ErrorKind::Program,
        }
    }

    /// What the log says: its kind, and what more there is to say.
    fn entry(self) -> (u16, u64) {
        match self {
            Event::Opening => (Finding::OPENED_WITHOUT_AUTHORITY, 0),
            Event::RunTime => (Finding::RUN_TIME, 0),
            // The parts' primes are no two routines': the product tells which routine ran, too.
            Event::Flow(fault) => (Finding::FLOW, fault.counter),
            Event::Columns(clocks) => (Finding::COLUMNS, clocks.into()),
            Event::Program(checksum) => (Finding::PROGRAM, checksum.into()),
            Event::Standby => (Finding::STANDBY, 0),
        }
    }

    fn reactions(self, settings: &Settings) -> &ReactionSet {
        let table = &settings.reactions;
        match self {
            Event::Opening => &table.opening,
            Event::RunTime => &table.run_time,
            Event::Flow(_) => &table.flow,
            Event::Columns(_) => &table.columns,
            Event::Program(_) => &table.program,
            Event::Standby => &table.standby,
        }
    }
}

/// The state after an event: blocked, noted, and with the reactions that are to be carried out.
pub(super) fn after(event: Event, mut state: State, settings: &Settings, commit: u64) -> State {
    let block = event.block();
    if !state.standing.blocks.has(block) {
        state.standing.faulted_at = fault_number(commit, state.commit_counter);
    }
    state.standing.blocks = state.standing.blocks.with(block);
    let (kind, detail) = event.entry();
    state.note(Finding { commit, tenths: state.clock.tenths, kind, detail });
    for reaction in event.reactions(settings) {
        match reaction {
            Reaction::EraseCodeword => state.standing.codeword_lost = true,
            Reaction::ZeroCodeword => state.standing.codeword_zeroed = true,
            Reaction::ChangeLinkKey => state.standing.link_changed = true,
            Reaction::TakeRedundancy => state.standing.redundancy_taken = true,
            Reaction::WipeKeys => {
                state.standing.keys_wiped = true;
                state.note(Finding { commit, tenths: state.clock.tenths, kind: Finding::WIPED, detail: 0 });
            }
        }
    }
    state
}

/// By what a fault is known: the commit before it, and where the commit counter stands, where there is one. An old image
/// of the memory has the numbers of its time, but the counter has gone on: no number comes twice.
pub(super) const fn fault_number(commit: u64, counter: u64) -> u64 {
    let commit = if commit == 0 { 1 } else { commit };
    commit.wrapping_add(counter << 32)
}

/// The kind of error that an event counts as.
pub(super) const fn kind(event: Event) -> ErrorKind {
    event.kind()
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Lets a manipulation have its consequences, and says what the device answers from then on.
    pub(super) fn fault(&mut self, event: Event) -> Error {
        self.count(event.kind());
        self.watch.found = true;
        let state = after(event, *self.state(), self.settings(), self.ledger.commit());
        let committed = self.commit_state(state).and_then(|()| self.carry_out());
        committed.err().unwrap_or(Error::Stopped(event.block()))
    }

    /// Carries out the reactions that the state names. Each may be done again.
    pub(super) fn carry_out(&mut self) -> Result<(), Error> {
        let standing = self.state().standing;
        if standing.codeword_lost {
            self.board.lose_codeword()?;
        }
        if standing.codeword_zeroed {
            self.board.keep_codeword(&Codeword::ZEROS)?;
        }
        if standing.keys_wiped {
            self.wipe_keys()?;
        }
        if standing.redundancy_taken {
            self.store.take_redundancy()?;
        }
        Ok(())
    }

    /// Each of the setup's two places once, since keys of an inspection lie in both; then the personalisation, by which
    /// a start knows that the keys are gone.
    fn wipe_keys(&mut self) -> Result<(), Error> {
        for _ in SETUP {
            let mut setup = self.setup.clone();
            (setup.inspected.marking, setup.inspected.former) = (None, None);
            self.commit_setup(*self.state(), setup)?;
        }
        let (payload, used) = self.numbers.personalisation.to_payload(BATCH as u16, None)?;
        self.store.write_personalisation(payload.get(..used).unwrap_or_default())?;
        self.numbers.wipe();
        Ok(())
    }
}

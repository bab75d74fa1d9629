//! The service reset: what the RESET-EPROM of the source does, by a token that the centre signs (EP 0 660 269, [116],
//! [166]); and what can still be done where the memory cannot be read.
//!
//! What always holds: one token mends one fault of one meter, by the fault's number, which only the meter's own report
//! tells; so the log is read before anything is mended. Registers never fall by a reset.

use super::orders::digest_of;
use super::reactions::fault_number;
use super::{Psd, Secrets};
use crate::board::{Board, Now};
use crate::error::{Error, Fault};
use crate::memory::{Memory, MemoryKey, SLOTS, Store};
use crate::personalisation::Personalisation;
use crate::setup::{Inspected, Setup};
use crate::state::{Blocks, LastOrder, NextCodeword, Refill, Standing, State};
use crate::supervision::flow::Passed;
use ed25519_dalek::VerifyingKey;
use heapless::Vec;
use imprint::numbers::Key;
use link::keys::unwrap_codeword;
use link::{
    Authentic, Block, ErrorCounts, Finding, LastGrant, Order, Program, Proven, Report, Reset, SealedReport,
    Signed, Task, seal_report,
};
use terms::{Money, Registers, Serial};

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// The state after a reset.
    pub(super) fn after_reset(&self, mut state: State, reset: &Reset) -> Result<State, Error> {
        let standing = state.standing;
        let has_fault = standing.blocks.iter().any(Block::is_fatal) || standing.redundancy_taken;
        let faulted_at = if has_fault { standing.faulted_at } else { 0 };
        if faulted_at == 0 || reset.faulted_at != faulted_at {
            return Err(Error::OtherFault { faulted_at });
        }
        if standing.keys_wiped {
            return Err(Error::Blocked(Fault::KeysWiped));
        }
        unwrap_codeword(&self.numbers.personalisation.link, &reset.codeword).ok_or(Error::Codeword)?;
        match reset.registers {
            Some(proven) => {
                let (tenths, today) = (state.clock.tenths, state.clock.date);
                state = with_registers(state, proven, Now { tenths, today, minute: 0 })?;
            }
            None if standing.blocks.has(Block::Registers) => return Err(Error::RegistersNeeded),
            None => {}
        }
        state.standing = mended(standing);
        // The old codeword is no longer known: the new one takes its place like any that was allowed.
        state.codeword.check = [0; 16];
        state.codeword.next = Some(NextCodeword { wrapped: reset.codeword, expires_tenths: u64::MAX });
        state.marks.manipulated = false;
        self.note(&mut state, Finding::RESET, faulted_at);
        Ok(state)
    }

    /// Commits a reset: where it brings registers, the debits of the last franking are no longer theirs.
    pub(super) fn commit_reset(&mut self, state: State, reset: &Reset, passed: Passed) -> Result<(), Error> {
        if reset.registers.is_none() {
            return self.commit_state(state);
        }
        self.order.sort(&[]);
        self.commit_debits(state, &[], passed)
    }

    /// What follows a reset, and is done at the next start where it was cut off.
    pub(super) fn finish_reset(&mut self) -> Result<(), Error> {
        self.watch.found = false;
        self.store.mend(true)?;
        self.look_at_codeword()?;
        self.check_program(Program::Own)?;
        self.attach()
    }
}

/// What remains of a standing after a reset: what the service cannot lift.
fn mended(standing: Standing) -> Standing {
    let kept = [Block::Stopped, Block::Clock, Block::PrintSpeed].into_iter();
    let blocks = kept.filter(|block| standing.blocks.has(*block)).fold(Blocks::default(), Blocks::with);
    Standing { blocks, ..Standing::default() }
}

/// The state with the centre's registers, and no franking to be fetched again. A new refill period begins, with a number
/// that none had before: each refill came with a grant, so there were no more of them than grants.
fn with_registers(mut state: State, proven: Proven, now: Now) -> Result<State, Error> {
    let Proven { registers, grant } = proven;
    let own = state.registers;
    let falls = registers.r2 < own.r2 || registers.r4 < own.r4 || registers.r8 < own.r8;
    if registers.check().is_err() || falls || grant < state.grant.number {
        return Err(Error::RegistersImplausible);
    }
    state.registers = registers;
    state.basis.registers = registers;
    state.grant = LastGrant { number: grant, ..LastGrant::default() };
    state.refill = Refill {
        counter: state.refill.counter.max(grant).checked_add(1).ok_or(Error::CounterFull)?,
        r2: registers.r2,
        r8: registers.r8,
        tenths: now.tenths,
        date: now.today,
    };
    state.basis.refill = state.refill;
    Ok(state)
}

/// What inspections had exchanged, where a page of the setup can still be read.
fn inspected<M: Memory, const BATCH: usize>(store: &mut Store<M, BATCH>, coding: &Key) -> Option<Inspected> {
    let newest = store.newest_setup()?;
    let payload = store.setup(newest).ok()?;
    Some(Setup::from_payload(payload, coding)?.inspected)
}

/// A device that halted at its start, because its memory cannot be read or its registers cannot be believed. It only
/// says why, and takes the reset that brings the centre's registers.
pub struct Rescue<M, B, const BATCH: usize> {
    store: Store<M, BATCH>,
    board: B,
    personalisation: Personalisation,
    issuer: VerifyingKey,
    /// What inspections had exchanged, as far as it can be read.
    inspected: Inspected,
    /// Where the board's commit counter stands.
    counter: u64,
    fault: Error,
}

impl<M: Memory, B: Board, const BATCH: usize> Rescue<M, B, BATCH> {
    /// Takes over the memory of a device whose start ended with this error. Fails where not even the personalisation
    /// can be read.
    pub fn open(memory: M, key: &MemoryKey, mut board: B, fault: Error) -> Result<Self, Error> {
        // A part or a medium that failed is no reason to give a sound state up: a new start may find it whole.
        if !matches!(fault, Error::Blocked(_) | Error::Registers(_)) {
            return Err(fault);
        }
        let secrets = Secrets::new(key);
        let (mut store, mut personalisation) = Store::open(memory, key, |payload| {
            Personalisation::from_payload(payload, BATCH as u16, &secrets.coding)
        })?;
        store.find_highest();
        let inspected = inspected(&mut store, &secrets.coding).unwrap_or_default();
        inspected.put_into(&mut personalisation);
        let counter = board.value()?.unwrap_or_default();
        let issuer = personalisation.verifying_key()?;
        Ok(Rescue { store, board, personalisation, issuer, inspected, counter, fault })
    }

    /// The meter.
    pub fn serial(&self) -> Serial {
        self.personalisation.serial
    }

    /// Why it halted.
    pub fn fault(&self) -> Error {
        self.fault
    }

    /// What its fault is known by: the highest number that any record carries, and where the commit counter stands.
    pub fn faulted_at(&self) -> u64 {
        fault_number(self.store.highest(), self.counter)
    }

    /// The same as a report that the centre can believe.
    pub fn report(&self, challenge: &[u8; 16]) -> Result<SealedReport, Error> {
        let report = Report {
            serial: self.serial(),
            seal: self.personalisation.seal,
            commit: self.store.highest(),
            faulted_at: self.faulted_at(),
            code: self.fault.code(),
            registers: Registers::default(),
            grant: 0,
            order: 0,
            usual: Money::ZERO,
            tenths: 0,
            has_next_codeword: false,
            blocks: Vec::new(),
            errors: ErrorCounts::default(),
            findings: Vec::new(),
            inspection: self.inspected.number,
            epoch: self.personalisation.profile.epoch,
        };
        seal_report(&report, &self.personalisation.link, challenge).ok_or(Error::PartFailed)
    }

    /// Commits the registers of a service reset as a new record. The device is to be opened again after it.
    pub fn reset(&mut self, signed: &Signed<Order>) -> Result<(), Error> {
        let Order { number, task, .. } = Authentic::verify(signed, &self.issuer, self.serial())?.message();
        let faulted_at = self.faulted_at();
        let reset = match task {
            Task::Reset(reset) if reset.faulted_at == faulted_at => reset,
            Task::Reset(_) => return Err(Error::OtherFault { faulted_at }),
            _ => return Err(self.fault),
        };
        let proven = reset.registers.ok_or(Error::RegistersNeeded)?;
        unwrap_codeword(&self.personalisation.link, &reset.codeword).ok_or(Error::Codeword)?;
        let now = self.board.now().map_err(|_| Error::Clock)?;
        let mut state = with_registers(State::fresh(now.tenths, now.today, [0; 16]), proven, now)?;
        state.order = LastOrder { number, digest: digest_of(&signed.message) };
        state.setup = self.store.newest_setup().ok_or(Error::Blocked(Fault::Setup))?;
        state.inspected_pieces = self.inspected.pieces;
        state.commit_counter = self.counter;
        state.codeword.next = Some(NextCodeword { wrapped: reset.codeword, expires_tenths: u64::MAX });
        let (commit, tenths) = (self.store.highest(), now.tenths);
        state.note(Finding { commit, tenths, kind: Finding::RESET, detail: faulted_at });
        self.store.secure_newest()?;
        // Each place of the ring once: a damaged record that stays after the new one would block the next start again.
        for _ in 0..SLOTS {
            self.store.commit(state, &[])?;
        }
        Ok(())
    }

    /// Memory and board, to open the device on.
    pub fn into_parts(self) -> (M, B) {
        (self.store.into_memory(), self.board)
    }
}

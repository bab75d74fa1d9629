//! Personalisation, and what a start checks before anything is answered (EP 0 660 269, step 101; Fig. 7).
//!
//! What always holds: what a start found is durable before the first answer; it blocks where only guessing would
//! help; and a start may be cut off anywhere and begun again.

use super::codeword::Sight as CodewordSight;
use super::numbers::Numbers;
use super::reactions::{self, Event};
use super::{Psd, Secrets, Watch, codeword, ended};
use crate::board::Board;
use crate::error::{Error, Fault};
use crate::ledger::{Ledger, Order};
use crate::memory::{Memory, MemoryKey, Store};
use crate::personalisation::Personalisation;
use crate::request::Request;
use crate::setup::{Setup, Sight};
use crate::state::{SetupName, State};
use crate::supervision::flow::Flow;
use crate::supervision::printing::Speed;
use crate::supervision::routines::start;
use link::{Block, Codeword, Finding, Program};
use zeroize::Zeroizing;

/// A device that is not yet one: its parts, and the state that the first commit of this start will hold.
struct Beginning<M, B, const BATCH: usize> {
    store: Store<M, BATCH>,
    board: B,
    personalisation: Personalisation,
    secrets: Secrets,
    setup: Setup,
    state: State,
    /// Number of the newest commit.
    commit: u64,
    counter: Option<u64>,
    is_waiting: bool,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Makes fresh memory this meter's, or that of a meter which has left service. What fails on the way leaves
    /// memory that does not open.
    pub fn personalise(
        mut memory: M,
        key: &MemoryKey,
        personalisation: Personalisation,
        mut board: B,
    ) -> Result<Self, Error> {
        personalisation.check()?;
        if is_in_service::<_, BATCH>(&mut memory, key) {
            return Err(Error::Personalisation("this memory is personalised already"));
        }
        let secrets = Secrets::new(key);
        let now = board.now().map_err(|_| Error::Clock)?;
        let (payload, used) = personalisation.to_payload(BATCH as u16, Some(&secrets.coding))?;
        let mut store = Store::format(memory, key)?;
        let codeword = draw_codeword(&mut board)?;
        board.keep_codeword(&codeword)?;
        board.arm()?;
        let mut state = State::fresh(now.tenths, now.today, secrets.check_of(&codeword));
        let mut setup = Setup::default();
        setup.programs.own.current = board.measure(Program::Own)?;
        state.setup =
            store.write_setup(SetupName::default(), setup.to_payload(&secrets.coding).as_slice())?;
        let counter = board.value()?;
        state.commit_counter = counter.unwrap_or_default();
        let beginning = Beginning {
            store,
            board,
            personalisation,
            secrets,
            setup,
            state,
            commit: 0,
            counter,
            is_waiting: false,
        };
        let mut psd = beginning.commit(&[])?;
        psd.learn()?;
        // Last of all: until then the memory does not open.
        psd.store.write_personalisation(payload.get(..used).unwrap_or_default())?;
        Ok(psd)
    }

    /// Starts the device on its memory: finds the newest durable state, heals what is damaged, checks codeword,
    /// programs and commit counter, notes what it found, and blocks where only guessing would help.
    pub fn open(memory: M, key: &MemoryKey, board: B) -> Result<Self, Error> {
        let mut flow = Flow::begin(&start::ROUTINE);
        let secrets = Secrets::new(key);
        let (mut store, mut personalisation) = Store::open(memory, key, |payload| {
            Personalisation::from_payload(payload, BATCH as u16, &secrets.coding)
        })?;
        let recovered = store.recover()?;
        let setup = store.setup(recovered.state.setup)?;
        let setup = Setup::from_payload(setup, &secrets.coding).ok_or(Error::Blocked(Fault::Format))?;
        setup.inspected.put_into(&mut personalisation);
        flow.pass(start::RECOVERED);
        let state = recovered.state;
        let commit = store.newest();
        let mut beginning = Beginning {
            store,
            board,
            personalisation,
            secrets,
            setup,
            state,
            commit,
            counter: None,
            is_waiting: false,
        };
        beginning.check_counter()?;
        beginning.check_codeword(&mut flow)?;
        beginning.check_own_program(&mut flow)?;
        // What was read may stand in a cache and not on the medium: it is committed again before it counts.
        let mut psd = beginning.commit(recovered.debits())?;
        flow.pass(start::COMMITTED);
        psd.carry_out()?;
        psd.store.mend(!psd.state().standing.redundancy_taken)?;
        flow.pass(start::MENDED);
        psd.counted(ended(flow, Ok(())))?;
        Ok(psd)
    }
}

/// Whether this memory is that of a meter which has neither left service nor lost its keys.
fn is_in_service<M: Memory, const BATCH: usize>(memory: &mut M, key: &MemoryKey) -> bool {
    let Ok((mut store, ())) = Store::<_, BATCH>::open(memory, key, |_| Ok(())) else { return false };
    let recovered = store.recover();
    !recovered.is_ok_and(|recovered| {
        let standing = recovered.state.standing;
        standing.blocks.has(Block::Withdrawn) || standing.keys_wiped
    })
}

fn draw_codeword(board: &mut impl Board) -> Result<Codeword, Error> {
    let mut bytes = Zeroizing::new([0; Codeword::BYTES]);
    board.fill(bytes.as_mut_slice())?;
    Ok(Codeword::new(*bytes))
}

impl<M: Memory, B: Board, const BATCH: usize> Beginning<M, B, BATCH> {
    /// Holds the memory against the board's commit counter, and reserves the next count: a start is the beginning of
    /// a new one, so that what an old image may hide ends with it.
    fn check_counter(&mut self) -> Result<(), Error> {
        self.counter = self.board.value()?;
        let Some(counter) = self.counter else { return Ok(()) };
        let in_memory = self.state.commit_counter;
        // One ahead is a crash between the memory and the counter; more is the counter of another memory.
        if in_memory < counter || in_memory > counter.saturating_add(1) {
            self.state.standing.blocks = self.state.standing.blocks.with(Block::Registers);
            self.state.standing.faulted_at = reactions::fault_number(self.commit, counter.saturating_add(1));
            self.note(Finding::ROLLED_BACK, 0);
        }
        self.state.commit_counter = counter.saturating_add(1);
        Ok(())
    }

    fn check_codeword(&mut self, flow: &mut Flow) -> Result<(), Error> {
        let link = &self.personalisation.link;
        let sight = codeword::look(&mut self.board, &self.secrets, link, &mut self.state, self.commit)?;
        match sight {
            CodewordSight::Kept => flow.pass(start::CODEWORD_KEPT),
            CodewordSight::Replaced => flow.pass(start::CODEWORD_REPLACED),
            CodewordSight::Waiting | CodewordSight::Missed => flow.pass(start::CODEWORD_MISSED),
        }
        self.is_waiting = sight == CodewordSight::Waiting;
        if sight == CodewordSight::Missed && !self.state.standing.blocks.has(Block::KillCodeword) {
            self.fault(Event::Opening);
        }
        Ok(())
    }

    /// The control unit's program is checked when one attaches; before that there is none.
    fn check_own_program(&mut self, flow: &mut Flow) -> Result<(), Error> {
        if let Some(measured) = self.board.measure(Program::Own)? {
            match self.setup.programs.own.judge(&measured) {
                Sight::Current => {}
                sight @ (Sight::First | Sight::Next) => {
                    self.setup.programs.own.adopt(measured);
                    let payload = self.setup.to_payload(&self.secrets.coding);
                    self.state.setup = self.store.write_setup(self.state.setup, payload.as_slice())?;
                    let is_first = sight == Sight::First;
                    self.note(if is_first { Finding::ENROLLED } else { Finding::UPDATED }, 0);
                }
                Sight::Other if self.state.standing.blocks.has(Block::Kill2) => {}
                Sight::Other => self.fault(Event::program(&measured)),
            }
        }
        flow.pass(start::PROGRAMS_MEASURED);
        Ok(())
    }

    fn fault(&mut self, event: Event) {
        self.state.errors.count(reactions::kind(event));
        self.state = reactions::after(event, self.state, &self.personalisation.settings, self.commit);
    }

    fn note(&mut self, kind: u16, detail: u64) {
        let tenths = self.state.clock.tenths;
        self.state.note(Finding { commit: self.commit, tenths, kind, detail });
    }

    fn commit(mut self, debits: &[Request]) -> Result<Psd<M, B, BATCH>, Error> {
        let issuer = self.personalisation.verifying_key()?;
        let is_new = |finding: &Finding| finding.is_manipulation() && finding.commit == self.commit;
        let found = self.state.findings.iter().any(is_new);
        let mut watch = Watch::new(
            &self.personalisation.settings,
            &self.state.failures,
            self.counter,
            self.board.elapsed_ms(),
        );
        watch.found = found && !self.state.standing.blocks.iter().any(Block::is_fatal);
        watch.is_waiting = self.is_waiting;
        if self.state.standing.blocks.has(Block::PrintSpeed) {
            let warnings = self.personalisation.settings.printing.warnings;
            watch.speed = Speed::with_errors(warnings.saturating_add(1));
        }
        let numbers = Numbers::new(self.personalisation, self.setup.inspected.former.as_ref())?;
        let ledger = Ledger::new(self.store.commit(self.state, debits)?);
        let mut psd = Psd {
            store: self.store,
            board: self.board,
            numbers,
            issuer,
            secrets: self.secrets,
            setup: self.setup,
            ledger,
            order: Order::new(),
            errors: self.state.errors,
            watch,
            calls: super::call::Calls::default(),
        };
        psd.follow_counter()?;
        Ok(psd)
    }
}

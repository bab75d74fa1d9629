//! The device: what can be asked of it, and in which order things happen.
//!
//! What always holds: an imprint's numbers leave only after its debit is durable; a command that fails has changed
//! nothing but a counter of errors and what a finding calls for, or has stopped the device until a new start;
//! R3 = R1 + R2 is verified before every imprint (EP 0 660 269, [9], [149]; step 406).
//!
//! | file | holds |
//! |---|---|
//! | `start` | personalisation, and what a start checks |
//! | `franking` | debits |
//! | `numbers` | from a debit to the numbers printed |
//! | `credit` | grants |
//! | `call` | calls to the centre |
//! | `orders` | what the centre orders beside credit |
//! | `inspection` | what an inspection exchanges |
//! | `reset` | the service reset, and what can still be done where the memory cannot be read |
//! | `reactions` | what follows from a manipulation that was found |
//! | `codeword` | Y, and Y' in its place |
//! | `programs` | the programs' images against those enrolled |
//! | `time` | which clock readings are believed |
//! | `pace` | how long the critical routines take |
//! | `lock` | the customer's lock: log-in, what is booked on users, the system manager's changes |
//! | `attendance` | the control unit: pairing, interrogation, its print reports |
//! | `standby` | what the device does while nothing is asked of it |
//! | `report`, `status` | what it tells of itself |

mod attendance;
mod call;
mod codeword;
mod credit;
mod franking;
mod inspection;
mod lock;
mod numbers;
mod orders;
mod pace;
mod programs;
mod reactions;
mod report;
mod reset;
mod standby;
mod start;
mod status;
mod time;

use crate::board::{Board, Now};
use crate::error::Error;
use crate::ledger::{Ledger, Order};
use crate::memory::{Memory, MemoryKey, Store};
use crate::request::Request;
use crate::settings::Settings;
use crate::setup::Setup;
use crate::state::State;
use crate::supervision::flow::{Flow, FlowFault, Passed};
use crate::supervision::interrogation::Interrogation;
use crate::supervision::pace::Record;
use crate::supervision::printing::Speed;
use access::{Failures, Session};
use ed25519_dalek::VerifyingKey;
use imprint::numbers::Key;
use link::keys::derive;
use link::{ErrorCounts, ErrorKind, Finding};
use numbers::Numbers;

pub use attendance::{Columns, PrintAdvice};
pub use credit::GrantAnswer;
pub use reset::Rescue;
pub use standby::SelfTest;
pub use status::{Status, Warning};

/// A commit in so many advances the board's commit counter; an old image of the memory may hide behind fewer.
const COMMITS_OF_A_COUNT: u64 = 64;

/// A postal security device whose commits hold up to `BATCH` debits.
pub struct Psd<M, B, const BATCH: usize> {
    store: Store<M, BATCH>,
    board: B,
    numbers: Numbers,
    issuer: VerifyingKey,
    secrets: Secrets,
    setup: Setup,
    ledger: Ledger<BATCH>,
    /// The order of the franking in work; its own, so that a failed one leaves the ledger's as it is.
    order: Order<BATCH>,
    /// Counted at once, durable with the next commit.
    errors: ErrorCounts,
    watch: Watch,
    calls: call::Calls,
}

/// The keys that never leave the device, made of the memory's key.
struct Secrets {
    /// Under which keys lie in the memory.
    coding: Key,
    /// By which a right codeword is known.
    check: Key,
}

impl Secrets {
    fn new(key: &MemoryKey) -> Secrets {
        let root = key.root();
        Secrets { coding: derive(&root, b"coding of keys  "), check: derive(&root, b"codeword checks ") }
    }
}

/// What the device watches, since its start.
struct Watch {
    interrogation: Interrogation,
    /// The last reading of the clock that was believed, and the run time then.
    clock: Option<(Now, u64)>,
    /// Where the board's commit counter stands; nothing where there is none.
    counter: Option<u64>,
    /// The run time at the last round.
    seen_ms: u64,
    /// When the last franking was asked for.
    busy_ms: u64,
    /// Rounds of the loop since.
    rounds: u32,
    /// Nothing was asked for so long that the device checks itself.
    is_standby: bool,
    /// Traces of manipulation found since the last check in standby.
    found: bool,
    /// The codeword is lost, and the next one waits for the housing to be closed.
    is_waiting: bool,
    /// The control unit at the other end has answered rightly since it attached: only then it is judged.
    is_proven: bool,
    /// Its program is another than the one enrolled, or the first, and is judged once it has answered.
    is_unjudged: bool,
    /// Who is logged in.
    session: Session,
    pace: Record,
    speed: Speed,
    /// The last franking brought a warning about the piece credit.
    pieces_warned: bool,
}

impl Watch {
    fn new(settings: &Settings, failures: &Failures, counter: Option<u64>, now_ms: u64) -> Watch {
        Watch {
            interrogation: Interrogation::new(settings.interrogation.clone()),
            clock: None,
            counter,
            seen_ms: now_ms,
            busy_ms: now_ms,
            rounds: 0,
            is_standby: false,
            found: false,
            is_waiting: false,
            is_proven: false,
            is_unjudged: false,
            session: Session::new(failures, now_ms),
            pace: Record::default(),
            speed: Speed::default(),
            pieces_warned: false,
        }
    }

    /// The run time and the clock, as they were last looked at.
    fn seen(&self) -> (u64, u64) {
        let (tenths, clock_ms) = self.clock.map_or((0, 0), |(now, at_ms)| (now.tenths, at_ms));
        (self.seen_ms.max(clock_ms), tenths)
    }
}

/// What a routine answers, if it ran as its table says: to its end, or as far as it was not refused.
fn ended<T>(flow: Flow, result: Result<T, Error>) -> Result<T, Error> {
    if result.is_ok() {
        drop(flow.end()?);
    } else {
        flow.leave()?;
    }
    result
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    fn state(&self) -> &State {
        self.ledger.state()
    }

    fn settings(&self) -> &Settings {
        &self.numbers.personalisation.settings
    }

    /// The board the device is on.
    pub fn board_mut(&mut self) -> &mut B {
        &mut self.board
    }

    /// Notes in a state that is to be committed what was found.
    fn note(&self, state: &mut State, kind: u16, detail: u64) {
        let tenths = state.clock.tenths;
        state.note(Finding { commit: self.ledger.commit(), tenths, kind, detail });
    }

    /// Commits a state beside the debits of the last franking.
    fn commit_state(&mut self, mut state: State) -> Result<(), Error> {
        self.before_commit(&mut state);
        let durable = self.store.commit(state, self.ledger.requests())?.into_state();
        self.ledger.adopt_state(durable);
        self.try_to_follow_counter();
        Ok(())
    }

    /// Commits a state that names this setup.
    fn commit_setup(&mut self, mut state: State, setup: Setup) -> Result<(), Error> {
        let payload = setup.to_payload(&self.secrets.coding);
        state.setup = self.store.write_setup(self.state().setup, payload.as_slice())?;
        self.commit_state(state)?;
        self.setup = setup;
        Ok(())
    }

    /// Commits a state and the debits of a franking, on evidence that all that must come before was done.
    fn commit_debits(&mut self, mut state: State, requests: &[Request], _: Passed) -> Result<(), Error> {
        self.before_commit(&mut state);
        let durable = self.store.commit(state, requests)?;
        self.ledger.adopt_franking(durable, &mut self.order);
        self.try_to_follow_counter();
        Ok(())
    }

    fn before_commit(&self, state: &mut State) {
        state.errors = self.errors;
        let is_due = self.ledger.commit().wrapping_add(1).is_multiple_of(COMMITS_OF_A_COUNT);
        if let Some(counter) = self.watch.counter.filter(|_| is_due) {
            state.commit_counter = counter.saturating_add(1);
        }
    }

    /// What is durable stays done: where the counter does not go along, the next franking or grant is refused instead.
    /// The memory never gets more than one count ahead.
    fn try_to_follow_counter(&mut self) {
        let _ = self.follow_counter();
    }

    /// Brings the board's counter to what the memory says. The memory goes first: then a memory that is behind the
    /// counter is known to be an old one, and one that is a step ahead shows a crash between the two. The counter is
    /// asked before it is advanced: an advance whose answer was lost is not made twice.
    fn follow_counter(&mut self) -> Result<(), Error> {
        let due = self.state().commit_counter;
        if self.watch.counter.is_some_and(|counter| counter < due) {
            if self.board.value()?.is_some_and(|stands| stands < due) {
                self.board.advance()?;
            }
            self.watch.counter = Some(due);
        }
        Ok(())
    }

    /// Counts an error by its kind, and lets a deviation from a routine's flow have its consequences.
    fn counted<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        let Err(error) = &result else { return result };
        match *error {
            Error::Flow(fault) => return Err(self.flow_fault(fault)),
            error => self.count(error.kind()),
        }
        result
    }

    fn count(&mut self, kind: ErrorKind) {
        self.errors.count(kind);
    }

    fn flow_fault(&mut self, fault: FlowFault) -> Error {
        self.fault(reactions::Event::Flow(fault))
    }
}

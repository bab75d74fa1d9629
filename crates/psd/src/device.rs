//! The device: what can be asked of it, and in which order things happen.
//!
//! What always holds: an imprint's numbers leave only after its debit is durable; a command that fails has changed
//! nothing but a counter of errors, or has stopped the device until a new start; R3 = R1 + R2 is verified before
//! every imprint (EP 0 660 269, [9], [149]; step 406).

mod attachment;
mod credit;
mod franking;
mod numbers;
mod status;

use crate::board::{Board, Now};
use crate::error::Error;
use crate::ledger::{Ledger, Order};
use crate::memory::{Memory, MemoryKey, Store};
use crate::personalisation::Personalisation;
use crate::request::Request;
use crate::state::{COUNTER_LIMIT, ErrorCounts, State};
use ed25519_dalek::VerifyingKey;
use numbers::Numbers;

pub use credit::GrantAnswer;
pub use status::Status;

/// How far the clock may be set back, in tenths of a second, before it counts as running backwards.
const CLOCK_TOLERANCE_TENTHS: u64 = 5 * 60 * 10;

/// A postal security device whose commits hold up to `BATCH` debits.
pub struct Psd<M, B, const BATCH: usize> {
    store: Store<M, BATCH>,
    board: B,
    numbers: Numbers,
    issuer: VerifyingKey,
    ledger: Ledger<BATCH>,
    /// The order of the franking in work; its own, so that a failed one leaves the ledger's as it is.
    order: Order<BATCH>,
    /// Counted at once, durable with the next commit.
    errors: ErrorCounts,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Makes fresh memory this meter's, once. What fails on the way leaves memory that does not open.
    pub fn personalise(
        mut memory: M,
        key: &MemoryKey,
        personalisation: Personalisation,
        mut board: B,
    ) -> Result<Self, Error> {
        personalisation.check()?;
        if Store::<_, BATCH>::open(&mut memory, key, |_| Some(())).is_ok() {
            return Err(Error::Personalisation("this memory is personalised already"));
        }
        let now = board.now().map_err(|_| Error::Clock)?;
        let (payload, used) = personalisation.to_payload(BATCH as u16)?;
        let store = Store::format(memory, key, payload.get(..used).unwrap_or_default())?;
        Self::begin(store, personalisation, State::fresh(now.tenths, now.today), &[], board)
    }

    /// Starts the device on its memory: finds the newest durable state, heals what is damaged, notes what it
    /// found, and blocks where only guessing would help.
    pub fn open(memory: M, key: &MemoryKey, board: B) -> Result<Self, Error> {
        let (mut store, personalisation) =
            Store::open(memory, key, |payload| Personalisation::from_payload(payload, BATCH as u16))?;
        let recovered = store.recover()?;
        // What was read may stand in a cache and not on the medium: it is committed again before it counts.
        let mut psd = Self::begin(store, personalisation, recovered.state, recovered.debits(), board)?;
        psd.store.mend()?;
        Ok(psd)
    }

    fn begin(
        mut store: Store<M, BATCH>,
        personalisation: Personalisation,
        state: State,
        debits: &[Request],
        board: B,
    ) -> Result<Self, Error> {
        let issuer = personalisation.verifying_key()?;
        let numbers = Numbers::new(personalisation)?;
        let ledger = Ledger::new(store.commit(state, debits)?);
        Ok(Psd { store, board, numbers, issuer, ledger, order: Order::new(), errors: state.errors })
    }

    /// The time, never before what an earlier commit saw.
    fn now(&mut self) -> Result<Now, Error> {
        let now = self.board.now().map_err(|_| Error::Clock)?;
        let seen = self.ledger.state().clock;
        if now.tenths.saturating_add(CLOCK_TOLERANCE_TENTHS) < seen.tenths {
            return Err(Error::ClockBackwards);
        }
        Ok(Now { tenths: now.tenths.max(seen.tenths), today: now.today.max(seen.date), minute: now.minute })
    }

    /// Commits a state beside the debits of the last franking.
    fn commit_state(&mut self, mut state: State) -> Result<(), Error> {
        state.errors = self.errors;
        let durable = self.store.commit(state, self.ledger.requests())?.into_state();
        self.ledger.adopt_state(durable);
        Ok(())
    }

    /// Counts an error by its kind.
    fn counted<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            let counter = match error.code() / 100 {
                1 => &mut self.errors.requests,
                2 => &mut self.errors.messages,
                3 => &mut self.errors.clock,
                _ => &mut self.errors.memory,
            };
            *counter = counter.saturating_add(1).min(COUNTER_LIMIT);
        }
        result
    }
}

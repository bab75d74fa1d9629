//! Changes that many make at once, as calls do: those that wait while a transaction is under way go together into the
//! next one. Each costs a share of one commit and of few statements.
//!
//! What always holds: whoever is answered finds his change durable; a change that fails or is refused keeps no other from
//! being made; a meter is changed once in a transaction.

use super::change::{Change, Fate, apply};
use super::fault::plain;
use crate::books::{BooksFault, Folder, Page};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Kind, Store, StoreError, work};
use terms::Serial;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How many changes go together, at most.
const TOGETHER_MAX: usize = 64;
/// How many transactions are under way at once, at most: a file has one writer; on a server one may have to wait for a
/// lock that another instance has.
const FILE_TRANSACTIONS: usize = 1;
const SERVER_TRANSACTIONS: usize = 4;

type Decide = Box<dyn Fn(&mut Folder, &mut Page) -> bool + Send + Sync>;

/// Where changes wait.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    store: Store,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many transactions are under way.
    under_way: usize,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} waiting, {} under way", self.waiting.len(), self.under_way)
    }
}

/// A change that waits.
struct Waiting {
    serial: Serial,
    page: Page,
    decide: Decide,
    answer: oneshot::Sender<Result<(), BooksFault>>,
}

impl Lane {
    pub fn new(store: Store) -> Lane {
        Lane { store, queue: Arc::default() }
    }

    /// Makes a change, together with others where others wait.
    pub async fn change<T: Send + 'static, E: Send + 'static>(
        &self,
        serial: Serial,
        page: Page,
        change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Result<T, E>, BooksFault> {
        let made = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&made);
        let decide = Box::new(move |folder: &mut Folder, page: &mut Page| {
            let decided = change(folder, page);
            let is_kept = decided.is_ok();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(decided);
            is_kept
        });
        let (answer, answered) = oneshot::channel();
        self.queue().waiting.push_back(Waiting { serial, page, decide, answer });
        self.start();
        // Nobody answers any more where the service ends, or where a decision has panicked.
        let lost = || BooksFault::Store(StoreError::Unknown(sqlx::Error::WorkerCrashed));
        answered.await.map_err(|_| lost())??;
        let made = made.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.ok_or_else(lost)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts another transaction where one is needed and may be.
    fn start(&self) {
        let most = match self.store.kind() {
            Kind::File => FILE_TRANSACTIONS,
            Kind::Server => SERVER_TRANSACTIONS,
        };
        let mut queue = self.queue();
        if queue.under_way < most
            && !queue.waiting.is_empty()
            && let Ok(runtime) = Handle::try_current()
        {
            queue.under_way += 1;
            // A runtime that ends drops the work at once, and the work gives its turn back.
            drop(queue);
            let turn = Turn { lane: self.clone(), is_given_back: false };
            runtime.spawn(turn.work_off());
        }
    }
}

impl Queue {
    /// The next changes, of a meter only one.
    fn next(&mut self) -> Vec<Waiting> {
        let mut meters = BTreeSet::new();
        let (mut together, mut later) = (Vec::new(), VecDeque::new());
        while let Some(waiting) = self.waiting.pop_front() {
            if together.len() < TOGETHER_MAX && meters.insert(waiting.serial) {
                together.push(waiting);
            } else {
                later.push_back(waiting);
            }
        }
        self.waiting = later;
        together
    }
}

/// One of the transactions that may be under way; given back however its work ends.
struct Turn {
    lane: Lane,
    is_given_back: bool,
}

impl Turn {
    /// Makes changes until none waits.
    async fn work_off(mut self) {
        while let Some(together) = self.next() {
            make(&self.lane.store, together).await;
        }
    }

    /// The next changes. Where none waits, the turn is given back before anybody can think that it goes on.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut queue = self.lane.queue();
        let together = queue.next();
        if together.is_empty() {
            queue.under_way -= 1;
            self.is_given_back = true;
            return None;
        }
        Some(together)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_given_back {
            self.lane.queue().under_way -= 1;
            // A decision has panicked: those that wait behind it have nothing to do with that.
            if std::thread::panicking() {
                self.lane.start();
            }
        }
    }
}

/// Makes these changes in one transaction; where that cannot be written, each in one of its own, so that only those fail
/// that cannot be.
async fn make(store: &Store, together: Vec<Waiting>) {
    match attempt(store, &together).await {
        Ok(fates) => {
            for (waiting, fate) in together.into_iter().zip(fates) {
                waiting.answer(fate);
            }
        }
        Err(fault) if together.len() > 1 && is_of_one(&fault) => {
            for waiting in together {
                let alone = [waiting];
                let fates = attempt(store, &alone).await;
                let [waiting] = alone;
                let fate = fates.map(|mut fates| fates.pop().unwrap_or(Fate::Refused));
                waiting.answer(fate.unwrap_or_else(Fate::Failed));
            }
        }
        Err(fault) => {
            let is_unknown = matches!(fault, BooksFault::Store(StoreError::Unknown(_)));
            let sentence = fault.to_string();
            for waiting in together {
                // Each hears the same; the original cannot be handed to all.
                let error = sqlx::Error::Protocol(sentence.clone());
                let error = if is_unknown { StoreError::Unknown(error) } else { error.into() };
                waiting.answer(Fate::Failed(error.into()));
            }
        }
    }
}

/// Whether a statement was refused, and not the database lost: then it may be one change's row alone.
fn is_of_one(fault: &BooksFault) -> bool {
    !matches!(
        fault,
        BooksFault::Store(
            StoreError::Unknown(_)
                | StoreError::Statement(
                    sqlx::Error::Io(_)
                        | sqlx::Error::PoolTimedOut
                        | sqlx::Error::PoolClosed
                        | sqlx::Error::WorkerCrashed
                )
        )
    )
}

async fn attempt(store: &Store, together: &[Waiting]) -> Result<Vec<Fate>, BooksFault> {
    store
        .transaction(|transaction| {
            work(async move {
                let changes: Vec<Change<'_>> = together.iter().map(Waiting::change).collect();
                apply(transaction, &changes).await.map_err(plain)
            })
        })
        .await
}

impl Waiting {
    fn change(&self) -> Change<'_> {
        Change { serial: self.serial, page: &self.page, decide: &*self.decide }
    }

    fn answer(self, fate: Fate) {
        let answer = match fate {
            Fate::Kept | Fate::Refused => Ok(()),
            Fate::Failed(fault) => Err(fault),
        };
        // Whoever has hung up meanwhile finds it in the books.
        let _ = self.answer.send(answer);
    }
}

//! Making a card (DE 197 57 648, Fig. 5, steps 121-1 to 121-11), for the first, the new, the duplicate and the
//! replaced one.
//!
//! | step | state | leaves it by |
//! |---|---|---|
//! | 121-1 | idle | `Choose`, if the directory allows the plan |
//! | 121-2, 3 | swap: the maker's card is still in | `Removed`: the timer starts |
//! | 121-4 to 7 | wait for a new card | `Inserted` in time |
//! | | keep: running number and plan are being stored | `Stored` |
//! | 121-8 | write | `Written` |
//! | 121-9 | read back | `ReadBack`, if it is what was written |
//! | | commit: the table is being stored | `Stored`: success (121-11) |
//!
//! What always holds: only a card that is really in the slot is written, and never the maker's or one that the table
//! knows. The row comes into the table last, after the card was read back. Whatever else happens ends in an error
//! (121-10) without a row: a card that is still in is taken back to what it was, and one that was pulled bears a
//! number that no row has. Once the commit is being stored both sides are whole; pulling the card changes nothing.
//!
//! While a card is made, what comes into the slot is for this machine alone, and what leaves it for
//! [`Slot`](super::Slot) too; the new card is told to the slot when it is made.
//!
//! The timer is looked at while waiting and when a card comes in. A first card, and a master's replacement, for which
//! no card had to leave, is waited for without a limit.

use super::card::{Identity, Reading};
use super::directory::Directory;
use super::plan::Plan;
use super::refusal::Refusal;
use super::row::Changes;
use terms::Running;

/// How long a new card is waited for where nothing else is set.
pub const SWAP_MS: u64 = 20_000;

/// What happens while a card is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MakingEvent {
    /// Somebody wants this; the maker's card is in the slot.
    Choose(Plan),
    /// Somebody gives up.
    Cancel,
    /// The card has left the slot.
    Removed,
    /// A card is in the slot and was read.
    Inserted(Reading),
    /// Time has passed.
    Tick,
    /// What was to be stored is stored and applied.
    Stored,
    /// What was to be stored is not, and was not applied.
    NotStored,
    /// The card has been written.
    Written,
    /// The card could not be written.
    NotWritten,
    /// This is on the card.
    ReadBack(Reading),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MakingAction {
    /// Ask for the maker's card to be taken out and a new one to be put in.
    AskSwap,
    /// Ask for a new card.
    AskCard {
        /// Until when; nothing for no limit.
        until_ms: Option<u64>,
    },
    /// Store these rows in one transaction, apply them, and say so.
    Store(Changes),
    /// Write the card that is in the slot.
    Write {
        /// What it is to be.
        identity: Identity,
        /// Whether the running number has to be written too; else it stands there.
        authorise: bool,
    },
    /// Read the card that is in the slot.
    Read,
    /// Take the number off the card that is in the slot, as far as it was written.
    Erase,
    /// The card is made.
    Made(Identity),
    /// No card was made.
    Failed(Refusal),
}

/// The machine that makes cards, one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Making {
    swap_ms: u64,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Swap(Plan),
    Wait { plan: Plan, until_ms: Option<u64> },
    Keep { job: Job, pulled: bool },
    Write(Job),
    ReadBack(Job),
    Commit(Job),
}

/// A plan with the card it is carried out on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Job {
    plan: Plan,
    running: Running,
    /// Whether part II is written with it.
    authorise: bool,
}

impl Job {
    fn identity(&self) -> Identity {
        Identity { number: self.plan.number(), running: self.running }
    }
}

impl Making {
    /// Nothing is being made. A new card is waited for so long ([`SWAP_MS`] where nothing is set).
    pub const fn new(swap_ms: u64) -> Making {
        Making { swap_ms, state: State::Idle }
    }

    /// Whether nothing is being made.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// Takes in what has happened. A refusal leaves everything as it was: a plan that is not allowed, or a card that
    /// cannot be used, after which another one may come. An event that does not belong here is passed over.
    pub fn handle(
        &mut self,
        now_ms: u64,
        event: MakingEvent,
        directory: &Directory,
        act: &mut impl FnMut(MakingAction),
    ) -> Result<(), Refusal> {
        if let State::Wait { until_ms: Some(until_ms), .. } = self.state
            && now_ms >= until_ms
        {
            self.fail(Refusal::TimeUp, act);
            return Ok(());
        }
        match event {
            MakingEvent::Choose(plan) => return self.choose(plan, directory, act),
            MakingEvent::Inserted(reading) => return self.take(reading, directory, act),
            MakingEvent::Removed => self.removed(now_ms, directory, act),
            MakingEvent::Cancel => self.cancel(directory, act),
            MakingEvent::Stored => self.stored(directory, act),
            MakingEvent::NotStored => self.not_stored(directory, act),
            MakingEvent::Written => self.written(act),
            MakingEvent::NotWritten => self.give_up(Refusal::NotWritten, directory, act),
            MakingEvent::ReadBack(reading) => self.read_back(reading, directory, act),
            MakingEvent::Tick => {}
        }
        Ok(())
    }

    fn choose(
        &mut self,
        plan: Plan,
        directory: &Directory,
        act: &mut impl FnMut(MakingAction),
    ) -> Result<(), Refusal> {
        if !self.is_idle() {
            return Err(Refusal::Busy);
        }
        directory.may_make(&plan)?;
        self.state = if plan.maker().is_some() {
            act(MakingAction::AskSwap);
            State::Swap(plan)
        } else {
            act(MakingAction::AskCard { until_ms: None });
            State::Wait { plan, until_ms: None }
        };
        Ok(())
    }

    fn removed(&mut self, now_ms: u64, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        match &mut self.state {
            State::Swap(plan) => {
                let until_ms = Some(now_ms.saturating_add(self.swap_ms));
                act(MakingAction::AskCard { until_ms });
                self.state = State::Wait { plan: plan.clone(), until_ms };
            }
            // What is being stored cannot be taken back before it is stored.
            State::Keep { pulled, .. } => *pulled = true,
            State::Write(_) | State::ReadBack(_) => self.drop_plan(Refusal::Pulled, directory, act),
            State::Idle | State::Wait { .. } | State::Commit(_) => {}
        }
    }

    /// A card comes in: one that can be written, or none of use.
    fn take(
        &mut self,
        reading: Reading,
        directory: &Directory,
        act: &mut impl FnMut(MakingAction),
    ) -> Result<(), Refusal> {
        let State::Wait { plan, .. } = &self.state else { return Ok(()) };
        let (running, authorise) = writable(reading, directory)?;
        // What was allowed when it was chosen is looked at again with the card that is in.
        directory.made(plan, running).map(|_| ())?;
        let job = Job { plan: plan.clone(), running, authorise };
        act(MakingAction::Store(directory.kept(&job.plan, running)));
        self.state = State::Keep { job, pulled: false };
        Ok(())
    }

    fn stored(&mut self, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        match core::mem::replace(&mut self.state, State::Idle) {
            State::Keep { pulled: true, .. } => self.drop_plan(Refusal::Pulled, directory, act),
            State::Keep { job, pulled: false } => {
                act(MakingAction::Write { identity: job.identity(), authorise: job.authorise });
                self.state = State::Write(job);
            }
            State::Commit(job) => act(MakingAction::Made(job.identity())),
            other => self.state = other,
        }
    }

    fn not_stored(&mut self, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        match &self.state {
            State::Keep { pulled, .. } => {
                let refusal = if *pulled { Refusal::Pulled } else { Refusal::NotStored };
                self.fail(refusal, act);
            }
            State::Commit(_) => self.undo(Refusal::NotStored, directory, act),
            _ => {}
        }
    }

    fn written(&mut self, act: &mut impl FnMut(MakingAction)) {
        if let State::Write(job) = &self.state {
            act(MakingAction::Read);
            self.state = State::ReadBack(job.clone());
        }
    }

    fn read_back(&mut self, reading: Reading, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        let State::ReadBack(job) = &self.state else { return };
        if reading != Reading::Card(job.identity()) {
            return self.undo(Refusal::NotWritten, directory, act);
        }
        match directory.made(&job.plan, job.running) {
            Ok(changes) => {
                act(MakingAction::Store(changes));
                self.state = State::Commit(job.clone());
            }
            Err(refusal) => self.undo(refusal, directory, act),
        }
    }

    fn cancel(&mut self, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        match &self.state {
            State::Swap(_) | State::Wait { .. } => self.fail(Refusal::Cancelled, act),
            State::Write(_) | State::ReadBack(_) => self.undo(Refusal::Cancelled, directory, act),
            // These last as long as something is being stored.
            State::Idle | State::Keep { .. } | State::Commit(_) => {}
        }
    }

    fn give_up(&mut self, refusal: Refusal, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        if matches!(self.state, State::Write(_)) {
            self.undo(refusal, directory, act);
        }
    }

    /// Leaves card and table as they were.
    fn undo(&mut self, refusal: Refusal, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        act(MakingAction::Erase);
        self.drop_plan(refusal, directory, act);
    }

    /// Forgets what was to be made.
    fn drop_plan(&mut self, refusal: Refusal, directory: &Directory, act: &mut impl FnMut(MakingAction)) {
        let changes = directory.drop_pending();
        if !changes.is_empty() {
            act(MakingAction::Store(changes));
        }
        self.fail(refusal, act);
    }

    fn fail(&mut self, refusal: Refusal, act: &mut impl FnMut(MakingAction)) {
        self.state = State::Idle;
        act(MakingAction::Failed(refusal));
    }
}

/// The running number that a card has or gets, and whether it has to be written. Whether another card has it is the
/// directory's to say.
fn writable(reading: Reading, directory: &Directory) -> Result<(Running, bool), Refusal> {
    let written = match reading {
        Reading::Blank { running } => running,
        Reading::Card(identity) => Some(identity.running),
        Reading::Foreign => return Err(Refusal::ForeignCard),
        Reading::Wrong => return Err(Refusal::WrongCard),
    };
    match written {
        Some(running) => Ok((running, false)),
        None => Ok((directory.next_running()?, true)),
    }
}

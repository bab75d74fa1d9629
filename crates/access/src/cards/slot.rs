//! The card slot from identification to "franking locked" (DE 197 57 648, Fig. 4, steps 116 to 131).
//!
//! | event | nobody | card in | timer running |
//! |---|---|---|---|
//! | a card of the table | card in | card in | card in: the timer is off |
//! | a card of another kind (110) | says so | says so, locked | says so, the timer goes on |
//! | any other card (116, 131) | says so | says so, locked | says so, locked |
//! | removed (123) | | timer running; locked at once if it is 0 s | |
//! | the timer's end (131) | | | locked |
//!
//! What always holds: after a timer's end nobody is there, whether or not a tick came in time; the master's timer ends
//! as all others do. Times are milliseconds since some start.

use super::card::{Identity, Reading};
use super::directory::Directory;
use super::numbers::CentreNumber;
use super::refusal::Refusal;

/// What happens at the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotEvent {
    /// A card is in and was read.
    Inserted(Reading),
    /// The card has left.
    Removed,
    /// Time has passed.
    Tick,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotAction {
    /// The card lets its holder do what its row says. Its cost centre is selected, where it has one.
    Opened {
        /// The card.
        identity: Identity,
        /// The cost centre to select.
        selected: Option<CentreNumber>,
    },
    /// The card is given back with this sentence.
    GivenBack(Refusal),
    /// Franking stays open for so long.
    TimerStarted {
        /// The moment it ends.
        until_ms: u64,
    },
    /// Franking is locked.
    Locked,
}

/// The slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(State);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Locked,
    In(Identity),
    Leaving { identity: Identity, until_ms: u64 },
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}

impl Slot {
    /// After power-on: nobody is there.
    pub const fn new() -> Slot {
        Slot(State::Locked)
    }

    /// The card that is really in the slot, as changes of the tables and the making of cards need it.
    pub fn inserted(&self) -> Result<Identity, Refusal> {
        match self.0 {
            State::In(identity) => Ok(identity),
            State::Locked | State::Leaving { .. } => Err(Refusal::NoCard),
        }
    }

    /// The card that is in the slot or whose timer still runs, as franking needs it.
    pub fn open(&self, now_ms: u64) -> Result<Identity, Refusal> {
        match self.0 {
            State::Leaving { identity, until_ms } if now_ms < until_ms => Ok(identity),
            _ => self.inserted(),
        }
    }

    /// Takes in what has happened.
    pub fn handle(
        &mut self,
        now_ms: u64,
        event: SlotEvent,
        directory: &Directory,
        act: &mut impl FnMut(SlotAction),
    ) {
        self.expire(now_ms, act);
        match event {
            SlotEvent::Tick => {}
            SlotEvent::Removed => self.removed(now_ms, directory, act),
            SlotEvent::Inserted(reading) => self.take(reading, directory, act),
        }
    }

    fn expire(&mut self, now_ms: u64, act: &mut impl FnMut(SlotAction)) {
        if matches!(self.0, State::Leaving { until_ms, .. } if now_ms >= until_ms) {
            self.lock(act);
        }
    }

    fn lock(&mut self, act: &mut impl FnMut(SlotAction)) {
        if self.0 != State::Locked {
            self.0 = State::Locked;
            act(SlotAction::Locked);
        }
    }

    fn take(&mut self, reading: Reading, directory: &Directory, act: &mut impl FnMut(SlotAction)) {
        match (reading, directory.recognise(reading)) {
            (Reading::Card(identity), Ok(holder)) => {
                self.0 = State::In(identity);
                act(SlotAction::Opened { identity, selected: holder.selected() });
            }
            (_, Err(refusal)) => {
                act(SlotAction::GivenBack(refusal));
                // A phone card is no attack: whoever pulled the card before it keeps his time.
                let goes_on = refusal == Refusal::ForeignCard && matches!(self.0, State::Leaving { .. });
                if !goes_on {
                    self.lock(act);
                }
            }
            (_, Ok(_)) => self.lock(act),
        }
    }

    /// The row says how long; a row that is no more, or is locked now, leaves no time.
    fn removed(&mut self, now_ms: u64, directory: &Directory, act: &mut impl FnMut(SlotAction)) {
        let State::In(identity) = self.0 else { return };
        let holder = directory.recognise(Reading::Card(identity));
        let seconds = holder.ok().and_then(|holder| holder.card()).map_or(0, |card| card.timer_seconds);
        if seconds == 0 {
            return self.lock(act);
        }
        let until_ms = now_ms.saturating_add(u64::from(seconds) * 1000);
        self.0 = State::Leaving { identity, until_ms };
        act(SlotAction::TimerStarted { until_ms });
    }
}

//! The meter's one routine (EP 0 660 269, Fig. 2a, 2b, 4a, 4b, 5, 6): everything the machine does between being turned
//! on and being turned off, as a state machine without input or output. Events come in with the time they happen at,
//! actions go out, and the outcome of each action comes back as an event. Panel, command line and tests run the same.
//!
//! ```text
//! Starting   101  the journal is brought into line with the device
//! Judging    201  how the device stands → sleeping, error overflow, contact, blocks
//! Waiting    203  a warning that lasts; calls are possible, franking is not
//! Blocked    208  as drawn in Fig. 2a: the status is shown, and nothing else is done
//! Ready      401  input; a letter begins a press, a long wait a test (405, 408)
//! Calling    300  a call to the centre
//! Testing    213  statistics and checks, after a call or a long wait
//! Feeding         the next letter of a series is fetched
//! Reserving, Debiting, Booking, Printing, Releasing  406, in this order for each press
//! ```
//!
//! What always holds: an imprint is printed only after its debit is in the journal, and debited only after its cost
//! centre's limit was reserved there; of the actions that have an outcome one is under way at a time, so a crash leaves
//! one thing open; what the device refuses changes nothing here but a counter. What it must never do: read a clock,
//! store anything, wait, or decide what only the device may decide.

mod calling;
mod desk;
mod entry;
mod event;
mod inputs;
mod loaded;
mod press;
mod settings;
mod sleep;
mod system;
mod view;

pub use desk::{Admitted, Bound, Desk, Said};
pub use entry::{Entry, EntryError, TEXT_MAX, printable};
pub use event::{
    Action, Draft, Event, Input, Job, Misoperation, NotDebited, Now, Print, Reconciled, Standing,
};
pub use loaded::Loaded;
pub use settings::{Cards, CentreAtStart, Growth, OverflowSettings, Settings, SleepSettings, StandingOrder};
pub use sleep::{Sleep, Sleeping, misoperation_ms, overflow_ms};
pub use view::{Lamps, View};

use link::Block;
use press::Press;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use terms::Money;

/// Where the actions go.
pub type Act<'a> = &'a mut dyn FnMut(Action);

/// After this time a device that is waiting for an answer of the control unit's is asked again.
const INACTIVE_MS: u64 = 200;
/// After this time a blocked or halted device is asked again whether it is so still.
const BLOCKED_MS: u64 = 5_000;

/// What the meter kept while it was off, and what the world tells it at its start.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// What was set.
    pub entry: Entry,
    /// How often it has warned.
    pub sleep: Sleep,
    /// What the standing order has loaded.
    pub loaded: Loaded,
    /// Errors at the control unit.
    pub errors: u32,
    /// The device's errors as last seen.
    pub device_errors: DeviceErrors,
    /// The number of the first request; drawn at random, so that no two starts give the same.
    pub first_request: u64,
    /// The records of the clichés there are, by number.
    pub cliches: BTreeMap<u16, Vec<u8>>,
}

/// The device's own errors, and the last order it had carried out by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceErrors {
    /// Of all kinds.
    pub total: u32,
    /// The number of the order.
    pub last_order: u64,
}

/// The routine.
#[derive(Debug)]
pub struct Routine {
    settings: Settings,
    now: Now,
    state: State,
    standing: Option<Standing>,
    /// What is set for the next imprint.
    entry: Entry,
    /// Cards and cost centres.
    desk: Desk,
    cliches: BTreeMap<u16, Vec<u8>>,
    sleep: Sleep,
    loaded: Loaded,
    errors: u32,
    device_errors: DeviceErrors,
    /// Misoperations since the last imprint.
    in_a_row: u32,
    /// Whether the high value that is set was confirmed.
    is_confirmed: bool,
    /// Letters of the series still to come.
    series: u32,
    /// Whether the device could not say yet what became of a franking.
    is_unsettled: bool,
    /// Step 211: data came in a call, or the standby flag is set.
    evaluates: bool,
    /// The last key, letter or card.
    touched_ms: u64,
    next_request: u64,
    /// What the display says beside the state.
    message: Message,
}

#[derive(Clone, Debug, Default)]
struct Message {
    sentence: String,
    /// A warning that goes by itself.
    until_ms: Option<u64>,
    is_bad: bool,
}

#[derive(Clone, Debug)]
enum State {
    Starting,
    Halted { sentence: String, again_ms: u64 },
    Judging,
    Waiting { until_ms: u64, why: &'static str },
    Blocked { block: Block, again_ms: u64 },
    Ready,
    Calling { is_automatic: bool },
    Testing,
    Feeding,
    Reserving(Press),
    Debiting(Press),
    Booking(Press),
    Printing,
    Releasing(Press),
}

impl Routine {
    /// Turns the meter on (step 100).
    pub fn begin(settings: Settings, desk: Desk, kept: Kept, now: Now, act: Act<'_>) -> Routine {
        let mut entry = kept.entry;
        let is_known = |centre: &_| desk.has_centre(*centre);
        entry.centre = match settings.centre_at_start {
            CentreAtStart::Kept => entry.centre.filter(is_known).or(Some(settings.first_centre)),
            CentreAtStart::Asked => None,
        };
        entry.cliche = entry.cliche.filter(|number| kept.cliches.contains_key(number));
        act(Action::Reconcile);
        Routine {
            settings,
            now,
            state: State::Starting,
            standing: None,
            entry,
            desk,
            cliches: kept.cliches,
            sleep: kept.sleep,
            loaded: kept.loaded,
            errors: kept.errors,
            device_errors: kept.device_errors,
            in_a_row: 0,
            is_confirmed: false,
            series: 0,
            is_unsettled: false,
            evaluates: false,
            touched_ms: now.ms,
            next_request: kept.first_request,
            message: Message::default(),
        }
    }

    /// Takes an event.
    pub fn handle(&mut self, now: Now, event: Event, act: Act<'_>) {
        self.now = now;
        match event {
            Event::Tick => self.tick(act),
            Event::Input(input) => self.input(input, act),
            Event::Reconciled(Ok(found)) => self.reconciled(found, act),
            Event::Reconciled(Err(sentence)) => self.halt(sentence),
            Event::Standing(Ok(standing)) => self.judge(standing, act),
            Event::Standing(Err(sentence)) => self.halt(sentence),
            Event::Tested(tested) => self.tested(tested, act),
            Event::Reserved(reserved) => self.reserved(reserved, act),
            Event::Debited(debited) => self.debited(debited, act),
            Event::Booked(booked) => self.booked(booked, act),
            Event::Released(released) => self.released(released, act),
            Event::Fed(fed) => self.fed(fed, act),
            Event::Printed(print) => self.printed(print, act),
            Event::Card(reading) => self.card_moved(reading, act),
            Event::Making(event) => self.desk.at_making(event, act),
            Event::Called { is_done, sentence } => self.called(is_done, sentence, act),
        }
        if let Some(centre) = self.desk.take_chosen() {
            self.entry.centre = Some(centre);
            act(Action::Keep(Box::new(self.entry.clone())));
        }
    }

    /// When the routine wants to hear of the time next, if it does.
    pub fn wakes_at_ms(&self) -> Option<u64> {
        let state = match self.state {
            State::Waiting { until_ms, .. } => Some(until_ms),
            State::Halted { again_ms, .. } | State::Blocked { again_ms, .. } => Some(again_ms),
            State::Ready => self.standby_ms(),
            _ => None,
        };
        [state, self.message.until_ms, self.desk.wakes_at_ms()].into_iter().flatten().min()
    }

    /// Cards and cost centres.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Cards and cost centres, to be changed by who may.
    pub fn desk_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Behaves by these settings from now on.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// What is set for the next imprint.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// How the device stood when it was asked last.
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    /// The errors counted here were read and cleared.
    pub fn forget_errors(&mut self) {
        self.errors = 0;
        self.in_a_row = 0;
    }

    /// The clichés there are now. One that was taken away is set no longer.
    pub fn set_cliches(&mut self, cliches: BTreeMap<u16, Vec<u8>>) {
        self.entry.cliche = self.entry.cliche.filter(|number| cliches.contains_key(number));
        self.cliches = cliches;
    }

    /// Whether nothing is under way: another event may follow, or the meter be turned off.
    pub fn is_idle(&self) -> bool {
        matches!(
            self.state,
            State::Ready | State::Waiting { .. } | State::Blocked { .. } | State::Halted { .. }
        )
    }

    /// The same, where it does not only wait for a device that will be ready in a moment.
    pub fn is_settled(&self) -> bool {
        self.is_idle() && !matches!(self.state, State::Blocked { block: Block::Inactive, .. })
    }

    fn standby_ms(&self) -> Option<u64> {
        let seconds = u64::from(self.settings.standby_seconds);
        (seconds > 0).then(|| self.touched_ms.saturating_add(seconds * 1000))
    }

    fn count(&mut self, what: Misoperation, act: Act<'_>) {
        self.errors = self.errors.saturating_add(1);
        act(Action::Count(what));
    }

    fn say(&mut self, sentence: String, shown_ms: Option<u64>) {
        let until_ms = shown_ms.map(|shown_ms| self.now.ms.saturating_add(shown_ms));
        self.message = Message { sentence, until_ms, is_bad: false };
    }

    fn say_bad(&mut self, sentence: String) {
        self.message = Message { sentence, until_ms: None, is_bad: true };
    }

    fn credit(&self) -> Money {
        self.standing.as_ref().map_or(Money::ZERO, |standing| standing.status.registers.r1)
    }
}

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

mod desk;
mod entry;
mod event;
mod loaded;
mod press;
mod settings;
mod sleep;
mod view;

pub use desk::{Admitted, Desk, Said};
pub use entry::{Entry, EntryError, TEXT_MAX, printable};
pub use event::{
    Action, Draft, Event, Input, Job, Misoperation, NotDebited, Now, Print, Reconciled, Standing,
};
pub use loaded::Loaded;
pub use settings::{Cards, CentreAtStart, Growth, OverflowSettings, Settings, SleepSettings, StandingOrder};
pub use sleep::{Sleep, Sleeping, misoperation_ms, overflow_ms};
pub use view::{Lamps, View};

use access::cards::{Function, MakingEvent, Reading};
use link::Block;
use link::call::Ask;
use press::Press;
use psd::{Blocking, PieceMode, Warning};
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
    /// The number of the first request; drawn at random, so that no two starts give the same.
    pub first_request: u64,
    /// The records of the clichés there are, by number.
    pub cliches: BTreeMap<u16, Vec<u8>>,
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
    /// The device's own errors as last seen: they fall when somebody has read and cleared them.
    device_errors: u32,
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
            device_errors: 0,
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

    /// What is set for the next imprint.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// How the device stood when it was asked last.
    pub fn standing(&self) -> Option<&Standing> {
        self.standing.as_ref()
    }

    /// The clichés there are now.
    pub fn set_cliches(&mut self, cliches: BTreeMap<u16, Vec<u8>>) {
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

    fn tick(&mut self, act: Act<'_>) {
        let now_ms = self.now.ms;
        if self.message.until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            self.message = Message::default();
        }
        self.desk.tick(now_ms, act);
        match self.state {
            State::Waiting { until_ms, .. } if until_ms <= now_ms => self.ready(act),
            State::Halted { again_ms, .. } if again_ms <= now_ms => {
                self.state = State::Starting;
                act(Action::Reconcile);
            }
            State::Blocked { again_ms, .. } if again_ms <= now_ms => self.ask(act),
            // Steps 405 and 408: the standby flag.
            State::Ready if self.series > 0 => self.feed(act),
            State::Ready if self.standby_ms().is_some_and(|at_ms| at_ms <= now_ms) => {
                self.touched_ms = now_ms;
                self.evaluates = true;
                self.ask(act);
            }
            _ => {}
        }
    }

    fn reconciled(&mut self, found: Reconciled, act: Act<'_>) {
        self.is_unsettled = found.unsettled > 0;
        let sentences = [
            found.disagreement,
            (found.waiting > 0).then(|| format!("{} paid imprints wait to be printed", found.waiting)),
            (found.doubtful > 0).then(|| {
                format!("{} imprints may be on paper or not: they are noted as spoiled", found.doubtful)
            }),
        ];
        let said: Vec<String> = sentences.into_iter().flatten().collect();
        if !said.is_empty() {
            self.say_bad(said.join("; "));
        }
        self.ask(act);
    }

    /// A fault at the start halts the meter with its code ([162]); it is tried again, since some faults pass.
    fn halt(&mut self, sentence: String) {
        self.series = 0;
        self.state = State::Halted { sentence, again_ms: self.now.ms + BLOCKED_MS };
    }

    /// To point s.
    fn ask(&mut self, act: Act<'_>) {
        self.state = State::Judging;
        act(Action::Ask);
    }

    /// Steps 201 to 211.
    fn judge(&mut self, standing: Standing, act: Act<'_>) {
        let status = &standing.status;
        let device_errors = status.errors.total();
        if device_errors < self.device_errors {
            self.errors = 0;
            act(Action::ForgetErrors);
        }
        self.device_errors = device_errors;
        let before = self.sleep;
        let sleeping = self.sleep.judge(status, &self.settings.sleep);
        if self.sleep != before {
            act(Action::KeepSleep(self.sleep));
        }
        let block = status.block;
        let blocking = status.blocking;
        let is_silent = status.warning == Some(Warning::Contact);
        let low = status.registers.r1 < self.settings.low_credit;
        self.standing = Some(standing);
        match block {
            Some(Block::Inactive) => {
                self.state = State::Blocked { block: Block::Inactive, again_ms: self.now.ms + INACTIVE_MS };
                return;
            }
            // Fig. 2a, step 208: the system routine does not go on.
            Some(block) if block.is_fatal() && blocking == Blocking::AtOnce => {
                self.state = State::Blocked { block, again_ms: self.now.ms + BLOCKED_MS };
                return;
            }
            _ => {}
        }
        if std::mem::take(&mut self.evaluates) {
            self.state = State::Testing;
            act(Action::Test);
            return;
        }
        self.warn(sleeping, is_silent, low, act);
    }

    /// Steps 203 to 206.
    fn warn(&mut self, sleeping: Sleeping, is_silent: bool, low: bool, act: Act<'_>) {
        let overflow_ms =
            overflow_ms(self.errors.saturating_add(self.device_errors), &self.settings.overflow);
        match sleeping {
            Sleeping::Slowed { delay_ms } => {
                self.series_rests(delay_ms.max(overflow_ms), "TELESET: call the centre");
                return;
            }
            Sleeping::Warned { shown_ms } => {
                self.say("CALL FP: call the centre".into(), shown_ms);
            }
            Sleeping::Asleep if self.message.sentence.is_empty() => {
                self.say("CALL FP: the pieces are used up".into(), None);
            }
            _ if is_silent && !self.message.is_bad => {
                self.say("CALL FP: the centre has not been heard for long".into(), None);
            }
            _ if low && self.message.sentence.is_empty() => {
                self.say("the credit is low: refill".into(), None)
            }
            Sleeping::Awake | Sleeping::Asleep => {}
        }
        if overflow_ms > 0 && self.in_a_row == 0 {
            self.series_rests(overflow_ms, "many errors: the reaction is slowed; call the service");
            return;
        }
        self.ready(act);
    }

    /// Franking waits, and a series with it.
    fn series_rests(&mut self, delay_ms: u64, why: &'static str) {
        self.state = State::Waiting { until_ms: self.now.ms.saturating_add(delay_ms), why };
    }

    /// To point d: the next letter may come. Where a series is under way, it is there already.
    fn ready(&mut self, act: Act<'_>) {
        self.state = State::Ready;
        if self.series > 0 {
            self.feed(act);
        }
    }

    /// The next letter of a series comes from the feeder, or lies before the printer.
    fn feed(&mut self, act: Act<'_>) {
        self.state = State::Feeding;
        act(Action::Feed);
    }

    fn fed(&mut self, fed: Result<bool, String>, act: Act<'_>) {
        self.state = State::Ready;
        match fed {
            Ok(true) => self.press_entry(false, act),
            // It comes by somebody's hand.
            Ok(false) => {}
            Err(sentence) => {
                self.series = 0;
                self.count(Misoperation::Printer, act);
                self.say_bad(sentence);
            }
        }
    }

    fn input(&mut self, input: Input, act: Act<'_>) {
        self.touched_ms = self.now.ms;
        match input {
            Input::Value { postage, product, endorsement } => {
                self.is_confirmed = false;
                self.entry.postage = postage;
                self.entry.product = product;
                self.entry.endorsement = endorsement;
                self.set(act);
            }
            Input::Date(date) => {
                let set = self.entry.set_date(date, self.now.today, self.settings.days_ahead);
                self.set_or_refuse(set.map_err(|error| error.to_string()), act);
            }
            Input::Centre(centre) => {
                let chosen = self.desk.may_use(centre).map(|()| self.entry.centre = Some(centre));
                self.set_or_refuse(chosen.map_err(|refusal| refusal.to_string()), act);
            }
            Input::Cliche(cliche) => {
                let chosen = self.choose_cliche(cliche);
                self.set_or_refuse(chosen, act);
            }
            Input::Text(text) => {
                let set = self.set_text(&text);
                self.set_or_refuse(set, act);
            }
            Input::Letter => self.letter(act),
            Input::Series(letters) => {
                self.series = letters;
                self.when_ready(act, Routine::ready);
            }
            Input::EndSeries => self.series = 0,
            Input::Zero => self.when_ready(act, |routine, act| routine.press_entry(true, act)),
            Input::Batch(drafts) => self.when_ready(act, |routine, act| routine.press_batch(drafts, act)),
            Input::Call(asks) => match self.may_call(&asks) {
                Ok(()) => self.call(false, asks, act),
                Err(sentence) => self.misoperated(Misoperation::Rights, sentence, act),
            },
            Input::MakeCard(plan) => match self.desk.make(plan, act) {
                Ok(()) => {}
                Err(refusal) => self.misoperated(Misoperation::Rights, refusal.to_string(), act),
            },
            Input::CancelCard => self.desk.at_making(MakingEvent::Cancel, act),
            Input::Test => {
                self.evaluates = true;
                self.when_ready(act, Routine::ask);
            }
            Input::Look => self.when_ready(act, Routine::ask),
            Input::PrintAgain => self.when_ready(act, Routine::print_again),
            Input::Clear => self.message = Message::default(),
        }
    }

    /// A card selects its cost centre; a card that opens nothing is an error of rights, but for one of a strange kind.
    fn card_moved(&mut self, reading: Option<Reading>, act: Act<'_>) {
        self.touched_ms = self.now.ms;
        if let Some(centre) = self.desk.card_moved(self.now.ms, reading, act) {
            self.entry.centre = Some(centre);
            act(Action::Keep(Box::new(self.entry.clone())));
        }
        let is_error = reading.is_some_and(|reading| reading != Reading::Foreign) && self.desk.said().is_bad;
        if is_error {
            self.count(Misoperation::Rights, act);
        }
    }

    /// The cliché, and the cost centre that follows from it where exactly one has it as its own.
    fn choose_cliche(&mut self, cliche: Option<u16>) -> Result<(), String> {
        if let Some(number) = cliche {
            if !self.cliches.contains_key(&number) {
                return Err(format!("there is no cliché {number}"));
            }
            self.desk.may(Function::SetCliche).map_err(|refusal| refusal.to_string())?;
            if let Some(centre) = self.desk.centre_of_cliche(number) {
                self.entry.centre = Some(centre);
            }
        }
        self.entry.cliche = cliche;
        Ok(())
    }

    fn set_text(&mut self, text: &str) -> Result<(), String> {
        self.desk.may(Function::EditTexts).map_err(|refusal| refusal.to_string())?;
        self.entry.text = printable(text).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn set_or_refuse(&mut self, set: Result<(), String>, act: Act<'_>) {
        match set {
            Ok(()) => self.set(act),
            Err(sentence) => self.misoperated(Misoperation::Entry, sentence, act),
        }
    }

    fn set(&mut self, act: Act<'_>) {
        if self.message.is_bad {
            self.message = Message::default();
        }
        act(Action::Keep(Box::new(self.entry.clone())));
    }

    /// Does something at point d, or says why not.
    fn when_ready(&mut self, act: Act<'_>, go: impl FnOnce(&mut Routine, Act<'_>)) {
        if matches!(self.state, State::Ready) {
            go(self, act);
        } else {
            self.series = 0;
            self.misoperated(Misoperation::Untimely, format!("not now: {}", self.state_sentence()), act);
        }
    }

    /// Credit is for who may refill; the centre may be heard by anybody.
    fn may_call(&self, asks: &[Ask]) -> Result<(), String> {
        if asks.iter().all(|ask| matches!(ask, Ask::Contact)) {
            return Ok(());
        }
        self.desk.may(Function::Refill).map_err(|refusal| refusal.to_string())
    }

    /// Step 301: a call is possible whenever nothing else is under way, and not where Fig. 2a has blocked.
    fn call(&mut self, is_automatic: bool, asks: Vec<Ask>, act: Act<'_>) {
        match self.state {
            State::Ready | State::Waiting { .. } => {
                self.state = State::Calling { is_automatic };
                act(Action::Call { is_automatic, asks });
            }
            _ => self.misoperated(Misoperation::Untimely, format!("not now: {}", self.state_sentence()), act),
        }
    }

    fn called(&mut self, is_done: bool, sentence: String, act: Act<'_>) {
        let is_automatic = matches!(self.state, State::Calling { is_automatic: true });
        if is_done {
            if is_automatic {
                self.note_loaded(act);
            }
            self.sleep.called();
            act(Action::KeepSleep(self.sleep));
            self.say(sentence, None);
        } else {
            self.count(Misoperation::Call, act);
            self.say_bad(sentence);
        }
        // Step 211: data may have come; and where the redials led to nothing the standby flag is set ([145]).
        self.evaluates = true;
        self.series = 0;
        self.ask(act);
    }

    /// Step 213 has ended; back to point s.
    fn tested(&mut self, tested: Result<bool, String>, act: Act<'_>) {
        match tested {
            Ok(true) => {}
            Ok(false) => self.say_bad("the device has found a fault in itself: see its status".into()),
            Err(sentence) => self.say_bad(sentence),
        }
        self.ask(act);
    }

    /// What the operator did wrong is counted, said, and may delay ([161]).
    fn misoperated(&mut self, what: Misoperation, sentence: String, act: Act<'_>) {
        self.count(what, act);
        self.say_bad(sentence);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let delay_ms = misoperation_ms(self.in_a_row, &self.settings.overflow);
        if delay_ms > 0 && matches!(self.state, State::Ready) {
            self.series_rests(delay_ms, "the time lock runs after a misoperation");
        }
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

    /// What an automatic call asks for: a refill where the system manager left a standing order, and else pieces alone.
    fn automatic_asks(&self) -> Vec<Ask> {
        match self.settings.standing_order {
            Some(order) if self.loaded.leaves(&order, self.now.today) => {
                vec![Ask::Amount { amount: order.amount, work: Default::default() }, Ask::Refill]
            }
            _ => vec![Ask::Contact],
        }
    }

    /// Counts what an automatic call has loaded.
    fn note_loaded(&mut self, act: Act<'_>) {
        let Some(order) = self.settings.standing_order else { return };
        if self.loaded.leaves(&order, self.now.today) {
            self.loaded = self.loaded.with(&order, self.now.today);
            act(Action::KeepLoaded(self.loaded));
        }
    }

    fn is_spent(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| {
            standing.status.piece_mode == PieceMode::Sleep && standing.status.pieces_left == Some(0)
        })
    }

    fn credit(&self) -> Money {
        self.standing.as_ref().map_or(Money::ZERO, |standing| standing.status.registers.r1)
    }
}

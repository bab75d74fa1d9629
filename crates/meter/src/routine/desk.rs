//! Cards and cost centres at the meter: who is there, what he may do, what may be spent.
//!
//! What always holds: what is reserved here stays within every limit until it is booked or released; a change of the
//! tables is stored by the host first and applied here then.

use super::settings::Cards;
use super::{Act, Action, Job, Now};
use access::cards::{
    By, CentreNumber, Change, Changes, Directory, Function, Functions, Identity, Making, MakingAction,
    MakingEvent, Piece, Plan, Reading, Refusal, RequestId, SWAP_MS, Slot, SlotAction, SlotEvent,
};
use serde::Serialize;
use terms::{CardNumber, Date, Money};

/// What is known of an imprint that may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// What is booked beside its postage.
    pub surcharge: Money,
    /// The cliché of the card or the cost centre.
    pub cliche: Option<u16>,
}

/// Cards and cost centres.
#[derive(Clone, Debug)]
pub struct Desk {
    directory: Directory,
    cards: Cards,
    slot: Slot,
    making: Making,
    now_ms: u64,
    /// When the timer of a card that has left ends, or a new card is waited for no longer.
    until_ms: Option<u64>,
    /// What records on the card take away.
    bounds: Vec<Bound>,
    today: Option<Date>,
    /// The cost centre that a card has selected, until the routine takes it over.
    chosen: Option<CentreNumber>,
    said: Said,
}

/// What a record on a card takes away from what its row allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Of which function.
    pub function: Function,
    /// The last day on which it may be used.
    pub until: Option<Date>,
    /// Whether the card's PIN is asked for first.
    pub asks_pin: bool,
}

impl Bound {
    /// What is bounded while it is not known what a card bounds: everything.
    pub fn everything() -> Vec<Bound> {
        let over = |function| Bound { function, until: Some(Date::FIRST), asks_pin: false };
        Functions::ALL.iter().map(over).collect()
    }
}

/// What the slot says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The sentence; empty for none.
    pub sentence: String,
    /// Whether something was refused.
    pub is_bad: bool,
}

impl Desk {
    /// The desk of this directory.
    pub fn new(directory: Directory, cards: Cards) -> Desk {
        Desk {
            directory,
            cards,
            slot: Slot::new(),
            making: Making::new(SWAP_MS),
            now_ms: 0,
            until_ms: None,
            bounds: Vec::new(),
            today: None,
            chosen: None,
            said: Said::default(),
        }
    }

    /// Takes the bounds of the card in the slot, in the place of those of the one before it.
    pub fn bind(&mut self, bounds: Vec<Bound>) {
        self.bounds = bounds;
    }

    /// The card's PIN was entered rightly.
    pub fn pin_was_right(&mut self) {
        self.bounds.iter_mut().for_each(|bound| bound.asks_pin = false);
    }

    /// Says something at the slot.
    pub fn say(&mut self, sentence: String) {
        self.said = Said { sentence, is_bad: false };
    }

    /// Whether the bounds of the card leave a function.
    fn is_left(&self, function: Function) -> Result<(), Refusal> {
        let of = |bound: &&Bound| bound.function == function;
        let is_over = |bound: &Bound| bound.until.zip(self.today).is_some_and(|(until, today)| today > until);
        match self.bounds.iter().filter(of).find(|bound| bound.asks_pin || is_over(bound)) {
            Some(bound) if bound.asks_pin => Err(Refusal::AsksPin(function)),
            Some(_) => Err(Refusal::Over(function)),
            None => Ok(()),
        }
    }

    /// Cards, cost centres and what they have spent.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The directory as the journal has it now; who is there stays.
    pub fn set_directory(&mut self, directory: Directory) {
        self.directory = directory;
    }

    /// Applies a change that was stored.
    pub fn apply(&mut self, changes: &Changes) -> Result<(), Refusal> {
        self.directory.apply(changes)
    }

    /// What a change of the tables does, asked for by whoever has his card in the slot.
    pub fn change(&self, change: &Change) -> Result<Changes, Refusal> {
        let changes = self.directory.change(self.by_inserted()?, change)?;
        let own = self.inserted().ok().map(|identity| identity.number);
        let selects_own = matches!(change, Change::CardSelected(card, _) if Some(*card) == own);
        match change.function().filter(|_| !selects_own) {
            Some(function) => self.is_left(function).map(|()| changes),
            None => Ok(changes),
        }
    }

    /// The card in the slot, or whose timer runs.
    pub fn card(&self) -> Option<CardNumber> {
        self.slot.open(self.now_ms).ok().map(|identity| identity.number)
    }

    /// The card that is really in the slot.
    pub fn inserted(&self) -> Result<Identity, Refusal> {
        self.slot.inserted()
    }

    /// Whether a card is in the slot.
    pub fn is_inserted(&self) -> bool {
        self.slot.inserted().is_ok()
    }

    /// Whether a card is being made.
    pub fn is_making(&self) -> bool {
        !self.making.is_idle()
    }

    /// Milliseconds until the timer ends, where one runs.
    pub fn timer_ms(&self) -> Option<u64> {
        self.until_ms.map(|until_ms| until_ms.saturating_sub(self.now_ms)).filter(|left_ms| *left_ms > 0)
    }

    /// What the slot says.
    pub fn said(&self) -> &Said {
        &self.said
    }

    /// By whom the tables are changed: the card that is really in the slot.
    fn by_inserted(&self) -> Result<By, Refusal> {
        match self.cards {
            Cards::Off => Ok(By::Anybody),
            Cards::Required => self.slot.inserted().map(By::Card),
        }
    }

    /// By whom is franked: the card in the slot, or the one whose timer runs.
    fn by_open(&self) -> Result<By, Refusal> {
        match self.cards {
            Cards::Off => Ok(By::Anybody),
            Cards::Required if self.directory.master().is_none() => Err(Refusal::NoMaster),
            Cards::Required => self.slot.open(self.now_ms).map(By::Card),
        }
    }

    /// Whether anybody is there who may use the meter.
    pub(super) fn open(&self) -> Result<(), Refusal> {
        self.by_open().map(drop)
    }

    /// Whether whoever is there has this function.
    pub fn may(&self, function: Function) -> Result<(), Refusal> {
        self.directory.holder(self.by_open()?)?.may(function)?;
        self.is_left(function)
    }

    pub(super) fn has_centre(&self, centre: CentreNumber) -> bool {
        self.directory.centre(centre).is_some_and(|centre| centre.active)
    }

    pub(super) fn may_use(&self, centre: CentreNumber) -> Result<(), Refusal> {
        self.directory.holder(self.by_open()?)?.may_use(centre).map(drop)
    }

    /// The one cost centre that has this cliché as its own.
    pub(super) fn centre_of_cliche(&self, cliche: u16) -> Option<CentreNumber> {
        let mut centres =
            self.directory.centres().filter(|centre| centre.cliche == Some(cliche) && centre.active);
        centres.next().map(|centre| centre.number).filter(|_| centres.next().is_none())
    }

    /// The cliché of the card or the cost centre.
    pub(super) fn cliche_for(&self, centre: Option<CentreNumber>) -> Option<u16> {
        let own = self.card().and_then(|card| self.directory.card(card)).and_then(|card| card.cliche);
        own.or_else(|| self.directory.centre(centre?)?.cliche)
    }

    /// Whether an imprint for this postage may be made on this cost centre, by whoever is there.
    pub(super) fn admit(&self, centre: CentreNumber, postage: Money) -> Result<Admitted, Refusal> {
        let holder = self.directory.holder(self.by_open()?)?;
        let found = holder.may_frank(centre, postage)?;
        let is_by_zero = postage.is_zero() && holder.may(Function::FrankZero).is_ok();
        self.is_left(if is_by_zero { Function::FrankZero } else { Function::Frank })?;
        let surcharge = found.surcharge.on(postage).ok_or(Refusal::CountFull)?;
        Ok(Admitted { surcharge, cliche: self.cliche_for(Some(centre)) })
    }

    /// What sets aside the cost of these, for all of them or for none.
    pub(super) fn reserve(&self, jobs: &[Job], r1: Money, today: Date) -> Result<Changes, Refusal> {
        let piece =
            |job: &Job| Piece { request: request(job), centre: job.order.centre, postage: job.order.postage };
        let pieces: Vec<Piece> = jobs.iter().map(piece).collect();
        self.directory.reserve(&pieces, today, r1)
    }

    /// What gives back the cost of these.
    pub(super) fn release(&self, jobs: &[Job]) -> Result<Changes, Refusal> {
        let requests: Vec<RequestId> = jobs.iter().map(request).collect();
        self.directory.release(&requests)
    }

    /// What books these, whose cost was set aside.
    pub(super) fn book(&self, jobs: &[Job], today: Date) -> Result<Changes, Refusal> {
        let requests: Vec<RequestId> = jobs.iter().map(request).collect();
        self.directory.book(&requests, today)
    }

    /// How a cost centre stands to its budget, where that is exceeded.
    pub(super) fn over_budget(&self, centre: CentreNumber, today: Date) -> Option<String> {
        let budget = self.directory.budget(centre, today).ok()??;
        let over = budget.charged.checked_sub(budget.budget).filter(|over| !over.is_zero())?;
        Some(format!("cost centre {centre} is {over} over its budget of this month"))
    }

    /// Time has come this far.
    pub(super) fn tick(&mut self, now: Now, act: Act<'_>) {
        self.at(now);
        self.at_slot(SlotEvent::Tick);
        self.at_making(MakingEvent::Tick, act);
    }

    fn at(&mut self, now: Now) {
        self.now_ms = now.ms;
        self.today = Some(now.today);
    }

    pub(super) fn wakes_at_ms(&self) -> Option<u64> {
        self.until_ms
    }

    /// A card was put in and read, or has left.
    pub(super) fn card_moved(&mut self, now: Now, reading: Option<Reading>, act: Act<'_>) {
        self.at(now);
        let was_making = self.is_making();
        match reading {
            None => self.at_making(MakingEvent::Removed, act),
            Some(reading) => self.at_making(MakingEvent::Inserted(reading), act),
        }
        match reading {
            None => self.at_slot(SlotEvent::Removed),
            // The card that is being made is nobody's yet; what the slot would say of it helps nobody.
            Some(_) if was_making => {}
            Some(Reading::Card(identity)) if self.directory.mend(identity).is_some() => {
                self.mend(identity, act)
            }
            Some(reading) => self.at_slot(SlotEvent::Inserted(reading)),
        }
    }

    /// The cost centre that a card has selected since this was asked last.
    pub(super) fn take_chosen(&mut self) -> Option<CentreNumber> {
        self.chosen.take()
    }

    /// A card that was written just before a crash gets its row now.
    fn mend(&mut self, identity: Identity, act: Act<'_>) {
        match self.directory.mend(identity) {
            Some(Ok(changes)) => {
                self.said =
                    Said { sentence: "the card that was being made is finished now".into(), is_bad: false };
                act(Action::Mend(changes));
            }
            Some(Err(refusal)) => self.said = Said { sentence: refusal.to_string(), is_bad: true },
            None => {}
        }
    }

    /// Begins to make a card.
    pub(super) fn make(&mut self, plan: Plan, act: Act<'_>) -> Result<(), Refusal> {
        let mut actions = Vec::new();
        self.making.handle(self.now_ms, MakingEvent::Choose(plan), &self.directory, &mut |action| {
            actions.push(action)
        })?;
        actions.into_iter().for_each(|action| self.carry_out(action, act));
        Ok(())
    }

    /// What came of a step of making a card.
    pub(super) fn at_making(&mut self, event: MakingEvent, act: Act<'_>) {
        let mut actions = Vec::new();
        let handled =
            self.making.handle(self.now_ms, event, &self.directory, &mut |action| actions.push(action));
        if let Err(refusal) = handled {
            self.said = Said { sentence: format!("{refusal}; put another card in"), is_bad: true };
        }
        actions.into_iter().for_each(|action| self.carry_out(action, act));
    }

    fn carry_out(&mut self, action: MakingAction, act: Act<'_>) {
        match action {
            MakingAction::AskSwap => self.say("take your card out and put the new one in".into()),
            MakingAction::AskCard { until_ms } => {
                self.say("put the new card in".into());
                self.until_ms = until_ms;
            }
            MakingAction::Store(changes) => act(Action::Store(changes)),
            MakingAction::Write { identity, authorise } => {
                self.say("the card is written: leave it in".into());
                act(Action::WriteCard { identity, authorise });
            }
            MakingAction::Read => act(Action::ReadCard),
            MakingAction::Erase => act(Action::EraseCard),
            MakingAction::Made(identity) => {
                self.until_ms = None;
                self.at_slot(SlotEvent::Inserted(Reading::Card(identity)));
                self.say("the card is made, and in the slot".into());
            }
            MakingAction::Failed(refusal) => {
                self.said = Said { sentence: format!("no card was made: {refusal}"), is_bad: true };
                self.until_ms = None;
            }
        }
    }

    fn at_slot(&mut self, event: SlotEvent) {
        let mut actions = Vec::new();
        self.slot.handle(self.now_ms, event, &self.directory, &mut |action| actions.push(action));
        for action in actions {
            match action {
                SlotAction::Opened { selected, .. } => {
                    self.chosen = selected;
                    self.until_ms = None;
                    self.said = Said { sentence: "card accepted".into(), is_bad: false };
                }
                SlotAction::GivenBack(refusal) => {
                    self.said =
                        Said { sentence: refusal.to_string(), is_bad: refusal != Refusal::ForeignCard };
                }
                // While a card is made, its own time and words are shown.
                SlotAction::TimerStarted { .. } | SlotAction::Locked if self.is_making() => {}
                SlotAction::TimerStarted { until_ms } => {
                    self.until_ms = Some(until_ms);
                    self.said = Said::default();
                }
                SlotAction::Locked => {
                    self.until_ms = None;
                    if !self.said.is_bad {
                        self.said =
                            Said { sentence: "franking is locked: put a card in".into(), is_bad: false };
                    }
                }
            }
        }
    }
}

fn request(job: &Job) -> RequestId {
    RequestId(job.order.request.0)
}

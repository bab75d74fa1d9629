//! How the machine looks, as pages see it: taken on the machine's thread, looked at by any.

use crate::calls::Step;
use crate::machine::Machine;
use crate::routine::{Cards, Said, View};
use access::UserId;
use access::cards::{CentreNumber, Level, Prefix};
use journal::Job;
use std::time::{Duration, Instant};
use terms::Date;

/// Letters on the stack.
const LETTERS: u32 = 5;
/// Steps of a call that stay in sight.
const STEPS_MAX: usize = 40;

/// How the machine looks.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Display, lamps, what is set.
    pub view: View,
    /// Why the machine could not go on, where it could not.
    pub fault: Option<String>,
    /// The call under way, or the last one.
    pub call: Progress,
    /// The card slot.
    pub slot: SlotLook,
    /// The customer's lock.
    pub lock: Option<LockLook>,
    /// The cost centres that whoever is there may use, with their names.
    pub centres: Vec<(CentreNumber, String)>,
    /// The clichés there are, with their names.
    pub cliches: Vec<(u16, String)>,
    /// The last letters, the newest first.
    pub letters: Vec<Job>,
    /// Imprints that came on paper since the start.
    pub printed: u64,
    /// The day.
    pub today: Option<Date>,
    /// How far ahead a date may be set.
    pub days_ahead: u16,
    /// The first digits of cost centres.
    pub prefix: Prefix,
    /// Whether paid imprints wait to be printed.
    pub has_waiting: bool,
    /// When the machine goes on by itself, where it waits.
    pub waits_until: Option<Instant>,
}

/// The steps of a call.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Those that stay in sight.
    pub steps: Vec<String>,
    is_passing: bool,
}

impl Progress {
    /// A step more; one that only tells how far the call is makes room for the next.
    pub fn add(&mut self, step: &Step) {
        if std::mem::replace(&mut self.is_passing, !step.stays()) {
            self.steps.pop();
        }
        if self.steps.len() < STEPS_MAX {
            self.steps.push(step.to_string());
        }
    }
}

/// The card slot.
#[derive(Clone, Debug, Default)]
pub struct SlotLook {
    /// Whether a card is needed.
    pub is_required: bool,
    /// Whether there is a master.
    pub has_master: bool,
    /// Whether one of this meter's cards is in.
    pub is_inserted: bool,
    /// What the card is called that is in, or whose timer runs.
    pub card: Option<(String, Level)>,
    /// What the slot says.
    pub said: Said,
    /// Whether a card is being made.
    pub is_making: bool,
    /// When a timer ends.
    pub until: Option<Instant>,
}

/// How the customer's lock looks.
#[derive(Clone, Debug)]
pub struct LockLook {
    /// Whether there is a system manager.
    pub has_manager: bool,
    /// The second user who is logged in.
    pub second: Option<UserId>,
}

/// Takes one; letters stay those of the one before unless all is asked for.
pub fn snapshot(
    machine: &mut Machine,
    fault: Option<String>,
    before: Option<Snapshot>,
    all: bool,
) -> Snapshot {
    let view = machine.view();
    let today = machine.when().ok().map(|when| when.day);
    let before = before.map(|before| (before.call, before.letters, before.printed, before.view.state));
    let (mut call, kept, printed, was) = before.unwrap_or_default();
    if view.state == "calling" && was != "calling" {
        call = Progress::default();
    }
    let letters = if all { machine.journal().last(LETTERS).unwrap_or(kept) } else { kept };
    let waits_until = view.waits_ms.map(|ms| Instant::now() + Duration::from_millis(ms));
    let routine = machine.routine();
    let directory = routine.desk().directory();
    let lock = routine.standing().map(|standing| &standing.lock);
    Snapshot {
        fault,
        call,
        slot: slot(machine),
        lock: lock.map(|lock| LockLook { has_manager: lock.has_manager, second: lock.second }),
        centres: centres(machine),
        cliches: machine.cliches().map(|stored| (stored.cliche.number(), stored.name.clone())).collect(),
        letters,
        printed,
        today,
        days_ahead: routine.settings().days_ahead,
        prefix: directory.prefix(),
        has_waiting: machine.has_waiting(),
        waits_until,
        view,
    }
}

fn slot(machine: &Machine) -> SlotLook {
    let desk = machine.routine().desk();
    let card = desk.card().and_then(|number| desk.directory().card(number));
    SlotLook {
        is_required: machine.routine().settings().cards == Cards::Required,
        has_master: desk.directory().master().is_some(),
        is_inserted: desk.is_inserted(),
        card: card.map(|card| (card.name.as_str().to_owned(), card.level)),
        said: desk.said().clone(),
        is_making: desk.is_making(),
        until: desk.timer_ms().map(|ms| Instant::now() + Duration::from_millis(ms)),
    }
}

/// The cost centres in use that the card allows, or all where the meter works without cards.
fn centres(machine: &Machine) -> Vec<(CentreNumber, String)> {
    let desk = machine.routine().desk();
    let is_free = machine.routine().settings().cards == Cards::Off;
    let card = desk.card().and_then(|number| desk.directory().card(number));
    let may = |centre: CentreNumber| is_free || card.is_some_and(|card| card.centres.contains(centre));
    let centres = desk.directory().centres().filter(|centre| centre.active && may(centre.number));
    centres.map(|centre| (centre.number, centre.name.as_str().to_owned())).collect()
}

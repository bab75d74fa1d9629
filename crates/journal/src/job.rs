//! An imprint that was asked for, and what may become of it.
//!
//! ```text
//! reserved ──> booked <─> printing ──> printed
//!     │           └──────────┴────────────┴──> spoiled ──> claimed
//!     └──> cancelled
//! ```
//!
//! What always holds: from `booked` on the device has debited it, and nothing leads back.

use crate::batch::BatchNumber;
use access::cards::CentreNumber;
use imprint::numbers::{Indicium, RequestId};
use serde::{Deserialize, Serialize};
use std::fmt;
use terms::{CardNumber, Date, Money, SpoilReason};

/// The number of a job, in the order in which they were asked for; 1 is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobNumber(pub u64);

impl fmt::Display for JobNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// When something is written down: the clock, and the day that the wall shows where the meter stands. Month limits,
/// usage and reports go by the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The day there.
    pub day: Date,
}

/// The line of a batch that a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLine {
    /// The batch.
    pub batch: BatchNumber,
    /// The line, counted from 1.
    pub line: u32,
}

/// An imprint that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewJob {
    /// By which the device knows it again.
    pub request: RequestId,
    /// Who pays.
    pub centre: CentreNumber,
    /// The user's number; 0 where nobody is logged in.
    pub user: u16,
    /// The card that was in the slot.
    pub card: Option<CardNumber>,
    /// What is debited.
    pub postage: Money,
    /// What the cost centre pays beyond it; never printed.
    pub surcharge: Money,
    /// The date on the imprint.
    pub date: Date,
    /// The cliché's number; 0 for none.
    pub cliche: u16,
    /// The text beside or within the cliché; empty for none. At most [`NewJob::TEXT_MAX_BYTES`].
    pub text: String,
    /// The service endorsement; empty for none. At most [`NewJob::TEXT_MAX_BYTES`].
    pub endorsement: String,
    /// The sender's own reference; empty for none. At most [`NewJob::REFERENCE_MAX_BYTES`].
    pub reference: String,
    /// Which line of a batch it is.
    pub line: Option<BatchLine>,
}

impl NewJob {
    /// The longest text.
    pub const TEXT_MAX_BYTES: usize = 200;
    /// The longest reference.
    pub const REFERENCE_MAX_BYTES: usize = 100;
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked for. Whether the device has debited it is for the device to say.
    Reserved,
    /// Debited, and not begun to print.
    Booked,
    /// Debited, and handed to the printer.
    Printing,
    /// Debited and printed.
    Printed,
    /// Never debited, and never to be.
    Cancelled,
    /// Debited, but the imprint is of no use: it can be refunded.
    Spoiled,
    /// Handed in for a refund.
    Claimed,
}

/// What happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The device has debited it.
    Book,
    /// The device has debited it, and the printer gets it at once.
    BookAndPrint,
    /// The printer gets it.
    BeginPrint,
    /// Nothing of it came onto paper: it waits for the printer.
    HandBack,
    /// It is on the paper.
    Print,
    /// The imprint is of no use.
    Spoil,
    /// It is given up before it was debited.
    Cancel,
    /// It is handed in for a refund.
    Claim,
}

impl State {
    /// All states.
    pub const ALL: [State; 7] = [
        State::Reserved,
        State::Booked,
        State::Printing,
        State::Printed,
        State::Cancelled,
        State::Spoiled,
        State::Claimed,
    ];

    /// The state after this step; nothing where the step is not allowed.
    pub const fn after(self, step: Step) -> Option<State> {
        match (self, step) {
            (State::Reserved, Step::Book) => Some(State::Booked),
            (State::Reserved, Step::BookAndPrint) => Some(State::Printing),
            (State::Reserved, Step::Cancel) => Some(State::Cancelled),
            (State::Booked, Step::BeginPrint) => Some(State::Printing),
            (State::Printing, Step::HandBack) => Some(State::Booked),
            (State::Printing, Step::Print) => Some(State::Printed),
            (State::Booked | State::Printing | State::Printed, Step::Spoil) => Some(State::Spoiled),
            (State::Spoiled, Step::Claim) => Some(State::Claimed),
            _ => None,
        }
    }

    /// Whether the device has debited it.
    pub const fn is_debited(self) -> bool {
        !matches!(self, State::Reserved | State::Cancelled)
    }

    /// Its name in small letters; none is part of another.
    pub const fn name(self) -> &'static str {
        match self {
            State::Reserved => "reserved",
            State::Booked => "booked",
            State::Printing => "printing",
            State::Printed => "printed",
            State::Cancelled => "cancelled",
            State::Spoiled => "spoiled",
            State::Claimed => "claimed",
        }
    }

    pub(crate) fn named(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Step {
    /// The states that this step is allowed in, and the one that it leads to.
    pub(crate) fn ways(self) -> impl Iterator<Item = (State, State)> {
        State::ALL.into_iter().filter_map(move |from| Some((from, from.after(self)?)))
    }
}

/// What a step makes of a job, as a sentence says it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Book => "booked",
            Step::BookAndPrint => "booked to be printed",
            Step::BeginPrint => "begun to print",
            Step::HandBack => "handed back by the printer",
            Step::Print => "reported as printed",
            Step::Spoil => "reported as spoiled",
            Step::Cancel => "cancelled",
            Step::Claim => "handed in for a refund",
        })
    }
}

/// The debit of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Booking {
    /// When it was booked. Months and reports go by this day, as the registers do, and not by the date on the imprint.
    pub when: When,
    /// What the device handed out.
    pub indicium: Indicium,
}

/// Why and when an imprint came to be of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spoiling {
    /// Why.
    pub reason: SpoilReason,
    /// The day on which that was reported.
    pub day: Date,
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its number.
    pub number: JobNumber,
    /// What was asked for.
    pub order: NewJob,
    /// How far it is.
    pub state: State,
    /// When it was asked for, in milliseconds since 1970 UTC.
    pub reserved_ms: i64,
    /// When it came into its state, likewise.
    pub changed_ms: i64,
    /// Its debit, from `booked` on.
    pub booking: Option<Booking>,
    /// Why it is of no use, where it is spoiled or claimed.
    pub spoiling: Option<Spoiling>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_states_name_is_part_of_another() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
            let holds = |other: &State| other.name().contains(state.name());
            assert_eq!(State::ALL.iter().filter(|other| holds(other)).count(), 1, "{state}");
        }
    }

    #[test]
    fn a_step_leads_to_one_state_and_nothing_debited_becomes_undebited() {
        use Step::{BeginPrint, Book, BookAndPrint, Cancel, Claim, Print, Spoil};
        for step in [Book, BookAndPrint, BeginPrint, Print, Spoil, Cancel, Claim] {
            let to: Vec<State> = step.ways().map(|(_, to)| to).collect();
            assert!(!to.is_empty() && to.iter().all(|other| *other == to[0]), "{step:?}: {to:?}");
            assert!(step.ways().all(|(from, to)| !from.is_debited() || to.is_debited()), "{step:?}");
        }
    }
}

//! What happens to the routine, and what it wants done. Everything that touches the world is an action; its outcome
//! comes back as an event.

use super::entry::Entry;
use super::loaded::Loaded;
use super::sleep::Sleep;
use access::cards::{CentreNumber, Changes, Identity, MakingEvent, Plan, Reading};
use imprint::numbers::Indicium;
use journal::{BatchLine, JobNumber, NewJob};
use link::call::Ask;
use psd::protocol::LockStatus;
use psd::{Frame, Request, Status};
use serde::Serialize;
use std::fmt;
use terms::{Date, Money};

/// When something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of a clock that never runs backwards.
    pub ms: u64,
    /// The day where the meter stands.
    pub today: Date,
}

/// One imprint to be made: whom it is booked on, and what the device is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What the journal keeps of it.
    pub order: NewJob,
    /// The byte of the cliché's record that the date chooses.
    pub cliche_byte: u8,
}

impl Job {
    /// What the device is asked for.
    pub fn request(&self) -> Request {
        let NewJob { request: id, postage, date, user, cliche, .. } = self.order;
        Request { id, postage, date, frame: Frame { user, cliche, cliche_byte: self.cliche_byte } }
    }
}

/// An imprint as somebody wants it, before anybody has looked whether it may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The postage; zero for an imprint without value.
    pub postage: Money,
    /// The date it shows.
    pub date: Date,
    /// The cost centre.
    pub centre: CentreNumber,
    /// The cliché; nothing for the card's or the cost centre's own.
    pub cliche: Option<u16>,
    /// The text beside the cliché; empty for none.
    pub text: String,
    /// The service endorsement; empty for none.
    pub endorsement: String,
    /// The sender's own reference; empty for none.
    pub reference: String,
    /// The batch and the line of it.
    pub line: Option<BatchLine>,
}

/// How the device and its lock stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How the meter stands.
    pub status: Status,
    /// How the customer's lock is set, and who is logged in.
    pub lock: LockStatus,
}

/// What somebody at the meter wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The postage, and what it is for where a rate table gave it.
    Value {
        /// The postage.
        postage: Money,
        /// The product of the rate table.
        product: Option<String>,
        /// The endorsement that goes with it.
        endorsement: Option<String>,
    },
    /// The date.
    Date(Date),
    /// The cost centre.
    Centre(CentreNumber),
    /// The cliché; nothing for the cost centre's own.
    Cliche(Option<u16>),
    /// The text beside the cliché.
    Text(String),
    /// A letter at the sensor, or the key that prints.
    Letter,
    /// As many letters alike.
    Series(u32),
    /// No more letters of a series.
    EndSeries,
    /// An imprint without value, for a test or to correct the date of a letter.
    Zero,
    /// Imprints of a batch: paid for together, or none.
    Batch(Vec<Draft>),
    /// A call to the centre.
    Call(Vec<Ask>),
    /// A look at every part of the device.
    Test,
    /// A card is to be made.
    MakeCard(Plan),
    /// No card after all.
    CancelCard,
    /// A look at how the device stands.
    Look,
    /// What is paid for and was not handed to the printer is to be printed.
    PrintAgain,
    /// What the display says has been read.
    Clear,
}

/// What became of a print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Print {
    /// All of it is on paper.
    Done,
    /// Nothing was handed to the printer from this imprint of the press on: it waits.
    Waits {
        /// How many are on paper.
        done: usize,
        /// Why.
        sentence: String,
    },
    /// This imprint of the press is spoiled; those before it are on paper, those after it wait.
    Spoiled {
        /// How many are on paper.
        done: usize,
        /// Why.
        sentence: String,
    },
}

/// Why the device did not debit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDebited {
    /// It refused: nothing has changed.
    Refused {
        /// The number of its refusal.
        code: u16,
        /// What it said.
        sentence: String,
    },
    /// Nobody knows: the journal has to be brought into line with it first.
    Unknown {
        /// Why.
        sentence: String,
    },
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time has come this far.
    Tick,
    /// Somebody wants something.
    Input(Input),
    /// The journal agrees with the device, or it could not be made to.
    Reconciled(Result<Reconciled, String>),
    /// How the device stands, or why it cannot be asked.
    Standing(Result<Standing, String>),
    /// The look at every part has ended.
    Tested(Result<bool, String>),
    /// The jobs are in the journal under these numbers, or were refused.
    Reserved(Result<Vec<JobNumber>, String>),
    /// The device has debited, or not.
    Debited(Result<Vec<Indicium>, NotDebited>),
    /// The debit is in the journal.
    Booked(Result<(), String>),
    /// The reservation is given back, or not.
    Released(Result<(), String>),
    /// Whether the next letter of a series is there.
    Fed(Result<bool, String>),
    /// The print has ended.
    Printed(Print),
    /// A card was put in and read, or has left the slot.
    Card(Option<Reading>),
    /// A step of making a card has an outcome.
    Making(MakingEvent),
    /// The call has ended: whether what was asked for is done, and a sentence.
    Called {
        /// Whether.
        is_done: bool,
        /// How it ended.
        sentence: String,
    },
}

/// What start-up found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Debits that were booked after the fact.
    pub booked: usize,
    /// Reservations that no debit followed.
    pub released: usize,
    /// Reservations of which the device does not say now whether a debit followed: until then nothing is franked.
    pub unsettled: usize,
    /// Imprints that are paid for and wait to be printed.
    pub waiting: usize,
    /// Imprints of which nobody knows whether they are on paper: spoiled, and to be refunded.
    pub doubtful: usize,
    /// How registers and journal differ, where something else has franked with this device.
    pub disagreement: Option<String>,
}

/// In sentences, one for each thing that was found.
impl fmt::Display for Reconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = [
            (self.waiting, "paid imprints wait to be printed"),
            (self.doubtful, "imprints may be on paper or not: they are noted as spoiled"),
            (self.booked, "debits were booked after the fact"),
            (self.released, "reservations were given back: no debit followed"),
            (self.unsettled, "reservations are open until the device says whether a debit followed"),
        ];
        let counted = counted.iter().filter(|(count, _)| *count > 0);
        let sentences = counted.map(|(count, words)| format!("{count} {words}"));
        let sentences: Vec<String> = self.disagreement.clone().into_iter().chain(sentences).collect();
        f.write_str(&sentences.join("; "))
    }
}

/// What the routine wants done. Of those with an outcome one is under way at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Bring the journal into line with the device.
    Reconcile,
    /// Ask the device how it stands.
    Ask,
    /// Let the device test every part.
    Test,
    /// Put these jobs into the journal, with what is set aside for them on their cost centres.
    Reserve {
        /// The jobs.
        jobs: Vec<Job>,
        /// The rows.
        changes: Changes,
    },
    /// Let the device debit.
    Debit(Vec<Request>),
    /// Put the debit into the journal, with what it does to the cost centres; the imprints go to the printer next.
    Book {
        /// The debits.
        booked: Vec<(JobNumber, Indicium)>,
        /// The rows.
        changes: Changes,
    },
    /// Give a reservation back.
    Release {
        /// The jobs.
        numbers: Vec<JobNumber>,
        /// The rows.
        changes: Changes,
    },
    /// Print these, which are booked; none for all that are paid for and wait.
    Print(Vec<JobNumber>),
    /// Fetch the next letter of a series.
    Feed,
    /// Call the centre.
    Call {
        /// Whether nobody asked for it.
        is_automatic: bool,
        /// What is asked for.
        asks: Vec<Ask>,
    },
    /// Store these rows of cards and cost centres in one transaction, apply them to the desk, and say so.
    Store(Changes),
    /// The same, for a card that was written just before a crash and is in the slot now.
    Mend(Changes),
    /// Write the card that is in the slot.
    WriteCard {
        /// What it is to be.
        identity: Identity,
        /// Whether the running number has to be written too.
        authorise: bool,
    },
    /// Read the card that is in the slot.
    ReadCard,
    /// Take the number off the card that is in the slot.
    EraseCard,
    /// Keep what is set, for when the meter is turned on again.
    Keep(Box<Entry>),
    /// Keep how often the meter has warned.
    KeepSleep(Sleep),
    /// Keep what the standing order has loaded.
    KeepLoaded(Loaded),
    /// Keep how many errors the device had.
    KeepDeviceErrors(super::DeviceErrors),
    /// Count an error of this kind.
    Count(Misoperation),
    /// Forget the errors that were counted: the centre or the service has read them.
    ForgetErrors,
}

/// Errors at the control unit, counted by kind beside the device's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Misoperation {
    /// A letter came while nothing could be franked.
    Untimely,
    /// Something was set that cannot be.
    Entry,
    /// A card or a cost centre that may not do this.
    Rights,
    /// The device refused.
    Refused,
    /// The printer failed.
    Printer,
    /// A call failed.
    Call,
}

impl Misoperation {
    /// Its name in the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Misoperation::Untimely => "untimely",
            Misoperation::Entry => "entry",
            Misoperation::Rights => "rights",
            Misoperation::Refused => "refused",
            Misoperation::Printer => "printer",
            Misoperation::Call => "call",
        }
    }
}

impl fmt::Display for Misoperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

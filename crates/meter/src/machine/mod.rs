//! The machine: the routine with everything it is connected to. One thread owns it; who wants something sends it there.
//!
//! What always holds: an action is carried out to its end before the next event is taken; what was reported durable
//! lies in the device and the journal, and nothing else of it is needed after a crash. What it must never do: decide
//! anything that the routine decides.
//!
//! | file | holds |
//! |---|---|
//! | `actions` | carries the routine's actions out |
//! | `applications` | what cards bring along |
//! | `cards` | reads, writes and watches the slot |
//! | `claims` | spoiled imprints, and the claim that is handed in for them |
//! | `clock` | the time |
//! | `contents` | what is put on cards, and what they carry in words |
//! | `device` | the way to the security device |
//! | `lock` | the customer's lock, as the system manager changes it |
//! | `making` | making cards |
//! | `office` | what the pages and commands of the manager do: cost centres, clichés, rate tables |
//! | `pictures` | imprints as pictures to look at |
//! | `printing` | from an indicium to paper |
//! | `ready` | how imprints look, and the constant part of the next one |
//! | `reconcile` | journal and device in line at a start |

mod actions;
mod applications;
mod cards;
mod claims;
mod clock;
mod contents;
mod device;
mod lock;
mod making;
mod office;
mod pictures;
mod printing;
mod ready;
mod reconcile;

pub use applications::SETTINGS;
pub use clock::{Clock, ComputerClock};
pub use contents::{Carried, Content, Filling};
pub use device::{Device, Place};
pub use office::OfficeFault;
pub use printing::Stationery;

use crate::calls::{CallFault, Kept as CallsKept, Step};
use crate::routine::{Action, Desk, Entry, Event, Input, Kept, Loaded, Routine, Settings, Sleep, View};
use ::cards::{Insertion, Issuer as CardIssuer, Reader};
use access::cards::{Directory, MAKERS_KEY_BYTES, Prefix};
use journal::{JobNumber, Journal, JournalError, When};
use printer::{Printer, Stations};
use psd_host::client::ClientError;
use psd_host::draw_request_id;
use rates::{Scale, Tables};
use ready::Ready;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// Why the machine does not run.
#[derive(Debug, thiserror::Error)]
pub enum MachineFault {
    /// The device.
    #[error(transparent)]
    Device(#[from] ClientError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The tables of cards and cost centres.
    #[error("{0}")]
    Tables(#[from] access::cards::Refusal),
    /// A call.
    #[error(transparent)]
    Call(#[from] CallFault),
    /// The clock shows no day that a stamp can carry.
    #[error("the clock shows no day between 2000 and 2099: set it right")]
    Clock,
    /// There are no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

/// The key that meter and maker share for replacing a lost master; wiped when it is dropped.
pub type MakersKey = Zeroizing<[u8; MAKERS_KEY_BYTES]>;

/// What a machine is made of.
pub struct Parts {
    /// How the routine behaves.
    pub settings: Settings,
    /// The first two digits of all cost centres.
    pub prefix: Prefix,
    /// The security device.
    pub device: Device,
    /// The control unit's book.
    pub journal: Journal,
    /// Where letters are printed.
    pub printer: Box<dyn Printer>,
    /// What feeder and stacker do.
    pub stations: Stations,
    /// How imprints look.
    pub stationery: Stationery,
    /// What letters cost.
    pub tables: Tables,
    /// The scale, if there is one.
    pub scale: Option<Box<dyn Scale + Send>>,
    /// The card reader, if there is one.
    pub reader: Option<Box<dyn Reader>>,
    /// What makes a card this meter's, without its serial number; nothing where there are no cards.
    pub card_issuer: Option<CardIssuer>,
    /// The key that meter and maker share for replacing a lost master.
    pub makers_key: Option<MakersKey>,
    /// What is kept of calls.
    pub calls: PathBuf,
    /// The clock.
    pub clock: Box<dyn Clock>,
}

/// Who looks on while the machine works.
pub trait Onlooker: Send {
    /// The machine looks like this now.
    fn looks(&mut self, view: &View);

    /// A call has come this far.
    fn calls(&mut self, step: &Step);

    /// Imprints of a press are on paper.
    fn printed(&mut self, jobs: &[JobNumber]);
}

/// Nobody.
impl Onlooker for () {
    fn looks(&mut self, _: &View) {}
    fn calls(&mut self, _: &Step) {}
    fn printed(&mut self, _: &[JobNumber]) {}
}

/// The machine.
pub struct Machine {
    routine: Routine,
    todo: VecDeque<Action>,
    device: Device,
    journal: Journal,
    printer: Box<dyn Printer>,
    stations: Stations,
    ready: Ready,
    tables: Tables,
    scale: Option<Box<dyn Scale + Send>>,
    reader: Option<Box<dyn Reader>>,
    card_issuer: Option<CardIssuer>,
    makers_key: Option<MakersKey>,
    /// The card that was read last.
    insertion: Option<Insertion>,
    /// Whose card lets the next one be filled.
    filler: Option<contents::Filler>,
    calls: PathBuf,
    clock: Box<dyn Clock>,
    prefix: Prefix,
    onlooker: Box<dyn Onlooker>,
    /// On paper, and not yet reported in the journal: the next reservation takes them along.
    printed: Vec<JobNumber>,
    /// Paid for, and not on paper.
    waiting: Vec<JobNumber>,
    /// The directory as reconciliation left it; the routine's desk takes it over.
    fresh_directory: Option<Directory>,
    /// What the last input made, for whoever asked for it.
    made: Vec<JobNumber>,
}

/// Names of what is kept over power-off.
mod name {
    pub const ENTRY: &str = "entry";
    pub const SLEEP: &str = "sleep";
    pub const LOADED: &str = "loaded";
    pub const DEVICE_ERRORS: &str = "device errors";
    pub const BROUGHT: &str = "settings from cards";
    pub const PIN_TRIES: &str = "PIN tries";
}

impl Machine {
    /// Turns the machine on. It is ready when [`Machine::rest`] has come to an end.
    pub fn start(parts: Parts, onlooker: Box<dyn Onlooker>) -> Result<Machine, MachineFault> {
        let Parts { settings, prefix, device, mut journal, mut clock, .. } = parts;
        let when = clock.when().ok_or(MachineFault::Clock)?;
        let directory = office::first_directory(&mut journal, prefix, settings.first_centre, when)?;
        let cliches: BTreeMap<u16, Vec<u8>> = journal
            .cliches()?
            .into_iter()
            .map(|stored| (stored.cliche.number(), stored.cliche.record().to_vec()))
            .collect();
        let errors = journal.errors()?.iter().map(|count| u32::from(count.count)).sum();
        let kept = Kept {
            entry: journal.kept::<Entry>(name::ENTRY)?.unwrap_or_default(),
            sleep: journal.kept::<Sleep>(name::SLEEP)?.unwrap_or_default(),
            loaded: journal.kept::<Loaded>(name::LOADED)?.unwrap_or_default(),
            errors,
            device_errors: journal.kept(name::DEVICE_ERRORS)?.unwrap_or_default(),
            first_request: draw_request_id().map_err(|error| MachineFault::Random(error.to_string()))?.0,
            cliches,
        };
        let mut todo = VecDeque::new();
        let desk = Desk::new(directory, settings.cards);
        let now = clock::now(&mut *clock, when);
        let routine = Routine::begin(settings, desk, kept, now, &mut |action| todo.push_back(action));
        let mut machine = Machine {
            routine,
            todo,
            device,
            journal,
            printer: parts.printer,
            stations: parts.stations,
            ready: Ready::new(parts.stationery),
            tables: parts.tables,
            scale: parts.scale,
            reader: parts.reader,
            card_issuer: parts.card_issuer,
            makers_key: parts.makers_key,
            insertion: None,
            filler: None,
            calls: parts.calls,
            clock,
            prefix,
            onlooker,
            printed: Vec::new(),
            waiting: Vec::new(),
            fresh_directory: None,
            made: Vec::new(),
        };
        if let Some(brought) = machine.journal.kept(name::BROUGHT)? {
            // What was refused when it was brought was not kept.
            let _ = machine.apply_settings(&brought);
        }
        Ok(machine)
    }

    /// Somebody wants something: it is done when this returns, or is not to be had. Gives the jobs that came of it.
    pub fn input(&mut self, input: Input) -> Result<Vec<JobNumber>, MachineFault> {
        self.tell(input)?;
        self.rest()?;
        Ok(std::mem::take(&mut self.made))
    }

    /// Tells the routine what somebody wants; [`Machine::step`] or [`Machine::rest`] does it.
    pub fn tell(&mut self, input: Input) -> Result<(), MachineFault> {
        self.made.clear();
        self.event(Event::Input(input))
    }

    /// Tells the routine the time, and looks at the slot and the feeder.
    pub fn tick(&mut self) -> Result<(), MachineFault> {
        self.look_at_slot()?;
        self.event(Event::Tick)?;
        self.rest()
    }

    /// Carries everything out that is to be done.
    pub fn rest(&mut self) -> Result<(), MachineFault> {
        while self.step()? {}
        self.flush()?;
        self.onlooker.looks(&self.routine.view());
        Ok(())
    }

    /// Carries one thing out, if anything is to be done.
    pub fn step(&mut self) -> Result<bool, MachineFault> {
        let Some(action) = self.todo.pop_front() else { return Ok(false) };
        if let Some(event) = self.carry_out(action)? {
            self.event(event)?;
        }
        Ok(true)
    }

    /// Lets time pass until the machine is ready for a letter, blocked or halted, or this time is over. The device asks
    /// its control unit meanwhile, and does not frank before it has heard the answer.
    pub fn settle(&mut self, patience: Duration) -> Result<(), MachineFault> {
        let begin_ms = self.clock.elapsed_ms();
        let patience_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.rest()?;
        while !self.routine.is_settled() && self.clock.elapsed_ms().saturating_sub(begin_ms) < patience_ms {
            thread::sleep(Duration::from_millis(10));
            self.tick()?;
        }
        Ok(())
    }

    /// When the routine wants to hear of the time next, in milliseconds from now.
    pub fn wakes_in_ms(&mut self) -> Option<u64> {
        let now_ms = self.clock.elapsed_ms();
        self.routine.wakes_at_ms().map(|at_ms| at_ms.saturating_sub(now_ms))
    }

    /// How it looks.
    pub fn view(&self) -> View {
        self.routine.view()
    }

    /// The routine, to be looked at.
    pub fn routine(&self) -> &Routine {
        &self.routine
    }

    /// The journal, to be read.
    pub fn journal(&mut self) -> &mut Journal {
        &mut self.journal
    }

    /// Whether imprints that are paid for wait to be printed.
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The day and time.
    pub fn when(&mut self) -> Result<When, MachineFault> {
        self.clock.when().ok_or(MachineFault::Clock)
    }

    /// Turns the machine off in good order.
    pub fn end(mut self) -> Result<(), MachineFault> {
        self.flush()?;
        self.journal.close();
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), MachineFault> {
        let when = self.when()?;
        let now = clock::now(&mut *self.clock, when);
        if let Some(directory) = self.fresh_directory.take() {
            self.routine.desk_mut().set_directory(directory);
        }
        let todo = &mut self.todo;
        self.routine.handle(now, event, &mut |action| todo.push_back(action));
        Ok(())
    }

    /// Reports in the journal what is on paper.
    fn flush(&mut self) -> Result<(), MachineFault> {
        if !self.printed.is_empty() {
            let when = self.when()?;
            let printed = std::mem::take(&mut self.printed);
            self.journal.printed(&printed, when)?;
        }
        Ok(())
    }

    fn calls_kept(&self) -> Result<CallsKept, MachineFault> {
        Ok(CallsKept::open(&self.calls)?)
    }
}

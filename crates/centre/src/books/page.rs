//! The page of a change: what is to be written down beside a meter's file. Effects and reactions become rows here, in one
//! place for all books.

use super::{EntryKind, Folder, NamedKey};
use crate::account::{Discrepancy, Effect, Open, OpeningEnd};
use crate::audit::Event;
use crate::decisions::{Cause, Reaction, ReactionKind};
use crate::dossier::Turn;
use crate::hex;
use link::call::{Ask, CallBackRequest, Number, Trigger};
use link::{Order, Task};
use terms::{Money, Registers, Serial};

/// What a change is to be written down as.
#[derive(Clone, Debug)]
pub struct Page {
    /// Who makes it: a person, a token, `meter` or `centre`.
    pub who: String,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The customer's money may move: his account is held meanwhile.
    pub moves_money: bool,
    rows: Vec<Row>,
}

/// A row to be written.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns say what the fields are")]
pub enum Row {
    /// The customer's balance moves by this.
    Entry { amount_minor: i64, kind: EntryKind, about: String },
    /// A grant was issued.
    Grant(Open),
    /// What became of it: `taken` or `void`.
    GrantState { number: u64, state: &'static str },
    /// The device refused it.
    GrantRefused { number: u64, code: u16 },
    /// The meter was heard with these registers.
    Reading(Reading),
    /// A call, as far as it came.
    Call(CallNote),
    /// An opening was announced.
    Opening {
        number: u64,
        technician: String,
        about_ms: i64,
        valid_until_ms: i64,
        agreed: Option<Money>,
        work: String,
    },
    /// Y' has arrived for it.
    OpeningFetched { number: u64, registers: Registers, seal: u64, work: String },
    /// It came to its end.
    OpeningEnded { number: u64, ended: &'static str, seal: Option<u64>, work: Option<String> },
    /// Something is done about the meter.
    Reaction(Reaction),
    /// What was to be done about the meter is done: of these kinds, or of all.
    ReactionsDone { kinds: &'static [&'static str], by: String },
    /// A key of the meter's, in coded form.
    Key(NamedKey),
    /// The meter is to be called back.
    CallBack { request: CallBackRequest, number: Number, amount: Money },
    /// A spoiled imprint that was claimed and seen in the mail was put down for people to look at.
    SeenRefundTold { claim: u64, line: u64 },
    /// An entry of the meter's chain in the audit log.
    Event(Event),
}

/// Registers as they were reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When they were heard, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// The device's newest commit.
    pub commit: u64,
    /// The registers.
    pub registers: Registers,
}

/// A call, as far as it came: what is kept as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallNote {
    /// By what it is known.
    pub id: String,
    /// The meter, where it proved to be it.
    pub serial: Option<Serial>,
    /// The number that it called in with, where that was read.
    pub pan: Option<u32>,
    /// Why it was made.
    pub trigger: Option<TriggerKind>,
    /// Where it came from, as far as the line knows.
    pub origin: String,
    /// When it was opened.
    pub opened_ms: i64,
    /// When it was last heard.
    pub last_ms: i64,
    /// How many transactions it has had.
    pub transactions: u32,
    /// The last thing that was asked for.
    pub ask: String,
    /// The step of Fig. 3 at which it went wrong; 0 where it did not.
    pub step: u16,
    /// Why; empty where nothing went wrong.
    pub failure: String,
    /// Somebody asked for funds who was not entitled to.
    pub is_unauthorised: bool,
}

impl CallNote {
    /// A new id, which begins with the time: so calls lie in their table as they come.
    pub fn draw_id(now_ms: i64) -> Result<String, getrandom::Error> {
        let mut random = [0; 10];
        getrandom::fill(&mut random)?;
        Ok(format!("{now_ms:012x}{}", hex::encode(&random)))
    }
}

/// Why a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerKind {
    /// Somebody asked for it.
    Manual,
    /// The meter itself.
    Automatic,
    /// The centre called back.
    CalledBack,
}

impl TriggerKind {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            TriggerKind::Manual => "manual",
            TriggerKind::Automatic => "automatic",
            TriggerKind::CalledBack => "called_back",
        }
    }
}

impl From<Trigger> for TriggerKind {
    fn from(trigger: Trigger) -> TriggerKind {
        match trigger {
            Trigger::Manual => TriggerKind::Manual,
            Trigger::Automatic => TriggerKind::Automatic,
            Trigger::CalledBack(_) => TriggerKind::CalledBack,
        }
    }
}

/// What a meter asks for, in one word.
pub fn ask_name(ask: &Ask) -> &'static str {
    match ask {
        Ask::Contact => "contact",
        Ask::Refill => "refill",
        Ask::Amount { amount, .. } if amount.is_zero() => "zero",
        Ask::Amount { .. } => "amount",
        Ask::CallBack { .. } => "call_back",
        Ask::Withdraw => "withdraw",
        Ask::Completed { .. } => "completed",
    }
}

impl Page {
    /// An empty page.
    pub fn new(who: &str, at_ms: i64) -> Page {
        Page { who: who.to_owned(), at_ms, moves_money: true, rows: Vec::new() }
    }

    /// The same for a change that moves no money, so that the customer's other meters need not wait for it.
    pub fn without_money(mut self) -> Page {
        self.moves_money = false;
        self
    }

    /// The rows, in the order in which they are to be written.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Puts a row to it.
    pub fn put(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Puts an entry of the audit log to it.
    pub fn event(&mut self, event: Event) {
        self.rows.push(Row::Event(event));
    }

    /// Puts down what a step came to.
    pub fn turn(&mut self, folder: &Folder, turn: Turn) {
        self.effects(folder, turn.effects);
        for reaction in turn.reactions {
            self.event(Event::Reaction {
                reaction: reaction_name(&reaction.kind).to_owned(),
                reason: shortened(&reaction.why.join("; "), 1_000),
            });
            self.put(Row::Reaction(reaction));
        }
    }

    /// Puts down what effects mean.
    pub fn effects(&mut self, folder: &Folder, effects: Vec<Effect>) {
        let issued = effects.iter().find_map(|effect| match effect {
            Effect::GrantIssued(open) => Some(open.grant.number),
            _ => None,
        });
        let settled = effects.iter().find_map(|effect| match effect {
            Effect::GrantTaken { number } | Effect::GrantVoid { number } => Some(*number),
            _ => None,
        });
        let about = |grant: Option<u64>| format!("{}/{}", folder.serial(), grant.unwrap_or_default());
        for effect in effects {
            match effect {
                Effect::Debit(amount) => self.entry(amount, true, EntryKind::Refill, about(issued)),
                Effect::Credit(amount) => self.entry(amount, false, EntryKind::Refund, about(settled)),
                Effect::CallBack { request, amount } => self.call_back(folder, request, amount),
                Effect::GrantIssued(_)
                | Effect::GrantTaken { .. }
                | Effect::GrantVoid { .. }
                | Effect::GrantRefused { .. }
                | Effect::Withdrawn => self.grant(folder, &effect),
                Effect::OrderGiven(order) => self.event(order_issued(&order)),
                Effect::OrderDone { number } => {
                    self.event(Event::OrderDone { order: number, accepted: true })
                }
                Effect::OrderRefused { number, .. } => {
                    self.event(Event::OrderDone { order: number, accepted: false });
                }
                Effect::Inspected { number, epoch } => {
                    self.event(Event::InspectionDone { inspection: number, epoch });
                }
                // The reason why another task takes its place stands with that one.
                Effect::TaskDropped(_) => {}
                Effect::OpeningFetched { number, registers, seal, work } => {
                    self.event(Event::OpeningFetched { opening: number });
                    self.put(Row::OpeningFetched { number, registers, seal, work: work.to_string() });
                }
                Effect::OpeningEnded { number, end } => self.opening_ended(number, &end),
                Effect::Found(discrepancy) => self.found(discrepancy),
            }
        }
    }

    fn entry(&mut self, amount: Money, is_debit: bool, kind: EntryKind, about: String) {
        // Whether it fits was checked when the books were asked; what does not is refused where it is written.
        let amount_minor = i64::try_from(amount.minor()).unwrap_or(i64::MAX);
        self.put(Row::Entry {
            amount_minor: if is_debit { -amount_minor } else { amount_minor },
            kind,
            about,
        });
    }

    fn grant(&mut self, folder: &Folder, effect: &Effect) {
        let state = folder.file.account.state();
        match effect {
            Effect::GrantIssued(open) => {
                let grant = open.grant;
                self.event(Event::GrantIssued {
                    grant: grant.number,
                    amount_minor: grant.amount_minor,
                    r3_before_minor: grant.r3_before.minor(),
                });
                self.put(Row::Grant(*open));
            }
            Effect::GrantTaken { number } => {
                let registers = state.seen.map(|seen| seen.registers).unwrap_or_default();
                self.event(Event::GrantTaken {
                    grant: *number,
                    r1_minor: registers.r1.minor(),
                    r2_minor: registers.r2.minor(),
                    r3_minor: registers.r3.minor(),
                });
                self.put(Row::GrantState { number: *number, state: "taken" });
            }
            Effect::GrantVoid { number } => {
                self.event(Event::GrantVoided { grant: *number });
                self.put(Row::GrantState { number: *number, state: "void" });
            }
            Effect::GrantRefused { number, code } => {
                self.event(Event::GrantRefused { grant: *number, code: *code });
                self.put(Row::GrantRefused { number: *number, code: *code });
            }
            _ => self.event(Event::MeterWithdrawn {}),
        }
    }

    fn call_back(&mut self, folder: &Folder, request: CallBackRequest, amount: Money) {
        if let Some(number) = folder.conditions.registered.clone() {
            self.event(Event::CallBackAsked { amount_minor: amount.minor() });
            self.put(Row::CallBack { request, number, amount });
        }
    }

    fn opening_ended(&mut self, number: u64, end: &OpeningEnd) {
        let (ended, seals, work) = match end {
            OpeningEnd::Completed { work, seal_before, seal } => {
                ("completed", Some((*seal_before, *seal)), Some(work.to_string()))
            }
            OpeningEnd::NotReported => ("not_reported", None, None),
            OpeningEnd::OtherValue => ("other_value", None, None),
            OpeningEnd::TooLate => ("too_late", None, None),
            OpeningEnd::Withdrawn => ("withdrawn", None, None),
            OpeningEnd::Refused => ("refused", None, None),
        };
        self.event(match seals {
            Some((before, after)) => Event::OpeningClosed {
                opening: number,
                seal_before: before.to_string(),
                seal_after: after.to_string(),
            },
            None => Event::OpeningVoided { opening: number, reason: ended.to_owned() },
        });
        let seal = seals.map(|(_, after)| after);
        self.put(Row::OpeningEnded { number, ended, seal, work });
    }

    fn found(&mut self, discrepancy: Discrepancy) {
        self.event(Event::Disagreement { what: discrepancy.sentence().to_owned() });
    }
}

fn order_issued(order: &Order) -> Event {
    Event::OrderIssued { order: order.number, task: task_name(&order.task).to_owned() }
}

/// A task in a word or two.
pub fn task_name(task: &Task) -> &'static str {
    match task {
        Task::Suspicion(true) => "mark",
        Task::Suspicion(false) => "unmark",
        Task::Stop(true) => "stop",
        Task::Stop(false) => "free",
        Task::NextCodeword { .. } => "next_codeword",
        Task::Enrol { .. } => "enrol_program",
        Task::Pieces(_) => "pieces",
        Task::Clock { .. } => "clock",
        Task::ClearErrors => "clear_errors",
        Task::Unpair => "unpair",
        Task::ForgetLock => "forget_lock",
        Task::Reset(_) => "reset",
    }
}

/// A reaction's name in tables.
pub const fn reaction_name(kind: &ReactionKind) -> &'static str {
    match kind {
        ReactionKind::AskForCall => "ask_for_call",
        ReactionKind::InspectUnlessHeard { .. } => "inspect_unless_heard",
        ReactionKind::Inspect => "inspect",
        ReactionKind::TellPost { .. } => "tell_post",
        ReactionKind::MarkImprints { .. } => "mark_imprints",
        ReactionKind::ComparePapers => "compare_papers",
    }
}

/// Who decided, in a word.
pub fn cause_name(cause: &Cause) -> &str {
    match cause {
        Cause::RegularRun => "regular run",
        Cause::Call => "call",
        Cause::Post => "post",
        Cause::Person(name) => name,
    }
}

/// The beginning of a text, of at most so many bytes.
pub fn shortened(text: &str, bytes_max: usize) -> String {
    text[..text.floor_char_boundary(bytes_max)].to_owned()
}

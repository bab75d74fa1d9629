//! Credit moves exactly once: every schedule of a few calls, checked by a model checker (row X5, docs/exactly-once.md).
//!
//! The account and the rule by which a device takes a grant are the real ones; the channel is as it promises to be: a
//! message is taken only in its session and at its place there. The network may lose, repeat and reorder everything;
//! either side may crash between any two steps, the device also between taking a grant and saying so; grants that once
//! were sent may still come by hand. The honest device must never be accused by any of it.

use crate::account_device::{Customer, Device, money, serial, work};
use centre::account::{Account, Call, Effect, Given, Open, Plan, PlannedCredit, Rules, Service};
use link::Grant;
use link::call::{Ask, Confirm, End, Refused, Trigger};
use stateright::{Checker, Model, Property};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use terms::Money;

const NOW_MS: i64 = 1;
const USUAL: u64 = 5;

/// What a schedule may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Budget {
    /// Calls that the meter dials.
    calls: u8,
    /// Openings that the centre hears, repeated ones among them.
    sessions: u8,
    /// Transactions.
    asks: u8,
    franks: u8,
    /// Crashes of the centre, and of the device between a grant and its confirmation.
    crashes: u8,
    cancels: u8,
    /// Whether the operator may arrange that the meter leaves, and whether its grants may come by hand.
    leaves: bool,
    by_hand: bool,
}

/// A message. What it carries lies with whoever it can still mean something to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Message {
    Opening { call: u8, device: Device },
    Preamble { call: u8, session: u8 },
    Begin { session: u8, number: u8, ask: Ask },
    Data { session: u8, number: u8, plan: Planned },
    Refused { session: u8, number: u8 },
    Confirm { session: u8, number: u8, device: Device, codes: Codes },
    End { session: u8, number: u8, end: End },
}

/// What of a plan goes out: a model has no orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Planned {
    agreed: Option<Money>,
    /// The grant, and whether the device must know its amount.
    credit: Option<(Grant, bool)>,
}

/// With which errors the device refused credit.
type Codes = u16;

/// The centre's end of a session: lost when it crashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Session {
    /// How the device was when it last spoke in it: stands for its report.
    device: Device,
    /// Transactions so far.
    number: u8,
    awaits: Awaits,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Awaits {
    Begin,
    Confirm(Given),
}

/// The device's end: lost when it crashes, or dials anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ear {
    Idle,
    Opened { call: u8 },
    Ready { session: u8, number: u8 },
    Begun { session: u8, number: u8 },
    Confirmed { session: u8, number: u8 },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    account: Account,
    customer: Customer,
    sessions: BTreeMap<u8, Session>,
    opened: u8,
    device: Device,
    ear: Ear,
    calls: u8,
    network: Vec<Message>,
    /// Grants that once were sent.
    sent: BTreeSet<Sent>,
    budget: Budget,
    /// What each grant has moved in the device, as it happened there.
    moved: BTreeMap<u64, i64>,
    seen: Seen,
    wrong: Option<&'static str>,
}

/// What has happened on the way: what the checker must find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Seen {
    refilled: bool,
    /// A grant was given in more than one session, and then taken.
    repaired: bool,
    repeated: bool,
    void: bool,
    taken_after_cancel: bool,
    withdrawn: bool,
    late: bool,
    refilled_twice: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    Dial,
    Ask(Ask),
    Frank,
    Cancel,
    ArrangeLeaving,
    CrashCentre,
    Deliver(usize),
    /// The device takes the grant and crashes before it says so.
    CrashDevice(usize),
    /// A grant that was sent once comes by another way.
    ByHand(Sent),
}

/// A grant in the order of its fields: number, amount, basis, closing.
type Sent = (u64, i64, Money, bool);

struct Schedules(Budget);

impl Model for Schedules {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.0)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let Budget { calls, asks, franks, crashes, cancels, leaves, by_hand, .. } = world.budget;
        if calls > 0 {
            actions.push(Action::Dial);
        }
        if let Ear::Ready { .. } = world.ear
            && asks > 0
        {
            actions.extend([Action::Ask(Ask::Refill), Action::Ask(Ask::Contact)]);
            if leaves {
                actions.push(Action::Ask(Ask::Withdraw));
            }
            actions.push(Action::Ask(Ask::Amount { amount: money(USUAL + 2), work: work("") }));
        }
        if franks > 0 && !world.device.registers.r1.is_zero() {
            actions.push(Action::Frank);
        }
        if cancels > 0 && world.account.state().open.is_some_and(|open| !open.cancelled) {
            actions.push(Action::Cancel);
        }
        if leaves && world.account.state().service == Service::InService {
            actions.push(Action::ArrangeLeaving);
        }
        if crashes > 0 && !world.sessions.is_empty() {
            actions.push(Action::CrashCentre);
        }
        for (index, message) in world.network.iter().enumerate() {
            actions.push(Action::Deliver(index));
            if crashes > 0 && matches!(message, Message::Data { .. }) {
                actions.push(Action::CrashDevice(index));
            }
        }
        if by_hand {
            actions.extend(world.sent.iter().copied().map(Action::ByHand));
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        world.act(action);
        world.forget_what_is_over();
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("debits are R3 and what is on its way", |_, world: &World| world.money_agrees()),
            Property::always("each grant moves R3 once", |_, world: &World| world.moves_once()),
            Property::always("nothing goes wrong", |_, world: &World| world.wrong.is_none()),
            Property::sometimes("a refill completes", |_, world: &World| world.seen.refilled),
            Property::sometimes("a call that was cut is repaired", |_, world: &World| world.seen.repaired),
        ];
        let Budget { cancels, leaves, calls, asks, .. } = self.0;
        if cancels > 0 {
            properties.extend([
                Property::sometimes("a cancelled grant is void", |_, world: &World| world.seen.void),
                Property::sometimes("a cancelled grant was taken", |_, world: &World| {
                    world.seen.taken_after_cancel
                }),
            ]);
        }
        if leaves {
            let withdrawn = |_: &Schedules, world: &World| world.seen.withdrawn;
            properties.push(Property::sometimes("a meter leaves", withdrawn));
        }
        if calls > 1 {
            let late = |_: &Schedules, world: &World| world.seen.late;
            properties.push(Property::sometimes("a call is overtaken", late));
        }
        if asks > 1 {
            let twice = |_: &Schedules, world: &World| world.seen.refilled_twice;
            properties.push(Property::sometimes("two refills complete", twice));
        }
        properties
    }
}

impl World {
    fn new(budget: Budget) -> World {
        World {
            account: Account::new(serial()),
            customer: Customer::with(1_000),
            sessions: BTreeMap::new(),
            opened: 0,
            device: Device { usual: money(USUAL), ..Device::default() },
            ear: Ear::Idle,
            calls: 0,
            network: Vec::new(),
            sent: BTreeSet::new(),
            budget,
            moved: BTreeMap::new(),
            seen: Seen::default(),
            wrong: None,
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Dial => {
                self.budget.calls -= 1;
                self.calls += 1;
                self.ear = Ear::Opened { call: self.calls };
                self.send(Message::Opening { call: self.calls, device: self.device.clone() });
            }
            Action::Ask(ask) => {
                let Ear::Ready { session, number } = self.ear else { return };
                self.budget.asks -= 1;
                self.ear = Ear::Begun { session, number };
                self.send(Message::Begin { session, number, ask });
            }
            Action::Frank => {
                self.budget.franks -= 1;
                self.device.frank(1);
            }
            Action::Cancel => {
                self.budget.cancels -= 1;
                self.account.cancel_open().unwrap();
            }
            Action::ArrangeLeaving => {
                self.account.arrange_leaving(NOW_MS).unwrap();
            }
            Action::CrashCentre => {
                self.budget.crashes -= 1;
                self.sessions.clear();
            }
            Action::Deliver(index) => self.deliver(self.network[index].clone()),
            Action::CrashDevice(index) => {
                let Message::Data { plan, .. } = self.network[index].clone() else { return };
                self.budget.crashes -= 1;
                if let Some((grant, _)) = plan.credit {
                    self.take(&grant);
                }
                self.ear = Ear::Idle;
            }
            Action::ByHand((number, amount_minor, r3_before, closing)) => {
                self.take(&Grant { serial: serial(), number, amount_minor, r3_before, closing });
            }
        }
    }

    fn send(&mut self, message: Message) {
        if !self.network.contains(&message) {
            self.network.push(message);
        }
    }

    fn deliver(&mut self, message: Message) {
        match message {
            Message::Opening { call, device } => {
                self.budget.sessions -= 1;
                self.opened += 1;
                let session = self.opened;
                self.sessions.insert(session, Session { device, number: 0, awaits: Awaits::Begin });
                self.send(Message::Preamble { call, session });
            }
            Message::Preamble { session, .. } => self.ear = Ear::Ready { session, number: 0 },
            Message::Begin { session, number, ask } => self.begin(session, number, &ask),
            Message::Data { session, number, plan } => {
                if let Some(amount) = plan.agreed {
                    self.device.agree(amount);
                }
                let codes = plan.credit.map_or(0, |(grant, knows)| {
                    if knows && grant.amount_minor != self.device.usual.minor() as i64 {
                        self.wrong = Some("the device does not know the amount");
                    }
                    self.take(&grant)
                });
                self.ear = Ear::Confirmed { session, number };
                self.send(Message::Confirm { session, number, device: self.device.clone(), codes });
            }
            Message::Refused { session, number } => {
                self.ear = Ear::Ready { session, number: number + 1 };
            }
            Message::Confirm { session, number, device, codes } => {
                self.confirm(session, number, device, codes);
            }
            Message::End { session, number, .. } => self.ear = Ear::Ready { session, number: number + 1 },
        }
    }

    /// The device takes a grant, by the real rule.
    fn take(&mut self, grant: &Grant) -> u16 {
        let before = self.device.registers.r3;
        let code = self.device.take_grant(grant).err().unwrap_or(0);
        let after = self.device.registers.r3;
        let was_known = self.moved.contains_key(&grant.number);
        if code == 0 && !was_known {
            self.moved.insert(grant.number, grant.amount_minor);
        } else if before != after {
            self.wrong = Some("a grant moved R3 again");
        }
        code
    }

    fn call(session: u8) -> Call {
        Call { trigger: Trigger::Manual, opened_ms: session.into() }
    }

    fn begin(&mut self, session: u8, number: u8, ask: &Ask) {
        let report = self.sessions[&session].device.report();
        let was_open = self.account.state().open;
        let Ok(heard) = self.account.hear(&World::call(session), &report, NOW_MS) else {
            self.seen.late = true;
            self.sessions.remove(&session);
            return;
        };
        self.book(&heard.effects, was_open);
        let funds = money(self.customer.funds);
        let rules = Rules { refill_max: money(100), call_back_only: false, registered: None, funds };
        let answer = self.account.begin(ask, &heard, &rules, NOW_MS);
        let plan = match answer {
            Ok(plan) => plan,
            Err(refused) => return self.refuse(session, number, refused),
        };
        self.book(&plan.effects, None);
        let Plan { agreed, credit, given, .. } = plan;
        let credit = match credit {
            PlannedCredit::None => None,
            PlannedCredit::Refill(grant) => Some((grant, true)),
            PlannedCredit::Grant(grant) => Some((grant, false)),
        };
        if let Some((grant, _)) = credit {
            self.seen.repeated = was_open.is_some_and(|open| open.grant.number == grant.number);
            if self.budget.by_hand {
                self.sent.insert((grant.number, grant.amount_minor, grant.r3_before, grant.closing));
            }
        }
        if let Some(session) = self.sessions.get_mut(&session) {
            session.awaits = Awaits::Confirm(given);
        }
        self.send(Message::Data { session, number, plan: Planned { agreed, credit } });
    }

    fn refuse(&mut self, session: u8, number: u8, refused: Refused) {
        if refused == Refused::BooksDisagree {
            self.wrong = Some("an honest device was refused");
        }
        if let Some(session) = self.sessions.get_mut(&session) {
            session.number = number + 1;
        }
        self.send(Message::Refused { session, number });
    }

    fn confirm(&mut self, session: u8, number: u8, device: Device, credit_code: u16) {
        let Some(Session { awaits: Awaits::Confirm(given), .. }) = self.sessions.get(&session) else {
            return;
        };
        let given = given.clone();
        let confirm = Confirm { credit_code, order_codes: Default::default(), report: device.report() };
        let was_open = self.account.state().open;
        let settled = self.account.confirm(&World::call(session), &given, &confirm, NOW_MS);
        let Ok(settled) = settled else {
            self.seen.late = true;
            self.sessions.remove(&session);
            return;
        };
        self.book(&settled.effects, was_open);
        self.sessions.insert(session, Session { device, number: number + 1, awaits: Awaits::Begin });
        self.send(Message::End { session, number, end: settled.end });
    }

    fn book(&mut self, effects: &[Effect], was_open: Option<Open>) {
        self.customer.book(effects);
        for effect in effects {
            match effect {
                Effect::Found(discrepancy) => self.wrong = Some(discrepancy.sentence()),
                Effect::GrantTaken { number } => {
                    self.seen.taken_after_cancel |= was_open.is_some_and(|open| open.cancelled);
                    self.note_taken(*number);
                }
                Effect::GrantVoid { number } => {
                    self.seen.void = true;
                    if self.moved.get(number) != Some(&0) {
                        self.wrong = Some("a grant that was taken is void in the books");
                    }
                }
                Effect::Withdrawn => self.seen.withdrawn = true,
                _ => {}
            }
        }
    }

    fn note_taken(&mut self, number: u64) {
        let Some(amount_minor) = self.moved.get(&number) else {
            self.wrong = Some("a grant that nobody took is taken in the books");
            return;
        };
        self.seen.refilled_twice |= self.seen.refilled && *amount_minor > 0;
        self.seen.refilled |= *amount_minor > 0;
        self.seen.repaired |= self.seen.repeated;
    }

    /// Customer debits less credits = R3 + what is granted and not taken + what was handed back and not yet credited.
    fn money_agrees(&self) -> bool {
        let paid = self.customer.debits - self.customer.credits;
        let r3 = self.device.registers.r3.minor();
        let on_its_way = self.account.state().open.map_or(0, |open| {
            let taken = self.moved.get(&open.grant.number).copied().unwrap_or(0);
            let granted = open.grant.amount_minor;
            // A refill not taken is still to come; a closing grant that was taken is still to be credited.
            if granted > 0 { granted - taken } else { -taken }
        });
        i128::from(paid) == i128::from(r3) + i128::from(on_its_way) && self.account.debited() == money(paid)
    }

    fn moves_once(&self) -> bool {
        let sum: i64 = self.moved.values().sum();
        i128::from(sum) == i128::from(self.device.registers.r3.minor())
            && self.device.registers.check().is_ok()
            && self.moved.keys().copied().eq(1..=self.device.last.number)
    }

    /// Messages that can mean nothing to anybody any more are lost: it makes no difference, and fewer states.
    fn forget_what_is_over(&mut self) {
        let (ear, sessions_left, budget_calls) = (self.ear, self.budget.sessions, self.calls);
        let sessions = &self.sessions;
        let awaits_begin = |session: &u8, number: u8| {
            sessions.get(session).is_some_and(|s| s.number == number && s.awaits == Awaits::Begin)
        };
        let awaits_confirm = |session: &u8, number: u8| {
            sessions.get(session).is_some_and(|s| s.number == number && s.awaits != Awaits::Begin)
        };
        self.network.retain(|message| match message {
            // A recording of an older call's opening is answered too, and nothing can come of it.
            Message::Opening { call, .. } => sessions_left > 0 && *call == budget_calls,
            Message::Preamble { call, session } => {
                ear == Ear::Opened { call: *call } && sessions.contains_key(session)
            }
            Message::Begin { session, number, .. } => awaits_begin(session, *number),
            Message::Data { session, number, .. } | Message::Refused { session, number } => {
                ear == Ear::Begun { session: *session, number: *number }
            }
            Message::Confirm { session, number, .. } => awaits_confirm(session, *number),
            Message::End { session, number, .. } => {
                ear == Ear::Confirmed { session: *session, number: *number }
            }
        });
        self.network.sort_by_cached_key(|message| format!("{message:?}"));
    }
}

fn check(name: &str, budget: Budget) {
    let checker = Schedules(budget).checker().threads(2).timeout(Duration::from_secs(300)).spawn_bfs().join();
    let (states, unique) = (checker.state_count(), checker.unique_state_count());
    println!("{name}: {states} steps, {unique} states, depth {}", checker.max_depth());
    assert!(checker.is_done(), "{name} was not finished in time");
    checker.assert_properties();
}

const SMALL: Budget = Budget {
    calls: 2,
    sessions: 2,
    asks: 2,
    franks: 0,
    crashes: 0,
    cancels: 0,
    leaves: false,
    by_hand: false,
};

/// Claim: X5
#[test]
fn two_refills_move_exactly_once_in_every_schedule() {
    check("refills", Budget { calls: 3, sessions: 3, asks: 4, franks: 1, crashes: 1, ..SMALL });
}

/// Claim: X5
#[test]
fn a_refill_that_is_cancelled_moves_exactly_once_or_not_at_all_in_every_schedule() {
    check(
        "cancelled",
        Budget { calls: 3, sessions: 4, asks: 3, crashes: 1, cancels: 1, by_hand: true, ..SMALL },
    );
}

/// Claim: X5
#[test]
fn a_meter_that_leaves_is_paid_back_exactly_once_in_every_schedule() {
    check(
        "leaving",
        Budget {
            calls: 3,
            sessions: 3,
            asks: 3,
            franks: 1,
            crashes: 1,
            leaves: true,
            by_hand: true,
            ..SMALL
        },
    );
}

//! A meter's account against a device that takes credit and orders by the real rules.

use crate::account_device::{Customer, Device, Refuses, money, serial, work};
use centre::account::{
    Account, Announcement, Call, Discrepancy, Effect, Gone, Heard, Inconsistent, NotPossible, OpeningEnd,
    OpeningStage, Plan, PlannedCredit, Rules, Service, Settled, Settlement, State, Unheard,
};
use link::call::{Ask, End, Number, Refused, Trigger};
use link::{Proven, Reset, Task};
use terms::{Money, Registers};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// 2026-11-21 12:00 UTC.
const NOON_MS: i64 = 1_795_262_400_000;

/// One meter, its account and its customer.
struct Desk {
    account: Account,
    device: Device,
    customer: Customer,
    now_ms: i64,
    trigger: Trigger,
    opened_ms: i64,
    registered: Option<Number>,
    call_back_only: bool,
    effects: Vec<Effect>,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            account: Account::new(serial()),
            device: Device { seal: 7, ..Device::default() },
            customer: Customer::with(100_000),
            now_ms: NOON_MS,
            trigger: Trigger::Manual,
            opened_ms: NOON_MS,
            registered: None,
            call_back_only: false,
            effects: Vec::new(),
        }
    }

    /// A meter whose usual amount is agreed.
    fn agreed(usual: u64) -> Desk {
        let mut desk = Desk::new();
        desk.ask(amount(usual)).unwrap();
        desk
    }

    fn call(&self) -> Call {
        Call { trigger: self.trigger, opened_ms: self.opened_ms }
    }

    /// The meter dials anew.
    fn dial(&mut self) {
        self.now_ms += MINUTE_MS;
        self.opened_ms = self.now_ms;
    }

    fn note(&mut self, effects: &[Effect]) {
        self.customer.book(effects);
        self.effects.extend_from_slice(effects);
        let Customer { debits, credits, .. } = self.customer;
        assert_eq!(self.account.debited(), money(debits - credits), "what was debited");
        let stored: State = self.account.state().clone();
        assert_eq!(Account::restore(stored), Ok(self.account.clone()), "what is stored");
    }

    fn hear(&mut self) -> Heard {
        let heard = self.account.hear(&self.call(), &self.device.report(), self.now_ms).unwrap();
        self.note(&heard.effects);
        heard
    }

    fn begin(&mut self, ask: Ask) -> Result<Plan, Refused> {
        let heard = self.hear();
        let before = self.account.clone();
        let rules = Rules {
            refill_max: money(50_000),
            call_back_only: self.call_back_only,
            registered: self.registered.as_ref(),
            funds: money(self.customer.funds),
        };
        let plan = self.account.begin(&ask, &heard, &rules, self.now_ms);
        if plan.is_err() {
            assert_eq!(self.account, before, "a refusal changes nothing");
        }
        let plan = plan?;
        self.note(&plan.effects);
        Ok(plan)
    }

    fn finish(&mut self, booked: Plan) -> End {
        let confirm = self.device.carry_out_all(&booked);
        let Settled { effects, end, .. } =
            self.account.confirm(&self.call(), &booked.given, &confirm, self.now_ms).unwrap();
        self.note(&effects);
        end
    }

    /// A whole transaction.
    fn ask(&mut self, ask: Ask) -> Result<End, Refused> {
        let booked = self.begin(ask)?;
        Ok(self.finish(booked))
    }

    fn announce(&mut self, agreed: Option<u64>) -> u64 {
        let announcement = Announcement {
            valid_until_ms: self.now_ms + 60 * MINUTE_MS,
            expires_ms: self.now_ms + DAY_MS,
            agreed: agreed.map(money),
            work: work("print head"),
            next: [5; 24],
        };
        let (number, effects) = self.account.announce(announcement, self.now_ms).unwrap();
        self.note(&effects);
        number
    }

    fn stage(&self) -> Option<OpeningStage> {
        self.account.state().opening.as_ref().map(|opening| opening.stage)
    }

    fn has_ended(&self, end: &OpeningEnd) -> bool {
        self.effects
            .iter()
            .any(|effect| matches!(effect, Effect::OpeningEnded { end: ended, .. } if ended == end))
    }
}

fn amount(minor: u64) -> Ask {
    Ask::Amount { amount: money(minor), work: work("") }
}

const DONE: End = End { is_done: true, has_more: false };

/// Claim: B19
#[test]
fn the_usual_refill_is_one_transaction_and_another_amount_two() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::NothingAgreed));
    assert_eq!(desk.ask(amount(2_000)), Ok(DONE));
    assert_eq!(desk.device.registers.r1, Money::ZERO, "an amount agreed is no credit");

    let booked = desk.begin(Ask::Refill).unwrap();
    assert!(matches!(booked.credit, PlannedCredit::Refill(_)), "the message need not say the amount");
    assert_eq!(desk.finish(booked), DONE);
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
    assert_eq!(desk.device.registers.r1, money(4_000));
    assert_eq!(desk.customer, Customer { funds: 96_000, debits: 4_000, credits: 0 });
    assert_eq!(desk.account.state().granted, money(4_000));
    assert_eq!(desk.account.state().usual, money(2_000));
}

#[test]
fn amounts_above_the_limit_and_funds_that_do_not_suffice_are_refused() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask(amount(50_001)), Err(Refused::Amount));
    desk.ask(amount(50_000)).unwrap();
    desk.customer.funds = 49_999;
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::Funds));
    assert_eq!(desk.account.state().open, None);
    desk.customer.funds = 50_000;
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
}

/// Claim: X5
#[test]
fn a_grant_that_did_not_arrive_is_repeated_before_anything_else() {
    let mut desk = Desk::agreed(2_000);
    let first = desk.begin(Ask::Refill).unwrap();
    desk.dial();
    let again = desk.begin(amount(9_000)).unwrap();
    assert_eq!(again.credit, first.credit);
    assert_eq!(again.agreed, None, "what was asked for is to be asked for again");
    assert_eq!(desk.finish(again), End { is_done: false, has_more: false });
    assert_eq!(desk.ask(amount(9_000)), Ok(DONE));
    assert_eq!((desk.customer.debits, desk.device.registers.r3), (2_000, money(2_000)));
}

/// Claim: X5
#[test]
fn a_grant_that_did_not_arrive_answers_the_next_refill_without_a_second_debit() {
    let mut desk = Desk::agreed(2_000);
    drop(desk.begin(Ask::Refill).unwrap());
    desk.dial();
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
    assert_eq!((desk.customer.debits, desk.device.registers.r3), (2_000, money(2_000)));
}

/// Claim: X5
#[test]
fn a_grant_whose_confirmation_was_lost_is_settled_by_the_next_report() {
    let mut desk = Desk::agreed(2_000);
    let lost = desk.begin(Ask::Refill).unwrap();
    desk.device.carry_out_all(&lost);
    desk.device.frank(110);
    desk.dial();
    assert_eq!(desk.ask(Ask::Contact), Ok(DONE));
    let state = desk.account.state();
    assert_eq!((state.open, state.grants, state.granted), (None, 1, money(2_000)));
    // What the meter had right after the refill is known all the same: the comparison of use needs it.
    let after = Registers { r1: money(2_000), r3: money(2_000), ..Registers::default() };
    assert_eq!(state.after_refill, Some(after));
    assert_eq!((desk.customer.debits, desk.device.registers.r3), (2_000, money(2_000)));
}

/// Claim: X5
#[test]
fn a_cancelled_grant_is_paid_back_only_on_the_devices_word_that_it_took_nothing() {
    let mut desk = Desk::agreed(2_000);
    drop(desk.begin(Ask::Refill).unwrap());
    desk.account.cancel_open().unwrap();
    assert_eq!(desk.customer.credits, 0, "the device may have taken it");
    desk.dial();
    assert_eq!(desk.ask(Ask::Refill), Ok(End { is_done: false, has_more: false }));
    assert_eq!((desk.customer.credits, desk.device.registers.r3), (2_000, Money::ZERO));
    assert!(desk.effects.contains(&Effect::GrantVoid { number: 1 }));
    // The next refill is another grant, with the next number.
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
    assert_eq!((desk.device.last.number, desk.device.registers.r3), (2, money(2_000)));
}

/// Claim: X5
#[test]
fn a_cancelled_grant_that_was_taken_after_all_is_not_paid_back() {
    let mut desk = Desk::agreed(2_000);
    let late = desk.begin(Ask::Refill).unwrap();
    desk.account.cancel_open().unwrap();
    desk.device.carry_out_all(&late);
    desk.dial();
    assert_eq!(desk.ask(Ask::Contact), Ok(DONE));
    assert_eq!((desk.customer.credits, desk.account.state().granted), (0, money(2_000)));
    assert_eq!(desk.account.cancel_open(), Err(NotPossible::NothingOpen));
}

#[test]
fn a_grant_that_the_device_refuses_stays_open_and_says_why() {
    let mut desk = Desk::agreed(2_000);
    desk.device.refuses = Some(Refuses::Grants);
    assert_eq!(desk.ask(Ask::Refill), Ok(End { is_done: false, has_more: false }));
    let open = desk.account.state().open.unwrap();
    assert_eq!(open.refused_code, 99);
    desk.device.refuses = None;
    desk.dial();
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
    assert_eq!(desk.customer.debits, 2_000);
}

/// Claim: B29
#[test]
fn the_rest_goes_back_to_the_customer_once_the_device_has_handed_it_back() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    desk.device.frank(300);
    assert_eq!(desk.ask(Ask::Withdraw), Err(Refused::NoWithdrawal));
    desk.account.arrange_leaving(desk.now_ms).unwrap();
    let booked = desk.begin(Ask::Withdraw).unwrap();
    assert_eq!(desk.customer.credits, 0, "the device still has it");
    assert_eq!(desk.finish(booked), DONE);
    assert_eq!((desk.customer.credits, desk.device.registers.r1), (1_700, Money::ZERO));
    assert!(matches!(desk.account.state().service, Service::Withdrawn { .. }));
    desk.dial();
    assert_eq!(desk.ask(Ask::Contact), Err(Refused::OutOfService));
}

/// Claim: B29
#[test]
fn a_meter_that_franks_between_two_tries_to_leave_hands_back_what_is_left_then() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    desk.account.arrange_leaving(desk.now_ms).unwrap();
    drop(desk.begin(Ask::Withdraw).unwrap());
    desk.device.frank(300);
    desk.dial();
    // The first grant cannot be taken any more: it is made void, and another issued.
    assert_eq!(desk.ask(Ask::Withdraw), Ok(End { is_done: false, has_more: false }));
    assert_eq!(desk.ask(Ask::Withdraw), Ok(DONE));
    assert_eq!((desk.customer.credits, desk.device.registers.r3), (1_700, money(300)));
}

#[test]
fn a_meter_without_credit_leaves_too_and_says_so_by_its_own_block() {
    let mut desk = Desk::new();
    desk.account.arrange_leaving(desk.now_ms).unwrap();
    let lost = desk.begin(Ask::Withdraw).unwrap();
    desk.device.carry_out_all(&lost);
    desk.dial();
    assert_eq!(desk.ask(Ask::Contact), Err(Refused::OutOfService));
    assert!(matches!(desk.account.state().service, Service::Withdrawn { .. }));
    assert_eq!(desk.customer, Customer::with(100_000));
}

#[test]
fn a_meter_that_never_franked_leaves_without_being_taken_for_a_halted_one() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    desk.account.arrange_leaving(desk.now_ms).unwrap();
    let lost = desk.begin(Ask::Withdraw).unwrap();
    desk.device.carry_out_all(&lost);
    assert_eq!(desk.device.registers, Registers::default());
    desk.dial();
    assert_eq!(desk.hear().discrepancy(), None);
    assert_eq!(desk.customer.credits, 2_000);
}

#[test]
fn a_device_that_halted_is_known_by_its_fault() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    let mut report = Device { commit: 9, ..Device::default() }.report();
    report.faulted_at = 9;
    report.code = 503;
    let heard = desk.account.hear(&desk.call(), &report, desk.now_ms).unwrap();
    assert_eq!(heard.discrepancy(), Some(Discrepancy::Halted));
}

#[test]
fn a_meter_that_stays_after_all_makes_its_closing_grant_void() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    desk.account.arrange_leaving(desk.now_ms).unwrap();
    drop(desk.begin(Ask::Withdraw).unwrap());
    desk.account.revoke_leaving().unwrap();
    desk.dial();
    desk.ask(Ask::Contact).unwrap();
    assert_eq!((desk.customer.credits, desk.device.registers.r1), (0, money(2_000)));
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
}

/// Claim: B7
#[test]
fn an_announced_opening_gives_the_next_codeword_for_the_value_zero() {
    let mut desk = Desk::agreed(2_000);
    let number = desk.announce(None);
    let zero = Ask::Amount { amount: Money::ZERO, work: work("sensor") };
    let booked = desk.begin(zero.clone()).unwrap();
    let Task::NextCodeword { wrapped, expires_tenths } = booked.orders[0].task else {
        panic!("Y' goes out");
    };
    // The device counts tenths of a second from 2025-01-01: 2026-11-22 12:01 is day 690.
    assert_eq!((wrapped, expires_tenths / 864_000), ([5; 24], 690));
    assert_eq!(desk.finish(booked), DONE);
    assert!(desk.device.has_next_codeword);
    assert_eq!(desk.device.usual, money(2_000), "the usual amount stays");
    let fetched =
        Effect::OpeningFetched { number, registers: desk.device.registers, seal: 7, work: work("sensor") };
    assert!(desk.effects.contains(&fetched));

    // The end message was lost, and the meter asks again: nothing changes by that.
    desk.dial();
    assert_eq!(desk.ask(zero), Ok(DONE));
    assert_eq!(desk.device.usual, money(2_000));

    desk.device.seal = 8;
    assert_eq!(desk.ask(Ask::Completed { work: work("done") }), Ok(DONE));
    assert!(desk.has_ended(&OpeningEnd::Completed { work: work("done"), seal_before: 7, seal: 8 }));
    assert_eq!(desk.ask(Ask::Completed { work: work("done") }), Err(Refused::NoOpening));
}

/// Claim: B7
#[test]
fn a_codeword_whose_arrival_is_not_known_is_given_again_and_no_other() {
    let mut desk = Desk::agreed(2_000);
    desk.announce(None);
    let first = desk.begin(amount(0)).unwrap();
    desk.dial();
    let again = desk.begin(amount(0)).unwrap();
    assert_eq!((&again.orders, again.agreed), (&first.orders, None));
    desk.device.carry_out_all(&again);
    desk.dial();
    desk.hear();
    assert!(matches!(desk.stage(), Some(OpeningStage::UnderWay { .. })));
}

/// Claim: B7
#[test]
fn a_value_of_zero_that_nobody_announced_changes_the_usual_amount_alone() {
    let mut desk = Desk::agreed(2_000);
    assert_eq!(desk.ask(amount(0)), Ok(DONE));
    assert!(!desk.device.has_next_codeword);
    assert_eq!(desk.device.usual, Money::ZERO);
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::NothingAgreed));
}

/// Claim: B8
#[test]
fn an_announcement_lapses_with_time() {
    let mut desk = Desk::agreed(2_000);
    desk.announce(None);
    desk.now_ms += 60 * MINUTE_MS;
    desk.dial();
    desk.ask(amount(0)).unwrap();
    assert!(desk.has_ended(&OpeningEnd::TooLate));
    assert!(!desk.device.has_next_codeword);
    assert_eq!(desk.device.usual, Money::ZERO);
}

/// Claim: B8
#[test]
fn an_announcement_lapses_when_credit_is_asked_for() {
    for ask in [Ask::Refill, amount(3_000)] {
        let mut desk = Desk::agreed(2_000);
        desk.announce(None);
        desk.ask(ask).unwrap();
        assert!(desk.has_ended(&OpeningEnd::OtherValue));
        desk.ask(amount(0)).unwrap();
        assert!(!desk.device.has_next_codeword);
    }
}

/// Claim: B8
#[test]
fn a_codeword_that_did_not_arrive_lapses_too_when_credit_is_asked_for() {
    let mut desk = Desk::agreed(2_000);
    desk.announce(None);
    drop(desk.begin(amount(0)).unwrap());
    desk.dial();
    let booked = desk.begin(Ask::Refill).unwrap();
    assert_eq!(booked.orders, []);
    desk.finish(booked);
    assert!(desk.has_ended(&OpeningEnd::OtherValue));
}

/// Claim: B8
#[test]
fn the_value_agreed_at_the_announcement_brings_credit_and_codeword_in_one_transaction() {
    let mut desk = Desk::agreed(2_000);
    for task in [Task::Suspicion(true), Task::ClearErrors, Task::Unpair, Task::ForgetLock, Task::Pieces(9)] {
        let effects = desk.account.queue(task).unwrap();
        desk.note(&effects);
    }
    desk.announce(Some(2_500));
    // Another amount first, then the refill: two transactions, as ever.
    desk.ask(amount(2_500)).unwrap();
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE), "in spite of what waited");
    assert!(desk.device.has_next_codeword);
    assert_eq!(desk.device.registers.r1, money(2_500));
    assert!(matches!(desk.stage(), Some(OpeningStage::UnderWay { .. })));
}

#[test]
fn a_codeword_that_the_device_refuses_ends_the_opening() {
    let mut desk = Desk::agreed(2_000);
    desk.announce(None);
    desk.device.refuses = Some(Refuses::Orders);
    desk.ask(amount(0)).unwrap();
    assert!(desk.has_ended(&OpeningEnd::Refused));
    assert_eq!(desk.stage(), None);
}

#[test]
fn announcements_that_contradict_themselves_or_each_other_are_refused() {
    let mut desk = Desk::new();
    let announcement = Announcement {
        valid_until_ms: NOON_MS + 1,
        expires_ms: NOON_MS + 1,
        agreed: None,
        work: work(""),
        next: [5; 24],
    };
    let bad = [
        Announcement { valid_until_ms: NOON_MS, ..announcement.clone() },
        Announcement { expires_ms: NOON_MS, ..announcement.clone() },
        Announcement { agreed: Some(Money::ZERO), ..announcement.clone() },
    ];
    for bad in bad {
        assert_eq!(desk.account.announce(bad, NOON_MS), Err(NotPossible::Announcement));
    }
    assert_eq!(desk.account.withdraw_announcement(), Err(NotPossible::NothingAnnounced));
    assert_eq!(desk.announce(None), 1);
    assert_eq!(desk.account.announce(announcement, NOON_MS), Err(NotPossible::Announced));
    desk.account.withdraw_announcement().unwrap();
    assert_eq!(desk.announce(None), 2);
}

/// Claim: B20
#[test]
fn calls_that_a_meter_makes_by_itself_are_counted_until_somebody_calls() {
    let mut desk = Desk::agreed(2_000);
    desk.trigger = Trigger::Automatic;
    for calls in 1..=3 {
        desk.dial();
        // Several transactions are one call.
        desk.ask(Ask::Refill).unwrap();
        desk.ask(Ask::Contact).unwrap();
        assert_eq!(desk.account.state().automatic_calls, calls);
    }
    desk.trigger = Trigger::Manual;
    desk.dial();
    desk.ask(Ask::Contact).unwrap();
    assert_eq!(desk.account.state().automatic_calls, 0);
}

#[test]
fn a_report_that_was_late_accuses_nobody_and_an_older_memory_does() {
    let mut desk = Desk::agreed(2_000);
    let late_call = desk.call();
    let old = desk.device.clone();
    desk.dial();
    desk.ask(Ask::Refill).unwrap();
    assert_eq!(desk.account.hear(&late_call, &old.report(), desk.now_ms), Err(Unheard::Late));

    desk.dial();
    desk.device = old;
    assert_eq!(desk.hear().discrepancy(), Some(Discrepancy::Older));
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::BooksDisagree));
}

#[test]
fn registers_that_cannot_be_give_no_credit_and_say_what_is_wrong() {
    let mut honest = Desk::agreed(2_000);
    honest.ask(Ask::Refill).unwrap();
    honest.device.frank(500);
    honest.ask(Ask::Contact).unwrap();
    let device = honest.device.clone();
    let r = device.registers;
    let granted = Discrepancy::Granted { granted: money(2_000), grants: 1 };
    let more = Registers { r1: money(9_500), r3: money(10_000), ..r };
    let cases = [
        (Registers { r1: money(9_500), ..r }, 1, Discrepancy::Sum),
        (Registers { r1: money(1_600), r2: money(400), ..r }, 1, Discrepancy::Fallen),
        (Registers { r4: 0, ..r }, 1, Discrepancy::Fallen),
        (more, 1, granted),
        (more, 2, granted),
        (r, 2, granted),
        (r, 0, granted),
    ];
    for (registers, number, expected) in cases {
        let mut device = Device { registers, ..device.clone() };
        device.last.number = number;
        let mut account = honest.account.clone();
        let heard = account.hear(&honest.call(), &device.report(), honest.now_ms).unwrap();
        assert_eq!(heard.discrepancy(), Some(expected), "{registers:?}, {number}");
        assert_eq!(heard.effects, [Effect::Found(expected)]);
        assert_eq!(account.state().seen, honest.account.state().seen, "it is not believed");
    }
}

#[test]
fn a_grant_that_was_taken_without_its_credit_is_no_void_one_unless_it_was_cancelled() {
    let mut desk = Desk::agreed(2_000);
    drop(desk.begin(Ask::Refill).unwrap());
    desk.device.last.number = 1;
    let granted = Discrepancy::Granted { granted: Money::ZERO, grants: 0 };
    assert_eq!(desk.hear().discrepancy(), Some(granted));
    assert_eq!(desk.customer.credits, 0);
}

#[test]
fn a_stop_reaches_a_meter_whose_registers_disagree_and_credit_does_not() {
    let mut desk = Desk::agreed(2_000);
    drop(desk.begin(Ask::Refill).unwrap());
    desk.device.registers = Registers { r1: money(9_000), r3: money(9_000), ..Registers::default() };
    desk.account.queue(Task::Stop(true)).unwrap();
    desk.dial();
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::BooksDisagree));
    let booked = desk.begin(Ask::Contact).unwrap();
    assert_eq!(booked.credit, PlannedCredit::None);
    assert_eq!(booked.orders[0].task, Task::Stop(true));
}

#[test]
fn a_stopped_meter_gets_no_credit_until_it_is_free() {
    let mut desk = Desk::agreed(2_000);
    desk.account.queue(Task::Stop(true)).unwrap();
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::Stopped));
    assert_eq!(desk.ask(amount(3_000)), Err(Refused::Stopped));
    assert_eq!(desk.ask(Ask::Contact), Ok(DONE));
    desk.account.queue(Task::Stop(false)).unwrap();
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
}

#[test]
fn orders_go_out_a_few_at_a_time_and_each_is_done_once() {
    let mut desk = Desk::new();
    for _ in 0..6 {
        desk.account.queue(Task::ClearErrors).unwrap();
    }
    assert_eq!(desk.ask(Ask::Contact), Ok(End { is_done: true, has_more: true }));
    assert_eq!(desk.device.order, 4);
    assert_eq!(desk.ask(Ask::Contact), Ok(DONE));
    assert_eq!((desk.device.order, desk.account.state().orders.len()), (6, 0));
    let done = desk.effects.iter().filter(|effect| matches!(effect, Effect::OrderDone { .. }));
    assert_eq!(done.count(), 6);
}

#[test]
fn the_newest_of_what_only_sets_a_state_takes_the_place_of_the_older() {
    let mut desk = Desk::new();
    desk.account.queue(Task::Suspicion(true)).unwrap();
    desk.account.queue(Task::ClearErrors).unwrap();
    let dropped = desk.account.queue(Task::Suspicion(false)).unwrap();
    assert_eq!(dropped, [Effect::TaskDropped(Task::Suspicion(true))]);
    let booked = desk.begin(Ask::Contact).unwrap();
    let tasks: Vec<Task> = booked.orders.iter().map(|order| order.task).collect();
    assert_eq!(tasks, [Task::ClearErrors, Task::Suspicion(false)]);
    // One that was given and not confirmed keeps its number; what replaces it gets another.
    desk.account.queue(Task::Suspicion(true)).unwrap();
    desk.dial();
    let booked = desk.begin(Ask::Contact).unwrap();
    let numbers: Vec<u64> = booked.orders.iter().map(|order| order.number).collect();
    assert_eq!(numbers, [1, 3]);
}

#[test]
fn an_order_that_the_device_refuses_is_dropped_and_noted() {
    let mut desk = Desk::new();
    desk.account.queue(Task::Unpair).unwrap();
    desk.device.refuses = Some(Refuses::Orders);
    assert_eq!(desk.ask(Ask::Contact), Ok(DONE));
    assert!(desk.effects.contains(&Effect::OrderRefused { number: 1, code: 99 }));
    assert!(desk.account.state().orders.is_empty());
}

#[test]
fn a_reset_brings_the_registers_of_the_books_or_does_not_go_out() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    let registers = Registers { r1: money(1_500), r2: money(500), r3: money(2_000), r4: 1, r8: 1 };
    let reset = |registers, grant| {
        let registers = Some(Proven { registers, grant });
        Task::Reset(Reset { faulted_at: 9, codeword: [1; 24], registers })
    };
    for task in [
        reset(registers, 2),
        reset(Registers { r1: money(2_500), r3: money(3_000), ..registers }, 1),
        reset(Registers { r1: money(1_000), ..registers }, 1),
    ] {
        assert_eq!(desk.account.queue(task), Err(NotPossible::NotTheBooks));
    }
    desk.account.queue(reset(registers, 1)).unwrap();
    // Another grant is settled before it goes out: it is out of date.
    let booked = desk.begin(Ask::Refill).unwrap();
    desk.device
        .take_grant(&match booked.credit {
            PlannedCredit::Refill(grant) => grant,
            _ => panic!("a refill"),
        })
        .unwrap();
    desk.dial();
    let booked = desk.begin(Ask::Contact).unwrap();
    assert_eq!(booked.orders, []);
    assert!(desk.effects.contains(&Effect::TaskDropped(reset(registers, 1))));
}

#[test]
fn a_call_back_brings_the_amount_that_was_asked_for_once() {
    let mut desk = Desk::agreed(2_000);
    desk.call_back_only = true;
    desk.registered = Some("004930123".parse().unwrap());
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::NoRequest));
    let ask = |own: &str| Ask::CallBack {
        request: [7; 16],
        amount: money(4_000),
        own_number: own.parse().unwrap(),
    };
    assert_eq!(desk.ask(ask("004930999")), Err(Refused::OtherNumber));
    desk.customer.funds = 3_999;
    assert_eq!(desk.ask(ask("004930123")), Err(Refused::Funds));
    desk.customer.funds = 9_000;
    assert_eq!(desk.ask(ask("004930123")), Ok(DONE));
    assert!(desk.effects.contains(&Effect::CallBack { request: [7; 16], amount: money(4_000) }));

    desk.dial();
    desk.trigger = Trigger::CalledBack([8; 16]);
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::NoRequest));
    assert!(desk.effects.contains(&Effect::Found(Discrepancy::UnknownCallBack)));
    desk.dial();
    desk.trigger = Trigger::CalledBack([7; 16]);
    let booked = desk.begin(Ask::Refill).unwrap();
    let PlannedCredit::Refill(grant) = booked.credit else { panic!("a refill") };
    assert_eq!(grant.amount_minor, 4_000);
    desk.device.take_grant(&grant).unwrap();
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::NoRequest), "once");
}

#[test]
fn a_meter_that_is_gone_is_settled_by_two_people_after_a_waiting_time() {
    let mut desk = Desk::agreed(2_000);
    desk.ask(Ask::Refill).unwrap();
    desk.device.frank(300);
    desk.ask(Ask::Contact).unwrap();
    // A second refill of which nobody knows whether it has arrived.
    drop(desk.begin(Ask::Refill).unwrap());
    let settle =
        |spent: u64, by: &'static str| Settlement { spent_since: money(spent), by, waiting_ms: 30 * DAY_MS };
    let noted = desk.now_ms;
    assert_eq!(desk.account.settle_gone(&settle(0, "two"), noted), Err(NotPossible::NotGone));
    desk.account.note_gone(Gone::Lost, "one", noted).unwrap();
    let later = noted + 30 * DAY_MS;
    assert_eq!(desk.account.settle_gone(&settle(0, "two"), later - 1), Err(NotPossible::TooEarly));
    assert_eq!(desk.account.settle_gone(&settle(0, "one"), later), Err(NotPossible::SamePerson));
    assert_eq!(desk.account.settle_gone(&settle(3_701, "two"), later), Err(NotPossible::SeenTooMuch));
    // 4000 paid, 300 franked at the last report, 500 seen since: 3200 go back.
    let effects = desk.account.settle_gone(&settle(500, "two"), later).unwrap();
    desk.note(&effects);
    assert_eq!(desk.customer.credits, 3_200);
    assert_eq!(desk.account.state().granted, money(800), "what was franked");
    // It turns up again: it gets nothing, and is noticed.
    desk.dial();
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::OutOfService));
    assert!(desk.effects.contains(&Effect::Found(Discrepancy::GoneCalls)));
}

#[test]
fn a_meter_that_is_found_again_goes_on() {
    let mut desk = Desk::agreed(2_000);
    desk.account.note_gone(Gone::Dead, "one", desk.now_ms).unwrap();
    desk.dial();
    assert_eq!(desk.ask(Ask::Refill), Err(Refused::OutOfService));
    desk.account.note_found().unwrap();
    assert_eq!(desk.ask(Ask::Refill), Ok(DONE));
}

#[test]
fn what_is_stored_is_read_again_only_where_it_fits_together() {
    let mut desk = Desk::agreed(2_000);
    desk.announce(None);
    desk.account.queue(Task::ClearErrors).unwrap();
    desk.account.queue(Task::Unpair).unwrap();
    drop(desk.begin(amount(0)).unwrap());
    let text = serde_json::to_string(&desk.account).unwrap();
    assert_eq!(serde_json::from_str::<Account>(&text).unwrap(), desk.account);

    drop(desk.begin(Ask::Refill).unwrap());
    let good = desk.account.state().clone();
    let broken = |change: fn(&mut State)| {
        let mut state = good.clone();
        change(&mut state);
        Account::restore(state).unwrap_err()
    };
    assert_eq!(broken(|state| state.grants = 1), Inconsistent::Open);
    assert_eq!(broken(|state| state.granted = money(1)), Inconsistent::Open);
    assert_eq!(broken(|state| state.open.as_mut().unwrap().grant.amount_minor = 0), Inconsistent::Open);
    assert_eq!(broken(|state| state.orders_issued = 0), Inconsistent::Orders);
    assert_eq!(broken(|state| state.orders[0].number = None), Inconsistent::Orders);
    assert_eq!(broken(|state| state.service = Service::Withdrawn { at_ms: 0 }), Inconsistent::Service);
}

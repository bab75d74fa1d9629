//! A meter's file through its calls: what the centre comes to think of the meter, and what it does about it.

use crate::account_device::{Device, money, serial};
use centre::account::{Account, Call, Rules};
use centre::decisions::{Cause, ReactionKind, Settings};
use centre::dossier::{Dossier, MeterFile, Turn};
use link::call::{Ask, Refused, Trigger};
use link::{ErrorKind, Task};
use terms::Money;
use terms::equations::Status;

const DAY_MS: i64 = 86_400_000;
const START_MS: i64 = 1_795_262_400_000;

struct Case {
    file: MeterFile,
    device: Device,
    settings: Settings,
    now_ms: i64,
    trigger: Trigger,
}

impl Case {
    fn new() -> Case {
        let file = MeterFile { account: Account::new(serial()), dossier: Dossier::new(money(20)) };
        let device = Device { seal: 7, ..Device::default() };
        let mut case =
            Case { file, device, settings: Settings::default(), now_ms: START_MS, trigger: Trigger::Manual };
        case.call(&[Ask::Amount { amount: money(10_000), work: Default::default() }, Ask::Refill]);
        case
    }

    /// A whole call, as the centre's machine leads it.
    fn call(&mut self, asks: &[Ask]) -> Vec<(Option<Refused>, Turn)> {
        self.now_ms += 1_000;
        let call = Call { trigger: self.trigger, opened_ms: self.now_ms };
        let (refill_max, funds) = (money(1_000_000), money(u64::MAX));
        let rules = Rules { refill_max, call_back_only: false, registered: None, funds };
        let turns = asks.iter().map(|ask| {
            self.now_ms += 1;
            let report = self.device.report();
            let begun = self.file.begin(&call, &report, ask, &rules, &self.settings, self.now_ms);
            let (plan, mut turn) = begun.expect("the report is heard");
            let plan = match plan {
                Ok(plan) => plan,
                Err(refused) => return (Some(refused), turn),
            };
            let confirm = self.device.carry_out_all(&plan);
            let settled = self.file.confirm(&call, &plan.given, &confirm, &self.settings, self.now_ms);
            let (_, rest) = settled.expect("the confirmation is heard");
            turn.effects.extend(rest.effects);
            turn.reactions.extend(rest.reactions);
            (None, turn)
        });
        turns.collect()
    }

    fn status(&self) -> Status {
        self.file.dossier.judged.status
    }

    fn regular_run(&mut self) -> Turn {
        let mut turn = Turn::default();
        self.file.react(&self.settings, &Cause::RegularRun, &mut turn, self.now_ms);
        turn
    }
}

fn kinds(turns: &[(Option<Refused>, Turn)]) -> Vec<ReactionKind> {
    turns.iter().flat_map(|(_, turn)| turn.reactions.iter().map(|reaction| reaction.kind)).collect()
}

#[test]
fn an_honest_meter_stays_okay_through_years_of_calls() {
    let mut case = Case::new();
    for round in 0..100 {
        (0..40).for_each(|piece| case.device.frank(20 + (piece * round) % 200));
        case.now_ms += 20 * DAY_MS;
        let turns = case.call(&[Ask::Refill]);
        assert_eq!((case.status(), kinds(&turns)), (Status::Okay, vec![]), "round {round}");
    }
    assert_eq!(case.file.dossier.refills.count, 101);
}

/// Claim: D13
/// Claim: D14
/// Claim: X12
#[test]
fn an_overdue_meter_is_marked_and_reported_and_a_good_call_brings_it_back() {
    let mut case = Case::new();
    case.device.frank(100);
    case.now_ms += 400 * DAY_MS;
    let found: Vec<_> = case.regular_run().reactions.iter().map(|reaction| reaction.kind).collect();
    assert_eq!(case.status(), Status::Suspicious);
    assert!(found.contains(&ReactionKind::AskForCall));
    assert!(found.contains(&ReactionKind::MarkImprints { on: true }));
    assert!(found.contains(&ReactionKind::TellPost { status: Status::Suspicious }));
    // Nothing is said twice.
    assert_eq!(case.regular_run(), Turn::default());
    let marks = |case: &Case| {
        let orders = &case.file.account.state().orders;
        orders.iter().map(|queued| queued.task).collect::<Vec<Task>>()
    };
    assert_eq!(marks(&case), [Task::Suspicion(true)]);
    let turns = case.call(&[Ask::Contact]);
    assert_eq!(case.status(), Status::Okay);
    assert!(kinds(&turns).contains(&ReactionKind::TellPost { status: Status::Okay }));
    // The mark had not gone out yet, and never will.
    assert_eq!((marks(&case), case.device.order), (vec![], 1));
}

/// Claim: B20
#[test]
fn calls_by_itself_are_told_apart_and_their_repetition_leads_to_an_inspection() {
    let mut case = Case::new();
    for _ in 0..20 {
        assert!(!kinds(&case.call(&[Ask::Contact])).contains(&ReactionKind::Inspect), "somebody called");
    }
    case.trigger = Trigger::Automatic;
    let mut inspected_at = None;
    for number in 1..=10 {
        case.now_ms += DAY_MS;
        if kinds(&case.call(&[Ask::Contact])).contains(&ReactionKind::Inspect) {
            inspected_at.get_or_insert(number);
        }
    }
    assert_eq!(inspected_at, Some(case.settings.automatic_calls.count as i32));
}

/// Claim: B22
#[test]
fn a_meter_that_prints_more_than_its_credit_can_pay_for_is_found_manipulated() {
    let mut case = Case::new();
    (0..10).for_each(|_| case.device.frank(100));
    case.call(&[Ask::Contact]);
    assert_eq!(case.status(), Status::Okay);
    // Pieces that cost nothing: R4 runs ahead of the money.
    case.device.registers.r4 += 500;
    case.device.registers.r8 += 500;
    case.device.commit += 1;
    let turns = case.call(&[Ask::Contact]);
    assert_eq!(case.status(), Status::Manipulated);
    assert!(kinds(&turns).contains(&ReactionKind::Inspect));
    // It is marked in this very call, and not stopped: what it asks for it gets (row B22).
    let (refused, turn) = case.call(&[Ask::Refill]).remove(0);
    assert_eq!(refused, None);
    assert!(turn.reactions.is_empty(), "nothing new is thought of it");
    assert!(case.device.order > 0 && !case.file.account.state().stopped);
}

/// Claim: B11
#[test]
fn a_changed_key_stands_against_a_meter_until_it_speaks_with_the_right_one_again() {
    let mut case = Case::new();
    case.file.dossier.note_changed_key();
    let found = case.regular_run();
    assert_eq!(case.status(), Status::Manipulated);
    assert!(found.reactions.iter().any(|reaction| reaction.kind == ReactionKind::Inspect));
    case.call(&[Ask::Contact]);
    assert_eq!(case.status(), Status::Okay);
}

#[test]
fn a_refused_ask_leaves_what_was_reported_and_nothing_else() {
    let mut case = Case::new();
    case.device.frank(100);
    let before = case.file.account.state().clone();
    let (refused, _) = case.call(&[Ask::Withdraw]).remove(0);
    assert_eq!(refused, Some(Refused::NoWithdrawal));
    let after = case.file.account.state();
    assert_eq!(after.seen.unwrap().registers.r2, money(100));
    assert_eq!((after.open, after.granted, after.grants), (None, before.granted, before.grants));
}

/// Claim: B21
#[test]
fn a_meter_that_counts_down_is_sent_its_piece_credit_with_every_transaction() {
    let mut case = Case::new();
    case.file.dossier.is_sent_pieces = true;
    (0..50).for_each(|_| case.device.frank(100));
    let known = case.device.registers;
    let turns = case.call(&[Ask::Refill]);
    let sent = turns[0].1.effects.iter().find_map(|effect| match effect {
        centre::account::Effect::OrderGiven(order) => match order.task {
            Task::Pieces(pieces) => Some(pieces),
            _ => None,
        },
        _ => None,
    });
    let class = case.settings.new_meter_class;
    assert_eq!(sent, Some(case.settings.piece_credit(&known, Money::from_minor(10_000), class)));
    assert_eq!(case.file.dossier.errors.of(ErrorKind::Flow), 0);
}

/// Claim: B9
#[test]
fn an_opening_without_authority_stands_against_the_meter_until_it_was_inspected() {
    let mut case = Case::new();
    case.device.openings = 1;
    let turns = case.call(&[Ask::Contact]);
    assert_eq!(
        (case.status(), &*case.file.dossier.judged.codes),
        (Status::Suspicious, &["errors".to_owned()][..])
    );
    let told = ReactionKind::TellPost { status: Status::Suspicious };
    assert!(kinds(&turns).contains(&told), "{:?}", kinds(&turns));
    // The inspector finds it in order and lets its counters be cleared.
    case.device.openings = 0;
    case.file.dossier.note_inspected(&case.file.account, case.now_ms);
    case.call(&[Ask::Contact]);
    assert_eq!(case.status(), Status::Okay);
}

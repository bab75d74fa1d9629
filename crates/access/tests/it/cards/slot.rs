//! The slot: timers, cards that are given back, and what is open when.

use super::bench::{Bench, identity, number};
use access::cards::{Change, Identity, Reading, Refusal, Slot, SlotAction, SlotEvent};
use proptest::prelude::*;

fn tell(slot: &mut Slot, bench: &Bench, now_ms: u64, event: SlotEvent) -> Vec<SlotAction> {
    let mut actions = Vec::new();
    slot.handle(now_ms, event, &bench.directory, &mut |action| actions.push(action));
    actions
}

fn insert(slot: &mut Slot, bench: &Bench, now_ms: u64, reading: Reading) -> Vec<SlotAction> {
    tell(slot, bench, now_ms, SlotEvent::Inserted(reading))
}

fn card(bench: &Bench, last: u64) -> Reading {
    Reading::Card(bench.chip(last))
}

fn opened(bench: &Bench, last: u64) -> SlotAction {
    let selected = bench.holder(last).unwrap().selected();
    SlotAction::Opened { identity: bench.chip(last), selected }
}

/// Claim: E7
#[test]
fn franking_stays_open_for_the_cards_own_time_after_it_has_left() {
    let bench = Bench::of_the_source();
    for (last, seconds) in [(1, 20), (2, 10), (3, 2), (6, 1)] {
        let mut slot = Slot::new();
        assert_eq!(slot.open(0), Err(Refusal::NoCard), "locked after power-on");
        assert_eq!(insert(&mut slot, &bench, 0, card(&bench, last)), [opened(&bench, last)]);
        assert_eq!(slot.open(3_600_000), Ok(bench.chip(last)), "as long as it is in");
        let until_ms = 5_000 + seconds * 1000;
        let started = tell(&mut slot, &bench, 5_000, SlotEvent::Removed);
        assert_eq!(started, [SlotAction::TimerStarted { until_ms }]);
        assert_eq!(slot.inserted(), Err(Refusal::NoCard), "menus need the card itself");
        assert_eq!(tell(&mut slot, &bench, until_ms - 1, SlotEvent::Tick), []);
        assert_eq!(slot.open(until_ms - 1), Ok(bench.chip(last)));
        assert_eq!(slot.open(until_ms), Err(Refusal::NoCard), "though no tick came");
        assert_eq!(tell(&mut slot, &bench, until_ms, SlotEvent::Tick), [SlotAction::Locked]);
        assert_eq!(tell(&mut slot, &bench, until_ms + 1, SlotEvent::Tick), [], "said once");
    }
}

/// Claim: E7
#[test]
fn a_card_that_comes_in_time_goes_on_and_one_that_comes_late_begins_anew() {
    let bench = Bench::of_the_source();
    let mut slot = Slot::new();
    insert(&mut slot, &bench, 0, card(&bench, 3));
    tell(&mut slot, &bench, 0, SlotEvent::Removed);
    assert_eq!(insert(&mut slot, &bench, 1_999, card(&bench, 4)), [opened(&bench, 4)]);
    assert_eq!(slot.open(60_000), Ok(bench.chip(4)), "the first card's timer is off");
    tell(&mut slot, &bench, 60_000, SlotEvent::Removed);
    let late = insert(&mut slot, &bench, 62_000, card(&bench, 3));
    assert_eq!(late, [SlotAction::Locked, opened(&bench, 3)]);
}

/// Claim: E7
#[test]
fn no_seconds_lock_at_once() {
    let mut bench = Bench::of_the_source();
    bench.by_master(Change::CardTimer(number(1), 0));
    let mut slot = Slot::new();
    insert(&mut slot, &bench, 0, card(&bench, 1));
    assert_eq!(tell(&mut slot, &bench, 9, SlotEvent::Removed), [SlotAction::Locked]);
    assert_eq!(slot.open(9), Err(Refusal::NoCard));
}

#[test]
fn a_card_of_another_kind_is_given_back_and_costs_no_time() {
    let bench = Bench::of_the_source();
    let mut slot = Slot::new();
    let back = [SlotAction::GivenBack(Refusal::ForeignCard)];
    assert_eq!(insert(&mut slot, &bench, 0, Reading::Foreign), back);
    insert(&mut slot, &bench, 0, card(&bench, 2));
    tell(&mut slot, &bench, 0, SlotEvent::Removed);
    assert_eq!(insert(&mut slot, &bench, 1_000, Reading::Foreign), back);
    assert_eq!(tell(&mut slot, &bench, 2_000, SlotEvent::Removed), [], "it left no timer");
    assert_eq!(slot.open(9_999), Ok(bench.chip(2)), "the timer goes on");
    assert_eq!(slot.open(10_000), Err(Refusal::NoCard));
}

#[test]
fn a_card_without_a_row_or_with_a_wrong_string_locks_at_once() {
    let mut bench = Bench::of_the_source();
    bench.by_master(Change::CardLocked(number(5), true));
    let wrong = [
        (Reading::Wrong, Refusal::WrongCard),
        (Reading::Blank { running: None }, Refusal::BlankCard),
        (Reading::Card(identity(77, 1)), Refusal::UnknownCard),
        (card(&bench, 5), Refusal::LockedCard),
    ];
    for (reading, refusal) in wrong {
        let mut slot = Slot::new();
        assert_eq!(insert(&mut slot, &bench, 0, reading), [SlotAction::GivenBack(refusal)]);
        insert(&mut slot, &bench, 0, card(&bench, 1));
        tell(&mut slot, &bench, 0, SlotEvent::Removed);
        let locked = [SlotAction::GivenBack(refusal), SlotAction::Locked];
        assert_eq!(insert(&mut slot, &bench, 1, reading), locked, "{refusal}");
        assert_eq!(slot.open(1), Err(Refusal::NoCard));
    }
}

#[test]
fn a_card_that_was_locked_or_deleted_while_it_was_in_leaves_no_time() {
    let mut bench = Bench::of_the_source();
    let mut slot = Slot::new();
    insert(&mut slot, &bench, 0, card(&bench, 10));
    bench.by_master(Change::CardLocked(number(10), true));
    assert_eq!(
        bench.directory.recognise(Reading::Card(slot.open(0).unwrap())).err(),
        Some(Refusal::LockedCard)
    );
    assert_eq!(tell(&mut slot, &bench, 1, SlotEvent::Removed), [SlotAction::Locked]);
}

#[test]
fn a_meter_without_a_master_opens_to_nobody() {
    let bench = Bench::new();
    let mut slot = Slot::new();
    for reading in [Reading::Card(identity(1, 1)), Reading::Blank { running: None }] {
        let back = [SlotAction::GivenBack(Refusal::NoMaster)];
        assert_eq!(insert(&mut slot, &bench, 0, reading), back);
    }
}

proptest! {
    /// Claim: E7
    #[test]
    fn nobody_is_there_longer_than_the_last_cards_timer(
        events in prop::collection::vec((0..8_u8, 0..15_000_u64), 1..40)
    ) {
        let bench = Bench::of_the_source();
        let (mut slot, mut now_ms) = (Slot::new(), 0);
        // Who is in, and who may frank until when.
        let (mut inside, mut until): (Option<Identity>, Option<(Identity, u64)>) = (None, None);
        for (what, later_ms) in events {
            now_ms += later_ms;
            match what {
                0..=3 => {
                    let last = [1, 2, 3, 6][usize::from(what)];
                    insert(&mut slot, &bench, now_ms, card(&bench, last));
                    (inside, until) = (Some(bench.chip(last)), None);
                }
                4..=6 => {
                    tell(&mut slot, &bench, now_ms, SlotEvent::Removed);
                    if let Some(left) = inside.take() {
                        let seconds = bench.directory.card(left.number).unwrap().timer_seconds;
                        until = Some((left, now_ms + u64::from(seconds) * 1000));
                    }
                }
                _ => {
                    tell(&mut slot, &bench, now_ms, SlotEvent::Tick);
                }
            }
            let running = until.filter(|(_, until_ms)| now_ms < *until_ms).map(|(left, _)| left);
            prop_assert_eq!(slot.open(now_ms).ok(), inside.or(running));
            prop_assert_eq!(slot.inserted().ok(), inside);
        }
    }
}

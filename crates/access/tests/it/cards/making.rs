//! Making cards step by step: the timer, wrong cards, pulled cards, crashes.

use super::bench::{Bench, Drawn, centres, identity, number, running};
use access::cards::{
    Change, Follow, Functions, Level, MakingAction, MakingEvent, Plan, Reading, Refusal, Row, SWAP_MS,
};

/// A plan of the master's for a single card 20.
fn plan(bench: &Bench) -> Plan {
    let card = bench.below(1, 20, Level::Single, centres([5]));
    Plan::Follow { maker: bench.chip(1), follow: Follow::New(card) }
}

/// The master has chosen and left the slot.
fn waiting() -> Bench {
    let mut bench = Bench::of_the_source();
    assert_eq!(bench.event(MakingEvent::Choose(plan(&bench))), Ok(vec![MakingAction::AskSwap]));
    let until_ms = Some(SWAP_MS);
    assert_eq!(bench.event(MakingEvent::Removed), Ok(vec![MakingAction::AskCard { until_ms }]));
    bench
}

fn failed(refusal: Refusal) -> Result<Vec<MakingAction>, Refusal> {
    Ok(vec![MakingAction::Failed(refusal)])
}
#[test]
fn a_new_meter_takes_its_first_card_as_master_and_waits_for_it_without_a_limit() {
    let mut bench = Bench::new();
    let asked = bench.event(MakingEvent::Choose(Plan::First(number(1)))).unwrap();
    assert_eq!(asked, [MakingAction::AskCard { until_ms: None }]);
    bench.now_ms = u64::MAX;
    assert_eq!(bench.event(MakingEvent::Tick), Ok(vec![]));
    assert_eq!(bench.insert(&mut Drawn::default()), Ok(identity(1, 1)), "running number 001");
    let master = bench.holder(1).unwrap();
    assert_eq!(master.card().unwrap().level, Level::Master);
    assert_eq!(master.selected().unwrap().to_string(), "01001", "cost centre 1 is there and selected");
    assert!(Functions::ALL.iter().all(|function| master.may(function).is_ok()));
    assert_eq!(bench.make(Plan::First(number(2))), Err(Refusal::HasMaster));
}
#[test]
fn a_card_is_made_step_by_step_and_its_row_comes_last() {
    let mut bench = waiting();
    bench.now_ms = SWAP_MS - 1;
    let mut drawn = Drawn::default();
    let mut actions = bench.event(MakingEvent::Inserted(drawn.reading())).unwrap();
    let mut steps = Vec::new();
    while let Some(action) = actions.pop() {
        assert!(actions.is_empty(), "one thing at a time");
        steps.push(match &action {
            MakingAction::Store(changes) if changes.gone().is_empty() => "keep",
            MakingAction::Store(_) => "commit",
            MakingAction::Write { .. } => "write",
            MakingAction::Read => "read",
            MakingAction::Made(_) => break,
            other => panic!("{other:?}"),
        });
        assert!(bench.directory.card(number(20)).is_none(), "no row before the last step");
        let event = bench.act(action, &mut drawn).unwrap();
        actions = bench.event(event).unwrap();
    }
    assert_eq!(steps, ["keep", "write", "read", "commit"]);
    assert!(bench.making.is_idle() && bench.directory.pending().is_none());
    assert!(bench.holder(20).unwrap().may_use(super::bench::centre(5)).is_ok());
    assert_eq!(drawn.reading(), Reading::Card(bench.chip(20)));
}
#[test]
fn the_timer_ends_the_wait_whether_or_not_a_card_comes() {
    let before = Bench::of_the_source();
    for event in [MakingEvent::Tick, MakingEvent::Inserted(Drawn::default().reading()), MakingEvent::Cancel] {
        let mut bench = waiting();
        bench.now_ms = SWAP_MS;
        assert_eq!(bench.event(event), failed(Refusal::TimeUp));
        assert!(bench.making.is_idle() && bench.directory.rows().eq(before.directory.rows()));
    }
    let mut bench = before;
    bench.event(MakingEvent::Choose(plan(&bench))).unwrap();
    bench.now_ms = 3_600_000;
    assert_eq!(bench.event(MakingEvent::Tick), Ok(vec![]), "it runs from when the maker's card has left");
    let asked = bench.event(MakingEvent::Removed).unwrap();
    assert_eq!(asked, [MakingAction::AskCard { until_ms: Some(3_620_000) }]);
}
#[test]
fn nothing_is_written_before_a_card_is_in_the_slot() {
    let mut bench = Bench::of_the_source();
    bench.event(MakingEvent::Choose(plan(&bench))).unwrap();
    let early = [
        MakingEvent::Stored,
        MakingEvent::Written,
        MakingEvent::ReadBack(Reading::Card(identity(20, 13))),
        MakingEvent::Inserted(Drawn::default().reading()),
        MakingEvent::NotWritten,
        MakingEvent::NotStored,
    ];
    for event in early {
        assert_eq!(bench.event(event.clone()), Ok(vec![]), "{event:?} while the maker's card is in");
    }
    bench.event(MakingEvent::Removed).unwrap();
    assert_eq!(bench.event(MakingEvent::Stored), Ok(vec![]));
    assert_eq!(bench.event(MakingEvent::Written), Ok(vec![]));
}

#[test]
fn a_card_that_cannot_be_used_is_refused_and_another_may_come_in_time() {
    let mut bench = waiting();
    let (maker, known) = (bench.chip(1), bench.chip(9));
    for (reading, refusal) in [
        (Reading::Card(maker), Refusal::CardTaken),
        (Reading::Card(known), Refusal::CardTaken),
        (Reading::Foreign, Refusal::ForeignCard),
        (Reading::Wrong, Refusal::WrongCard),
        (Reading::Blank { running: Some(known.running) }, Refusal::CardTaken),
    ] {
        assert_eq!(bench.event(MakingEvent::Inserted(reading)), Err(refusal), "{reading:?}");
        assert_eq!(bench.event(MakingEvent::Removed), Ok(vec![]), "the timer is not started again");
    }
    bench.now_ms = SWAP_MS - 1;
    assert_eq!(bench.insert(&mut Drawn::default()), Ok(identity(20, 13)));
}

#[test]
fn a_card_of_this_meter_without_a_row_is_made_again_under_its_old_running_number() {
    let mut bench = waiting();
    let mut old = Drawn { running: Some(running(40)), number: Some(number(66)) };
    assert_eq!(bench.insert(&mut old), Ok(identity(20, 40)));
    let plan = Plan::Follow { maker: bench.chip(1), follow: Follow::Duplicate(number(20)) };
    let mut deleted = Drawn { running: Some(bench.chip(9).running), number: Some(number(9)) };
    bench.by_master(Change::DeleteCard(number(9)));
    bench.event(MakingEvent::Choose(plan)).unwrap();
    bench.event(MakingEvent::Removed).unwrap();
    assert_eq!(bench.insert(&mut deleted), Ok(identity(20, 9)));
    let next = bench.duplicate(1, 20).unwrap();
    assert_eq!(next.running, running(41), "no number is given twice");
}
#[test]
fn a_card_that_is_pulled_at_any_step_gets_no_row() {
    let before = Bench::of_the_source();
    for pulled_after in 0..3 {
        let mut bench = waiting();
        let mut drawn = Drawn::default();
        let mut actions = bench.event(MakingEvent::Inserted(drawn.reading())).unwrap();
        for _ in 0..pulled_after {
            let event = bench.act(actions.remove(0), &mut drawn).unwrap();
            actions = bench.event(event).unwrap();
        }
        let mut after = bench.event(MakingEvent::Removed).unwrap();
        if after.is_empty() {
            // The rows were on their way: they are taken back once they are stored.
            bench.act(actions.remove(0), &mut drawn);
            after = bench.event(MakingEvent::Stored).unwrap();
        }
        assert_eq!(after.pop(), Some(MakingAction::Failed(Refusal::Pulled)), "after {pulled_after} steps");
        after.into_iter().for_each(|action| drop(bench.act(action, &mut Drawn::default())));
        assert!(bench.making.is_idle() && bench.directory.card(number(20)).is_none());
        let tables = |bench: &Bench| {
            let rows = bench.directory.rows().filter(|row| !matches!(row, Row::Whole(_)));
            rows.cloned().collect::<Vec<_>>()
        };
        assert_eq!(tables(&bench), tables(&before), "all but the running number that was given");
        if let Reading::Card(identity) = drawn.reading() {
            assert_eq!(bench.directory.mend(identity), None);
        }
    }
}
#[test]
fn a_failure_leaves_card_and_table_as_they_were() {
    for case in ["not written", "other on it", "not stored", "cancelled"] {
        let mut bench = waiting();
        let mut drawn = Drawn::default();
        let mut actions = bench.event(MakingEvent::Inserted(drawn.reading())).unwrap();
        let mut step = |bench: &mut Bench, actions: &mut Vec<MakingAction>| {
            let event = bench.act(actions.remove(0), &mut drawn).unwrap();
            *actions = bench.event(event).unwrap();
        };
        step(&mut bench, &mut actions);
        let (event, refusal) = match case {
            "not written" => (MakingEvent::NotWritten, Refusal::NotWritten),
            "cancelled" => (MakingEvent::Cancel, Refusal::Cancelled),
            "other on it" => {
                step(&mut bench, &mut actions);
                (MakingEvent::ReadBack(Reading::Blank { running: None }), Refusal::NotWritten)
            }
            _ => {
                step(&mut bench, &mut actions);
                step(&mut bench, &mut actions);
                (MakingEvent::NotStored, Refusal::NotStored)
            }
        };
        let after = bench.event(event).unwrap();
        assert_eq!(after.first(), Some(&MakingAction::Erase), "{case}");
        assert_eq!(after.last(), Some(&MakingAction::Failed(refusal)), "{case}");
        for action in after.into_iter().filter(|action| !matches!(action, MakingAction::Failed(_))) {
            bench.act(action, &mut drawn);
        }
        assert_eq!(drawn.number, None, "{case}");
        assert!(bench.directory.card(number(20)).is_none() && bench.directory.pending().is_none(), "{case}");
    }
    let mut bench = waiting();
    bench.event(MakingEvent::Inserted(Drawn::default().reading())).unwrap();
    assert_eq!(
        bench.event(MakingEvent::NotStored),
        failed(Refusal::NotStored),
        "before anything was written"
    );
}
#[test]
fn a_crash_between_card_and_table_is_mended_when_the_card_comes_again() {
    for crashed_after in 1..=3 {
        let mut bench = waiting();
        let mut drawn = Drawn::default();
        let mut actions = bench.event(MakingEvent::Inserted(drawn.reading())).unwrap();
        for _ in 0..crashed_after {
            let event = bench.act(actions.remove(0), &mut drawn).unwrap();
            actions = bench.event(event).unwrap();
        }
        let mut bench = bench.restarted();
        assert!(bench.directory.pending().is_some() && bench.directory.card(number(20)).is_none());
        assert_eq!(bench.directory.mend(identity(9, 9)), None, "another card mends nothing");
        match drawn.reading() {
            Reading::Card(identity) => {
                let changes = bench.directory.mend(identity).unwrap().unwrap();
                bench.store(&changes);
                assert!(bench.holder(20).is_ok() && bench.directory.pending().is_none());
            }
            _ => {
                assert_eq!(crashed_after, 1, "nothing was written yet");
                let plan = plan(&bench);
                assert!(bench.make(plan).is_ok(), "it is made as if nothing had happened");
                assert!(bench.directory.pending().is_none());
            }
        }
    }
}

#[test]
fn what_its_maker_may_no_longer_make_is_not_mended() {
    let mut bench = Bench::of_the_source();
    let card = bench.below(10, 20, Level::Single, centres([7]));
    let plan = Plan::Follow { maker: bench.chip(10), follow: Follow::New(card) };
    bench.event(MakingEvent::Choose(plan)).unwrap();
    bench.event(MakingEvent::Removed).unwrap();
    let mut drawn = Drawn::default();
    let keep = bench.event(MakingEvent::Inserted(drawn.reading())).unwrap().remove(0);
    let event = bench.act(keep, &mut drawn).unwrap();
    let write = bench.event(event).unwrap().remove(0);
    bench.act(write, &mut drawn);
    let mut bench = bench.restarted();
    bench.by_master(Change::CardLocked(number(10), true));
    let Reading::Card(identity) = drawn.reading() else { panic!("it was written") };
    assert_eq!(bench.directory.mend(identity), Some(Err(Refusal::LockedCard)));
    let changes = bench.directory.drop_pending();
    bench.store(&changes);
    assert_eq!(bench.directory.mend(identity), None);
}

#[test]
fn one_card_is_made_at_a_time_and_it_can_be_given_up() {
    let mut bench = waiting();
    assert_eq!(bench.event(MakingEvent::Choose(plan(&bench))), Err(Refusal::Busy));
    assert_eq!(bench.event(MakingEvent::Cancel), failed(Refusal::Cancelled));
    assert_eq!(bench.event(MakingEvent::Removed), Ok(vec![]));
    assert_eq!(bench.event(MakingEvent::Choose(plan(&bench))), Ok(vec![MakingAction::AskSwap]));
    assert_eq!(bench.event(MakingEvent::Cancel), failed(Refusal::Cancelled));
}

#[test]
fn after_999_cards_no_running_number_is_left() {
    let mut bench = waiting();
    let mut old = Drawn { running: Some(running(999)), number: None };
    assert_eq!(bench.insert(&mut old), Ok(identity(20, 999)));
    assert_eq!(bench.duplicate(1, 20), Err(Refusal::NoRunning));
}

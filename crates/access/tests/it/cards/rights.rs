//! Under any sequence of changes no card has what the one above it lacks, and none that is locked acts.

use super::bench::{Bench, centre, number};
use access::cards::{Centres, Change, Function, Functions, Level, Refusal};
use proptest::prelude::*;

/// The thirteenth to the twentieth number are free.
const CARDS: std::ops::RangeInclusive<u64> = 1..=20;

#[derive(Clone, Debug)]
enum Step {
    Make { maker: u64, parent: u64, last: u64, level: Level, centres: Centres, functions: Functions },
    Duplicate { maker: u64, last: u64 },
    Change { by: u64, change: Change },
    Restart,
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Master), Just(Level::Group), Just(Level::Single), Just(Level::Function)]
}

fn some_centres() -> impl Strategy<Value = Centres> {
    let some = prop::collection::btree_set(1..=9_u16, 0..4);
    prop_oneof![9 => some.prop_map(|set| set.into_iter().map(centre).collect()), 1 => Just(Centres::All)]
}

fn functions() -> impl Strategy<Value = Functions> {
    any::<u8>().prop_map(|bits| Functions::ALL.iter().filter(|one| bits >> *one as u8 & 1 == 1).collect())
}

fn change() -> impl Strategy<Value = Change> {
    let of = |card: u64| number(card);
    prop_oneof![
        (CARDS, functions()).prop_map(move |(card, functions)| Change::CardFunctions(of(card), functions)),
        (CARDS, some_centres()).prop_map(move |(card, centres)| Change::CardCentres(of(card), centres, None)),
        (CARDS, any::<bool>()).prop_map(move |(card, locked)| Change::CardLocked(of(card), locked)),
        CARDS.prop_map(move |card| Change::DeleteCard(of(card))),
        (1..=9_u16).prop_map(|free| Change::DeleteCentre(centre(free))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let made = (CARDS, CARDS, CARDS, level(), some_centres(), functions());
    prop_oneof![
        3 => made.prop_map(|(maker, parent, last, level, centres, functions)| {
            Step::Make { maker, parent, last, level, centres, functions }
        }),
        1 => (CARDS, CARDS).prop_map(|(maker, last)| Step::Duplicate { maker, last }),
        6 => (CARDS, change()).prop_map(|(by, change)| Step::Change { by, change }),
        1 => Just(Step::Restart),
    ]
}

/// What a step is refused for is another test's; here any may be.
fn take(bench: &mut Bench, step: Step) {
    let there = |bench: &Bench, last| bench.directory.card(number(last)).is_some();
    match step {
        Step::Make { maker, parent, last, level, centres, functions } => {
            if there(bench, maker) && there(bench, parent) {
                let mut card = bench.below(parent, last, level, centres);
                card.functions = functions;
                let _ = bench.follow(maker, card);
            }
        }
        Step::Duplicate { maker, last } if there(bench, maker) => {
            let _ = bench.duplicate(maker, last);
        }
        Step::Change { by, change } if there(bench, by) => {
            let _ = bench.change(by, change);
        }
        Step::Restart => *bench = bench.restarted(),
        Step::Duplicate { .. } | Step::Change { .. } => {}
    }
}

/// Told from the rows alone.
fn holds(bench: &Bench) -> Result<(), TestCaseError> {
    for card in bench.directory.cards() {
        let mut locked = card.locked;
        let mut upper = card.parent;
        while let Some(above) = upper.map(|upper| bench.directory.card(upper).unwrap()) {
            prop_assert!(above.level < card.level);
            for function in Functions::ALL.iter() {
                prop_assert!(!card.functions.contains(function) || above.functions.contains(function));
            }
            for free in 0..=60 {
                prop_assert!(!card.centres.contains(centre(free)) || above.centres.contains(centre(free)));
            }
            locked |= above.locked;
            upper = above.parent;
        }
        let last = card.number.value() - number(0).value();
        prop_assert_eq!(bench.holder(last).is_ok(), !locked);
    }
    prop_assert_eq!(bench.directory.cards().filter(|card| card.parent.is_none()).count(), 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Claim: E4
    #[test]
    fn no_card_ever_has_what_the_one_above_it_lacks(steps in prop::collection::vec(step(), 1..40)) {
        let mut bench = Bench::of_the_source();
        for step in steps {
            take(&mut bench, step);
            holds(&bench)?;
        }
    }

    #[test]
    fn a_card_changes_nothing_but_what_lies_below_it(by in 2..=12_u64, change in change()) {
        let mut bench = Bench::of_the_source();
        let before = bench.clone();
        if bench.change(by, change).is_ok() {
            for card in before.directory.cards().filter(|card| bench.directory.card(card.number) != Some(card)) {
                let mut above = before.directory.above(card);
                prop_assert!(above.any(|above| above.number == number(by)), "not below card {}", by);
            }
        }
    }
}
#[test]
fn a_locked_card_does_nothing_and_neither_do_those_below_it() {
    let mut bench = Bench::of_the_source();
    bench.by_master(Change::CardLocked(number(10), true));
    assert_eq!(bench.holder(10).err(), Some(Refusal::LockedCard));
    assert_eq!([11, 12].map(|last| bench.holder(last).err()), [Some(Refusal::LockedAbove); 2]);
    let refused = bench.change(11, Change::CardFunctions(number(12), Functions::NONE));
    assert_eq!(refused, Err(Refusal::LockedAbove));
    assert_eq!(bench.duplicate(11, 12), Err(Refusal::LockedAbove));
    assert!(bench.holder(2).is_ok(), "the other branches go on");
    bench.by_master(Change::CardLocked(number(10), false));
    assert!(bench.holder(12).unwrap().may(Function::Query).is_ok());
}
#[test]
fn a_duplicate_has_the_same_row_and_is_locked_for_itself() {
    let mut bench = Bench::of_the_source();
    let first = bench.chip(3);
    let second = bench.duplicate(2, 3).unwrap();
    assert_eq!(second.number, first.number);
    assert_ne!(second.running, first.running);
    let holder = |bench: &Bench, identity| {
        let holder = bench.directory.holder(access::cards::By::Card(identity));
        holder.map(|holder| holder.card().unwrap().number)
    };
    assert_eq!(holder(&bench, second), Ok(number(3)));
    bench.by_master(Change::ChipLocked(first.running, true));
    assert_eq!(holder(&bench, first), Err(Refusal::LockedCard));
    assert_eq!(holder(&bench, second), Ok(number(3)), "the one that was not lost goes on");
    let stranger = access::cards::Identity { number: number(4), running: second.running };
    assert_eq!(
        holder(&bench, stranger),
        Err(Refusal::UnknownCard),
        "running number and number belong together"
    );
    assert_eq!(bench.duplicate(2, 7), Err(Refusal::OtherBranch));
    assert_eq!(bench.duplicate(2, 1), Err(Refusal::OtherBranch), "nobody below duplicates the master");
    let spare = bench.duplicate(1, 1).unwrap();
    bench.by_master(Change::ChipLocked(spare.running, true));
    assert_eq!(holder(&bench, spare), Err(Refusal::LockedCard));
}

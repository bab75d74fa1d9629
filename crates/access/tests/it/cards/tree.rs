//! The tree of Fig. 1b: what each card may, and that none acts outside its branch.

use super::bench::{Bench, centre, centres, number};
use access::cards::{Centre, Change, Function, Functions, Group, Level, Name, Refusal};
use access::cards::{GroupNumber, Surcharge};

/// Claim: E4
#[test]
fn the_tree_of_the_source_is_made_level_by_level_and_with_levels_skipped() {
    let bench = Bench::of_the_source();
    let above = |last| bench.directory.above(bench.card(last)).map(|card| card.number).collect::<Vec<_>>();
    assert_eq!(above(6), [number(2), number(1)], "FC 2 below GC 1-4 below MC");
    assert_eq!(above(8), [number(7), number(1)], "FC 5 below EC 5, without a group card");
    assert_eq!(above(9), [number(1)], "FC 9 below the master alone");
    assert_eq!(above(12), [number(11), number(10), number(1)], "FC 8 below EC 8 below GC 6-8");
    let below: Vec<_> = bench.holder(2).unwrap().below().map(|card| card.number).collect();
    assert_eq!(below, [3, 4, 5, 6].map(number));
}

/// Claim: E4
#[test]
fn a_group_card_changes_functions_clichés_and_texts_below_itself_and_nothing_else() {
    let mut bench = Bench::of_the_source();
    let functions = Functions::of(&[Function::Frank, Function::Query]);
    bench.change(2, Change::CardFunctions(number(3), functions)).unwrap();
    bench.change(2, Change::CardCliche(number(3), Some(1))).unwrap();
    bench.change(2, Change::CardText(number(3), Some(2))).unwrap();
    bench.change(2, Change::CardTimer(number(3), 3)).unwrap();
    let card = bench.card(3);
    assert_eq!(
        (card.functions, card.cliche, card.text, card.timer_seconds),
        (functions, Some(1), Some(2), 3)
    );
    for other in [1, 2, 7, 11] {
        let refused = bench.change(2, Change::CardFunctions(number(other), functions));
        assert_eq!(refused, Err(Refusal::OtherBranch), "card {other}");
    }
    assert_eq!(bench.change(2, Change::CardTimer(number(99), 3)), Err(Refusal::UnknownCard));
}

/// Claim: E4
#[test]
fn only_the_master_changes_limits_and_which_card_has_which_cost_centre() {
    let mut bench = Bench::of_the_source();
    let only_masters = [
        Change::WholeLimit(None),
        Change::CreateGroup(Group {
            number: GroupNumber::new(9).unwrap(),
            name: Name::default(),
            limit: None,
        }),
        Change::DeleteGroup(GroupNumber::new(2).unwrap()),
        Change::GroupName(GroupNumber::new(1).unwrap(), Name::default()),
        Change::GroupLimit(GroupNumber::new(1).unwrap(), None),
        Change::CreateCentre(Centre::new(centre(51))),
        Change::DeleteCentre(centre(1)),
        Change::CentreGroup(centre(1), None),
        Change::CentreLimit(centre(1), None),
        Change::CentreSurcharge(centre(1), Surcharge::None),
        Change::CentreActive(centre(1), false),
        Change::CardCentres(number(3), centres([1]), None),
        Change::CardLocked(number(3), true),
        Change::ChipLocked(bench.chip(3).running, true),
    ];
    for change in only_masters {
        assert_eq!(bench.change(2, change.clone()), Err(Refusal::MasterOnly), "{change:?}");
    }
    bench.by_master(Change::CardCentres(number(5), centres([2]), Some(centre(2))));
    assert!(bench.holder(5).unwrap().may_use(centre(2)).is_ok());
    assert_eq!(bench.holder(5).unwrap().may_use(centre(4)).err(), Some(Refusal::NotYourCentre(centre(4))));
}

#[test]
fn a_card_uses_its_own_cost_centres_and_has_its_own_functions_alone() {
    let mut bench = Bench::of_the_source();
    let used = |bench: &Bench, last| bench.holder(last).unwrap().centres().count();
    assert_eq!([1, 2, 3, 9].map(|last| used(&bench, last)), [50, 4, 1, 1]);
    assert_eq!(bench.holder(3).unwrap().selected(), Some(centre(1)), "its one cost centre");
    assert_eq!(bench.holder(2).unwrap().selected(), None, "of four none is the one");
    bench.by_master(Change::CentreActive(centre(1), false));
    let refused = bench.holder(3).unwrap().may_use(centre(1)).err();
    assert_eq!(refused, Some(Refusal::CentreNotActive(centre(1))));
    assert_eq!(bench.holder(3).unwrap().selected(), None);
    bench.take_functions(3, Function::Refill).unwrap();
    let refused = bench.holder(3).unwrap().may(Function::Refill);
    assert_eq!(refused, Err(Refusal::NotAllowed(Function::Refill)));
}

/// Claim: E10
#[test]
fn a_function_card_has_queries_and_imprints_without_value_alone() {
    let mut bench = Bench::of_the_source();
    let holder = bench.holder(6).unwrap();
    assert!(
        holder.may(Function::Query).is_ok() && holder.may_frank(centre(2), super::bench::money(0)).is_ok()
    );
    let refused = holder.may_frank(centre(2), super::bench::money(1)).err();
    assert_eq!(refused, Some(Refusal::NotAllowed(Function::Frank)));
    assert_eq!(holder.may_use(centre(1)).err(), Some(Refusal::NotYourCentre(centre(1))));
    let wider = Functions::of(&[Function::Query, Function::Frank]);
    assert_eq!(bench.change(1, Change::CardFunctions(number(6), wider)), Err(Refusal::FunctionCard));
    let mut card = bench.below(1, 20, Level::Function, centres([1]));
    card.functions = wider;
    assert_eq!(bench.follow(1, card), Err(Refusal::FunctionCard));
    let two = bench.below(1, 20, Level::Function, centres([1, 2]));
    assert_eq!(bench.follow(1, two), Err(Refusal::OneCentre));
}
#[test]
fn a_second_card_makes_cards_only_within_its_own_rights() {
    let mut bench = Bench::of_the_source();
    let outside = bench.below(2, 20, Level::Single, centres([5]));
    assert_eq!(bench.follow(2, outside), Err(Refusal::MoreThanAbove));
    let elsewhere = bench.below(1, 20, Level::Single, centres([1]));
    assert_eq!(bench.follow(2, elsewhere), Err(Refusal::OtherBranch), "not below the master");
    let level = bench.below(2, 20, Level::Group, centres([1, 2]));
    assert_eq!(bench.follow(2, level), Err(Refusal::LevelOrder));
    let known = bench.below(2, 11, Level::Single, centres([1]));
    assert_eq!(bench.follow(2, known), Err(Refusal::CardExists));
    bench.take_functions(3, Function::MakeCards).unwrap();
    let unable = bench.below(3, 20, Level::Function, centres([1]));
    assert_eq!(bench.follow(3, unable), Err(Refusal::NotAllowed(Function::MakeCards)));
    let nested = bench.below(3, 20, Level::Function, centres([1]));
    bench.follow(2, nested).unwrap();
    assert_eq!(bench.card(20).parent, Some(number(3)), "below a card of its branch");
}

#[test]
fn what_a_card_assigns_it_has_the_function_for() {
    let mut bench = Bench::of_the_source();
    for last in [3, 4, 5, 2] {
        bench.take_functions(last, Function::SetCliche).unwrap();
        bench.take_functions(last, Function::EditTexts).unwrap();
    }
    assert_eq!(
        bench.change(2, Change::CardCliche(number(3), Some(1))),
        Err(Refusal::NotAllowed(Function::SetCliche))
    );
    let mut card = bench.below(2, 20, Level::Single, centres([1]));
    card.cliche = Some(1);
    assert_eq!(bench.follow(2, card.clone()), Err(Refusal::NotAllowed(Function::SetCliche)));
    (card.cliche, card.text) = (None, Some(1));
    assert_eq!(bench.follow(2, card.clone()), Err(Refusal::NotAllowed(Function::EditTexts)));
    card.text = None;
    bench.follow(2, card).unwrap();
}

#[test]
fn nothing_is_taken_from_a_card_that_one_below_it_still_has() {
    let mut bench = Bench::of_the_source();
    assert_eq!(bench.take_functions(2, Function::Frank), Err(Refusal::MoreThanAbove));
    let refused = bench.change(1, Change::CardCentres(number(2), centres([1, 2, 3]), None));
    assert_eq!(refused, Err(Refusal::MoreThanAbove), "EC 4 is below it");
    for last in [3, 4, 5] {
        bench.take_functions(last, Function::Frank).unwrap();
    }
    bench.take_functions(2, Function::Frank).unwrap();
}

#[test]
fn the_master_keeps_everything() {
    let mut bench = Bench::of_the_source();
    for change in [
        Change::CardLocked(number(1), true),
        Change::ChipLocked(bench.chip(1).running, true),
        Change::CardFunctions(number(1), Functions::NONE),
        Change::CardCentres(number(1), centres([1]), None),
        Change::DeleteCard(number(1)),
    ] {
        assert_eq!(bench.change(1, change.clone()), Err(Refusal::MasterStays), "{change:?}");
    }
    bench.by_master(Change::CardTimer(number(1), 60));
    bench.by_master(Change::CardSelected(number(1), Some(centre(7))));
    assert_eq!(bench.holder(1).unwrap().selected(), Some(centre(7)), "its own cost centre is changeable");
}

#[test]
fn a_card_is_deleted_from_the_leaves_up() {
    let mut bench = Bench::of_the_source();
    assert_eq!(bench.change(10, Change::DeleteCard(number(11))), Err(Refusal::CardInUse));
    let (gone, chip) = (bench.chip(12), bench.by(12));
    bench.change(10, Change::DeleteCard(number(12))).unwrap();
    assert_eq!(bench.directory.holder(chip).err(), Some(Refusal::UnknownCard));
    assert!(bench.directory.chip(gone.running).is_none());
    bench.change(10, Change::DeleteCard(number(11))).unwrap();
}

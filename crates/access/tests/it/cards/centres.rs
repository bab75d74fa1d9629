//! Cost centres and groups: numbers, names, and what still needs them.

use super::bench::{Bench, centre, centres, day, group, money, number};
use access::cards::{By, Centre, CentreNumber, Change, Function, Group, Name, Piece, Refusal, RequestId};

/// Claim: E11
#[test]
fn a_cost_centre_is_created_named_grouped_selected_and_deleted() {
    let mut bench = Bench::of_the_source();
    let name = Name::new("Personal").unwrap();
    bench.by_master(Change::CreateCentre(Centre::new(centre(999))));
    bench.by_master(Change::CentreName(centre(999), name.clone()));
    bench.by_master(Change::CentreGroup(centre(999), Some(group(2))));
    bench.by_master(Change::CardSelected(number(1), Some(centre(999))));
    let made = bench.directory.centre(centre(999)).unwrap();
    assert_eq!((made.name.as_str(), made.group), ("Personal", Some(group(2))));
    assert_eq!(made.number.to_string(), "01999");
    assert_eq!(bench.holder(1).unwrap().selected(), Some(centre(999)));
    bench.by_master(Change::CardSelected(number(1), None));
    bench.by_master(Change::DeleteCentre(centre(999)));
    assert!(bench.directory.centre(centre(999)).is_none());
}

/// Claim: E11
#[test]
fn three_digits_are_free_and_the_first_two_are_the_meters() {
    let mut bench = Bench::of_the_source();
    for free in [0, 51, 999] {
        bench.by_master(Change::CreateCentre(Centre::new(centre(free))));
    }
    let other = CentreNumber::new(2_051).unwrap();
    let refused = bench.change(1, Change::CreateCentre(Centre::new(other)));
    assert_eq!(refused, Err(Refusal::OtherPrefix(other)));
    let refused = bench.change(1, Change::CreateCentre(Centre::new(centre(51))));
    assert_eq!(refused, Err(Refusal::CentreExists(centre(51))));
}

#[test]
fn what_a_card_or_a_print_still_needs_is_not_deleted() {
    let mut bench = Bench::of_the_source();
    let delete = |free| Change::DeleteCentre(centre(free));
    for (free, needed) in [(1, "selected by the master"), (5, "a single card's"), (3, "a group card's")] {
        let refused = bench.change(1, delete(free));
        assert_eq!(refused, Err(Refusal::CentreInUse(centre(free))), "{needed}");
    }
    let piece = Piece { request: RequestId(1), centre: centre(20), postage: money(1) };
    bench.by_master(Change::CentreGroup(centre(20), Some(group(2))));
    let changes = bench.directory.reserve(&[piece], day("2026-11-23"), money(1)).unwrap();
    bench.store(&changes);
    assert_eq!(bench.change(1, delete(20)), Err(Refusal::CentreInUse(centre(20))), "a print's");
    assert_eq!(bench.change(1, Change::DeleteGroup(group(2))), Err(Refusal::GroupInUse(group(2))));
    for free in [6, 7, 8, 20] {
        bench.by_master(Change::CentreGroup(centre(free), None));
    }
    assert_eq!(
        bench.change(1, Change::DeleteGroup(group(2))),
        Err(Refusal::GroupInUse(group(2))),
        "a print's"
    );
    let changes = bench.directory.book(&[RequestId(1)], day("2026-11-23")).unwrap();
    bench.store(&changes);
    bench.by_master(delete(20));
    bench.by_master(Change::DeleteGroup(group(2)));
}

#[test]
fn cards_with_the_function_name_their_cost_centres_and_no_others() {
    let mut bench = Bench::of_the_source();
    let name = || Name::new("Vertrieb").unwrap();
    bench.change(2, Change::CentreName(centre(4), name())).unwrap();
    bench.change(2, Change::CentreBudget(centre(4), Some(money(100)))).unwrap();
    bench.change(2, Change::CentreCliche(centre(4), Some(5))).unwrap();
    let made = bench.directory.centre(centre(4)).unwrap();
    assert_eq!((made.name.as_str(), made.budget, made.cliche), ("Vertrieb", Some(money(100)), Some(5)));
    let refused = bench.change(2, Change::CentreName(centre(5), name()));
    assert_eq!(refused, Err(Refusal::NotYourCentre(centre(5))));
    bench.take_functions(3, Function::ManageCentres).unwrap();
    let refused = bench.change(3, Change::CentreName(centre(1), name()));
    assert_eq!(refused, Err(Refusal::NotAllowed(Function::ManageCentres)));
}

#[test]
fn changes_that_name_nothing_say_so() {
    let mut bench = Bench::of_the_source();
    let (none, no_group) = (centre(77), group(7));
    assert_eq!(bench.change(1, Change::DeleteCentre(none)), Err(Refusal::UnknownCentre(none)));
    assert_eq!(bench.change(1, Change::CentreLimit(none, None)), Err(Refusal::UnknownCentre(none)));
    assert_eq!(bench.change(1, Change::DeleteGroup(no_group)), Err(Refusal::UnknownGroup(no_group)));
    let refused = bench.change(1, Change::CentreGroup(centre(1), Some(no_group)));
    assert_eq!(refused, Err(Refusal::UnknownGroup(no_group)));
    let refused = bench.change(1, Change::CardCentres(number(2), centres([1, 3, 4, 2, 77]), None));
    assert_eq!(refused, Err(Refusal::UnknownCentre(none)));
    let twice = Group { number: group(1), name: Name::default(), limit: None };
    assert_eq!(bench.change(1, Change::CreateGroup(twice)), Err(Refusal::GroupExists(group(1))));
    let selected = Change::CardSelected(number(3), Some(centre(2)));
    assert_eq!(bench.change(3, selected), Err(Refusal::NotSelectable(centre(2))));
}

#[test]
fn a_meter_that_works_without_cards_manages_cost_centres_and_makes_no_cards() {
    let mut bench = Bench::new();
    let mut change = |change: Change| {
        let changes = bench.directory.change(By::Anybody, &change)?;
        bench.store(&changes);
        Ok::<(), Refusal>(())
    };
    change(Change::CreateCentre(Centre::new(centre(1)))).unwrap();
    change(Change::CentreLimit(centre(1), Some(money(500)))).unwrap();
    change(Change::CentreName(centre(1), Name::new("Post").unwrap())).unwrap();
    assert_eq!(change(Change::CardLocked(number(3), true)), Err(Refusal::MasterOnly));
    assert_eq!(change(Change::CardTimer(number(3), 1)), Err(Refusal::MasterOnly));
    let holder = bench.directory.holder(By::Anybody).unwrap();
    assert!(holder.may_frank(centre(1), money(100)).is_ok() && holder.may(Function::Refill).is_ok());
    assert_eq!(holder.may(Function::MakeCards), Err(Refusal::MasterOnly));
    assert_eq!(holder.may_use(centre(2)).err(), Some(Refusal::UnknownCentre(centre(2))));
}

#[test]
fn a_change_that_was_overtaken_is_refused_and_changes_nothing() {
    let mut bench = Bench::of_the_source();
    let by = bench.by(1);
    let late = bench.directory.change(by, &Change::CentreLimit(centre(1), Some(money(1)))).unwrap();
    bench.by_master(Change::WholeLimit(Some(money(5))));
    let before = bench.directory.clone();
    assert_eq!(bench.directory.apply(&late), Err(Refusal::Overtaken));
    assert_eq!(bench.directory, before);
}

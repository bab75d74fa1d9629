//! What cards carry: put on them at the machine, and taken when they are put in.

use crate::cards::{Desk, may_frank, said};
use crate::mailroom::centre;
use ::cards::Pin;
use access::cards::{Card, Centres, Change, Function, Functions, Level};
use imprint::picture::gallery;
use journal::StoredCliche;
use meter::machine::{Filling, Machine, SETTINGS};
use meter::routine::TEXT_MAX;
use rates::Table;
use terms::{CardNumber, Date, Money};

fn keep_second_cliche(machine: &mut Machine) {
    let cliche = gallery::cliche(2).unwrap();
    machine.keep_cliche(StoredCliche { name: "Second".into(), cliche, text: String::new() }).unwrap();
}

/// Rate tables, clichés, settings, stored imprints and bounds, on one card and in any order.
///
/// Claim: E12
#[test]
fn cards_bring_rate_tables_cliches_settings_and_bounds() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    let everything = Functions::ALL;
    let number = desk.make(&mut machine, "roomy", Level::Group, Centres::one(centre(1)));
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    machine.change(&Change::CardFunctions(number, everything)).unwrap();
    keep_second_cliche(&mut machine);
    machine.fill_next().unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    let table = Table::example().unwrap();
    let settings = |pairs: &[(&str, &str)]| {
        Filling::Settings(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    };
    let imprint = |postage| Filling::Imprint {
        name: "catalogue".into(),
        postage: Money::from_minor(postage),
        cliche: Some(2),
        text: "SPRING".into(),
    };
    for filling in [
        imprint(70),
        settings(&[("offset", "5,0"), ("low_credit", "12345")]),
        Filling::Cliche(2),
        Filling::Rates(table),
        Filling::Until(Function::Refill, Date::FIRST),
        // In the place of the one before.
        imprint(85),
    ] {
        machine.put_on_card(filling).unwrap();
    }
    let carried: Vec<String> =
        machine.carried().unwrap().contents.into_iter().map(|content| content.unwrap().to_string()).collect();
    assert_eq!(carried.len(), 6, "{carried:?}");
    assert!(carried.contains(&"stored imprint catalogue 0.85, cliché 2, SPRING".into()), "{carried:?}");
    machine.remove_cliche(2).unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    assert_eq!(machine.view().postage, Money::from_minor(85), "{}", said(&machine));
    assert_eq!(machine.cliches().count(), 1, "{}", said(&machine));
    assert_eq!(machine.tables().iter().count(), 1);
    assert_eq!(machine.routine().settings().low_credit, Money::from_minor(12_345));
    assert!(machine.routine().desk().may(Function::Refill).is_err(), "its time is over");
    assert!(machine.routine().desk().may(Function::Frank).is_ok());
    drop(machine);
    let mut machine = desk.machine();
    assert_eq!(machine.routine().settings().low_credit, Money::from_minor(12_345), "kept over power-off");
    assert_eq!(machine.tables().iter().count(), 0, "tables are read with the configuration");
    assert_eq!(machine.journal().rate_tables().unwrap().len(), 1);
}

/// Claim: E12
#[test]
fn what_the_meter_would_not_take_is_not_put_on_a_card() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    let imprint = |cliche, text: String| Filling::Imprint {
        name: "catalogue".into(),
        postage: Money::from_minor(85),
        cliche,
        text,
    };
    let setting = |name: &str| Filling::Settings([(name.to_owned(), "nonsense".to_owned())].into());
    let refused = [
        (Filling::Cliche(9), "there is no cliché 9"),
        (imprint(Some(9), String::new()), "there is no cliché 9"),
        (imprint(None, "x".repeat(TEXT_MAX + 1)), "text"),
        (setting("colour"), "the meter has no setting colour"),
        (Filling::Settings([].into()), "name a setting"),
        (Filling::Until(Function::Frank, Date::FIRST), "the master keeps its functions"),
    ];
    for (filling, word) in refused {
        let refusal = machine.put_on_card(filling).unwrap_err().to_string();
        assert!(refusal.contains(word), "{word}: {refusal}");
    }
    for (name, _) in SETTINGS {
        let refusal = machine.put_on_card(setting(name)).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("{name}: ")), "{refusal}");
    }
    assert!(machine.carried().unwrap().contents.is_empty());
}

/// A card whose holder may make none is filled with one above it, which was in the slot just before.
///
/// Claim: E12
#[test]
fn a_card_is_filled_by_the_holder_of_one_above_it_alone() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    let number = desk.make(&mut machine, "roomy", Level::Single, Centres::one(centre(1)));
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    let few = Functions::of(&[Function::Frank, Function::Query]);
    machine.change(&Change::CardFunctions(number, few)).unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    let limit = || Filling::Until(Function::Frank, Date::FIRST);
    assert!(machine.put_on_card(limit()).is_err(), "nobody binds or unbinds his own card");
    assert!(machine.fill_next().is_err());
    let swap = |machine: &mut Machine, ms: u64| {
        desk.take_out(machine);
        desk.insert(machine, "master");
        machine.fill_next().unwrap();
        desk.take_out(machine);
        desk.pass(machine, ms);
        desk.insert(machine, "roomy");
    };
    swap(&mut machine, 20_000);
    assert!(machine.put_on_card(limit()).is_err(), "too late");
    swap(&mut machine, 19_999);
    assert!(may_frank(&mut machine));
    machine.put_on_card(limit()).unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    assert!(!may_frank(&mut machine), "the day has gone by");
    assert!(machine.clear_card().is_err(), "the master's hand is needed for each insertion");
    swap(&mut machine, 1);
    machine.clear_card().unwrap();
    assert!(machine.carried().unwrap().contents.is_empty());
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    assert!(may_frank(&mut machine), "{}", said(&machine));
}

/// A bound on making cards holds where cards are made and changed, and of the card that gave it only while its timer runs.
///
/// Claim: E4
#[test]
fn a_bound_cannot_be_got_round_by_making_a_card_or_by_pulling_one() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    let number = desk.make(&mut machine, "roomy", Level::Group, Centres::one(centre(1)));
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    machine.change(&Change::CardFunctions(number, Functions::ALL)).unwrap();
    machine.change(&Change::CardTimer(number, 10)).unwrap();
    machine.fill_next().unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    for function in [Function::MakeCards, Function::Frank, Function::SetCliche] {
        machine.put_on_card(Filling::Until(function, Date::FIRST)).unwrap();
    }
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    let card = machine.routine().desk().directory().card(number).unwrap();
    let below = Card::below(card, CardNumber::new(0).unwrap(), Level::Single, Centres::one(centre(1)));
    assert!(machine.make_card(below).is_err(), "the day has gone by");
    assert!(machine.change(&Change::CentreCliche(centre(1), None)).is_err());
    assert!(
        machine.change(&Change::CardSelected(number, Some(centre(1)))).is_ok(),
        "its own choice is its own"
    );
    // A telephone card leaves the timer of the card before running, and its bounds with it.
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "phone");
    assert!(!may_frank(&mut machine), "{}", said(&machine));
}

/// Claim: E12
#[test]
fn a_function_bound_to_a_pin_opens_with_it_and_three_wrong_ones_lock_it() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    let number = desk.make(&mut machine, "roomy", Level::Group, Centres::one(centre(1)));
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    machine.change(&Change::CardFunctions(number, Functions::ALL)).unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    let (right, wrong) = (Pin::new("2468").unwrap(), Pin::new("1357").unwrap());
    machine.put_on_card(Filling::Pin(Function::Refill, wrong.clone())).unwrap();
    // A card has one PIN for all that asks for it: the last one that was set.
    machine.put_on_card(Filling::Pin(Function::Frank, right.clone())).unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    assert!(!may_frank(&mut machine), "it asks for the PIN first");
    assert!(machine.enter_pin(&wrong).is_err());
    machine.enter_pin(&right).unwrap();
    assert!(may_frank(&mut machine), "{:?}", machine.view());
    for _ in 0..3 {
        assert!(machine.enter_pin(&wrong).is_err());
    }
    let locked = machine.enter_pin(&right).unwrap_err().to_string();
    assert!(locked.contains("locked"), "{locked}");
    machine.put_on_card(Filling::Pin(Function::Frank, right.clone())).unwrap();
    machine.enter_pin(&right).unwrap();
}

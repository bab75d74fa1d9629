//! Cards at the machine: drawn ones, which are real chips in files behind the reader's trait.

use crate::mailroom::{Mailroom, add_centre, centre, letter, set};
use access::cards::{
    Card, Centres, Change, Follow, Function, Functions, Level, MAKERS_KEY_BYTES, MakersMessage, Plan,
};
use cards::emulated::Chip;
use cards::{
    CardKey, Check, Constant, Drawn, Issuer, Pin, Presence, Reader, Recognised, TransportCode, Unique,
    recognise,
};
use imprint::picture::gallery;
use journal::StoredCliche;
use meter::machine::{Filling, Machine, MakersKey, SETTINGS};
use meter::routine::{Cards, Input, TEXT_MAX};
use rates::Table;
use terms::{CardNumber, Date, Money};

const MAKERS_KEY: [u8; MAKERS_KEY_BYTES] = [3; MAKERS_KEY_BYTES];

struct Desk {
    mailroom: Mailroom,
    drawn: Drawn,
}

fn issuer() -> Issuer {
    Issuer {
        serial: crate::mailroom::serial(),
        constant: Constant::new(4711).unwrap(),
        key: CardKey::new([7; 32]),
        code: TransportCode::BLANK,
        check: Check::Authenticated,
    }
}

impl Desk {
    fn new() -> Desk {
        let mut mailroom = Mailroom::new();
        mailroom.settings.cards = Cards::Required;
        let folder = mailroom.path().join("cards");
        std::fs::create_dir(&folder).unwrap();
        let desk = Desk { mailroom, drawn: Drawn::open(&folder).unwrap() };
        for name in ["master", "second", "third"] {
            desk.blank(name, &Chip::memory());
        }
        desk.blank("clever", &Chip::processor(Unique::new([9; 16])));
        desk.blank("roomy", &Chip::i2c());
        desk.drawn.add("phone", &Chip::telephone()).unwrap();
        desk
    }

    /// A new card with the number of the maker's.
    fn blank(&self, name: &str, chip: &Chip) {
        self.drawn.add(name, chip).unwrap();
        self.drawn.insert(name).unwrap();
        let mut reader = self.reader();
        let Presence::Card(insertion) = reader.presence().unwrap() else { panic!("no card") };
        let Recognised::Card(mut card) = recognise(&mut reader, insertion).unwrap() else {
            panic!("unknown")
        };
        card.write_maker_number(issuer().maker_number(), &TransportCode::BLANK).unwrap();
        self.drawn.take_out().unwrap();
    }

    fn reader(&self) -> Drawn {
        Drawn::open(&self.mailroom.path().join("cards")).unwrap()
    }

    fn machine(&self) -> Machine {
        let mut parts = self.mailroom.parts();
        parts.reader = Some(Box::new(self.reader()));
        parts.card_issuer = Some(issuer());
        parts.makers_key = Some(MakersKey::new(MAKERS_KEY));
        let mut machine = self.mailroom.turned_on(parts);
        set(&mut machine, 70);
        machine
    }

    fn insert(&self, machine: &mut Machine, name: &str) {
        self.drawn.insert(name).unwrap();
        machine.tick().unwrap();
    }

    fn take_out(&self, machine: &mut Machine) {
        self.drawn.take_out().unwrap();
        machine.tick().unwrap();
    }

    fn pass(&self, machine: &mut Machine, ms: u64) {
        self.mailroom.clock.pass(ms);
        machine.tick().unwrap();
    }

    /// Makes a card below the master on this blank one.
    fn make(&self, machine: &mut Machine, name: &str, level: Level, centres: Centres) -> CardNumber {
        let number = machine.draw_card_number().unwrap();
        let maker = machine.routine().desk().inserted().unwrap();
        let master = machine.routine().desk().directory().card(maker.number).unwrap();
        let follow = Follow::New(Card::below(master, number, level, centres));
        machine.input(Input::MakeCard(Plan::Follow { maker, follow })).unwrap();
        self.take_out(machine);
        self.insert(machine, name);
        number
    }
}

fn may_frank(machine: &mut Machine) -> bool {
    let before = machine.routine().standing().unwrap().status.registers.r4;
    letter(machine);
    machine.routine().standing().unwrap().status.registers.r4 > before
}

fn keep_second_cliche(machine: &mut Machine) {
    let cliche = gallery::cliche(2).unwrap();
    machine.keep_cliche(StoredCliche { name: "Second".into(), cliche, text: String::new() }).unwrap();
}

fn said(machine: &Machine) -> String {
    machine.routine().desk().said().sentence.clone()
}

/// Claim: E3
#[test]
fn a_new_meter_takes_its_first_card_as_master_and_franks_nothing_before() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    assert!(!may_frank(&mut machine));
    assert!(machine.view().message.contains("master"), "{:?}", machine.view());
    desk.insert(&mut machine, "phone");
    assert!(!machine.routine().desk().said().is_bad && !may_frank(&mut machine), "{}", said(&machine));
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    assert!(machine.routine().desk().directory().master().is_some(), "{}", said(&machine));
    assert!(may_frank(&mut machine), "{:?} {}", machine.view(), said(&machine));
    // The next new card is nobody's.
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "second");
    assert!(!may_frank(&mut machine));
    drop(machine);
    // And it is the same after power-off.
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    assert!(may_frank(&mut machine), "{}", said(&machine));
}

/// The source's timers: 20 s after the master left, and 2 s after a single card, franking locks.
///
/// Claim: E7
#[test]
fn franking_locks_when_the_timer_of_the_card_that_left_ends() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    desk.take_out(&mut machine);
    desk.pass(&mut machine, 19_999);
    assert!(may_frank(&mut machine));
    desk.pass(&mut machine, 1);
    assert!(!may_frank(&mut machine), "the master's timer ends too");
    desk.insert(&mut machine, "master");
    desk.make(&mut machine, "second", Level::Single, Centres::one(centre(1)));
    desk.take_out(&mut machine);
    desk.pass(&mut machine, 1_999);
    assert!(may_frank(&mut machine));
    desk.pass(&mut machine, 1);
    assert!(!may_frank(&mut machine));
    assert!(said(&machine).contains("locked"), "{}", said(&machine));
}

/// Claim: E8
/// Claim: E13
#[test]
fn a_follow_card_is_made_within_its_time_and_only_of_a_card_that_is_in_the_slot() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    add_centre(&mut machine, centre(2), None);
    let number = desk.make(&mut machine, "second", Level::Single, Centres::one(centre(2)));
    assert!(machine.routine().desk().directory().card(number).is_some(), "{}", said(&machine));
    assert_eq!(machine.view().centre, Some(centre(2)), "the card selects its cost centre");
    assert!(may_frank(&mut machine));
    machine.input(Input::Centre(centre(1))).unwrap();
    assert!(machine.view().is_bad && machine.view().centre == Some(centre(2)), "it may use no other");

    // Too late: nothing was made, and the blank card is as it was.
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    let late = machine.draw_card_number().unwrap();
    let maker = machine.routine().desk().inserted().unwrap();
    let master = machine.routine().desk().directory().card(maker.number).unwrap();
    let follow = Follow::New(Card::below(master, late, Level::Single, Centres::one(centre(2))));
    machine.input(Input::MakeCard(Plan::Follow { maker, follow })).unwrap();
    desk.take_out(&mut machine);
    desk.pass(&mut machine, 20_000);
    assert!(said(&machine).contains("no card was made"), "{}", said(&machine));
    desk.insert(&mut machine, "third");
    assert!(machine.routine().desk().directory().card(late).is_none());
    // A card that the table knows is not written over.
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    let again = desk.make(&mut machine, "second", Level::Single, Centres::one(centre(2)));
    assert!(machine.routine().desk().directory().card(again).is_none(), "{}", said(&machine));
}

/// A lost card is locked and a duplicate made; a lost master is replaced by the maker's proof alone.
///
/// Claim: E9
#[test]
fn a_lost_card_is_locked_and_a_lost_master_replaced_with_the_makers_proof() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    let number = desk.make(&mut machine, "second", Level::Single, Centres::one(centre(1)));
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    let maker = machine.routine().desk().inserted().unwrap();
    machine.input(Input::MakeCard(Plan::Follow { maker, follow: Follow::Duplicate(number) })).unwrap();
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "third");
    assert!(may_frank(&mut machine), "the duplicate does as the first: {}", said(&machine));
    let lost =
        machine.routine().desk().directory().chips().find(|chip| chip.number == number).unwrap().running;
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "master");
    machine.change(&Change::ChipLocked(lost, true)).unwrap();
    for (name, franks) in [("second", false), ("third", true)] {
        desk.take_out(&mut machine);
        desk.pass(&mut machine, 60_000);
        desk.insert(&mut machine, name);
        assert_eq!(may_frank(&mut machine), franks, "{name}: {}", said(&machine));
    }
    // The master is lost.
    let new = machine.draw_card_number().unwrap();
    let forged = MakersMessage::new(&[4; MAKERS_KEY_BYTES], crate::mailroom::serial(), 1, new);
    assert!(machine.replace_master(&forged).is_err());
    let message = MakersMessage::new(&MAKERS_KEY, crate::mailroom::serial(), 1, new);
    desk.take_out(&mut machine);
    machine.replace_master(&message).unwrap();
    desk.insert(&mut machine, "clever");
    assert_eq!(machine.routine().desk().directory().master().unwrap().number, new, "{}", said(&machine));
    desk.take_out(&mut machine);
    desk.pass(&mut machine, 60_000);
    desk.insert(&mut machine, "master");
    assert!(!may_frank(&mut machine), "the lost one is nobody's any more");
    assert!(machine.replace_master(&message).is_err(), "a proof is good once");
}

/// Claim: E10
#[test]
fn a_function_card_makes_imprints_without_value_alone() {
    let desk = Desk::new();
    let mut machine = desk.machine();
    desk.insert(&mut machine, "master");
    desk.make(&mut machine, "second", Level::Function, Centres::one(centre(1)));
    assert!(!may_frank(&mut machine));
    let made = machine.input(Input::Zero).unwrap();
    assert_eq!(made.len(), 1, "{:?}", machine.view());
    assert_eq!(machine.routine().standing().unwrap().status.registers.r4, 0);
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
    desk.take_out(&mut machine);
    desk.insert(&mut machine, "roomy");
    keep_second_cliche(&mut machine);
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

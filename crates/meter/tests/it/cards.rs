//! Cards at the machine: drawn ones, which are real chips in files behind the reader's trait.

use crate::mailroom::{Mailroom, add_centre, centre, letter, set};
use access::cards::{Card, Centres, Change, Follow, Level, MAKERS_KEY_BYTES, MakersMessage, Plan};
use cards::emulated::Chip;
use cards::{
    CardKey, Check, Constant, Drawn, Issuer, Presence, Reader, Recognised, TransportCode, Unique, recognise,
};
use meter::machine::{Machine, MakersKey};
use meter::routine::{Cards, Input};
use terms::CardNumber;

const MAKERS_KEY: [u8; MAKERS_KEY_BYTES] = [3; MAKERS_KEY_BYTES];

pub struct Desk {
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
    pub fn new() -> Desk {
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

    pub fn machine(&self) -> Machine {
        let mut parts = self.mailroom.parts();
        parts.reader = Some(Box::new(self.reader()));
        parts.card_issuer = Some(issuer());
        parts.makers_key = Some(MakersKey::new(MAKERS_KEY));
        let mut machine = self.mailroom.turned_on(parts);
        set(&mut machine, 70);
        machine
    }

    pub fn insert(&self, machine: &mut Machine, name: &str) {
        self.drawn.insert(name).unwrap();
        machine.tick().unwrap();
    }

    pub fn take_out(&self, machine: &mut Machine) {
        self.drawn.take_out().unwrap();
        machine.tick().unwrap();
    }

    pub fn pass(&self, machine: &mut Machine, ms: u64) {
        self.mailroom.clock.pass(ms);
        machine.tick().unwrap();
    }

    /// Makes a card below the master on this blank one.
    pub fn make(&self, machine: &mut Machine, name: &str, level: Level, centres: Centres) -> CardNumber {
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

pub fn may_frank(machine: &mut Machine) -> bool {
    let before = machine.routine().standing().unwrap().status.registers.r4;
    letter(machine);
    machine.routine().standing().unwrap().status.registers.r4 > before
}

pub fn said(machine: &Machine) -> String {
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

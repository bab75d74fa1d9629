//! The drawn reader: cards as files, and a slot.

use crate::fixture::{
    blank, delivered, fresh, identified, insertion, issuer, make, making, number, own, write_maker_number,
};
use cards::emulated::Chip;
use cards::{
    Application, CardError, Drawn, DrawnError, Kind, Name, Presence, Reader, ReaderError, Recognised,
    recognise,
};
use std::fs;
use tempfile::TempDir;
use terms::Date;

fn drawn() -> (TempDir, Drawn) {
    let folder = TempDir::new().unwrap();
    let drawn = Drawn::open(folder.path()).unwrap();
    (folder, drawn)
}

#[test]
fn cards_of_every_kind_are_made_and_used_as_real_ones_and_outlive_the_program() {
    let (folder, mut drawn) = drawn();
    let issuer = issuer();
    for (running, kind) in (1_u16..).zip(Kind::ALL) {
        let name = format!("card-{kind}");
        drawn.add(&name, &blank(kind)).unwrap();
        drawn.insert(&name).unwrap();
        write_maker_number(&mut drawn, &issuer).unwrap();
        make(&mut drawn, &issuer, &making(running, 1_234_567_800 + u64::from(running))).unwrap();
    }
    assert_eq!(drawn.names().unwrap(), ["card-a", "card-b", "card-n"]);
    drop(drawn);
    let mut drawn = Drawn::open(folder.path()).unwrap();
    assert_eq!(drawn.inserted().unwrap().as_deref(), Some("card-n"));
    assert_eq!(identified(&mut drawn, &issuer).unwrap().number(), number(1_234_567_803));
    drawn.insert("card-a").unwrap();
    let until = Date::new(2027, 1, 31).unwrap();
    let application = Application::TimedFunction { function: Name::new("refill").unwrap(), until };
    own(&mut drawn, &issuer).unwrap().add(&application).unwrap();
    drawn.insert("card-a").unwrap();
    assert_eq!(own(&mut drawn, &issuer).unwrap().applications().unwrap(), [Ok(application)]);
}

/// Claim: E13
#[test]
fn a_swap_by_another_hand_between_two_looks_is_noticed() {
    let (folder, mut meter) = drawn();
    let issuer = issuer();
    let panel = Drawn::open(folder.path()).unwrap();
    for name in ["one", "two"] {
        panel.add(name, &delivered(Kind::B, &issuer)).unwrap();
    }
    assert_eq!(meter.presence().unwrap(), Presence::Empty);
    panel.insert("one").unwrap();
    let seen = insertion(&mut meter);
    let Ok(Recognised::Card(card)) = recognise(&mut meter, seen) else { panic!("it is a card") };
    panel.insert("two").unwrap();
    panel.insert("one").unwrap();
    let result = card.identify(&issuer).map(drop);
    assert!(matches!(result, Err(CardError::Reader(ReaderError::CardGone))));
    assert_ne!(insertion(&mut meter), seen);
    panel.take_out().unwrap();
    panel.take_out().unwrap();
    assert_eq!(meter.presence().unwrap(), Presence::Empty);
    panel.insert("two").unwrap();
    assert!(fresh(&mut meter, &issuer).is_ok());
}

#[test]
fn power_is_off_between_two_insertions() {
    let (_folder, mut drawn) = drawn();
    let issuer = issuer();
    drawn.add("n", &delivered(Kind::N, &issuer)).unwrap();
    drawn.insert("n").unwrap();
    make(&mut drawn, &issuer, &making(1, 1)).unwrap();
    drawn.insert("n").unwrap();
    let seen = insertion(&mut drawn);
    let answer = drawn.transmit(seen, &[0, 0xB0, 0, 0, 16]).unwrap();
    assert_eq!(answer, [0x6D, 0x00], "the application is not selected any more");
}

#[test]
fn names_stay_in_the_folder_and_are_given_once() {
    let (_folder, drawn) = drawn();
    for name in ["", "../evil", "a/b", ".hidden", "with space", &"x".repeat(33)] {
        assert!(matches!(drawn.add(name, &Chip::telephone()), Err(DrawnError::Name)), "{name:?}");
        assert!(matches!(drawn.insert(name), Err(DrawnError::Name)), "{name:?}");
    }
    drawn.add("phone", &Chip::telephone()).unwrap();
    assert!(matches!(drawn.add("phone", &Chip::telephone()), Err(DrawnError::Exists)));
    assert!(matches!(drawn.insert("other"), Err(DrawnError::Unknown)));
}

#[test]
fn files_that_are_no_cards_and_no_slot_are_errors_with_a_sentence() {
    let (folder, mut drawn) = drawn();
    fs::write(folder.path().join("junk.card"), vec![0; 50_000]).unwrap();
    drawn.insert("junk").unwrap();
    let seen = insertion(&mut drawn);
    assert!(matches!(recognise(&mut drawn, seen), Err(ReaderError::Medium(_))));
    fs::write(folder.path().join("slot"), "one two three\n").unwrap();
    assert!(matches!(drawn.presence(), Err(ReaderError::ReaderGone(_))));
    drop(folder);
    assert!(matches!(drawn.insert("junk"), Err(DrawnError::Unknown)));
}

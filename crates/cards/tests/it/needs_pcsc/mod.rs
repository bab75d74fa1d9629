//! The reader of the PC/SC service, through a real service with a virtual reader: emulated chips are put into it.

mod daemon;
mod virtual_card;

use crate::fixture::{
    View, blank, delivered, identified, issuer, make, making, number, own, view, write_maker_number,
};
use cards::emulated::Chip;
use cards::{
    Application, CardError, Insertion, Kind, Name, PcscReader, Presence, Reader, ReaderError, Recognised,
    recognise,
};
use daemon::{Daemon, READER};
use std::thread;
use std::time::{Duration, Instant};
use terms::Date;

/// How long the service may take to notice something; nothing here is measured.
const PATIENCE: Duration = Duration::from_secs(60);

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not come about");
        thread::sleep(Duration::from_millis(20));
    }
}

fn until_in(reader: &mut PcscReader) -> Insertion {
    until("an insertion", || match reader.presence().unwrap() {
        Presence::Card(insertion) => Some(insertion),
        Presence::Empty => None,
    })
}

fn until_empty(reader: &mut PcscReader) {
    until("an empty slot", || (reader.presence().unwrap() == Presence::Empty).then_some(()));
}

fn reader() -> PcscReader {
    PcscReader::new(Some(READER))
}

/// Claim: X7
/// Claim: E1
/// Claim: E2
/// Claim: E12
#[test]
fn cards_of_every_kind_are_recognised_made_and_used() {
    let daemon = Daemon::start();
    let (mut reader, issuer) = (reader(), issuer());
    let until_day = Date::new(2027, 1, 31).unwrap();
    let application = Application::TimedFunction { function: Name::new("refill").unwrap(), until: until_day };
    for kind in Kind::ALL {
        let inserted = daemon.insert(blank(kind));
        until_in(&mut reader);
        write_maker_number(&mut reader, &issuer).unwrap();
        make(&mut reader, &issuer, &making(1, 1_234_567_801)).unwrap();
        let mut card = own(&mut reader, &issuer).unwrap();
        card.add(&application).unwrap();
        card.renumber(number(1_234_567_802)).unwrap();
        inserted.take();
        until_empty(&mut reader);
    }
}

/// Claim: X7
/// Claim: E13
#[test]
fn each_insertion_is_another_and_a_card_keeps_what_was_written() {
    let daemon = Daemon::start();
    let (mut reader, issuer) = (reader(), issuer());
    let inserted = daemon.insert(delivered(Kind::N, &issuer));
    let first = until_in(&mut reader);
    assert_eq!(reader.presence().unwrap(), Presence::Card(first));
    let made = make(&mut reader, &issuer, &making(1, 7)).unwrap();
    let chip = inserted.take();
    until_empty(&mut reader);
    assert!(matches!(reader.transmit(first, &[0, 0xA4, 4, 0x0C, 0]), Err(ReaderError::CardGone)));
    let inserted = daemon.insert(chip);
    let second = until_in(&mut reader);
    assert_ne!(first, second);
    assert!(matches!(recognise(&mut reader, first), Err(ReaderError::CardGone)));
    assert_eq!(identified(&mut reader, &issuer).unwrap(), made);
    inserted.take();
}

/// Claim: X7
/// Claim: E1
#[test]
fn a_telephone_card_is_given_back_kindly() {
    let daemon = Daemon::start();
    let mut reader = reader();
    let inserted = daemon.insert(Chip::telephone());
    let insertion = until_in(&mut reader);
    assert!(matches!(recognise(&mut reader, insertion), Ok(Recognised::Unknown(_))));
    inserted.take();
}

/// Claim: X7
#[test]
fn a_card_that_is_pulled_during_a_write_is_whole_when_it_comes_back() {
    let daemon = Daemon::start();
    let (mut reader, issuer) = (reader(), issuer());
    for kind in Kind::ALL {
        let mut chip = delivered(kind, &issuer);
        chip.pull_after(40, Some(0xA5));
        let inserted = daemon.insert(chip);
        until_in(&mut reader);
        let result = make(&mut reader, &issuer, &making(1, 9));
        assert!(
            matches!(result, Err(CardError::Reader(ReaderError::CardGone | ReaderError::Medium(_)))),
            "{kind}: {result:?}"
        );
        let chip = inserted.take();
        assert!(chip.is_gone(), "{kind}");
        until_empty(&mut reader);
        let inserted = daemon.insert(chip);
        until_in(&mut reader);
        assert_eq!(view(&mut reader, &issuer), View::Fresh, "{kind}");
        make(&mut reader, &issuer, &making(1, 9)).unwrap();
        inserted.take();
        until_empty(&mut reader);
    }
}

/// Claim: X7
#[test]
fn a_service_that_goes_away_and_comes_back_is_found_again() {
    let mut daemon = Daemon::start();
    let (mut reader, issuer) = (reader(), issuer());
    let inserted = daemon.insert(delivered(Kind::B, &issuer));
    let before = until_in(&mut reader);
    assert!(PcscReader::names().unwrap().iter().any(|name| name.starts_with(READER)));
    daemon.stop();
    assert!(matches!(reader.presence(), Err(ReaderError::ReaderGone(_))));
    let chip = inserted.take();
    daemon.run();
    let inserted = daemon.insert(chip);
    let after = until("the reader", || match reader.presence() {
        Ok(Presence::Card(insertion)) => Some(insertion),
        _ => None,
    });
    assert_ne!(before, after);
    make(&mut reader, &issuer, &making(1, 9)).unwrap();
    inserted.take();
    daemon.stop();
    assert!(matches!(
        reader.transmit(after, &[0; 4]),
        Err(ReaderError::ReaderGone(_) | ReaderError::CardGone)
    ));
}

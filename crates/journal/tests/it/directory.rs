//! Cost centres and what they have spent, stored with the imprints they belong to.

use crate::desk::{Desk, centre, day, indicium, money, note, order, when};
use access::cards::{Account, By, Centre, Change, Directory, Piece, Prefix, RequestId, Surcharge};
use journal::{JobNumber, JournalError};

const PREFIX: u8 = 1;

fn prefix() -> Prefix {
    Prefix::new(PREFIX).unwrap()
}

/// The desk with a cost centre that may spend 3.00 a month and pays 0.05 an imprint, and its directory.
fn with_centre() -> (Desk, Directory) {
    let mut desk = Desk::new();
    let mut directory = Directory::new(prefix());
    let limited = Centre {
        limit: Some(money(300)),
        surcharge: Surcharge::Fixed(money(5)),
        ..Centre::new(centre(1_001))
    };
    let changes = directory.change(By::Anybody, &Change::CreateCentre(limited)).unwrap();
    desk.journal.write_rows(&changes, &note("Cost centre 01001 was created"), when(20)).unwrap();
    directory.apply(&changes).unwrap();
    (desk, directory)
}

fn piece(request: u64) -> Piece {
    Piece { request: RequestId(request), centre: centre(1_001), postage: money(110) }
}

/// Claim: D25
#[test]
fn a_print_request_reserves_on_its_cost_centre_and_books_there_with_the_imprint() {
    let (mut desk, mut directory) = with_centre();
    let reserved = directory.reserve(&[piece(1)], day(21), money(5_000)).unwrap();
    let job = desk.journal.reserve(&[order(1)], Some(&reserved), when(21)).unwrap()[0];
    directory.apply(&reserved).unwrap();
    assert_eq!(desk.journal.directory(prefix()).unwrap().reservations().count(), 1);
    let booked = directory.book(&[RequestId(1)], day(21)).unwrap();
    desk.journal.book(&[(job, indicium(&order(1)))], true, Some(&booked), when(21)).unwrap();
    directory.apply(&booked).unwrap();
    let mut desk = desk.reopened();
    let stored = desk.journal.directory(prefix()).unwrap();
    assert!(stored.rows().eq(directory.rows()));
    let spent = stored.spent(Account::Centre(centre(1_001)), day(21));
    assert_eq!((spent.postage, spent.surcharge, spent.pieces), (money(110), money(5), 1));
    let totals = desk.journal.totals().unwrap().since;
    assert_eq!((totals.postage, totals.surcharge), (spent.postage, spent.surcharge));
}

#[test]
fn a_call_that_is_refused_leaves_the_cost_centre_as_it_was() {
    let (mut desk, mut directory) = with_centre();
    let reserved = directory.reserve(&[piece(1)], day(21), money(5_000)).unwrap();
    let job = desk.journal.reserve(&[order(1)], Some(&reserved), when(21)).unwrap()[0];
    directory.apply(&reserved).unwrap();
    let booked = directory.book(&[RequestId(1)], day(21)).unwrap();
    let wrong = indicium(&order(2));
    assert!(desk.journal.book(&[(job, wrong)], true, Some(&booked), when(21)).is_err());
    assert!(desk.journal.directory(prefix()).unwrap().rows().eq(directory.rows()));
    let released = directory.release(&[RequestId(1)]).unwrap();
    desk.journal.cancel(&[job], Some(&released), when(21)).unwrap();
    directory.apply(&released).unwrap();
    let stored = desk.journal.directory(prefix()).unwrap();
    assert!(stored.rows().eq(directory.rows()) && stored.reservations().count() == 0);
}

/// Claim: E6
#[test]
fn what_was_spent_is_known_after_power_off_until_the_month_is_over() {
    let (mut desk, mut directory) = with_centre();
    for request in [1, 2] {
        let reserved = directory.reserve(&[piece(request)], day(21), money(5_000)).unwrap();
        let job = desk.journal.reserve(&[order(request)], Some(&reserved), when(21)).unwrap()[0];
        directory.apply(&reserved).unwrap();
        let booked = directory.book(&[RequestId(request)], day(21)).unwrap();
        desk.journal.book(&[(job, indicium(&order(request)))], true, Some(&booked), when(21)).unwrap();
        directory.apply(&booked).unwrap();
    }
    let mut desk = desk.reopened();
    let stored = desk.journal.directory(prefix()).unwrap();
    assert!(stored.reserve(&[piece(3)], day(30), money(5_000)).is_err());
    let december = terms::Date::new(2026, 12, 1).unwrap();
    assert!(stored.reserve(&[piece(3)], december, money(5_000)).is_ok());
}

#[test]
fn rows_are_stored_with_a_note_of_who_changed_them_and_taken_away_again() {
    let (mut desk, mut directory) = with_centre();
    let second = Change::CreateCentre(Centre::new(centre(1_002)));
    let changes = directory.change(By::Anybody, &second).unwrap();
    desk.journal.write_rows(&changes, &note("Cost centre 01002 was created"), when(21)).unwrap();
    directory.apply(&changes).unwrap();
    let changes = directory.change(By::Anybody, &Change::DeleteCentre(centre(1_001))).unwrap();
    desk.journal.write_rows(&changes, &note("Cost centre 01001 was deleted"), when(22)).unwrap();
    let mut desk = desk.reopened();
    let stored = desk.journal.directory(prefix()).unwrap();
    assert_eq!(stored.centres().map(|found| found.number).collect::<Vec<_>>(), [centre(1_002)]);
    let sentences: Vec<_> =
        desk.journal.last_notes(2).unwrap().into_iter().map(|entry| entry.note.sentence).collect();
    assert_eq!(sentences, ["Cost centre 01001 was deleted", "Cost centre 01002 was created"]);
}

#[test]
fn a_directory_of_another_prefix_is_an_error_and_not_a_guess() {
    let (mut desk, _) = with_centre();
    let other = desk.journal.directory(Prefix::new(2).unwrap());
    assert!(matches!(other, Err(JournalError::Directory(_))), "{other:?}");
    assert_eq!(desk.journal.job(JobNumber(1)).unwrap(), None);
}

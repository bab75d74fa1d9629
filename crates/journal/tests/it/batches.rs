//! Files whose lines are franked one after the other.

use crate::desk::{Desk, indicium, order, path_in, wal_of, when};
use imprint::numbers::Indicium;
use journal::{BatchLine, BatchNumber, JobNumber, JournalError, LineState, NewJob, Reason};
use std::path::Path;

/// The imprint for a line.
fn of_line(batch: BatchNumber, line: u32) -> NewJob {
    NewJob { line: Some(BatchLine { batch, line }), ..order(10_000 + u64::from(line)) }
}

fn booked(numbers: &[JobNumber], jobs: &[NewJob]) -> Vec<(JobNumber, Indicium)> {
    numbers.iter().zip(jobs).map(|(number, job)| (*number, indicium(job))).collect()
}

/// How many transactions are committed in the WAL: frames that say how large the database is from then on. The layout is
/// SQLite's, "The Write-Ahead Log": a header of 32 bytes, then frames of 24 bytes and a page, all big endian.
pub fn commits(wal: &Path) -> usize {
    let bytes = std::fs::read(wal).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let (page, salt) = (number(8) as usize, number(16));
    let frames = (32..bytes.len()).step_by(24 + page);
    frames.filter(|frame| number(frame + 8) == salt && number(frame + 4) != 0).count()
}

/// Claim: X9
#[test]
fn five_thousand_lines_are_booked_and_printed_in_few_transactions() {
    let mut desk = Desk::new();
    let wal = wal_of(&path_in(&desk.folder));
    let batch = desk.journal.begin_batch("invoices.csv", &[1; 32], 5_000, when(21)).unwrap();
    let before = commits(&wal);
    let mut printed = Vec::new();
    let lines: Vec<u32> = (1..=5_000).collect();
    for thousand in lines.chunks(1_000) {
        let jobs: Vec<NewJob> = thousand.iter().map(|line| of_line(batch.number, *line)).collect();
        let numbers = desk.journal.printed_and_reserve(&printed, &jobs, None, when(21)).unwrap();
        desk.journal.book(&booked(&numbers, &jobs), true, None, when(21)).unwrap();
        printed = numbers;
    }
    desk.journal.printed(&printed, when(21)).unwrap();
    let commits = commits(&wal) - before;
    assert!((3..=15).contains(&commits), "{commits}");
    let state = desk.journal.batch_state(batch.number).unwrap();
    assert!(state.lines.iter().all(|line| matches!(line, LineState::Done(_))));
    assert_eq!(state.left().count(), 0);
    let totals = desk.journal.totals().unwrap().since;
    assert_eq!((totals.pieces, totals.postage.minor()), (5_000, 5_000 * 110));
    desk.journal.check_sums().unwrap();
}

#[test]
fn a_batch_goes_on_where_it_was_left_when_its_file_is_begun_again() {
    let mut desk = Desk::new();
    let batch = desk.journal.begin_batch("monday.csv", &[7; 32], 6, when(21)).unwrap();
    let jobs: Vec<NewJob> = (1..=5).map(|line| of_line(batch.number, line)).collect();
    let numbers = desk.journal.reserve(&jobs, None, when(21)).unwrap();
    desk.journal.book(&booked(&numbers[..4], &jobs[..4]), true, None, when(21)).unwrap();
    desk.journal.printed(&numbers[..2], when(21)).unwrap();
    desk.journal.spoil(numbers[2], Reason::Printer, when(21)).unwrap();
    desk.journal.cancel(&numbers[4..], None, when(21)).unwrap();
    let mut desk = desk.reopened();
    let again = desk.journal.begin_batch("renamed.csv", &[7; 32], 6, when(22)).unwrap();
    assert_eq!(again, batch);
    let state = desk.journal.batch_state(again.number).unwrap();
    use LineState::{Done, NotYet, Spoiled, UnderWay};
    let wanted =
        [Done(numbers[0]), Done(numbers[1]), Spoiled(numbers[2]), UnderWay(numbers[3]), NotYet, NotYet];
    assert_eq!(state.lines, wanted);
    assert_eq!(state.left().collect::<Vec<_>>(), [3, 5, 6]);
}

#[test]
fn a_line_with_a_good_imprint_gets_no_second_one_and_a_spoiled_one_does() {
    let mut desk = Desk::new();
    let batch = desk.journal.begin_batch("a.csv", &[1; 32], 2, when(21)).unwrap();
    let first = of_line(batch.number, 1);
    let number = desk.reserve(first.clone());
    let second = NewJob { request: order(99).request, ..first.clone() };
    let refused = |desk: &mut Desk| {
        let error = desk.journal.reserve(std::slice::from_ref(&second), None, when(21)).unwrap_err();
        assert!(matches!(error, JournalError::AlreadyAsked), "{error}");
    };
    refused(&mut desk);
    desk.journal.book(&[(number, indicium(&first))], true, None, when(21)).unwrap();
    refused(&mut desk);
    desk.journal.printed(&[number], when(21)).unwrap();
    refused(&mut desk);
    desk.journal.spoil(number, Reason::Paper, when(21)).unwrap();
    let better = desk.reserve(second.clone());
    assert_eq!(desk.journal.batch_state(batch.number).unwrap().lines[0], LineState::UnderWay(better));
}

#[test]
fn batches_that_cannot_be_are_refused() {
    let mut desk = Desk::new();
    for lines in [0, journal::Batch::LINES_MAX + 1] {
        assert!(matches!(desk.journal.begin_batch("a", &[1; 32], lines, when(21)), Err(JournalError::Lines)));
    }
    desk.journal.begin_batch("a", &[1; 32], 5, when(21)).unwrap();
    assert!(matches!(desk.journal.begin_batch("a", &[1; 32], 6, when(21)), Err(JournalError::Lines)));
    assert!(matches!(desk.journal.batch_state(BatchNumber(9)), Err(JournalError::NoBatch(9))));
    let stray = of_line(BatchNumber(9), 1);
    assert!(desk.journal.reserve(&[stray], None, when(21)).is_err());
}

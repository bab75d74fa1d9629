//! Clichés, rate tables, users' names, kept values, the log and the errors.

use crate::desk::{Desk, day, note, path_in, when};
use imprint::picture::{Bitmap, Cliche, Rect};
use journal::{Entry, FaultCount, Journal, JournalError, Note, RateTable, StoredCliche};
use serde::{Deserialize, Serialize};

/// Claim: B16
#[test]
fn errors_are_counted_by_kind_as_far_as_999_and_cleared_with_a_note() {
    let mut desk = Desk::new();
    for _ in 0..1_001 {
        desk.journal.note_error("wrong_code", when(21)).unwrap();
    }
    assert_eq!(desk.journal.note_error("paper", when(22)).unwrap(), 1);
    let mut desk = desk.reopened();
    let count = |kind: &str, count, at| FaultCount { kind: kind.into(), count, last_ms: when(at).at_ms };
    assert_eq!(desk.journal.errors().unwrap(), [count("paper", 1, 22), count("wrong_code", 999, 21)]);
    assert_eq!(desk.journal.note_error("wrong_code", when(23)).unwrap(), 999);
    desk.journal.clear_errors(&note("The centre cleared the errors"), when(24)).unwrap();
    assert!(desk.journal.errors().unwrap().is_empty());
    let entry = Entry { number: 1, at_ms: when(24).at_ms, note: note("The centre cleared the errors") };
    assert_eq!(desk.journal.last_notes(9).unwrap(), [entry]);
}

#[test]
fn what_is_kept_is_there_after_power_off_and_replaced_as_a_whole() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Warnings {
        short_warnings: u16,
        s_max: u64,
    }
    let mut desk = Desk::new();
    assert_eq!(desk.journal.kept::<Warnings>("warnings").unwrap(), None);
    for short_warnings in 1..=3 {
        desk.journal.keep("warnings", &Warnings { short_warnings, s_max: 100 }).unwrap();
    }
    let mut desk = desk.reopened();
    let kept: Option<Warnings> = desk.journal.kept("warnings").unwrap();
    assert_eq!(kept, Some(Warnings { short_warnings: 3, s_max: 100 }));
    assert!(matches!(desk.journal.kept::<String>("warnings"), Err(JournalError::Damaged(_))));
}

#[test]
fn cliches_come_back_dot_for_dot_with_the_place_of_their_text() {
    let mut desk = Desk::new();
    let mut picture = Bitmap::new(Rect::new(0, 0, 40, 60));
    picture.fill(Rect::new(3, 4, 10, 20), true);
    for (number, text) in [(7, Some(Rect::new(20, 30, 15, 12))), (5, None)] {
        let cliche = Cliche::new(number, &picture, text).unwrap();
        let stored = StoredCliche { name: "Tree".into(), cliche, text: "Save trees".into() };
        desk.journal.keep_cliche(&stored).unwrap();
        assert_eq!(desk.journal.cliche(number).unwrap(), Some(stored));
    }
    let mut desk = desk.reopened();
    let found = desk.journal.cliches().unwrap();
    assert_eq!(found.iter().map(|stored| stored.cliche.number()).collect::<Vec<_>>(), [5, 7]);
    assert_eq!(found[1].cliche.text(), Some(Rect::new(20, 30, 15, 12)));
    assert!(desk.journal.remove_cliche(5).unwrap() && !desk.journal.remove_cliche(5).unwrap());
    assert_eq!(desk.journal.cliche(5).unwrap(), None);
}

#[test]
fn the_rate_table_of_a_day_is_the_newest_that_holds_on_it() {
    let mut desk = Desk::new();
    let table = |number, document: &str| RateTable {
        name: "letters".into(),
        valid_from: day(number),
        document: document.into(),
    };
    for table in [table(1, "old"), table(20, "wrong"), table(20, "new")] {
        desk.journal.keep_rate_table(&table).unwrap();
    }
    let on = |desk: &mut Desk, number| desk.journal.rate_table("letters", day(number)).unwrap();
    assert_eq!(on(&mut desk, 19), Some(table(1, "old")));
    assert_eq!(on(&mut desk, 20), Some(table(20, "new")));
    assert_eq!(desk.journal.rate_table("parcels", day(20)).unwrap(), None);
    let all = desk.journal.rate_tables().unwrap();
    assert_eq!(all, [("letters".to_owned(), day(1)), ("letters".to_owned(), day(20))]);
}

#[test]
fn a_second_process_is_told_that_another_has_the_journal_open() {
    let desk = Desk::new();
    let path = path_in(&desk.folder);
    let error = Journal::open(&path).unwrap_err();
    assert!(matches!(&error, JournalError::InUse(of) if *of == path), "{error}");
    assert!(error.to_string().contains("another porto meter has the journal"), "{error}");
    desk.journal.close();
    Journal::open(&path).unwrap();
}

#[test]
fn a_backup_is_a_journal_of_its_own() {
    let mut desk = Desk::new();
    desk.journal.name_user(7, "Anna").unwrap();
    let copy = desk.folder.path().join("copy.journal");
    desk.journal.backup(&copy).unwrap();
    let mut copied = Journal::open(&copy).unwrap();
    assert_eq!(copied.users().unwrap().get(&7).map(String::as_str), Some("Anna"));
    assert_eq!(copied.opening().unwrap(), desk.journal.opening().unwrap());
}

#[test]
fn a_note_with_more_than_a_line_is_refused() {
    let mut desk = Desk::new();
    for sentence in ["a\nb".to_owned(), "x".repeat(Note::SENTENCE_MAX_BYTES + 1)] {
        assert!(matches!(desk.journal.note(&note(&sentence), when(21)), Err(JournalError::Line { .. })));
    }
    assert!(desk.journal.last_notes(9).unwrap().is_empty());
}

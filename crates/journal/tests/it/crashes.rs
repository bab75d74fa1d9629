//! What lies on the disk when the machine stops: cut after each frame and within it, and in a child that is killed.

use crate::desk::{OPENING, centre, indicium, note, order, path_in, serial, wal_of, when};
use access::cards::{By, Centre, Change, Directory, Prefix};
use journal::{BatchLine, JobNumber, Journal, JournalError, NewJob, Reason};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// One call.
type Call = fn(&mut Journal) -> Result<(), JournalError>;

/// The calls of a small day, one step each.
pub const SCRIPT: [Call; 12] = [
    |journal| journal.begin(serial(), &OPENING, when(20)).map(drop),
    |journal| {
        let directory = Directory::new(Prefix::new(1).unwrap());
        let create = Change::CreateCentre(Centre::new(centre(1_001)));
        let changes = directory.change(By::Anybody, &create).unwrap();
        journal.write_rows(&changes, &note("Cost centre 01001 was created"), when(20))
    },
    |journal| journal.keep("last_value", &110),
    |journal| journal.begin_batch("a.csv", &[1; 32], 40, when(20)).map(drop),
    |journal| journal.reserve(&(1..=40).map(line).collect::<Vec<_>>(), None, when(20)).map(drop),
    |journal| {
        let booked: Vec<_> = (1..=39).map(|number| (JobNumber(number), indicium(&line(number)))).collect();
        journal.book(&booked, false, None, when(20))
    },
    |journal| journal.begin_print(&(1..=30).map(JobNumber).collect::<Vec<_>>(), when(21)),
    |journal| {
        let printed: Vec<_> = (1..=29).map(JobNumber).collect();
        journal.printed_and_reserve(&printed, &[order(99)], None, when(21)).map(drop)
    },
    |journal| journal.spoil(JobNumber(30), Reason::Unknown, when(22)),
    |journal| journal.claimed(&[JobNumber(30)], when(22)),
    |journal| journal.cancel(&[JobNumber(40), JobNumber(41)], None, when(22)),
    |journal| journal.note_error("printer", when(23)).map(drop),
];

fn line(number: u64) -> NewJob {
    let line = BatchLine { batch: journal::BatchNumber(1), line: number as u32 };
    NewJob { line: Some(line), ..order(number) }
}

/// All that a journal holds.
pub fn contents(journal: &mut Journal) -> String {
    journal.check_sums().unwrap();
    let directory = journal.directory(Prefix::new(1).unwrap()).unwrap();
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        journal.last(1_000).unwrap(),
        journal.opening().unwrap(),
        directory.rows().collect::<Vec<_>>(),
        journal.kept::<u64>("last_value").unwrap(),
        journal.batch_state(journal::BatchNumber(1)).ok(),
        journal.last_notes(100).unwrap(),
        journal.errors().unwrap(),
    )
}

/// What a journal holds after none, one, two of the steps, and so on.
pub fn expected() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(&path_in(&folder)).unwrap();
    let mut expected = vec![contents(&mut journal)];
    for step in SCRIPT {
        step(&mut journal).unwrap();
        expected.push(contents(&mut journal));
    }
    assert!(expected.windows(2).all(|pair| pair[0] != pair[1]));
    expected
}

/// A journal whose files are these, opened as after a power cut.
fn contents_of(file: &[u8], wal: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = path_in(&folder);
    std::fs::write(&path, file).unwrap();
    std::fs::write(wal_of(&path), wal).unwrap();
    contents(&mut Journal::open(&path).unwrap())
}

#[test]
fn a_power_cut_at_any_place_of_a_write_leaves_what_was_reported_and_all_or_nothing_of_the_next() {
    let expected = expected();
    let folder = tempfile::tempdir().unwrap();
    let path = path_in(&folder);
    let mut journal = Journal::open(&path).unwrap();
    let read = || (std::fs::read(&path).unwrap(), std::fs::read(wal_of(&path)).unwrap());
    let mut before = read();
    for (number, step) in SCRIPT.iter().enumerate() {
        step(&mut journal).unwrap();
        let after = read();
        assert!(after.0 == before.0 && after.1.starts_with(&before.1), "a day is shorter than a checkpoint");
        // The first write begins the file with its header of 32 bytes.
        let (start, end) = (before.1.len().max(32), after.1.len());
        let frame = 24 + 4_096;
        assert!(end > start && (end - start).is_multiple_of(frame));
        for cut in (start..end).step_by(frame).flat_map(|cut| [cut, cut + 11, cut + frame - 1]) {
            assert_eq!(
                contents_of(&before.0, &after.1[..cut]),
                expected[number],
                "step {number} cut at {cut}"
            );
        }
        // The disk may write later frames first: one of them is missing in the middle.
        for lost in (start..end).step_by(frame) {
            let mut torn = after.1.clone();
            torn[lost + 24..lost + frame].fill(0);
            assert_eq!(contents_of(&before.0, &torn), expected[number], "step {number} without {lost}");
        }
        assert_eq!(contents_of(&before.0, &after.1), expected[number + 1], "step {number}");
        before = after;
    }
}

/// The variable that tells the child its journal.
const CHILD: &str = "PORTO_JOURNAL_CHILD";

/// Not a test of its own: the process that others kill. It says the number of each step once it is done.
#[test]
#[ignore = "is the child of the tests that kill it"]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let mut journal = Journal::open(Path::new(&path)).unwrap();
    for (number, step) in SCRIPT.iter().enumerate() {
        step(&mut journal).unwrap();
        println!("done {}", number + 1);
    }
    println!("all done");
    // With the journal open, until whoever started it has seen enough.
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// This program as the child of a test, or the command before it that is to run it.
pub fn child_of(before: &[&str], folder: &TempDir) -> Child {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--exact", "crashes::child", "--ignored", "--nocapture", "--test-threads=1"];
    let mut command = match before {
        [] => Command::new(&this),
        [program, options @ ..] => {
            let mut command = Command::new(program);
            command.args(options).arg(&this);
            command
        }
    };
    command.args(arguments).env(CHILD, path_in(folder));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// The last step that a child's line reports.
pub fn step_in(line: &str) -> Option<usize> {
    line.split("done ").nth(1)?.trim().parse().ok()
}

#[test]
fn a_second_process_is_refused_while_the_first_lives_and_not_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = child_of(&[], &folder);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(
        lines.take_while(|line| line != "all done").filter_map(|line| step_in(&line)).last(),
        Some(12)
    );
    assert!(matches!(Journal::open(&path_in(&folder)), Err(JournalError::InUse(_))));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut journal = Journal::open(&path_in(&folder)).unwrap();
    assert_eq!(contents(&mut journal), expected()[12]);
}

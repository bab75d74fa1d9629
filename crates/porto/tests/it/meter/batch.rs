//! A file of letters: franked in one go, killed in the middle, and franked to its end.

use super::{letters, mailroom, number, registers};
use crate::desk::Desk;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const LINES: u64 = 300;
const CENTRES: u64 = 20;

fn postage(line: u64) -> u64 {
    5 + line % 7
}

fn file(desk: &Desk) {
    let mut text = "reference,postage,centre\n".to_owned();
    (1..=LINES).for_each(|line| {
        writeln!(text, "letter-{line},{},{:05}", postage(line), 1001 + line % CENTRES).unwrap();
    });
    fs::write(desk.path("letters.csv"), text).unwrap();
}

/// Claim: X9
#[test]
fn a_batch_that_is_killed_goes_on_where_it_was_and_each_line_is_paid_for_once() {
    let desk = mailroom("");
    (1..CENTRES).for_each(|centre| {
        desk.done(&format!("meter cost-centre add --meter mailroom {:05}", 1001 + centre));
    });
    file(&desk);
    let mut process = Command::new(env!("CARGO_BIN_EXE_porto"))
        .args(["meter", "batch", "--meter", "mailroom", "letters.csv"])
        .current_dir(desk.folder())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while letters(&desk).len() < 130 {
        assert!(process.try_wait().unwrap().is_none(), "the batch has ended already");
        thread::sleep(Duration::from_millis(1));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(letters(&desk).len() < LINES as usize, "it was not killed in the middle");
    let done = desk.json("meter batch --meter mailroom letters.csv --json");
    assert_eq!((number(&done, "done"), &done["spoiled"]), (LINES, &Value::Array(vec![])), "{done}");
    is_franked_once(&desk);
    let again = desk.json("meter batch --meter mailroom letters.csv --json");
    assert_eq!(again, done, "given once more, nothing is left to be done");
    is_franked_once(&desk);
}

/// Each line has one imprint and one file, and the journal's sums are the registers.
fn is_franked_once(desk: &Desk) {
    assert_eq!(letters(desk).len() as u64, LINES);
    let jobs = desk.json("meter jobs --meter mailroom --last 1000 --json");
    let printed: Vec<&Value> =
        jobs.as_array().unwrap().iter().filter(|job| job["state"] == "printed").collect();
    let lines: BTreeSet<u64> = printed.iter().map(|job| number(&job["line"], "line")).collect();
    assert_eq!((printed.len() as u64, lines.len() as u64), (LINES, LINES));
    let files: BTreeSet<&str> = printed.iter().map(|job| job["file"].as_str().unwrap()).collect();
    assert_eq!(files.len() as u64, LINES);
    let registers = registers(desk);
    let spent: u64 = (1..=LINES).map(postage).sum();
    assert_eq!((number(&registers, "r2"), number(&registers, "r4")), (spent, LINES));
    let report = desk.json("meter report --meter mailroom --by centre --json");
    assert_eq!(report["rows"].as_array().unwrap().len() as u64, CENTRES);
    assert_eq!((&report["total"]["postage"], &report["total"]["pieces"]), (&spent.into(), &LINES.into()));
}

#[test]
fn a_batch_that_is_interrupted_ends_after_the_letters_under_way() {
    let desk = mailroom("");
    let text: String = (1..=LINES).map(|line| format!("letter-{line},5\n")).collect();
    fs::write(desk.path("letters.csv"), format!("reference,postage\n{text}")).unwrap();
    let process = Command::new(env!("CARGO_BIN_EXE_porto"))
        .args(["meter", "batch", "--meter", "mailroom", "letters.csv"])
        .current_dir(desk.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while letters(&desk).is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let output = process.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("the same command goes on"), "{errors}");
    assert_eq!(letters(&desk).len() as u64, number(&registers(&desk), "r4"), "what is paid for is on paper");
    assert!(letters(&desk).len().is_multiple_of(100) && letters(&desk).len() < LINES as usize);
}

#[test]
fn a_file_that_is_not_as_it_must_be_costs_nothing() {
    let desk = mailroom("");
    let wrong = [
        ("reference,postage\na,1.10\n", 2, "line 1"),
        ("reference,postage,centre\na,110,01001\nb,110,99\n", 2, "line 2"),
        ("postage,price\n110,1\n", 2, "price"),
        ("postage\n5000\n", 1, "high value"),
        ("postage,centre\n110,01001\n110,01009\n", 2, "line 2: there is no cost centre 01009"),
        ("postage,cliche\n110,\n110,9\n", 2, "line 2: there is no cliché 9"),
        ("postage,cliche\n110,x\n", 2, "line 1: x is no number of a cliché"),
        ("postage,date\n110,2026-01-01\n", 2, "line 1: the date is never set back"),
        ("postage;centre\n110;01001\n", 2, "with commas"),
    ];
    for (text, status, word) in wrong {
        fs::write(desk.path("letters.csv"), text).unwrap();
        desk.fails("meter batch --meter mailroom letters.csv", status, word);
    }
    desk.fails("meter batch --meter mailroom nowhere.csv", 2, "nowhere.csv");
    assert_eq!((number(&registers(&desk), "r8"), letters(&desk).len()), (0, 0));
}

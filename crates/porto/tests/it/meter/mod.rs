//! The mailroom's machine by command: from an empty folder to letters, reports and cards.

mod batch;
mod cards;
mod franking;
mod refill;
mod reports;

use crate::desk::Desk;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A desk with a meter in the folder `mailroom`, and 50.00 of credit.
fn mailroom(more: &str) -> Desk {
    let desk = Desk::with_meter();
    desk.done(format!("meter init mailroom --memory meter.psd {more}").trim());
    desk
}

/// A setting of the meter's file, which stands there with its default.
fn set(desk: &Desk, shown: &str, wanted: &str) {
    let path = desk.path("mailroom/meter.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(shown), "{shown}");
    fs::write(path, text.replace(shown, wanted)).unwrap();
}

/// The files that letters were printed into.
fn letters(desk: &Desk) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(desk.path("mailroom/letters")) else { return Vec::new() };
    let files = folder.map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "pdf")).collect()
}

/// Franks with these words, and gives the document.
fn frank(desk: &Desk, words: &str) -> Value {
    desk.json(&format!("meter frank --meter mailroom --json {words}"))
}

fn registers(desk: &Desk) -> Value {
    desk.json("meter registers --meter mailroom --json")
}

fn number(document: &Value, name: &str) -> u64 {
    document[name].as_u64().unwrap_or_else(|| panic!("{name}: {document}"))
}

#[test]
fn a_folder_is_made_once_and_says_what_is_next() {
    let desk = mailroom("--centre tcp:127.0.0.1:7");
    let kept = fs::read_to_string(desk.path("mailroom/meter.link")).unwrap();
    assert!(kept.contains("tcp:127.0.0.1:7"), "{kept}");
    let before = fs::read(desk.path("mailroom/meter.toml")).unwrap();
    desk.fails("meter init mailroom --memory meter.psd", 1, "exists already");
    assert_eq!(fs::read(desk.path("mailroom/meter.toml")).unwrap(), before);
    desk.fails("meter init other --memory nowhere.psd", 2, "porto psd init");
    assert!(!desk.path("other").exists());
    desk.fails("meter frank --postage 110", 2, "porto meter init");
    for wrong in ["meter init other --socket psd.sock", "meter init other --memory meter.psd --printer ipp"] {
        assert_eq!(desk.run(wrong).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_meter_whose_device_is_gone_says_so() {
    let desk = mailroom("");
    fs::rename(desk.path("meter.psd"), desk.path("elsewhere.psd")).unwrap();
    desk.fails("meter frank --meter mailroom --postage 110", 2, "halted");
    let said = desk.json("meter status --meter mailroom --json");
    assert_eq!(said["state"], "halted", "{said}");
}

#[test]
fn shells_are_told_all_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.done(&format!("completions {shell}"));
        assert!(script.contains("cost-centre") && script.contains("print-again"), "{shell}");
    }
    fs::write(desk.path("porto.bash"), desk.done("completions bash")).unwrap();
    let read = Command::new("bash").args(["-n", "porto.bash"]).current_dir(desk.folder()).status().unwrap();
    assert!(read.success());
}

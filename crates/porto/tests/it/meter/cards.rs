//! Drawn cards: made at the slot by command, and used.

use super::{frank, mailroom, number, registers, set};
use crate::desk::Desk;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const FRANK: &str = "meter frank --meter mailroom --postage 95";

fn with_master(kind: &str) -> Desk {
    let desk = mailroom("--cards drawn");
    desk.done(&format!("meter card draw --meter mailroom boss --kind {kind}"));
    desk.done("meter card make --meter mailroom --swap-to boss");
    desk
}

/// Claim: E3
#[test]
fn a_new_meter_takes_its_first_card_as_its_master_and_franks_no_letter_without() {
    let desk = mailroom("--cards drawn");
    desk.fails(FRANK, 1, "master");
    for (name, kind) in [("boss", "n"), ("small", "a"), ("large", "b")] {
        desk.done(&format!("meter card draw --meter mailroom {name} --kind {kind}"));
    }
    desk.fails("meter card draw --meter mailroom boss", 1, "already");
    desk.done("meter card insert --meter mailroom boss");
    desk.done(FRANK);
    desk.done("meter card out --meter mailroom");
    desk.fails(FRANK, 1, "card");
    desk.fails("meter cost-centre add --meter mailroom 01002", 1, "card");
    assert_eq!(number(&registers(&desk), "r4"), 1);
}

/// Claim: E8
/// Claim: E10
#[test]
fn follow_cards_of_all_kinds_are_made_below_the_master_and_do_what_they_may() {
    let desk = with_master("a");
    desk.done("meter cost-centre add --meter mailroom 01002 --name Sales");
    for (name, kind, more) in [
        ("sales", "b", "--level single --centres 01002 --name Sales"),
        ("zero", "n", "--level function --centres 01002"),
    ] {
        desk.done(&format!("meter card draw --meter mailroom {name} --kind {kind}"));
        desk.done(&format!("meter card make --meter mailroom --swap-to {name} {more}"));
        desk.done("meter card insert --meter mailroom boss");
    }
    desk.done("meter card insert --meter mailroom sales");
    assert_eq!(
        frank(&desk, "--postage 95")["imprints"][0]["centre"],
        1002,
        "the card selects its cost centre"
    );
    desk.fails(&format!("{FRANK} --centre 01001"), 1, "01001");
    desk.fails("meter cost-centre add --meter mailroom 01003", 1, "master");
    desk.done("meter card insert --meter mailroom zero");
    assert_eq!(frank(&desk, "--zero")["imprints"][0]["postage"], 0);
    desk.fails(FRANK, 1, "frank");
    let listed = desk.json("meter card list --meter mailroom --json");
    let levels: Vec<&str> =
        listed["cards"].as_array().unwrap().iter().map(|card| card["level"].as_str().unwrap()).collect();
    assert_eq!((levels, &listed["slot"]), (vec!["master", "single", "function"], &"zero".into()));
}

#[test]
fn a_lost_card_is_locked_and_its_duplicate_with_it_or_not() {
    let desk = with_master("n");
    for name in ["sales", "second"] {
        desk.done(&format!("meter card draw --meter mailroom {name}"));
    }
    desk.done("meter card make --meter mailroom --swap-to sales --centres 01001");
    desk.done("meter card insert --meter mailroom boss");
    desk.done("meter card duplicate --meter mailroom --swap-to second 2");
    let try_both = |sales: bool, second: bool| {
        for (name, may) in [("sales", sales), ("second", second)] {
            desk.done(&format!("meter card insert --meter mailroom {name}"));
            assert_eq!(desk.run(FRANK).status.success(), may, "{name}");
        }
        desk.done("meter card insert --meter mailroom boss");
    };
    try_both(true, true);
    desk.done("meter card lock --meter mailroom 2 --this-one");
    try_both(false, true);
    desk.done("meter card lock --meter mailroom 3");
    try_both(false, false);
    desk.done("meter card unlock --meter mailroom 3");
    desk.done("meter card unlock --meter mailroom 2 --this-one");
    try_both(true, true);
}

/// Claim: E9
#[test]
fn a_lost_master_is_replaced_with_the_makers_word_alone_and_opens_nothing_more() {
    let desk = with_master("n");
    for name in ["second", "third"] {
        desk.done(&format!("meter card draw --meter mailroom {name}"));
    }
    desk.done("issuer master issuer --serial 12345678 --out proof.json");
    let replace = "meter card replace-master --meter mailroom proof.json --swap-to";
    desk.fails(&format!("{replace} second"), 1, "no key of its maker");
    set(&desk, "# Example: makers_key = \"makers.key\"", "makers_key = \"../issuer/makers.key\"");
    let proof = fs::read_to_string(desk.path("proof.json")).unwrap();
    let forged = proof.replace("\"counter\": 1", "\"counter\": 2");
    assert_ne!(forged, proof);
    fs::write(desk.path("forged.json"), forged).unwrap();
    desk.fails(&format!("{} second", replace.replace("proof.json", "forged.json")), 1, "maker");
    desk.done(&format!("{replace} second"));
    desk.done(FRANK);
    desk.done("meter cost-centre add --meter mailroom 01002");
    desk.done("meter card insert --meter mailroom boss");
    assert_eq!(desk.run(FRANK).status.code(), Some(1), "the lost card opens nothing");
    desk.done("meter card out --meter mailroom");
    desk.fails(&format!("{replace} third"), 1, "maker");
    desk.done("meter card insert --meter mailroom second");
    desk.done(FRANK);
}

/// Another shell swaps the cards while the command looks at the slot.
#[test]
fn a_card_is_made_of_whatever_comes_into_the_slot_meanwhile() {
    let desk = with_master("n");
    desk.done("meter card draw --meter mailroom sales");
    let mut making = Command::new(env!("CARGO_BIN_EXE_porto"))
        .args(["meter", "card", "make", "--meter", "mailroom"])
        .current_dir(desk.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(making.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("take your card out"), "{line}");
    desk.done("meter card out --meter mailroom");
    desk.done("meter card insert --meter mailroom sales");
    assert!(making.wait_with_output().unwrap().status.success());
    desk.done(FRANK);
}

/// What is refused after the slot has said what to do with the cards.
fn refused(desk: &Desk, command: &str, word: &str) {
    let output = desk.run(&format!("meter card {command} --meter mailroom"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && errors.contains(word), "{command}: {errors}");
}

/// What the card in the slot carries, by kind and name.
fn carried(desk: &Desk) -> Vec<(String, String)> {
    let shown = desk.json("meter card show --meter mailroom --json");
    let word = |content: &Value, name: &str| content[name].as_str().unwrap().to_owned();
    let content = |content: &Value| (word(content, "kind"), word(content, "name"));
    shown["carries"].as_array().unwrap().iter().map(content).collect()
}

/// Claim: E12
#[test]
fn a_card_brings_the_rates_cliches_settings_and_imprints_that_were_put_on_it() {
    let desk = with_master("n");
    desk.done("meter card draw --meter mailroom shop --kind b");
    desk.done("meter card make --meter mailroom --swap-to shop --level group --centres 01001");
    fs::write(desk.path("rates.toml"), desk.done("meter rates example")).unwrap();
    desk.done("meter cliche gallery --meter mailroom 2");
    for put in [
        "imprint catalogue --postage 70",
        "settings envelope=c5 high_value=9000",
        "rates rates.toml",
        "cliche 2",
        "imprint catalogue --postage 85 --cliche 2 --text SPRING",
    ] {
        desk.done("meter card insert --meter mailroom boss");
        desk.done(&format!("meter card put {put} --meter mailroom --swap-to shop"));
    }
    desk.fails("meter card put settings high_value=0 --meter mailroom", 1, "master");
    let told: Vec<String> = carried(&desk).into_iter().map(|(kind, name)| format!("{kind} {name}")).collect();
    let wanted = [
        "peripheral settings envelope=c5",
        "system settings high_value=9000",
        "rate table Insel-Post",
        "cliché 2",
        "stored imprint catalogue",
    ];
    assert_eq!(told, wanted);
    // Another card is in the slot when the meter loses its cliché and its postage.
    desk.done("meter card insert --meter mailroom boss");
    desk.done("meter cliche remove --meter mailroom 2");
    assert_eq!(frank(&desk, "--postage 50")["imprints"][0]["postage"], 50);
    desk.done("meter card insert --meter mailroom shop");
    let franked = frank(&desk, "--count 1");
    assert_eq!(franked["imprints"][0]["postage"], 85, "{franked}");
    assert_eq!(desk.json("meter cliche list --meter mailroom --json").as_array().unwrap().len(), 1);
    assert_eq!(desk.json("meter rates list --meter mailroom --json").as_array().unwrap().len(), 1);
    desk.done("meter card clear --meter mailroom");
    assert!(carried(&desk).is_empty());
}

/// Claim: E12
#[test]
fn what_the_meter_would_not_take_is_refused_before_the_card_is_written() {
    let desk = with_master("n");
    fs::write(desk.path("rates.toml"), "layout = 7").unwrap();
    fs::write(desk.path("wrong.txt"), "12").unwrap();
    for (put, status, word) in [
        ("rates rates.toml", 2, "rates.toml"),
        ("cliche 7", 1, "there is no cliché 7"),
        ("imprint x --postage 85 --cliche 7", 1, "there is no cliché 7"),
        ("settings envelope=c5 colour=red", 1, "has no setting colour"),
        ("settings envelope=huge", 1, "envelope"),
        ("function frank", 2, "--until"),
        ("function frank --until 2030-01-01", 1, "the master keeps its functions"),
        ("function frank --new-pin-file wrong.txt", 2, "four to twelve digits"),
    ] {
        desk.fails(&format!("meter card put {put} --meter mailroom"), status, word);
    }
    refused(&desk, "put function query --until 2030-01-01 --swap-to boss", "does not lie below");
    assert!(carried(&desk).is_empty());
    desk.done("meter card out --meter mailroom");
    desk.fails("meter card show --meter mailroom", 1, "no card");
}

/// Claim: E12
#[test]
fn a_bounded_function_ends_with_its_day_or_asks_for_the_pin() {
    let desk = with_master("n");
    desk.done("meter card draw --meter mailroom sales --kind b");
    desk.done(
        "meter card make --meter mailroom --swap-to sales --level single --centres 01001 --functions frank,frank-zero",
    );
    for (name, pin) in [("right", "2468"), ("wrong", "1357")] {
        fs::write(desk.path(&format!("{name}.txt")), format!("{pin}\n")).unwrap();
    }
    let fill = |put: &str| {
        desk.done("meter card insert --meter mailroom boss");
        desk.done(&format!("meter card {put} --meter mailroom --swap-to sales"));
    };
    desk.fails("meter card put function frank --meter mailroom --until 2020-01-01", 1, "make-cards");
    desk.done("meter card insert --meter mailroom boss");
    refused(&desk, "put function query --until 2030-01-01 --swap-to sales", "query cannot be bounded");
    fill("put function frank --until 2020-01-01");
    desk.fails(FRANK, 1, "frank");
    fill("clear");
    fill("put function frank --new-pin-file right.txt");
    desk.fails(FRANK, 1, "frank");
    desk.fails(&format!("{FRANK} --pin-file wrong.txt"), 1, "2 tries are left");
    desk.done(&format!("{FRANK} --pin-file right.txt"));
    assert_eq!(carried(&desk), [("PIN-bound function".to_owned(), "frank".to_owned())]);
    assert_eq!(number(&registers(&desk), "r4"), 1);
}

/// Claim: E12
#[test]
fn a_password_on_a_card_logs_its_user_in() {
    let desk = with_master("n");
    for (name, password) in [("boss", "the boss"), ("seven", "0815"), ("other", "0816")] {
        fs::write(desk.path(&format!("{name}.txt")), password).unwrap();
    }
    desk.done("psd lock manager --memory meter.psd --new-password-file boss.txt");
    desk.done("psd user add --memory meter.psd --password-file boss.txt --new-password-file seven.txt 7");
    desk.done("psd lock set --memory meter.psd --password-file boss.txt --mode password");
    desk.fails(FRANK, 1, "log in");
    desk.done("meter card put password --meter mailroom --user 7 --password-file seven.txt");
    assert_eq!(frank(&desk, "--postage 95")["imprints"][0]["user"], 7);
    assert!(!desk.done("meter card show --meter mailroom").contains("0815"));
    desk.fails("meter card put password --meter mailroom --user 7 --password-file other.txt", 1, "password");
}

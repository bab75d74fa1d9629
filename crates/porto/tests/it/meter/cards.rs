//! Drawn cards: made at the slot by command, and used.

use super::{frank, mailroom, number, registers, set};
use crate::desk::Desk;
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
    desk.fails(FRANK, 1, "card");
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

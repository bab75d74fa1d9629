//! `porto link` as its users see it, against a centre's end of the test's own.

mod call_back;
mod kills;
mod weather;

use crate::centre_end::CentreEnd;
use crate::desk::Desk;
use link::Task;
use link::call::{Ask, Refused, Trigger};
use serde_json::Value;
use std::process::{Child, Command, Output, Stdio};
use terms::Money;

/// Calls without a pause between redials.
const QUICK: &str = "--redial-pause 0 --json";

/// Runs a call that may be refused: its status, its document and what it said on the way.
fn call(desk: &Desk, line: &str) -> (i32, Value, String) {
    told(desk.run(&format!("link {line} {QUICK}")))
}

fn told(output: Output) -> (i32, Value, String) {
    let errors = String::from_utf8(output.stderr).unwrap();
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|error| panic!("one document on stdout ({error}): {errors}"));
    (output.status.code().unwrap(), document, errors)
}

fn finish(called: &(i32, Value, String)) -> (i32, &str) {
    (called.0, called.1["finish"].as_str().unwrap())
}

/// A desk whose meter has agreed with its centre on a usual amount of 7.00.
fn agreed() -> (Desk, CentreEnd) {
    let desk = Desk::with_meter();
    let centre = CentreEnd::start(&desk);
    let called = call(&desk, &format!("amount 700 --memory meter.psd --centre {}", centre.number));
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    centre.take_calls();
    (desk, centre)
}

/// The credit that came by calls, after a call that settles what is open.
fn settled(desk: &Desk, centre: &CentreEnd) -> u64 {
    let called = call(desk, "contact --memory meter.psd --redials 0");
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    let books = centre.books();
    assert_eq!(books.open, None);
    let r3 = called.1["meter"]["r3"].as_u64().unwrap();
    assert_eq!(books.granted, r3, "the books say what the meter says");
    assert_eq!(books.debits, r3 - 5_000, "the customer paid for what the meter has");
    books.debits
}

/// A running `porto link`.
fn begin(desk: &Desk, line: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_porto"))
        .args(format!("link {line} {QUICK}").split(' '))
        .current_dir(desk.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Claim: B19
#[test]
fn a_usual_refill_is_one_transaction_and_another_amount_two_in_one_call() {
    let desk = Desk::with_meter();
    let centre = CentreEnd::start(&desk);
    let called = call(&desk, &format!("refill --amount 700 --memory meter.psd --centre {}", centre.number));
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!((&called.1["transactions"], &called.1["meter"]["r1"]), (&2.into(), &5_700.into()));
    assert_eq!((&called.1["code"], &called.1["moved"]), (&Value::Null, &false.into()));
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!((&called.1["transactions"], &called.1["meter"]["r1"]), (&1.into(), &6_400.into()));
    assert_eq!((centre.take_calls(), centre.books().debits), (2, 1_400));
    let words = desk.done("link refill --memory meter.psd");
    assert_eq!(words, "all that was asked for is done; credit 71.00, last grant 4\n");
}

#[test]
fn each_command_asks_for_its_own() {
    let (desk, centre) = agreed();
    centre.books().asks.clear();
    for line in ["amount 0 --work printhead", "contact", "withdraw", "completed --work printhead"] {
        let called = call(&desk, &format!("{line} --memory meter.psd"));
        assert_eq!(finish(&called), (0, "done"), "{line}: {called:?}");
    }
    let work = || "printhead".try_into().unwrap();
    let expected = [
        Ask::Amount { amount: Money::ZERO, work: work() },
        Ask::Contact,
        Ask::Withdraw,
        Ask::Completed { work: work() },
    ];
    assert_eq!(centre.books().asks, expected);
    assert!(centre.books().openings.iter().all(|opening| opening.trigger == Trigger::Manual));
}

#[test]
fn orders_that_ride_along_are_carried_out_and_shown() {
    let (desk, centre) = agreed();
    centre.books().orders.push(Task::Stop(true));
    let called = call(&desk, "contact --memory meter.psd");
    assert_eq!((finish(&called), &called.1["meter"]["last_order"]), ((0, "done"), &1.into()));
    assert_eq!(called.1["meter"]["block"], "stopped");
}

#[test]
fn the_centres_number_is_needed_once_and_wrong_use_says_what_to_do() {
    let desk = Desk::with_meter();
    desk.fails("link contact --memory meter.psd", 2, "--centre NUMBER is needed once");
    desk.fails("link contact --socket psd.sock", 2, "--settings or --pairing is needed");
    desk.fails("link contact --memory meter.psd --centre modem:/dev/ttyS0", 2, "lacks a telephone number");
    desk.fails("link refill --memory meter.psd --amount 0 --centre tel:1", 2, "link amount");
    let waiting = "link listen --memory meter.psd --own-number tcp:127.0.0.1:1";
    desk.fails(waiting, 2, "holds no request");
    for line in ["link contact --memory meter.psd --centre 12345", "link amount ten --memory meter.psd"] {
        assert_eq!(desk.run(line).status.code(), Some(2), "{line}");
    }
    let long = "x".repeat(41);
    assert_eq!(desk.run(&format!("link completed --work {long} --memory meter.psd")).status.code(), Some(2));
}

#[test]
fn a_telephone_number_is_dialled_by_the_modem_that_is_kept() {
    let desk = Desk::with_meter();
    let called = call(&desk, "contact --memory meter.psd --centre tel:12345");
    assert_eq!(finish(&called), (2, "not_dialable"), "{called:?}");
    assert!(called.1["sentence"].as_str().unwrap().contains("--modem"), "{called:?}");
    let called = call(&desk, "contact --memory meter.psd --modem modem:/dev/nowhere,0");
    assert_eq!((finish(&called), &called.1["centre"]), ((2, "not_dialable"), &"tel:12345".into()));
    assert!(called.1["sentence"].as_str().unwrap().starts_with("/dev/nowhere"), "{called:?}");
    let again = call(&desk, "contact --memory meter.psd");
    assert_eq!(again.1["sentence"], called.1["sentence"], "the modem is kept");
}

/// Claim: B18
#[test]
fn a_new_number_is_kept_and_called_by_itself_and_what_was_asked_is_done() {
    let (desk, centre) = agreed();
    let new = CentreEnd::start(&desk);
    centre.books().moved_to = Some(new.number.parse().unwrap());
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!((&called.1["moved"], &called.1["centre"]), (&true.into(), &new.number.as_str().into()));
    assert_eq!((called.1["meter"]["r3"].as_u64(), new.books().debits), (Some(5_700), 700));
    assert_eq!((centre.take_calls(), new.take_calls()), (1, 1));
    call(&desk, "contact --memory meter.psd");
    assert_eq!((centre.take_calls(), new.take_calls()), (0, 1), "the next call goes there at once");
}

/// Claim: B18
#[test]
fn a_new_number_that_is_this_machines_own_is_neither_kept_nor_dialled() {
    let (desk, centre) = agreed();
    let folder = desk.path("calls");
    std::fs::create_dir(&folder).unwrap();
    for number in ["file:calls", "modem:/dev/null,0,1", "nonsense"] {
        centre.books().moved_to = Some(number.parse().unwrap());
        let called = call(&desk, "refill --memory meter.psd");
        assert_eq!(finish(&called), (1, "not_from_afar"), "{called:?}");
        assert_eq!(
            (&called.1["centre"], &called.1["moved"]),
            (&centre.number.as_str().into(), &false.into())
        );
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    centre.books().moved_to = None;
    assert_eq!(settled(&desk, &centre), 0);
}

#[test]
fn a_centre_that_sends_the_call_from_number_to_number_is_left() {
    let (desk, centre) = agreed();
    let other = CentreEnd::start(&desk);
    centre.books().moved_to = Some(other.number.parse().unwrap());
    other.books().moved_to = Some(centre.number.parse().unwrap());
    let called = call(&desk, "contact --memory meter.psd");
    assert_eq!(finish(&called), (1, "too_many_moves"), "{called:?}");
    assert_eq!(centre.take_calls() + other.take_calls(), 3);
}

#[test]
fn refusals_are_status_1_with_their_code_and_a_sentence() {
    let (desk, centre) = agreed();
    centre.books().refuses = Some(Refused::Funds);
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!((finish(&called), &called.1["code"]), ((1, "refused"), &10.into()));
    let sentence = called.1["sentence"].as_str().unwrap();
    assert_eq!(sentence, Refused::Funds.sentence());
    assert_eq!(called.2.lines().last(), Some(format!("porto: {sentence}").as_str()));
    centre.books().refuses_call = Some(Refused::OutOfService);
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!((finish(&called), &called.1["code"]), ((1, "refused"), &5.into()));
    centre.books().is_known = false;
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!((finish(&called), &called.1["code"]), ((1, "refused_in_clear"), &1.into()));
    assert!(called.1["sentence"].as_str().unwrap().contains("perhaps not by the centre"));
    let output = desk.run("link refill --memory meter.psd");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn what_the_lock_refuses_is_told_in_the_devices_words_and_not_asked_of_the_centre() {
    let (desk, centre) = agreed();
    std::fs::write(desk.path("manager.txt"), "manager's\n").unwrap();
    desk.done("psd lock manager --memory meter.psd --new-password-file manager.txt");
    desk.done("psd lock set --memory meter.psd --password-file manager.txt --refill-manager-only true");
    let called = call(&desk, "refill --memory meter.psd");
    assert_eq!(finish(&called), (1, "device_refused"), "{called:?}");
    assert!(called.1["code"].as_u64().unwrap() > 600, "{called:?}");
    let called = call(&desk, "refill --memory meter.psd --password-file manager.txt");
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!(settled(&desk, &centre), 700);
}

#[test]
fn a_call_by_carried_files_is_as_any_other() {
    let desk = Desk::with_meter();
    // A number is no longer than a message has room for.
    let folder = tempfile::Builder::new().prefix("f").tempdir_in("/tmp").unwrap();
    let centre = CentreEnd::start_at(&desk, &format!("file:{}", folder.path().display()));
    let line = format!("refill --amount 900 --memory meter.psd --centre {}", centre.number);
    let called = call(&desk, &line);
    assert_eq!(finish(&called), (0, "done"), "{called:?}");
    assert_eq!((&called.1["transactions"], &called.1["meter"]["r3"]), (&2.into(), &5_900.into()));
    assert_eq!(centre.books().debits, 900);
}

#[test]
fn every_command_shows_an_example() {
    for command in ["refill", "amount", "contact", "withdraw", "completed", "call-back", "listen"] {
        let help = crate::porto(&["link", command, "--help"]);
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.contains(&format!("  porto link {command}")), "{help}");
    }
}

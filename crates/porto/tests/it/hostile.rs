//! Control units that are not what they were: another program, an exchanged one, one that was stopped.

use crate::desk::Desk;
use crate::serve::Daemon;
use std::fs;

const FRANK: &str = "psd frank --socket psd.sock --pairing meter.psd.pair --postage 110";

/// Claim: B3
#[test]
fn an_altered_program_as_control_unit_is_noticed_and_blocks_the_meter() {
    let desk = Desk::with_meter();
    desk.alter_program("altered");
    let _daemon = Daemon::on_meter(&desk);
    // The first program that drives the device is the one enrolled.
    desk.done(FRANK);
    let output = desk.run_program("altered", FRANK);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("a program is not the one that was enrolled") && output.stdout.is_empty(),
        "{errors}"
    );
    // The right one does not help any more: somebody has to look at the meter.
    desk.fails(FRANK, 1, "service reset");
    let registers = desk.json("psd registers --socket psd.sock --json");
    assert_eq!((&registers["block"], &registers["r8"]), (&"kill2".into(), &1.into()));
    assert!(registers["errors"]["program"].as_u64().unwrap() >= 1);
}

#[test]
fn an_altered_program_that_only_reads_is_let_be() {
    let desk = Desk::with_meter();
    desk.alter_program("altered");
    let _daemon = Daemon::on_meter(&desk);
    desk.done(FRANK);
    assert!(desk.run_program("altered", "psd registers --socket psd.sock").status.success());
    desk.done(FRANK);
}

/// Claim: A8
#[test]
fn a_copied_pairing_of_another_computer_franks_nothing() {
    let desk = Desk::with_meter();
    let _daemon = Daemon::on_meter(&desk);
    let pairing = fs::read_to_string(desk.path("meter.psd.pair")).unwrap();
    let key = pairing.find("\"key\"").unwrap() + 10;
    let digit = if &pairing[key..=key] == "0" { "1" } else { "0" };
    let changed = format!("{}{digit}{}", &pairing[..key], &pairing[key + 1..]);
    fs::write(desk.path("meter.psd.pair"), changed).unwrap();
    desk.fails(FRANK, 1, "has not answered the device's question");
    assert_eq!(desk.json("psd registers --socket psd.sock --json")["r8"], 0);
}

/// Claim: B27
#[test]
fn a_whole_old_memory_put_back_shows_in_the_registers_and_repeats_a_number_that_the_post_finds() {
    let desk = Desk::with_meter();
    fs::copy(desk.path("meter.psd"), desk.path("old.psd")).unwrap();
    let frank = "psd frank --memory meter.psd --postage 110 --json";
    let paid = desk.json(frank);
    fs::copy(desk.path("old.psd"), desk.path("meter.psd")).unwrap();
    // Without a TPM nothing in the computer tells it; what it then prints does.
    assert_eq!(desk.json("psd registers --memory meter.psd --json")["r2"], 0);
    let unpaid = desk.json(frank);
    assert_eq!((&unpaid["mv"], &unpaid["symbols"]), (&paid["mv"], &paid["symbols"]));
}

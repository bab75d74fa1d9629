//! Devices and control units whose keys a TPM keeps, by command.

#[path = "../../../psd-host/tests/it/software_tpm.rs"]
mod software_tpm;

use crate::desk::Desk;
use crate::serve::Daemon;
use software_tpm::SoftwareTpm;
use std::fs;
use std::process::{Command, Output};

/// Runs a command with this TPM as the system's.
fn run_with(desk: &Desk, tcti: &str, line: &str) -> Output {
    let mut porto = Command::new(env!("CARGO_BIN_EXE_porto"));
    porto.args(line.split(' ')).current_dir(desk.folder()).env("TPM2TOOLS_TCTI", tcti).output().unwrap()
}

/// A desk with an issuer, a meter that is made with these options, and 50.00 of credit in it.
fn desk_with_meter(options: &str, fitting: &str) -> Desk {
    let desk = Desk::new();
    desk.done("issuer init issuer");
    desk.done("issuer meter issuer --serial 12345678 --out meter.json");
    desk.done(&format!("psd init meter.json --memory meter.psd {options}"));
    desk.done("issuer grant issuer --serial 12345678 --amount 5000 --out grant.json");
    desk.done(&format!("psd grant --memory meter.psd grant.json{fitting}"));
    desk
}

#[test]
fn a_device_made_with_a_tpm_is_used_and_served_with_it_and_not_without() {
    let mut software = SoftwareTpm::new();
    let tpm = format!("--tpm {}", software.tcti());
    let desk = desk_with_meter(&tpm, &format!(" {tpm}"));
    desk.fails("psd registers --memory meter.psd", 1, "sealed in a TPM");
    let old = fs::read(desk.path("meter.psd")).unwrap();
    software.restart();
    let daemon = Daemon::start(&desk, &format!("--memory meter.psd --socket psd.sock {tpm}"));
    let frank = "--pairing meter.psd.pair --postage 10";
    desk.done(&format!("psd frank --socket psd.sock {frank} --count 100"));
    assert_eq!(desk.json("psd registers --socket psd.sock --json")["r2"], 1000);
    assert!(daemon.signal("TERM").success());
    fs::write(desk.path("meter.psd"), old).unwrap();
    desk.fails(&format!("psd frank --memory meter.psd {tpm} {frank}"), 1, "service reset");
    software.stop();
    let gone = desk.run(&format!("psd registers --memory meter.psd {tpm}"));
    assert_eq!(gone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("the TPM cannot be reached"));
}

#[test]
fn a_tpm_takes_another_device_at_other_indices_or_once_a_former_one_is_cleared() {
    let software = SoftwareTpm::new();
    let tpm = format!("--tpm {}", software.tcti());
    let desk = desk_with_meter(&tpm, &format!(" {tpm}"));
    desk.done("issuer meter issuer --serial 12345679 --out second.json");
    let second = format!("psd init second.json --memory second.psd {tpm}");
    let refused = desk.run(&second);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has an index 0x01807078"));
    desk.done(&format!("{second} --tpm-index 0x01807080"));
    desk.done(&format!("psd registers --memory second.psd {tpm}"));
    desk.done(&format!("psd clear-tpm {tpm}"));
    assert_ne!(desk.run(&format!("psd registers --memory meter.psd {tpm}")).status.code(), Some(0));
    desk.done(&format!("psd init second.json --memory third.psd {tpm}"));
    let outside = desk.run(&format!("psd clear-tpm {tpm} --tpm-index 7"));
    assert!(String::from_utf8_lossy(&outside.stderr).contains("an index is a number from 0x01800000"));
}

#[test]
fn a_control_unit_identified_by_its_tpm_franks_with_that_chip_alone() {
    let (mut software, other) = (SoftwareTpm::new(), SoftwareTpm::new());
    let desk = desk_with_meter("--unpaired", "");
    let pair = "psd pair --memory meter.psd --identity tpm --pairing tpm.pair";
    let paired = run_with(&desk, &software.tcti(), pair);
    assert!(paired.status.success(), "{}", String::from_utf8_lossy(&paired.stderr));
    software.restart();
    let frank = "psd frank --memory meter.psd --pairing tpm.pair --postage 110";
    assert!(run_with(&desk, &software.tcti(), frank).status.success());
    let elsewhere = run_with(&desk, &other.tcti(), frank);
    assert_eq!(elsewhere.status.code(), Some(1));
    software.stop();
    assert_eq!(run_with(&desk, &software.tcti(), frank).status.code(), Some(2), "the TPM cannot be reached");
}

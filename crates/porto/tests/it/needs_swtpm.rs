//! Devices and control units whose keys a TPM keeps, by command.

#[path = "../../../psd-host/tests/it/software_tpm.rs"]
mod software_tpm;

use crate::desk::Desk;
use software_tpm::SoftwareTpm;
use std::process::{Command, Output};

/// Runs a command with this TPM as the system's.
fn run_with(desk: &Desk, tcti: &str, line: &str) -> Output {
    let mut porto = Command::new(env!("CARGO_BIN_EXE_porto"));
    porto.args(line.split(' ')).current_dir(desk.folder()).env("TPM2TOOLS_TCTI", tcti).output().unwrap()
}

#[test]
fn a_control_unit_identified_by_its_tpm_franks_with_that_chip_alone() {
    let (mut software, other) = (SoftwareTpm::new(), SoftwareTpm::new());
    let desk = Desk::new();
    for line in [
        "issuer init issuer",
        "issuer meter issuer --serial 12345678 --out meter.json",
        "psd init meter.json --memory meter.psd --unpaired",
        "issuer grant issuer --serial 12345678 --amount 5000 --out grant.json",
        "psd grant --memory meter.psd grant.json",
    ] {
        desk.done(line);
    }
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

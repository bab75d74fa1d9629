//! A debugger at the daemon: strace, which is one.

use crate::desk::Desk;
use crate::serve::Daemon;
use std::process::Command;

/// Claim: B10
#[test]
fn a_daemon_that_a_debugger_holds_franks_nothing_and_stays_blocked_without_it() {
    let desk = Desk::with_meter();
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-q", "-o", "/dev/null", env!("CARGO_BIN_EXE_porto")]);
    let traced = Daemon::spawn(&desk, &mut strace, "--memory meter.psd --socket psd.sock");
    let frank = "psd frank --socket psd.sock --pairing meter.psd.pair --postage 110";
    desk.fails(frank, 1, "service reset");
    let registers = desk.json("psd registers --socket psd.sock --json");
    assert_eq!((&registers["block"], &registers["r8"]), (&"kill1".into(), &0.into()));
    drop(traced);
    let _daemon = Daemon::on_meter(&desk);
    desk.fails(frank, 1, "service reset");
}

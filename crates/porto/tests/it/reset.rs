//! The service reset by files and commands: a meter's report, the issuer's reset, the meter at work again.

use crate::desk::Desk;
use crate::serve::Daemon;
use serde_json::Value;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

const FRANK: &str = "psd frank --socket psd.sock --pairing meter.psd.pair --postage 110";
/// Bytes of a sector of the memory.
const SECTOR_BYTES: usize = psd::SECTOR_BYTES;

/// What the issuer reads in a meter's report, and with which status: 1 where the meter has changed its link key.
fn report(desk: &Desk) -> (Value, Option<i32>) {
    desk.done("psd report --socket psd.sock --out report.json");
    let read = desk.run("issuer report issuer report.json --json");
    (serde_json::from_slice(&read.stdout).unwrap(), read.status.code())
}

/// Damages both copies of what the last franking wrote.
fn damage(desk: &Desk, before: &[u8]) {
    let after = fs::read(desk.path("meter.psd")).unwrap();
    let file = File::options().write(true).open(desk.path("meter.psd")).unwrap();
    let sectors = before.chunks(SECTOR_BYTES).zip(after.chunks(SECTOR_BYTES)).enumerate();
    for (sector, _) in sectors.filter(|(_, (before, after))| before != after) {
        file.write_all_at(&[0xaa; 100], (sector * SECTOR_BYTES + 200) as u64).unwrap();
    }
}

/// Claim: B23, B28
#[test]
fn a_daemon_whose_registers_are_lost_halts_reports_and_is_mended_with_the_centres_registers() {
    let desk = Desk::with_meter();
    let daemon = Daemon::on_meter(&desk);
    desk.done(&FRANK.replace("110", "0"));
    let before = fs::read(desk.path("meter.psd")).unwrap();
    desk.done(FRANK);
    daemon.signal("KILL");
    damage(&desk, &before);
    let _daemon = Daemon::on_meter(&desk);
    desk.fails(FRANK, 1, "all copies of the newest registers are damaged");
    desk.fails("psd registers --socket psd.sock", 1, "all copies of the newest registers are damaged");
    let (report, status) = report(&desk);
    assert_eq!((&report["code"], status), (&504.into(), Some(0)));
    desk.done("issuer reset issuer report.json --out bare.json");
    desk.fails("psd order --socket psd.sock bare.json", 1, "the reset must bring the centre's");
    desk.done("issuer reset issuer report.json --registers 4890,110,5000,1,2 --out reset.json");
    desk.done("psd order --socket psd.sock reset.json");
    assert!(desk.done(FRANK).contains("MV 3"));
    let registers = desk.json("psd registers --socket psd.sock --json");
    assert_eq!((&registers["r2"], &registers["block"]), (&220.into(), &Value::Null));
    desk.fails("psd order --socket psd.sock bare.json", 1, "this is not the next one");
}

/// Claim: B3, B28
#[test]
fn a_meter_that_a_wrong_program_blocked_goes_on_after_its_service_reset() {
    let desk = Desk::with_meter();
    desk.alter_program("altered");
    let _daemon = Daemon::on_meter(&desk);
    desk.done(FRANK);
    assert_eq!(desk.run_program("altered", FRANK).status.code(), Some(1));
    desk.fails(FRANK, 1, "service reset");
    let (report, status) = report(&desk);
    assert_eq!(
        (&report["code"], status),
        (&512.into(), Some(1)),
        "a manipulation that the centre is to notice"
    );
    desk.done("issuer reset issuer report.json --out reset.json");
    desk.done("psd order --socket psd.sock reset.json");
    assert!(desk.done(FRANK).contains("MV 2"));
}

//! The images of running programs: what runs is measured, exchanged files are noticed, numbers of processes that are
//! used again change nothing.

use psd::{Checksum, Program, ProgramImage};
use psd_host::Programs;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const CONTROL_UNIT: Program = Program::ControlUnit;

fn checksum(path: &Path) -> Checksum {
    Sha256::digest(fs::read(path).unwrap()).into()
}

/// A folder with two different programs that wait for a line of input before they end, or become another program.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn new() -> Workshop {
        let workshop = Workshop { folder: tempfile::tempdir().unwrap() };
        // Bytes after the end of a program's image change its checksum and nothing else. Another process writes the
        // files: one that this process has open for writing when another test starts a program could not be run.
        let script = "for name in genuine forged; do
            cat /bin/sh > $name && printf %s $name >> $name && chmod 755 $name || exit 1; done";
        let made = Command::new("sh").args(["-c", script]).current_dir(&workshop.folder).status();
        assert!(made.unwrap().success());
        workshop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, name: &str, script: &str) -> Running {
        let mut command = Command::new(self.path(name));
        let child = command.args(["-c", script]).current_dir(&self.folder).stdin(Stdio::piped()).spawn();
        Running(child.unwrap())
    }
}

/// A process that ends with its test.
struct Running(Child);

impl Running {
    fn number(&self) -> u32 {
        self.0.id()
    }

    fn say(&mut self, line: &str) {
        self.0.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(10), "waited in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_programs_own_image_is_measured() {
    let own = checksum(&std::env::current_exe().unwrap());
    let mut programs = Programs::with_own().unwrap();
    assert!(!programs.is_as_measured(Program::Own), "nothing was measured yet");
    assert_eq!(programs.measure(Program::Own), Ok(Some(own)));
    assert!(programs.is_as_measured(Program::Own));
    let mut in_one = Programs::new();
    in_one.attach(std::process::id()).unwrap();
    for program in [Program::Own, CONTROL_UNIT] {
        assert_eq!(in_one.measure(program), Ok(None), "where both are one program, none is outside");
        assert!(in_one.is_as_measured(program));
    }
}

#[test]
fn without_a_control_unit_there_is_no_image_of_one() {
    let workshop = Workshop::new();
    let mut programs = Programs::new();
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(None));
    assert!(programs.is_as_measured(CONTROL_UNIT));
    let running = workshop.start("genuine", "read line");
    programs.attach(running.number()).unwrap();
    assert!(!programs.is_as_measured(CONTROL_UNIT), "attached, and not measured yet");
    programs.detach();
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(None));
}

#[test]
fn an_executable_exchanged_on_the_disk_is_noticed_and_counts_once_it_runs() {
    let workshop = Workshop::new();
    let (genuine, forged) = (checksum(&workshop.path("genuine")), checksum(&workshop.path("forged")));
    let running = workshop.start("genuine", "read line");
    let mut programs = Programs::new();
    programs.attach(running.number()).unwrap();
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(Some(genuine)));
    assert!(programs.is_as_measured(CONTROL_UNIT));
    fs::rename(workshop.path("forged"), workshop.path("genuine")).unwrap();
    assert!(!programs.is_as_measured(CONTROL_UNIT), "the cheap sign changes at once");
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(Some(genuine)), "what runs is still the old one");
    assert!(programs.is_as_measured(CONTROL_UNIT));
    let restarted = workshop.start("genuine", "read line");
    programs.attach(restarted.number()).unwrap();
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(Some(forged)));
}

#[test]
fn a_process_that_becomes_another_program_is_noticed() {
    let workshop = Workshop::new();
    let forged = checksum(&workshop.path("forged"));
    let mut running = workshop.start("genuine", "read line; exec ./forged -c 'read line'");
    let mut programs = Programs::new();
    programs.attach(running.number()).unwrap();
    programs.measure(CONTROL_UNIT).unwrap();
    assert!(programs.is_as_measured(CONTROL_UNIT));
    running.say("go\n");
    until("the cheap sign tells of the other program", || !programs.is_as_measured(CONTROL_UNIT));
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(Some(forged)));
}

#[test]
fn a_deleted_executable_is_measured_as_it_runs() {
    let workshop = Workshop::new();
    let genuine = checksum(&workshop.path("genuine"));
    let running = workshop.start("genuine", "read line");
    fs::remove_file(workshop.path("genuine")).unwrap();
    let mut programs = Programs::new();
    programs.attach(running.number()).unwrap();
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(Some(genuine)));
}

#[test]
fn a_process_that_has_ended_is_no_control_unit_and_one_that_ends_later_stays_what_it_was() {
    let workshop = Workshop::new();
    let genuine = checksum(&workshop.path("genuine"));
    let mut programs = Programs::new();
    let mut running = workshop.start("genuine", "read line");
    programs.attach(running.number()).unwrap();
    let number = running.number();
    running.0.kill().unwrap();
    // Not waited for, so that its number is not given to another process.
    until("the process has ended", || {
        fs::read(format!("/proc/{number}/maps")).is_ok_and(|maps| maps.is_empty())
    });
    assert_eq!(programs.measure(CONTROL_UNIT), Ok(Some(genuine)));
    assert!(programs.is_as_measured(CONTROL_UNIT));
    assert!(Programs::new().attach(number).is_err());
    running.0.wait().unwrap();
    assert!(Programs::new().attach(number).is_err());
    assert!(Programs::new().attach(0).is_err());
    assert!(Programs::new().attach(u32::MAX).is_err());
}

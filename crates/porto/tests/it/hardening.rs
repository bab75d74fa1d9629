//! What a daemon gives up once it listens, looked at from outside.

use crate::desk::Desk;
use crate::serve::Daemon;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// A user without rights of its own on every system.
const NOBODY: u32 = 65534;

/// A daemon on the desk's meter and what it says of itself; as nobody, where the tests are root.
fn daemon(desk: &Desk) -> (Daemon, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_porto"));
    command.args(["psd", "serve", "--memory", "meter.psd", "--socket", "psd.sock", "--json"]);
    let mut process =
        as_nobody(desk, &mut command).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said = serde_json::from_str(&line).unwrap();
    (Daemon(process), said)
}

fn as_nobody<'a>(desk: &Desk, command: &'a mut Command) -> &'a mut Command {
    let folder = desk.folder();
    command.current_dir(folder);
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return command;
    }
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.chain([folder.to_path_buf()]).for_each(|path| chown(path, Some(NOBODY), Some(NOBODY)).unwrap());
    command.uid(NOBODY).gid(NOBODY)
}

fn field(status: &str, name: &str) -> String {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {status}")).trim_start_matches(':').trim().to_string()
}

#[test]
fn every_thread_of_a_daemon_is_confined() {
    let desk = Desk::with_meter();
    let (daemon, said) = daemon(&desk);
    let mut frank = Command::new(env!("CARGO_BIN_EXE_porto"));
    frank.args(["psd", "frank", "--socket", "psd.sock", "--pairing", "meter.psd.pair", "--postage", "110"]);
    assert!(as_nobody(&desk, &mut frank).output().unwrap().status.success());
    for measure in said["hardening"].as_array().unwrap() {
        let missing = &measure["missing"];
        // How much memory a user may lock and what an older kernel confines are the system's decision.
        let systems = missing.as_str().is_some_and(|reason| reason.contains("this "));
        assert!(missing.is_null() || systems, "{measure}");
    }
    let mut threads = 0;
    for thread in fs::read_dir(format!("/proc/{}/task", daemon.id())).unwrap() {
        let status = match fs::read_to_string(thread.unwrap().path().join("status")) {
            // The threads of the peer that franked end while they are counted (ENOENT, ESRCH).
            Err(error) if matches!(error.raw_os_error(), Some(2 | 3)) => continue,
            status => status.unwrap(),
        };
        assert_eq!((field(&status, "Seccomp"), field(&status, "NoNewPrivs")), ("2".into(), "1".into()));
        threads += 1;
    }
    assert!(threads >= 3, "main, the device's, the one that opens programs: {threads}");
}

#[test]
fn nobody_looks_into_a_daemon_not_even_its_own_user() {
    let desk = Desk::with_meter();
    let (daemon, _) = daemon(&desk);
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.id())).unwrap();
    let dumps = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(dumps.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"]);
    for file in ["environ", "mem", "maps"] {
        let path = format!("/proc/{}/{file}", daemon.id());
        let read = as_nobody(&desk, Command::new("head").args(["-c", "1", &path])).output().unwrap();
        assert!(!read.status.success() && read.stdout.is_empty(), "{file} was read");
    }
    let own = as_nobody(&desk, Command::new("head").args(["-c", "1", "/proc/self/environ"])).output();
    assert!(own.unwrap().status.success(), "a process that is not hardened can be looked into");
}

#[test]
fn memory_is_locked_where_the_system_allows_it_and_otherwise_the_daemon_says_so() {
    let desk = Desk::with_meter();
    let (daemon, said) = daemon(&desk);
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap();
    let measure = said["hardening"].as_array().unwrap().iter().find(|one| one["protection"] == "no-swapping");
    let missing = &measure.unwrap()["missing"];
    match missing.as_str() {
        None => assert_ne!(field(&status, "VmLck"), "0 kB"),
        Some(reason) => assert!(reason.contains("may lock"), "{reason}"),
    }
}

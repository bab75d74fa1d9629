//! The customer's lock by command: passwords from files, from standard input and from a terminal.

use crate::desk::Desk;
use crate::serve::Daemon;
use psd::Clock;
use psd_host::SystemClock;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// A meter with 50.00, a system manager, and users 1 and 2; their passwords lie in files. There is no lock yet.
fn staffed() -> Desk {
    let desk = Desk::with_meter();
    for (name, password) in [("boss", "the boss's own\n"), ("one", "first user\r\n"), ("two", "second user")]
    {
        fs::write(desk.path(&format!("{name}.txt")), password).unwrap();
    }
    desk.done("psd lock manager --memory meter.psd --new-password-file boss.txt");
    for (user, name) in [(1, "one"), (2, "two")] {
        desk.done(&format!(
            "psd user add --memory meter.psd --password-file boss.txt --new-password-file {name}.txt {user}"
        ));
    }
    desk
}

/// Runs a command whose arguments may hold spaces, with this on its standard input.
fn run(desk: &Desk, arguments: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_porto"))
        .args(arguments)
        .current_dir(desk.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn set(desk: &Desk, arguments: &[&str]) {
    let before = ["psd", "lock", "set", "--memory", "meter.psd", "--password-file", "boss.txt"];
    let output = run(desk, &[&before[..], arguments].concat(), "");
    assert!(output.status.success(), "{arguments:?}: {}", errors(&output));
}

/// Claim: C1
#[test]
fn franking_needs_a_users_password() {
    let desk = staffed();
    desk.done("psd frank --memory meter.psd --postage 110");
    set(&desk, &["--mode", "password"]);
    desk.fails("psd frank --memory meter.psd --postage 110 --user 1", 1, "a user has to log in");
    let wrong = "psd frank --memory meter.psd --postage 110 --user 1 --password-file two.txt";
    desk.fails(wrong, 1, "wrong user number or password");
    assert_eq!(desk.json("psd registers --memory meter.psd --json")["r2"], 110, "a mismatch enables nothing");
    let right = ["psd", "frank", "--memory", "meter.psd", "--postage", "110", "--user", "1"];
    let output = run(&desk, &[&right[..], &["--password-file", "one.txt"]].concat(), "");
    assert!(output.status.success(), "{}", errors(&output));
    assert!(errors(&output).contains("waiting"), "the wrong try is not forgotten between two commands");
    assert_eq!(desk.json("psd registers --memory meter.psd --json")["r2"], 220);
}

/// Claim: C2
#[test]
fn two_users_are_needed_where_that_is_set() {
    let desk = staffed();
    set(&desk, &["--mode", "password", "--two-users", "true"]);
    let one = "psd frank --memory meter.psd --postage 110 --user 1 --password-file one.txt";
    desk.fails(one, 1, "a second user has to log in");
    desk.done(&format!("{one} --second-user 2 --second-password-file two.txt"));
}

/// A row of hours that begins and ends so many minutes from now.
fn hours(start: i32, stop: i32) -> String {
    let now = i32::from(SystemClock.now().unwrap().minute);
    let minute = |offset: i32| (now + offset).rem_euclid(1440);
    let text = |minute: i32| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("daily {}-{}", text(minute(start)), text(minute(stop)))
}

/// Claim: C3
#[test]
fn start_and_stop_times_are_kept_for_the_meter_and_for_each_user() {
    let desk = staffed();
    let (open, closed) = (hours(-60, 60), hours(120, 180));
    set(&desk, &["--mode", "time", "--hours", &open]);
    desk.done("psd frank --memory meter.psd --postage 110");
    set(&desk, &["--hours", &closed]);
    desk.fails("psd frank --memory meter.psd --postage 110", 1, "it opens on");
    set(&desk, &["--hours", &closed, "--hours", &open, "--mode", "both"]);
    let one = "psd frank --memory meter.psd --postage 110 --user 1 --password-file one.txt";
    desk.done(one);
    let user = ["psd", "user", "set", "--memory", "meter.psd", "--password-file", "boss.txt", "1"];
    assert!(run(&desk, &[&user[..], &["--hours", &closed]].concat(), "").status.success());
    desk.fails(one, 1, "it opens on");
    desk.done("psd frank --memory meter.psd --postage 110 --user 2 --password-file two.txt");
}

/// Claim: C4
#[test]
fn the_system_managers_password_sets_limits_passwords_and_users() {
    let desk = staffed();
    desk.fails("psd lock set --memory meter.psd --password-file one.txt --mode password", 1, "wrong");
    set(&desk, &["--mode", "password"]);
    desk.done("psd user set --memory meter.psd --password-file boss.txt 1 --limit 200 --per month");
    let one = "psd frank --memory meter.psd --postage 110 --user 1 --password-file one.txt";
    desk.done(one);
    desk.fails(one, 1, "limit leaves 0.90 until the end of");
    desk.done("psd user password --memory meter.psd --password-file boss.txt --new-password-file boss.txt 2");
    desk.done("psd frank --memory meter.psd --postage 300 --user 2 --password-file boss.txt");
    desk.done("psd user remove --memory meter.psd --password-file boss.txt 2");
    desk.fails("psd frank --memory meter.psd --postage 1 --user 2 --password-file boss.txt", 1, "wrong");
    set(&desk, &["--refill-manager-only", "true"]);
    desk.done("issuer grant issuer --serial 12345678 --amount 300 --out more.json");
    desk.fails("psd grant --memory meter.psd more.json", 1, "only the system manager");
    desk.done("psd grant --memory meter.psd more.json --password-file boss.txt");
}

#[test]
fn a_lock_whose_manager_has_lost_his_password_is_forgotten_by_order() {
    let desk = staffed();
    set(&desk, &["--mode", "password"]);
    desk.fails("psd frank --memory meter.psd --postage 110", 1, "a user has to log in");
    desk.done("issuer order issuer --serial 12345678 --out forget.json forget-lock");
    desk.done("psd order --memory meter.psd forget.json");
    desk.done("psd frank --memory meter.psd --postage 110");
    let lock = desk.json("psd lock show --memory meter.psd --json");
    assert_eq!((&lock["mode"], &lock["has_manager"]), (&"off".into(), &false.into()));
}

/// Claim: C5
#[test]
fn the_list_of_users_says_what_each_has_spent() {
    let desk = staffed();
    set(&desk, &["--mode", "password"]);
    desk.done("psd user set --memory meter.psd --password-file boss.txt 2 --limit 1000 --per day");
    for (user, name, postage, count) in [(1, "one", 100, 3), (2, "two", 70, 2), (1, "one", 0, 1)] {
        desk.done(&format!(
            "psd frank --memory meter.psd --postage {postage} --count {count} --user {user} --password-file {name}.txt"
        ));
    }
    let list = desk.json("psd user list --memory meter.psd --password-file boss.txt --json");
    let column =
        |name: &str| -> Vec<&Value> { list.as_array().unwrap().iter().map(|user| &user[name]).collect() };
    assert_eq!(column("user"), [1, 2]);
    assert_eq!(column("spent"), [300, 140]);
    assert_eq!(column("pieces"), [4, 2]);
    assert_eq!(column("limit"), [&Value::Null, &1000.into()]);
    assert_eq!(desk.json("psd registers --memory meter.psd --json")["r2"], 440);
}

#[test]
fn at_a_device_that_runs_a_user_logs_in_once_and_out_again() {
    let desk = staffed();
    set(&desk, &["--mode", "password"]);
    let _daemon = Daemon::on_meter(&desk);
    let frank = "psd frank --socket psd.sock --pairing meter.psd.pair --postage 110 --user 1";
    desk.fails(frank, 1, "a user has to log in");
    desk.done("psd login --socket psd.sock --user 1 --password-file one.txt");
    desk.done(frank);
    assert_eq!(desk.json("psd lock show --socket psd.sock --json")["logged_in"][0], "1");
    desk.fails(
        "psd frank --socket psd.sock --pairing meter.psd.pair --postage 110 --user 2",
        1,
        "has to name user 1",
    );
    desk.done("psd logout --socket psd.sock");
    desk.fails(frank, 1, "a user has to log in");
    desk.done("psd lock set --socket psd.sock --password-file boss.txt --idle-seconds 1");
    desk.done("psd login --socket psd.sock --user 1 --password-file one.txt");
    thread::sleep(Duration::from_millis(1200));
    desk.fails(frank, 1, "a user has to log in");
    desk.fails("psd login --socket psd.sock --user 1 --password-file two.txt", 1, "wrong");
    desk.fails("psd login --socket psd.sock --user 1 --password-file one.txt", 1, "too soon");
}

#[test]
fn passwords_come_line_by_line_from_standard_input() {
    let desk = staffed();
    let add = ["psd", "user", "add", "--memory", "meter.psd", "3", "--password-file", "-"];
    let output =
        run(&desk, &[&add[..], &["--new-password-file", "-"]].concat(), "the boss's own\nthird user\n");
    assert!(output.status.success(), "{}", errors(&output));
    set(&desk, &["--mode", "password"]);
    let frank = ["psd", "frank", "--memory", "meter.psd", "--postage", "110", "--user", "3"];
    assert!(run(&desk, &[&frank[..], &["--password-file", "-"]].concat(), "third user").status.success());
    let asked = run(&desk, &[&frank[..], &["--log-in"]].concat(), "third user");
    assert_eq!(asked.status.code(), Some(2), "without a terminal nobody is asked");
    for input in ["", "\n", &"x".repeat(65)] {
        let output = run(&desk, &[&frank[..], &["--password-file", "-"]].concat(), input);
        assert_eq!(output.status.code(), Some(2), "{input:?}");
        assert!(errors(&output).contains("1 to 64 bytes"));
    }
}

/// `script` gives the command a terminal, and repeats what the terminal shows.
#[test]
fn at_a_terminal_the_password_is_asked_for_without_echo() {
    let desk = staffed();
    set(&desk, &["--mode", "password"]);
    let porto = env!("CARGO_BIN_EXE_porto");
    let line = format!("{porto} psd frank --memory meter.psd --postage 110 --user 1 --log-in");
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(desk.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    // Typed as soon as it is asked for: nothing of it may be lost.
    let mut screen = terminal.stdout.take().unwrap();
    let shown = read_until(&mut screen, "Password of user 1: ");
    keyboard.write_all(b"first user\n").unwrap();
    let rest = read_until(&mut screen, "meter 12345678");
    assert!(terminal.wait().unwrap().success(), "{shown}{rest}");
    assert!(!format!("{shown}{rest}").contains("first"), "{shown}{rest}");
}

fn read_until(screen: &mut impl std::io::Read, sign: &str) -> String {
    let mut shown = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&shown).contains(sign) {
        assert_eq!(screen.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&shown));
        shown.push(byte[0]);
    }
    String::from_utf8_lossy(&shown).into_owned()
}

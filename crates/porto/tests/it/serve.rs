//! `porto psd serve` as a process of its own: reached at its socket, stopped, killed, and started twice.

use crate::desk::Desk;
use imprint::numbers::RequestId;
use psd::{Clock, Frame, Request};
use psd_host::SystemClock;
use psd_host::client::{Attendant, Client, ClientError};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use terms::{Date, Money};

/// A running `porto psd serve`.
pub struct Daemon(pub Child);

impl Daemon {
    /// Starts it with these arguments and waits until it listens.
    pub fn start(desk: &Desk, arguments: &str) -> Daemon {
        Daemon::spawn(desk, &mut Command::new(env!("CARGO_BIN_EXE_porto")), arguments)
    }

    /// The same with a program before it.
    pub fn spawn(desk: &Desk, command: &mut Command, arguments: &str) -> Daemon {
        let mut process = command
            .args(["psd", "serve"])
            .args(arguments.split(' '))
            .current_dir(desk.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("12345678"), "{line}");
        Daemon(process)
    }

    pub fn on_meter(desk: &Desk) -> Daemon {
        Daemon::start(desk, "--memory meter.psd --socket psd.sock")
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends a signal by its name and waits for the end.
    pub fn signal(mut self, name: &str) -> ExitStatus {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.0.wait().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn commands_do_over_the_socket_what_they_do_on_a_memory_file() {
    let desk = Desk::with_meter();
    let daemon = Daemon::on_meter(&desk);
    let indicium =
        desk.json("psd frank --socket psd.sock --pairing meter.psd.pair --postage 110 --request 2a --json");
    assert_eq!((&indicium["mv"], &indicium["postage"]), (&1.into(), &110.into()));
    assert_eq!(
        desk.json("psd fetch --socket psd.sock --pairing meter.psd.pair --request 2a --json"),
        indicium
    );
    let mailing =
        desk.json("psd frank --socket psd.sock --pairing meter.psd.pair --postage 1 --count 1200 --json");
    assert_eq!(mailing.as_array().unwrap().len(), 1200);
    desk.done("issuer grant issuer --serial 12345678 --amount 300 --out more.json");
    assert_eq!(desk.json("psd grant --socket psd.sock more.json --json")["r1"], 5300 - 110 - 1200);
    desk.fails("psd frank --socket psd.sock --pairing meter.psd.pair --postage 9000", 1, "credit of 39.90");
    desk.fails("psd frank --memory meter.psd --postage 110", 1, "another security device has the memory");
    let served = desk.json("psd registers --socket psd.sock --json");
    assert!(daemon.signal("TERM").success());
    assert_eq!(desk.json("psd registers --memory meter.psd --json")["r2"], served["r2"]);
}

#[test]
fn a_device_is_named_by_its_memory_or_its_socket_and_not_by_both() {
    let desk = Desk::with_meter();
    for line in ["psd registers", "psd registers --memory meter.psd --socket psd.sock"] {
        assert_eq!(desk.run(line).status.code(), Some(2), "{line}");
    }
    desk.fails("psd registers --socket nowhere.sock", 2, "nowhere.sock cannot be connected to");
    desk.fails("psd serve --memory meter.psd", 2, "--socket is needed");
    desk.fails("psd serve --memory nowhere.psd --socket psd.sock", 2, "nowhere.psd");
}

#[test]
fn a_daemon_that_is_told_to_stop_ends_well_and_leaves_no_socket() {
    let desk = Desk::with_meter();
    for signal in ["TERM", "INT"] {
        let daemon = Daemon::on_meter(&desk);
        assert!(desk.path("psd.sock").exists());
        assert!(daemon.signal(signal).success());
        assert!(!desk.path("psd.sock").exists());
    }
}

#[test]
fn a_second_daemon_on_the_memory_or_the_socket_is_told_so() {
    let desk = Desk::with_meter();
    let _daemon = Daemon::on_meter(&desk);
    desk.fails("psd serve --memory meter.psd --socket other.sock", 1, "has the memory");
    desk.done("issuer meter issuer --serial 12345679 --out second.json");
    desk.done("psd init second.json --memory second.psd");
    desk.fails("psd serve --memory second.psd --socket psd.sock", 1, "another server listens");
    assert_eq!(desk.json("psd registers --socket psd.sock --json")["serial"], 12_345_678);
}

#[test]
fn a_settings_file_says_what_the_command_line_does_not() {
    let desk = Desk::with_meter();
    let settings = "memory = 'meter.psd'\nsocket = 'set.sock'\npeers_max = 4\nusers = [4000000000]\n";
    fs::write(desk.path("psd.toml"), settings).unwrap();
    let daemon = Daemon::start(&desk, "--settings psd.toml");
    desk.fails("psd registers --socket set.sock", 1, "this user may not speak to the device");
    assert!(daemon.signal("TERM").success());
    fs::write(desk.path("psd.toml"), "memory = 'elsewhere.psd'\n").unwrap();
    let _daemon = Daemon::start(&desk, "--settings psd.toml --memory meter.psd --socket psd.sock");
    desk.done("psd registers --socket psd.sock");
    fs::write(desk.path("psd.toml"), "memory = 5").unwrap();
    desk.fails("psd serve --settings psd.toml", 2, "psd.toml is not the document");
}

/// Claim: A1
#[test]
fn a_daemon_killed_while_it_franks_loses_and_doubles_nothing() {
    let desk = Desk::with_meter();
    desk.done("issuer grant issuer --serial 12345678 --amount 1000000 --out more.json");
    desk.done("psd grant --memory meter.psd more.json");
    let mut sender = Sender {
        socket: desk.path("psd.sock"),
        pairing: desk.path("meter.psd.pair"),
        batch: 1,
        seen: Vec::new(),
    };
    for round in 0..25 {
        let daemon = Daemon::on_meter(&desk);
        let client = sender.connect().unwrap();
        let (franked, has_franked) = mpsc::channel();
        // The time runs from the first franking: until then the device has measured this program, however large it is
        // and however much else the machine has to do.
        let killer = std::thread::spawn(move || {
            has_franked.recv().unwrap();
            std::thread::sleep(Duration::from_millis(5 + 3 * round));
            daemon.signal("KILL")
        });
        let ended = sender.frank_until_it_fails(client, &franked);
        assert!(matches!(ended, ClientError::Closed), "{ended}");
        assert!(!killer.join().unwrap().success());
    }
    let _daemon = Daemon::on_meter(&desk);
    let mut client = sender.connect().unwrap();
    sender.frank(&mut client).unwrap();
    let registers = client.registers().unwrap();
    // Each imprint that was asked for was seen once, with a number of its own, and paid for once.
    let numbers: BTreeSet<u64> = sender.seen.iter().copied().collect();
    assert_eq!(sender.seen.len() as u64, (sender.batch - 1) * PIECES);
    assert!(numbers.iter().copied().eq(1..=sender.seen.len() as u64));
    assert_eq!((registers.r8, registers.r2.minor()), (numbers.len() as u64, numbers.len() as u64));
    assert_eq!(registers.check(), Ok(()));
    assert!(sender.batch > 25, "the daemon franked between its deaths: {} frankings", sender.batch);
}

/// Imprints of one franking.
const PIECES: u64 = 3;

/// Somebody who franks one batch after the other, and asks again for a batch whose answer did not come.
struct Sender {
    socket: PathBuf,
    pairing: PathBuf,
    batch: u64,
    /// The number of each imprint that came.
    seen: Vec<u64>,
}

impl Sender {
    fn connect(&self) -> Result<Client, ClientError> {
        let mut client = Client::connect(&self.socket)?;
        client.attend(Attendant::read(&self.pairing, Path::new("/"))?);
        client.attach()?;
        Ok(client)
    }

    fn frank_until_it_fails(&mut self, mut client: Client, franked: &mpsc::Sender<()>) -> ClientError {
        loop {
            if let Err(error) = self.frank(&mut client) {
                return error;
            }
            // Whoever has heard of one needs no other.
            let _ = franked.send(());
        }
    }

    fn frank(&mut self, client: &mut Client) -> Result<(), ClientError> {
        let today = SystemClock.now().unwrap().today;
        let request = |place| Request {
            id: RequestId(self.batch * PIECES + place),
            postage: Money::from_minor(1),
            // Tomorrow, so that midnight during a test changes nothing.
            date: Date::from_day_number(today.day_number() + 1).unwrap(),
            frame: Frame::default(),
        };
        let requests: Vec<Request> = (0..PIECES).map(request).collect();
        let mut came = Vec::new();
        client.frank(&requests, |indicium| came.push(indicium.mv))?;
        self.seen.extend(came);
        self.batch += 1;
        Ok(())
    }
}

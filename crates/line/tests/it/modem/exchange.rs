//! A telephone exchange with two modems, each at a pseudo-terminal: enough of a Hayes modem to be dialled with, hung up
//! and misbehave. It is the test's own; nothing of it comes from the code that is tested.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The silence around `+++`. The line is told to keep more than three times of it.
const GUARD: Duration = Duration::from_millis(150);
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// How a modem misbehaves.
#[derive(Clone, Debug, Default)]
pub struct Habits {
    /// Commands that it answers with `ERROR`.
    pub refuses: Vec<&'static str>,
    /// It takes commands and says nothing.
    pub is_dead: bool,
    /// It says this again and again, and nothing else.
    pub babbles: Option<&'static str>,
    /// It says this before each of its answers.
    pub noise: &'static str,
    /// It does not say that the carrier is gone.
    pub keeps_silent_about_carrier: bool,
}

/// Two modems, 0 and 1. Dialling 12345 (with or without a prefix) at one of them rings at the other one.
pub struct Exchange {
    shared: Arc<Shared>,
    devices: [String; 2],
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    sides: Mutex<[Side; 2]>,
    is_over: AtomicBool,
}

/// What a modem's thread and the rest know of it.
#[derive(Default)]
struct Side {
    is_rung: bool,
    /// Whether the two are connected, as far as this side has noticed.
    is_online: bool,
    /// What the other one sent.
    inbox: Vec<u8>,
    /// The other one has gone.
    is_cut: bool,
    /// The other one's call was answered.
    is_answered: bool,
    commands: Vec<String>,
}

impl Exchange {
    pub fn new(habits: [Habits; 2]) -> Exchange {
        let shared = Arc::new(Shared::default());
        let mut threads = Vec::new();
        let devices = [0, 1].map(|index| {
            let (master, slave, device) = terminal();
            let mut modem = Modem {
                shared: shared.clone(),
                index,
                habits: habits[index].clone(),
                terminal: master,
                _slave: slave,
                line: Vec::new(),
                echoes: true,
                online: false,
                calls: false,
                last_byte: Instant::now(),
                pluses: 0,
                last_ring: Instant::now(),
            };
            threads.push(thread::spawn(move || modem.run()));
            device
        });
        Exchange { shared, devices, threads }
    }

    /// The terminal of a modem.
    pub fn device(&self, index: usize) -> &str {
        &self.devices[index]
    }

    /// What a modem was told so far.
    pub fn commands(&self, index: usize) -> Vec<String> {
        self.shared.lock()[index].commands.clone()
    }

    /// Cuts the telephone line.
    pub fn cut(&self) {
        self.shared.lock().iter_mut().for_each(|side| side.is_cut = side.is_online);
    }

    /// Puts bytes into the data that a modem gives its terminal.
    pub fn disturb(&self, index: usize, bytes: &[u8]) {
        self.shared.lock()[index].inbox.extend_from_slice(bytes);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "a modem of the test's own broke");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, [Side; 2]> {
        self.sides.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pseudo-terminal that echoes nothing. Its second end stays open, so that its settings stay.
fn terminal() -> (File, File, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are pseudo-terminals");
    grantpt(&master).expect("it is ours");
    unlockpt(&master).expect("it is ours");
    let device = ptsname(&master, Vec::new()).expect("it has a name").into_string().expect("of ASCII");
    let slave = OpenOptions::new().read(true).write(true).open(&device).expect("it opens");
    let mut settings = tcgetattr(&slave).expect("it is a terminal");
    settings.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &settings).expect("it can be set");
    (master.into(), slave, device)
}

struct Modem {
    shared: Arc<Shared>,
    index: usize,
    habits: Habits,
    terminal: File,
    _slave: File,
    line: Vec<u8>,
    echoes: bool,
    /// In the data state.
    online: bool,
    /// It has dialled and waits for the answer.
    calls: bool,
    last_byte: Instant,
    pluses: usize,
    last_ring: Instant,
}

impl Modem {
    fn run(&mut self) {
        while !self.shared.is_over.load(Ordering::SeqCst) {
            let mut waited = [PollFd::new(&self.terminal, PollFlags::IN)];
            poll(&mut waited, Some(&TICK)).expect("it can be waited for");
            if !waited[0].revents().is_empty() {
                let mut chunk = [0; 4096];
                let count = self.terminal.read(&mut chunk).expect("it can be read");
                self.read(&chunk[..count]);
            }
            self.escape();
            self.look_at_line();
            if let Some(babble) = self.habits.babbles {
                self.put(babble.as_bytes());
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        if self.online {
            let is_escape = bytes.iter().all(|byte| *byte == b'+') && self.pluses + bytes.len() <= 3;
            let is_begun = self.pluses > 0 || self.last_byte.elapsed() >= GUARD;
            self.last_byte = Instant::now();
            if is_escape && is_begun {
                self.pluses += bytes.len();
                return;
            }
            let pluses = std::mem::take(&mut self.pluses);
            let mut sides = self.shared.lock();
            let other = &mut sides[1 - self.index].inbox;
            other.extend(std::iter::repeat_n(b'+', pluses));
            other.extend_from_slice(bytes);
            return;
        }
        for byte in bytes {
            if self.echoes {
                self.put(&[*byte]);
            }
            match byte {
                b'\r' => {
                    let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                    self.command(&line);
                }
                _ => self.line.push(*byte),
            }
        }
    }

    /// Leaves the data state where `+++` stood in silence. The call goes on.
    fn escape(&mut self) {
        if self.online && self.pluses == 3 && self.last_byte.elapsed() >= GUARD {
            self.pluses = 0;
            self.online = false;
            self.line.clear();
            self.shared.lock()[self.index].commands.push("+++".into());
            self.say("OK");
        }
    }

    fn command(&mut self, command: &str) {
        self.shared.lock()[self.index].commands.push(command.into());
        if self.habits.is_dead || self.habits.babbles.is_some() {
            return;
        }
        if self.habits.refuses.contains(&command) {
            return self.say("ERROR");
        }
        match command {
            "ATE0" => self.echoes = false,
            "ATV1" | "ATX4" | "AT&C1" | "AT&D2" | "ATS0=0" => {}
            "ATZ" => self.echoes = true,
            "ATH" => {
                let mut sides = self.shared.lock();
                let was_online = std::mem::take(&mut sides[self.index].is_online);
                if was_online && sides[1 - self.index].is_online {
                    sides[1 - self.index].is_cut = true;
                }
            }
            "ATA" => return self.answer(),
            _ if command.starts_with("ATDT") => return self.dial(command),
            _ => return self.say(if self.calls || command.is_empty() { "" } else { "ERROR" }),
        }
        self.say("OK");
    }

    fn dial(&mut self, command: &str) {
        let number = command.rsplit([',', 'T']).next().unwrap_or_default();
        match number {
            "12345" => {
                self.shared.lock()[1 - self.index].is_rung = true;
                self.calls = true;
            }
            "100" => self.say("BUSY"),
            "101" => self.say("NO ANSWER"),
            "102" => self.say("NO DIALTONE"),
            "103" => self.say("NO CARRIER"),
            "104" => self.say("ERROR"),
            _ => self.calls = true,
        }
    }

    fn answer(&mut self) {
        let mut sides = self.shared.lock();
        let is_rung = std::mem::take(&mut sides[self.index].is_rung);
        if is_rung {
            for side in sides.iter_mut() {
                *side =
                    Side { is_online: true, commands: std::mem::take(&mut side.commands), ..Side::default() };
            }
            sides[1 - self.index].is_answered = true;
        }
        drop(sides);
        if is_rung { self.connect() } else { self.say("NO CARRIER") }
    }

    fn connect(&mut self) {
        self.online = true;
        self.calls = false;
        self.say("CONNECT 33600");
    }

    /// What the other one does: rings, answers, sends, goes.
    fn look_at_line(&mut self) {
        let mut sides = self.shared.lock();
        let side = &mut sides[self.index];
        let is_answered = std::mem::take(&mut side.is_answered);
        let data = if self.online { std::mem::take(&mut side.inbox) } else { Vec::new() };
        let is_cut = std::mem::take(&mut side.is_cut);
        let rings = side.is_rung && self.last_ring.elapsed() > Duration::from_millis(50);
        if is_cut {
            side.is_online = false;
        }
        drop(sides);
        if is_answered {
            self.connect();
        }
        self.put(&data);
        if rings {
            self.last_ring = Instant::now();
            self.say("RING");
        }
        if is_cut {
            self.online = false;
            if !self.habits.keeps_silent_about_carrier {
                self.say("NO CARRIER");
            }
        }
    }

    fn say(&mut self, word: &str) {
        if !word.is_empty() {
            self.put(format!("{}\r\n{word}\r\n", self.habits.noise).as_bytes());
        }
    }

    /// A terminal that takes no more loses what is said to it.
    fn put(&mut self, bytes: &[u8]) {
        let mut waited = [PollFd::new(&self.terminal, PollFlags::OUT)];
        let is_taken = poll(&mut waited, Some(&TICK)).is_ok_and(|count| count > 0);
        if is_taken && !bytes.is_empty() {
            let _ = self.terminal.write(bytes);
        }
    }
}

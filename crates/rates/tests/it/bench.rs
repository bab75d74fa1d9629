//! A scale at a pseudo-terminal: enough of one to be asked, and to misbehave. It is the test's own; nothing of it comes
//! from the code that is tested.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::TempDir;

const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// What the scale says to each question, by its command.
pub type Habit = Box<dyn FnMut(&str) -> Vec<u8> + Send>;

/// A place for a scale: its device keeps its name while scales come and go.
pub struct Bench {
    folder: TempDir,
    scale: Option<Running>,
}

struct Running {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    habit: Mutex<Habit>,
    /// What it says of its own accord.
    unasked: Mutex<Vec<u8>>,
    /// What it says again and again.
    babbles: Mutex<Vec<u8>>,
    is_over: AtomicBool,
}

impl Bench {
    /// A bench with a scale that answers like this.
    pub fn with(habit: impl FnMut(&str) -> Vec<u8> + Send + 'static) -> Bench {
        let folder = tempfile::tempdir_in("/dev/shm").expect("there is a folder in /dev");
        let mut bench = Bench { folder, scale: None };
        bench.plug_in(habit);
        bench
    }

    /// The name of its device.
    pub fn device(&self) -> String {
        self.link().to_str().expect("of ASCII").into()
    }

    fn link(&self) -> PathBuf {
        self.folder.path().join("scale")
    }

    pub fn plug_in(&mut self, habit: impl FnMut(&str) -> Vec<u8> + Send + 'static) {
        let (terminal, second, device) = terminal();
        symlink(device, self.link()).expect("the name is free");
        let shared = Arc::new(Shared {
            habit: Mutex::new(Box::new(habit)),
            unasked: Mutex::default(),
            babbles: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let its = shared.clone();
        let thread = Some(thread::spawn(move || its.run(terminal, second)));
        self.scale = Some(Running { shared, thread });
    }

    pub fn unplug(&mut self) {
        self.scale = None;
        std::fs::remove_file(self.link()).expect("it was plugged in");
    }

    /// Lets the scale say something that it was not asked for, and waits until it has.
    pub fn say(&self, bytes: &[u8]) {
        let shared = &self.scale.as_ref().expect("it is plugged in").shared;
        shared.unasked().extend_from_slice(bytes);
        while !shared.unasked().is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets the scale say this without end, or nothing.
    pub fn babble(&self, bytes: &[u8]) {
        let shared = &self.scale.as_ref().expect("it is plugged in").shared;
        *shared.babbles.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(matches!(ended, Some(Ok(()))) || thread::panicking(), "a scale of the test's own broke");
    }
}

impl Shared {
    fn unasked(&self) -> MutexGuard<'_, Vec<u8>> {
        self.unasked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut terminal: File, _second: File) {
        let mut line = String::new();
        while !self.is_over.load(Ordering::SeqCst) {
            let mut waited = [PollFd::new(&terminal, PollFlags::IN)];
            poll(&mut waited, Some(&TICK)).expect("it can be waited for");
            let is_asked = !waited[0].revents().is_empty();
            let mut chunk = [0; 256];
            let count = if is_asked { terminal.read(&mut chunk).expect("it can be read") } else { 0 };
            for byte in &chunk[..count] {
                match byte {
                    b'\n' => {}
                    b'\r' => {
                        let mut habit = self.habit.lock().unwrap_or_else(PoisonError::into_inner);
                        put(&mut terminal, &habit(&std::mem::take(&mut line)));
                    }
                    byte => line.push(char::from(*byte)),
                }
            }
            let mut unasked = self.unasked();
            put(&mut terminal, &unasked);
            unasked.clear();
            drop(unasked);
            put(&mut terminal, &self.babbles.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// What a full line does not take is lost, as on a wire.
fn put(terminal: &mut File, bytes: &[u8]) {
    let _ = terminal.write(bytes);
}

/// A pseudo-terminal that echoes nothing. Its second end stays open, so that its settings stay.
fn terminal() -> (File, File, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are pseudo-terminals");
    grantpt(&master).expect("it is ours");
    unlockpt(&master).expect("it is ours");
    fcntl_setfl(&master, OFlags::NONBLOCK).expect("it can be set");
    let device = ptsname(&master, Vec::new()).expect("it has a name").into_string().expect("of ASCII");
    let second = OpenOptions::new().read(true).write(true).open(&device).expect("it opens");
    let mut settings = tcgetattr(&second).expect("it is a terminal");
    settings.make_raw();
    tcsetattr(&second, OptionalActions::Now, &settings).expect("it can be set");
    (master.into(), second, device)
}

//! The server: one thread owns the device; each peer has a thread that reads and one that writes.
//!
//! What always holds: the device's thread waits for no peer. Of each peer at most one command is under way, and its
//! next is read only when the answers to it have been taken; so what waits is bounded, and peers take turns. A peer
//! that is silent for too long, stops within a frame, or does not take its answers, is given up.
//!
//! | file | holds |
//! |---|---|
//! | `connection` | the two threads of a peer |
//! | `desk` | the device's thread |
//! | `listener` | the socket, and who may connect to it |
//! | `settings` | the settings file |

mod connection;
mod desk;
mod listener;
mod settings;

pub use listener::{Listener, PeerRule};
pub use settings::{Account, Settings};

use crate::{BATCH, Computer, FileMemory, HostError};
use desk::{Desk, Event};
use psd::Clock;
use psd::protocol::Fault;
use psd::service::Service;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The service of a device whose memory is a file.
pub type FileService<C> = Service<FileMemory, Computer<C>, BATCH>;

/// Times and numbers of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many peers there may be at once.
    pub peers_max: usize,
    /// How long a frame may take from its first byte to its last, and how long the answers to one may wait to be
    /// taken.
    pub frame: Duration,
    /// How long a peer may say nothing; nothing where it may for ever.
    pub idle: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { peers_max: 16, frame: Duration::from_secs(5), idle: Some(Duration::from_secs(60)) }
    }
}

/// A running server. It ends when this is dropped, and with it the device is closed.
#[derive(Debug)]
pub struct Server {
    door: Door,
    desk: Option<JoinHandle<()>>,
}

/// Where new connections are handed in.
#[derive(Debug)]
struct Door {
    events: Sender<Event>,
    limits: Limits,
    next: AtomicU64,
    seats: Arc<AtomicUsize>,
}

impl Server {
    /// Starts the device's thread.
    pub fn start<C: Clock + Send + 'static>(
        service: Box<FileService<C>>,
        limits: Limits,
    ) -> Result<Server, HostError> {
        let (events, taken) = channel();
        let door = Door { events, limits, next: AtomicU64::new(1), seats: Arc::default() };
        let work = move || Desk::new(service, taken).run();
        let desk = thread::Builder::new().name("psd".into()).spawn(work).map_err(HostError::Thread)?;
        Ok(Server { door, desk: Some(desk) })
    }

    /// A connection from within this process.
    pub fn connect(&self) -> Result<UnixStream, HostError> {
        let (near, far) = UnixStream::pair().map_err(HostError::Thread)?;
        self.door.admit(far, std::process::id()).map_err(|_| HostError::Ended)?;
        Ok(near)
    }

    /// Takes connections from this socket until something can be read from `stop` or its other end is closed.
    pub fn listen(&self, listener: &Listener, stop: &UnixStream) -> Result<(), HostError> {
        listener.run(self, stop)
    }

    /// Whether the device's thread has ended though nobody stopped it.
    fn has_ended(&self) -> bool {
        self.desk.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A desk that has ended already takes no event, and has nothing to be waited for.
        let _ = self.door.events.send(Event::Stop);
        if let Some(desk) = self.desk.take() {
            let _ = desk.join();
        }
        self.door.wait_until_empty();
    }
}

impl Door {
    /// Starts the threads of a new peer, if there is room for it.
    fn admit(&self, stream: UnixStream, process: u32) -> Result<(), Fault> {
        let seat = Seat::take(&self.seats, self.limits.peers_max).ok_or(Fault::TooManyPeers)?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        connection::start(id, process, stream, self.limits, &self.events, seat)
            .map_err(|_| Fault::TooManyPeers)
    }

    /// Waits until the last answers are taken, but no longer than a peer may take for them.
    fn wait_until_empty(&self) {
        let begin = std::time::Instant::now();
        while self.seats.load(Ordering::Acquire) > 0 && begin.elapsed() < self.limits.frame {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A peer's place among those there may be.
#[derive(Debug)]
struct Seat(Arc<AtomicUsize>);

impl Seat {
    fn take(seats: &Arc<AtomicUsize>, limit: usize) -> Option<Seat> {
        let more = |taken: usize| (taken < limit).then_some(taken + 1);
        seats.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        Some(Seat(seats.clone()))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

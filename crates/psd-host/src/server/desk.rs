//! The device's thread: takes one event after the other.

use super::FileService;
use super::connection::Out;
use psd::Clock;
use psd::protocol::Fault;
use psd::service::{Session, refuse};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How often the device's loop goes round while nothing happens.
const ROUND: Duration = Duration::from_millis(100);

/// What happens at the connections.
pub(super) enum Event {
    /// A peer is there.
    Opened { id: u64, process: u32, outbox: SyncSender<Out> },
    /// It sent a frame.
    Frame { id: u64, frame: Zeroizing<Vec<u8>> },
    /// It sent what is no frame, or too slowly.
    Faulty { id: u64, fault: Fault },
    /// It has gone.
    Closed { id: u64 },
    /// The server ends.
    Stop,
}

/// The device and its peers.
pub(super) struct Desk<C> {
    service: Box<FileService<C>>,
    events: Receiver<Event>,
    peers: BTreeMap<u64, Peer>,
}

struct Peer {
    session: Session,
    outbox: SyncSender<Out>,
}

impl<C: Clock> Desk<C> {
    pub fn new(service: Box<FileService<C>>, events: Receiver<Event>) -> Desk<C> {
        Desk { service, events, peers: BTreeMap::new() }
    }

    /// Works until it is told to stop, or the device's memory has failed: then only a new start helps. In the end every peer's stream is closed, once what waits for it is written.
    pub fn run(mut self) {
        let mut next = Instant::now();
        while !self.service.needs_new_start() {
            match self.events.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if Instant::now() >= next {
                self.tick();
                next = Instant::now() + ROUND;
            }
        }
    }

    /// One round of the device's loop. What comes of it is for the control unit.
    fn tick(&mut self) {
        let mut pushed = Vec::new();
        self.service.tick(&mut |frame| pushed.extend_from_slice(frame));
        let of_control_unit = |(_, peer): &(&u64, &Peer)| self.service.is_control_unit(&peer.session);
        let control_unit = self.peers.iter().find(of_control_unit).map(|(id, _)| *id);
        if let (Some(id), false) = (control_unit, pushed.is_empty()) {
            self.send(id, Out::Push(pushed));
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Opened { id, process, outbox } => {
                let session = self.service.open(process);
                self.peers.insert(id, Peer { session, outbox });
            }
            Event::Frame { id, frame } => self.handle(id, &frame),
            Event::Faulty { id, fault } => {
                let mut farewell = Vec::new();
                refuse(fault, &mut |frame| farewell.extend_from_slice(frame));
                self.send(id, Out::Farewell(farewell));
                self.close(id);
            }
            Event::Closed { id } => self.close(id),
            Event::Stop => {}
        }
    }

    fn handle(&mut self, id: u64, frame: &[u8]) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let mut answers = Vec::new();
        self.service.handle(frame, &mut peer.session, &mut |frame| answers.extend_from_slice(frame));
        self.send(id, Out::Answers(answers));
    }

    /// A peer whose outbox is full takes nothing: it is given up.
    fn send(&mut self, id: u64, message: Out) {
        if self.peers.get(&id).is_some_and(|peer| peer.outbox.try_send(message).is_err()) {
            self.close(id);
        }
    }

    fn close(&mut self, id: u64) {
        if let Some(peer) = self.peers.remove(&id) {
            self.service.close(&peer.session);
        }
    }
}

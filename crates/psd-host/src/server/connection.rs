//! The two threads of a peer.

use super::desk::Event;
use super::{Limits, Seat};
use crate::wire::{Ended, FrameReader, Times, write_within};
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// How many messages may wait for a peer.
const OUTBOX: usize = 16;

/// What a peer is sent.
pub(super) enum Out {
    /// All answers to its command: after them its next one is read.
    Answers(Vec<u8>),
    /// What it did not ask for.
    Push(Vec<u8>),
    /// The last it hears.
    Farewell(Vec<u8>),
}

/// Starts a peer's threads and tells the desk of it.
pub(super) fn start(
    id: u64,
    process: u32,
    stream: UnixStream,
    limits: Limits,
    events: &Sender<Event>,
    seat: Seat,
) -> io::Result<()> {
    let (outbox, messages) = sync_channel(OUTBOX);
    let (permit, permits) = sync_channel(1);
    let seat = Arc::new(seat);
    let gone = || io::Error::other("the device's thread has ended");
    events.send(Event::Opened { id, process, outbox }).map_err(|_| gone())?;
    let times = Times { idle: limits.idle, frame: limits.frame };
    let reader = FrameReader::new(stream.try_clone()?, times);
    let (to_desk, held) = (events.clone(), seat.clone());
    spawn("psd-reader", move || {
        read(id, reader, &to_desk, &permits);
        drop(held);
    })?;
    spawn("psd-writer", move || {
        write(&stream, &messages, &permit, limits.frame);
        drop(seat);
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.into()).spawn(work).map(drop)
}

/// Hands each frame to the desk, and reads the next once this one's answers are taken.
fn read(id: u64, mut reader: FrameReader, desk: &Sender<Event>, permits: &Receiver<()>) {
    loop {
        let event = match reader.next() {
            Ok(frame) => Event::Frame { id, frame: Zeroizing::new(frame.to_vec()) },
            Err(Ended::Closed) => Event::Closed { id },
            Err(Ended::Faulty(fault)) => Event::Faulty { id, fault },
        };
        let is_last = !matches!(event, Event::Frame { .. });
        if desk.send(event).is_err() || is_last {
            return;
        }
        if permits.recv().is_err() {
            // The writer has given the peer up.
            let _ = desk.send(Event::Closed { id });
            return;
        }
    }
}

/// Writes what the desk has for the peer, until it has no more or the peer does not take it.
fn write(stream: &UnixStream, messages: &Receiver<Out>, permit: &SyncSender<()>, time: Duration) {
    for message in messages {
        let (Out::Answers(bytes) | Out::Push(bytes) | Out::Farewell(bytes)) = &message;
        let written = write_within(stream, bytes, time);
        if written.is_err() || matches!(message, Out::Farewell(_)) {
            break;
        }
        if matches!(message, Out::Answers(_)) && permit.send(()).is_err() {
            break;
        }
    }
    // Wakes the reader, if it still reads; a stream that is down already is what is wanted.
    let _ = stream.shutdown(Shutdown::Both);
}

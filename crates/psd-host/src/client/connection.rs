//! Commands out, answers in. A thread of its own reads, so that what the device pushes is seen between calls too.

use super::{Attendant, ClientError};
use crate::wire::{Ended, FrameReader, Times, write_within};
use psd::protocol::{Answer, Command, FRAME_BYTES_MAX, Frame, LENGTH_BYTES, NUMBER_PUSHED};
use std::collections::BTreeSet;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use zeroize::Zeroize;

/// A stream to a device and the thread that reads it.
#[derive(Debug)]
pub(super) struct Connection {
    outbox: Arc<Mutex<Outbox>>,
    answers: Receiver<(u32, Answer)>,
    reader: Option<JoinHandle<()>>,
    attendant: Arc<Mutex<Option<Attendant>>>,
    stream: UnixStream,
    call_time: Duration,
}

/// Where commands go: the caller's, and between them the answers to the device's questions.
#[derive(Debug)]
struct Outbox {
    stream: UnixStream,
    last_number: u32,
    buffer: Box<[u8]>,
    /// The numbers of answers to questions: what the device says to them is nobody's.
    replies: BTreeSet<u32>,
}

impl Outbox {
    /// Sends a command and gives its number.
    fn send(&mut self, command: Command<'_>, time: Duration) -> Result<u32, ClientError> {
        self.last_number = self.last_number.checked_add(1).ok_or(ClientError::Closed)?;
        let frame = Frame::write(self.last_number, &command, &mut self.buffer);
        let frame = frame.ok_or(ClientError::TooLong)?;
        let written = write_within(&self.stream, frame, time);
        // There may have been a password in it.
        frame.zeroize();
        // What the device said before it closed the stream is still to be read.
        match written {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(ClientError::TimedOut),
            _ => Ok(self.last_number),
        }
    }
}

/// What a lock holds, even if a thread that held it has panicked: nothing here is left half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connection {
    pub fn start(stream: UnixStream, call_time: Duration) -> io::Result<Connection> {
        let (sender, answers) = channel();
        let times = Times { idle: None, frame: call_time };
        let reader = FrameReader::new(stream.try_clone()?, times);
        let buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX].into_boxed_slice();
        let outbox = Outbox {
            stream: stream.try_clone()?,
            last_number: NUMBER_PUSHED,
            buffer,
            replies: BTreeSet::new(),
        };
        let outbox = Arc::new(Mutex::new(outbox));
        let attendant = Arc::new(Mutex::new(None));
        let (replies, asked) = (outbox.clone(), attendant.clone());
        let work = move || read(reader, &sender, &replies, &asked, call_time);
        let reader = Some(thread::Builder::new().name("psd-client".into()).spawn(work)?);
        Ok(Connection { outbox, answers, reader, attendant, stream, call_time })
    }

    /// Lets this one answer the device's questions from now on.
    pub fn attend(&self, attendant: Attendant) {
        *locked(&self.attendant) = Some(attendant);
    }

    pub fn set_call_time(&mut self, time: Duration) {
        self.call_time = time;
    }

    /// Sends a command and hands each answer but the last to `take`, which says whether it is one to this command.
    pub fn call(
        &mut self,
        command: Command<'_>,
        mut take: impl FnMut(Answer) -> bool,
    ) -> Result<(), ClientError> {
        let number = self.send(command)?;
        let deadline = Instant::now() + self.call_time;
        loop {
            match self.receive(number, deadline)? {
                Answer::Done => return Ok(()),
                Answer::Refused(refusal) => return Err(ClientError::Refused(refusal.into())),
                answer => {
                    if !take(answer) {
                        return Err(self.give_up(ClientError::Confused));
                    }
                }
            }
        }
    }

    fn send(&mut self, command: Command<'_>) -> Result<u32, ClientError> {
        let sent = locked(&self.outbox).send(command, self.call_time);
        sent.map_err(|error| match error {
            ClientError::TimedOut => self.give_up(error),
            error => error,
        })
    }

    /// The next answer to this command.
    fn receive(&self, number: u32, deadline: Instant) -> Result<Answer, ClientError> {
        let time = deadline.saturating_duration_since(Instant::now());
        match self.answers.recv_timeout(time) {
            Ok((answered, answer)) if answered == number => Ok(answer),
            // The device refuses the connection itself.
            Ok((NUMBER_PUSHED, Answer::Refused(refusal))) => {
                Err(self.give_up(ClientError::Refused(refusal.into())))
            }
            Ok(_) => Err(self.give_up(ClientError::Confused)),
            Err(RecvTimeoutError::Timeout) => Err(self.give_up(ClientError::TimedOut)),
            Err(RecvTimeoutError::Disconnected) => Err(ClientError::Closed),
        }
    }

    /// Ends the connection, since what comes next on it could not be trusted to belong to the next call.
    fn give_up(&self, error: ClientError) -> ClientError {
        let _ = self.stream.shutdown(Shutdown::Both);
        error
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// Hands on each answer until the stream ends or what comes cannot be understood; questions are answered here, so that
/// they are even while nobody calls.
fn read(
    mut reader: FrameReader,
    answers: &Sender<(u32, Answer)>,
    outbox: &Mutex<Outbox>,
    attendant: &Mutex<Option<Attendant>>,
    time: Duration,
) {
    loop {
        let answer = match reader.next() {
            Ok(frame) => {
                Frame::parse(frame).ok().and_then(|frame| Some((frame.number, frame.answer().ok()?)))
            }
            Err(Ended::Closed | Ended::Faulty(_)) => None,
        };
        let handed_on = match answer {
            None => return,
            Some((NUMBER_PUSHED, Answer::Question(question))) => {
                let Some(code) = locked(attendant).as_ref().map(|attendant| attendant.code(&question)) else {
                    continue;
                };
                let mut outbox = locked(outbox);
                let sent = outbox.send(Command::Reply { number: question.number, code }, time);
                sent.map(|number| outbox.replies.insert(number)).is_ok()
            }
            // Whether the answer was right shows in what the device does next.
            Some((number, _)) if locked(outbox).replies.remove(&number) => true,
            Some(answer) => answers.send(answer).is_ok(),
        };
        if !handed_on {
            return;
        }
    }
}

//! Commands out, answers in. A thread of its own reads, so that what the device pushes is seen between calls too.

use super::ClientError;
use crate::wire::{Ended, FrameReader, Times, write_within};
use psd::protocol::{Answer, Command, FRAME_BYTES_MAX, Frame, LENGTH_BYTES, NUMBER_PUSHED};
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A stream to a device and the thread that reads it.
#[derive(Debug)]
pub(super) struct Connection {
    stream: UnixStream,
    answers: Receiver<(u32, Answer)>,
    reader: Option<JoinHandle<()>>,
    last_number: u32,
    buffer: Box<[u8]>,
    call_time: Duration,
}

impl Connection {
    pub fn start(stream: UnixStream, call_time: Duration) -> io::Result<Connection> {
        let (sender, answers) = channel();
        let times = Times { idle: None, frame: call_time };
        let reader = FrameReader::new(stream.try_clone()?, times);
        let work = move || read(reader, &sender);
        let reader = Some(thread::Builder::new().name("psd-client".into()).spawn(work)?);
        let buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX].into_boxed_slice();
        Ok(Connection { stream, answers, reader, last_number: NUMBER_PUSHED, buffer, call_time })
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
        self.last_number = self.last_number.checked_add(1).ok_or(ClientError::Closed)?;
        let frame = Frame::write(self.last_number, &command, &mut self.buffer);
        let frame = frame.ok_or(ClientError::TooLong)?;
        // What the device said before it closed the stream is still to be read.
        match write_within(&self.stream, frame, self.call_time) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(self.give_up(ClientError::TimedOut)),
            _ => Ok(self.last_number),
        }
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

/// Hands on each answer until the stream ends or what comes cannot be understood.
fn read(mut reader: FrameReader, answers: &Sender<(u32, Answer)>) {
    loop {
        let answer = match reader.next() {
            Ok(frame) => {
                Frame::parse(frame).ok().and_then(|frame| Some((frame.number, frame.answer().ok()?)))
            }
            Err(Ended::Closed | Ended::Faulty(_)) => None,
        };
        let Some(answer) = answer else { return };
        if answers.send(answer).is_err() {
            return;
        }
    }
}

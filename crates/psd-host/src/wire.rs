//! Frames over a stream, each read and written within a stated time.
//!
//! What always holds: no more is kept than the longest frame, whatever length is announced; a peer that stops in the
//! middle of a frame, or takes nothing, is given up after its time; a frame is wiped before the next one, since there
//! may have been a password in it.

use psd::protocol::{FRAME_BYTES_MAX, Fault, LENGTH_BYTES, frame_length};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use zeroize::Zeroize;

/// Bytes read from a stream and not yet given out.
pub(crate) struct FrameReader {
    stream: UnixStream,
    times: Times,
    /// What the stream waits for a read at present.
    time_set: Option<Duration>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Where the frame lies that was given out last.
    given: Range<usize>,
}

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// For a frame to begin; nothing where it may take for ever.
    pub idle: Option<Duration>,
    /// For a frame that has begun to end.
    pub frame: Duration,
}

/// Why no frame came.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The peer closed the stream, or it broke.
    Closed,
    /// What came is no frame, or came too slowly. Nothing after it can be understood.
    Faulty(Fault),
}

impl FrameReader {
    /// Reads from a stream that nothing was set on yet.
    pub fn new(stream: UnixStream, times: Times) -> FrameReader {
        let buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX].into_boxed_slice();
        FrameReader { stream, times, time_set: None, buffer, start: 0, end: 0, given: 0..0 }
    }

    /// The next frame, without its length.
    pub fn next(&mut self) -> Result<&[u8], Ended> {
        self.buffer[core::mem::take(&mut self.given)].zeroize();
        let mut deadline = None;
        let length = loop {
            let have = &self.buffer[self.start..self.end];
            if let Some(head) = have.first_chunk() {
                let length = frame_length(*head).map_err(Ended::Faulty)?;
                if have.len() >= LENGTH_BYTES + length {
                    break length;
                }
            }
            if !have.is_empty() && deadline.is_none() {
                deadline = Some(Instant::now() + self.times.frame);
            }
            self.fill(deadline)?;
        };
        let begin = self.start + LENGTH_BYTES;
        self.start = begin + length;
        self.given = begin..self.start;
        Ok(&self.buffer[begin..self.start])
    }

    /// Reads what there is, at least one byte.
    fn fill(&mut self, deadline: Option<Instant>) -> Result<(), Ended> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let time = match deadline {
            None => self.times.idle,
            Some(deadline) => Some(remaining(deadline).ok_or(Ended::Faulty(Fault::Silence))?),
        };
        if time != self.time_set {
            self.stream.set_read_timeout(time).map_err(|_| Ended::Closed)?;
            self.time_set = time;
        }
        match self.stream.read(&mut self.buffer[self.end..]) {
            Ok(0) => Err(Ended::Closed),
            Ok(count) => {
                self.end += count;
                Ok(())
            }
            Err(error) if is_timeout(&error) => Err(Ended::Faulty(Fault::Silence)),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(_) => Err(Ended::Closed),
        }
    }
}

/// Writes all of these bytes within this time.
pub(crate) fn write_within(mut stream: &UnixStream, mut bytes: &[u8], time: Duration) -> io::Result<()> {
    let deadline = Instant::now() + time;
    while !bytes.is_empty() {
        let time = remaining(deadline).ok_or(ErrorKind::TimedOut)?;
        stream.set_write_timeout(Some(time))?;
        match stream.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The time left, if there is any: a time-out of zero would mean none.
fn remaining(deadline: Instant) -> Option<Duration> {
    deadline.checked_duration_since(Instant::now()).filter(|time| *time >= Duration::from_micros(1))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

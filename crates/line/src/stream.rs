//! Frames over any stream of bytes whose reads and writes end in time.

use crate::frame::{FRAME_BYTES_MAX, Frames, LENGTH_BYTES, encode};
use crate::times::Deadline;
use crate::{Line, Received, SendError};
use std::io::{self, ErrorKind};
use std::time::Duration;

/// How much is read at once: a frame, mostly all of it.
const CHUNK_BYTES: usize = LENGTH_BYTES + FRAME_BYTES_MAX;

/// A stream of bytes.
pub(crate) trait Bytes: Send {
    /// Reads what there is, at least a byte, within this time; nothing once the other end has gone.
    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize>;

    /// Writes as much as is taken, at least a byte, within this time.
    fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize>;

    /// Whether bytes that are no frame are the line's own word that the other end has gone.
    fn is_farewell(&mut self, _bytes: &[u8]) -> bool {
        false
    }

    /// Ends it.
    fn close(&mut self);

    /// Where the other end is.
    fn peer(&self) -> String;
}

/// A line over such a stream.
pub(crate) struct Stream<B: Bytes> {
    bytes: B,
    frames: Frames,
    send_limit: Duration,
    is_open: bool,
}

impl<B: Bytes> Stream<B> {
    /// Uses a stream on which these bytes were read already.
    pub fn new(bytes: B, read_before: &[u8], send_limit: Duration) -> Stream<B> {
        let mut frames = Frames::default();
        frames.push(read_before);
        Stream { bytes, frames, send_limit, is_open: true }
    }

    fn write(&mut self, mut bytes: &[u8]) -> Result<(), SendError> {
        let deadline = Deadline::after(self.send_limit);
        while !bytes.is_empty() {
            let limit = deadline.remaining().ok_or(SendError::TimedOut)?;
            match self.bytes.write(bytes, limit) {
                Ok(0) => return Err(SendError::Closed),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => return Err(SendError::TimedOut),
                Err(_) => return Err(SendError::Closed),
            }
        }
        Ok(())
    }

    /// A frame that is there, or the word that none can come.
    fn take(&mut self) -> Option<Received> {
        match self.frames.take() {
            Ok(frame) => frame.map(Received::Frame),
            Err(_) if self.bytes.is_farewell(self.frames.pending()) => Some(Received::Closed),
            Err(_) => Some(Received::Garbled),
        }
    }
}

impl<B: Bytes> Line for Stream<B> {
    fn send(&mut self, frame: &[u8]) -> Result<(), SendError> {
        let bytes = encode(frame)?;
        if !self.is_open {
            return Err(SendError::Closed);
        }
        // Part of the frame may have gone: what would follow could not be told from the rest of it.
        self.write(&bytes).inspect_err(|_| self.hang_up())
    }

    fn receive(&mut self, limit: Duration) -> Received {
        if !self.is_open {
            return Received::Closed;
        }
        let deadline = Deadline::after(limit);
        let mut wait = deadline.remaining_or_shortest();
        let mut chunk = [0; CHUNK_BYTES];
        let received = loop {
            if let Some(received) = self.take() {
                break received;
            }
            match self.bytes.read(&mut chunk, wait) {
                Ok(0) => break Received::Closed,
                Ok(count) => self.frames.push(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => break Received::TimedOut,
                Err(_) => break Received::Closed,
            }
            match deadline.remaining() {
                Some(remaining) => wait = remaining,
                None => break self.take().unwrap_or(Received::TimedOut),
            }
        };
        if matches!(received, Received::Closed | Received::Garbled) {
            self.hang_up();
        }
        received
    }

    fn hang_up(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.bytes.close();
        }
    }

    fn peer(&self) -> String {
        self.bytes.peer()
    }
}

impl<B: Bytes> Drop for Stream<B> {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// Whether a read or write ended for the time it took.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

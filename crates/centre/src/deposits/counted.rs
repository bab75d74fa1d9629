//! A reader that counts lines and bytes, and ends with an error where a file, or one part of it, is too large.

use super::MAX_FILE_BYTES;
use std::io::{self, BufRead, Read};

/// The largest single piece of markup or text, in bytes.
const MAX_PIECE_BYTES: u64 = 64 * 1024;

/// What a read ends with where there is too much.
pub(super) const TOO_LARGE: io::ErrorKind = io::ErrorKind::FileTooLarge;

/// Counts what goes through it.
pub(super) struct Counted<R> {
    inner: R,
    bytes: u64,
    piece_began_at: u64,
    lines: u64,
}

impl<R: BufRead> Counted<R> {
    pub fn new(inner: R) -> Counted<R> {
        Counted { inner, bytes: 0, piece_began_at: 0, lines: 1 }
    }

    /// The line that reading has come to, from 1.
    pub fn line(&self) -> u64 {
        self.lines
    }

    /// The next piece begins.
    pub fn begin_piece(&mut self) {
        self.piece_began_at = self.bytes;
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        let (Some(from), Some(to)) = (available.get(..length), into.get_mut(..length)) else { return Ok(0) };
        to.copy_from_slice(from);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes > MAX_FILE_BYTES || self.bytes - self.piece_began_at > MAX_PIECE_BYTES {
            return Err(TOO_LARGE.into());
        }
        // A slice in memory is offered whole; it is taken in parts, so that the bounds come into play.
        let available = self.inner.fill_buf()?;
        Ok(available.get(..4096).unwrap_or(available))
    }

    fn consume(&mut self, length: usize) {
        // What is consumed was offered before, so it is there to be counted.
        if let Ok(available) = self.inner.fill_buf() {
            let consumed = available.get(..length).unwrap_or(available);
            self.lines += consumed.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        self.bytes += length as u64;
        self.inner.consume(length);
    }
}

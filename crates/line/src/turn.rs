//! A turn of a call by carried files: all frames of one direction since the last change of direction, as one file.
//!
//! ```text
//! offset  bytes  what
//! 0       8      "PortoTn1"
//! 8       8      call: drawn by the caller
//! 16      4      turn, little-endian: 1, 3, 5 ... are the caller's requests, 2, 4, 6 ... the answers
//! 20      1      1 where the sender has hung up after these frames, otherwise 0
//! 21      1      how many frames follow, at most 16
//! 22      ...    the frames, each with its length before it, as on any line
//! ...     32     SHA-256 of all that stands before: a copy that was cut short is not taken for the file
//! ```

use crate::frame::{FRAME_BYTES_MAX, Frames, LENGTH_BYTES, encode};
use sha2::{Digest, Sha256};

/// Frames of one turn, at most.
pub(crate) const TURN_FRAMES_MAX: usize = 16;
const MAGIC: &[u8; 8] = b"PortoTn1";
const CALL: usize = MAGIC.len();
const TURN: usize = CALL + 8;
const IS_LAST: usize = TURN + 4;
const COUNT: usize = IS_LAST + 1;
const HEAD_BYTES: usize = COUNT + 1;
const SUM_BYTES: usize = 32;
const _: () = assert!(HEAD_BYTES == 22);
/// The longest file.
pub const TURN_BYTES_MAX: usize = HEAD_BYTES + TURN_FRAMES_MAX * (LENGTH_BYTES + FRAME_BYTES_MAX) + SUM_BYTES;

/// What one file carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The call that it belongs to.
    pub call: [u8; 8],
    /// Its place in the call, from 1.
    pub number: u32,
    /// The sender has hung up after it.
    pub is_last: bool,
    /// What it says.
    pub frames: Vec<Vec<u8>>,
}

impl Turn {
    /// The file's content. Nothing where it has too many frames, or one that is none.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let count = u8::try_from(self.frames.len()).ok().filter(|_| self.frames.len() <= TURN_FRAMES_MAX)?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + SUM_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.call);
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&[self.is_last.into(), count]);
        for frame in &self.frames {
            bytes.extend_from_slice(&encode(frame).ok()?);
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        Some(bytes)
    }

    /// Reads a file's content. Nothing where it is no turn, or not all of one.
    pub fn parse(bytes: &[u8]) -> Option<Turn> {
        if bytes.len() > TURN_BYTES_MAX {
            return None;
        }
        let (content, sum) = bytes.split_last_chunk::<SUM_BYTES>()?;
        let (head, body) = content.split_first_chunk::<HEAD_BYTES>()?;
        if !head.starts_with(MAGIC) || Sha256::digest(content).as_slice() != sum {
            return None;
        }
        let is_last = match head[IS_LAST] {
            0 => false,
            1 => true,
            _ => return None,
        };
        let mut reader = Frames::default();
        reader.push(body);
        let mut frames = Vec::new();
        while let Some(frame) = reader.take().ok()? {
            frames.push(frame);
        }
        let is_whole = reader.pending().is_empty() && frames.len() == usize::from(head[COUNT]);
        let call = head[CALL..TURN].try_into().ok()?;
        let number = u32::from_le_bytes(head[TURN..IS_LAST].try_into().ok()?);
        (is_whole && frames.len() <= TURN_FRAMES_MAX).then_some(Turn { call, number, is_last, frames })
    }
}

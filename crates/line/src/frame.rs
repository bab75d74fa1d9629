//! Frames in a stream of bytes.
//!
//! What always holds: a frame is found whole or not at all; a length that no frame has ends the stream, since nothing
//! after it can be understood. No more is kept than a frame that is not yet complete and what was put in after it.
//!
//! ```text
//! offset  bytes  what
//! 0       2      length of what follows, little-endian, 1 to 2048
//! 2       1      kind of the frame (the call's affair, not the line's)
//! 3       ...    what belongs to it
//! ```

use crate::SendError;

/// The longest frame, its kind included.
pub const FRAME_BYTES_MAX: usize = 2048;
/// What stands before each frame.
pub const LENGTH_BYTES: usize = 2;

/// Bytes of a stream that were not yet taken out as frames.
///
/// It holds no memory while it is empty, so that a connection on which nothing happens costs nothing here.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
}

/// A length that no frame has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Garbled;

impl Frames {
    /// Adds bytes that were read. All frames are to be taken out before more is read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes the next frame out, if all of it is there.
    pub fn take(&mut self) -> Result<Option<Vec<u8>>, Garbled> {
        let Some((head, rest)) = self.bytes.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = usize::from(u16::from_le_bytes(*head));
        if length == 0 || length > FRAME_BYTES_MAX {
            return Err(Garbled);
        }
        let Some(frame) = rest.get(..length).map(<[u8]>::to_vec) else { return Ok(None) };
        self.bytes.drain(..LENGTH_BYTES + length);
        if self.bytes.is_empty() {
            self.bytes = Vec::new();
        }
        Ok(Some(frame))
    }

    /// What was read and is no whole frame yet.
    pub fn pending(&self) -> &[u8] {
        &self.bytes
    }
}

/// A frame with its length before it.
pub fn encode(frame: &[u8]) -> Result<Vec<u8>, SendError> {
    if frame.is_empty() || frame.len() > FRAME_BYTES_MAX {
        return Err(SendError::Length(frame.len()));
    }
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + frame.len());
    bytes.extend_from_slice(&(frame.len() as u16).to_le_bytes());
    bytes.extend_from_slice(frame);
    Ok(bytes)
}

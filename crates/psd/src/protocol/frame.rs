//! The frame: what stands around each command and answer.
//!
//! ```text
//! offset  bytes
//!      0      4  length of what follows, little endian: HEAD_BYTES to FRAME_BYTES_MAX
//!      4      1  VERSION
//!      5      4  number, little endian: an answer carries its command's; 0 where no command asked
//!      9         body: a command or an answer, as postcard writes it
//! ```

use super::{Answer, Command, Fault};
use crate::request::Request;
use serde::{Deserialize, Serialize};
use terms::bytes::Reader;

/// The version of the protocol spoken here.
pub const VERSION: u8 = 1;
/// Bytes of the length before each frame.
pub const LENGTH_BYTES: usize = 4;
/// Bytes of version and number: the least a frame holds.
pub const HEAD_BYTES: usize = 1 + 4;
/// The most bytes of a frame, its length not counted.
pub const FRAME_BYTES_MAX: usize = 24 * 1024;
/// The most bytes of a frame that a device sends, its length not counted.
pub const ANSWER_BYTES_MAX: usize = 1024;
/// The most imprints that one command can ask for.
pub const PIECES_MAX: usize = (FRAME_BYTES_MAX - HEAD_BYTES - 8) / Request::BYTES;
/// The number of frames that no command asked for.
pub const NUMBER_PUSHED: u32 = 0;

const _: () = assert!(PIECES_MAX >= 1000);

/// How many bytes the frame has that begins with this length.
pub fn frame_length(length: [u8; LENGTH_BYTES]) -> Result<usize, Fault> {
    let length = u32::from_le_bytes(length) as usize;
    match length {
        ..HEAD_BYTES => Err(Fault::Malformed),
        HEAD_BYTES..=FRAME_BYTES_MAX => Ok(length),
        _ => Err(Fault::Oversized),
    }
}

/// A frame without its length: a number and the body, not yet understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Which command this is, or answers.
    pub number: u32,
    body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes apart the bytes after a frame's length. With a fault comes the frame's number, as far as there is one.
    pub fn parse(bytes: &'a [u8]) -> Result<Frame<'a>, (u32, Fault)> {
        let mut reader = Reader(bytes);
        let (Some(version), Some(number)) = (reader.u8(), reader.u32()) else {
            return Err((NUMBER_PUSHED, Fault::Malformed));
        };
        match version {
            VERSION => Ok(Frame { number, body: reader.0 }),
            _ => Err((number, Fault::Version)),
        }
    }

    /// The command in it.
    pub fn command(&self) -> Result<Command<'a>, Fault> {
        whole(self.body)
    }

    /// The answer in it.
    pub fn answer(&self) -> Result<Answer, Fault> {
        whole(self.body)
    }

    /// Writes a frame with its length into a buffer, and gives what was written of it; nothing where it does not fit
    /// the buffer or any frame.
    pub fn write<'b>(number: u32, body: &impl Serialize, buffer: &'b mut [u8]) -> Option<&'b mut [u8]> {
        let (head, place) = buffer.split_at_mut_checked(LENGTH_BYTES + HEAD_BYTES)?;
        let written = postcard::to_slice(body, place).ok()?.len();
        let length = HEAD_BYTES.checked_add(written).filter(|length| *length <= FRAME_BYTES_MAX)?;
        let mut writer = terms::bytes::Writer::new(head);
        writer.put(&(length as u32).to_le_bytes());
        writer.put(&[VERSION]);
        writer.put(&number.to_le_bytes());
        buffer.get_mut(..LENGTH_BYTES.checked_add(length)?)
    }
}

/// What fills these bytes to the last.
fn whole<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Fault> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(Fault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(value: u32) -> Result<usize, Fault> {
        frame_length(value.to_le_bytes())
    }

    #[test]
    fn a_length_is_refused_before_anything_is_read() {
        assert_eq!(length(0), Err(Fault::Malformed));
        assert_eq!(length(4), Err(Fault::Malformed));
        assert_eq!(length(5), Ok(5));
        assert_eq!(length(FRAME_BYTES_MAX as u32), Ok(FRAME_BYTES_MAX));
        assert_eq!(length(FRAME_BYTES_MAX as u32 + 1), Err(Fault::Oversized));
        assert_eq!(length(10 << 20), Err(Fault::Oversized));
        assert_eq!(length(u32::MAX), Err(Fault::Oversized));
    }

    #[test]
    fn a_frame_that_does_not_fit_is_not_written() {
        let mut buffer = [0; LENGTH_BYTES + HEAD_BYTES];
        assert_eq!(Frame::write(1, &Command::Status, &mut buffer), None);
        assert_eq!(Frame::write(1, &Command::Status, &mut []), None);
        let mut buffer = [0; LENGTH_BYTES + HEAD_BYTES + 1];
        assert!(Frame::write(1, &Command::Status, &mut buffer).is_some());
    }

    #[test]
    fn another_version_is_a_fault_that_keeps_the_number() {
        assert_eq!(Frame::parse(&[VERSION + 1, 7, 0, 0, 0, 2]), Err((7, Fault::Version)));
        assert_eq!(Frame::parse(&[VERSION, 7, 0, 0]), Err((0, Fault::Malformed)));
    }

    #[test]
    fn bytes_behind_a_command_are_a_fault() {
        let frame = Frame::parse(&[VERSION, 7, 0, 0, 0, 2, 2]).unwrap();
        assert_eq!(frame.command(), Err(Fault::Malformed));
    }
}

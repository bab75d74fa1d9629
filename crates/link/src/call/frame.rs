//! A message as the line carries it: one byte that says its kind, then its body. docs/formats/link.md has the table.
//!
//! What always holds: parsing takes any bytes and never more than [`FRAME_BYTES_MAX`] of them.

use super::channel::{NONCE_BYTES, Nonce};
use super::message::{NUMBER_BYTES_MAX, Number, Refused};
use core::fmt;
use heapless::Vec;
use terms::bytes::Reader;

/// Bytes of a frame, at most.
pub const FRAME_BYTES_MAX: usize = 2048;
/// The version of the link that an opening names.
pub(super) const VERSION: u8 = 1;

/// A message as the line carries it.
pub type Frame = Vec<u8, FRAME_BYTES_MAX>;

/// What a frame is, with what in it is in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// The meter's first message (step 307).
    Opening {
        /// The number the meter calls in with.
        pan: u32,
        /// What the meter has drawn for this call.
        nonce: Nonce,
        /// The [`Opening`](super::Opening).
        sealed: &'a [u8],
    },
    /// The centre's answer (step 506).
    Preamble {
        /// What the centre has drawn for this call.
        nonce: Nonce,
        /// The preamble.
        sealed: &'a [u8],
    },
    /// The centre's answer where its number has changed: in clear, under a MAC ([91]).
    NewNumber {
        /// The number from now on.
        number: Number,
        /// Over the meter's nonce and the number.
        mac: [u8; 16],
    },
    /// The centre's answer where it cannot seal one. Nothing follows from it: anybody may have said it.
    Refused(Refused),
    /// A message of the session.
    Session {
        /// Its place among the messages of its direction.
        number: u32,
        /// The message.
        sealed: &'a [u8],
    },
    /// The last message was not readable: send it again (step 510).
    Again,
    /// The centre calls back.
    CallBack {
        /// What the centre has drawn.
        nonce: Nonce,
        /// The request that it follows.
        sealed: &'a [u8],
    },
    /// The device's word that it holds no such request.
    NoRequest {
        /// What the device has drawn.
        nonce: Nonce,
        /// Nothing, under a MAC.
        sealed: &'a [u8],
    },
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// Too short, too long, or of no known kind.
    Malformed,
    /// An opening of a version that this program does not know.
    Version,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FrameError::Malformed => "these bytes are no message of the link",
            FrameError::Version => "the message is of a version of the link that this program does not know",
        })
    }
}

impl core::error::Error for FrameError {}

const OPENING: u8 = 1;
const PREAMBLE: u8 = 2;
const NEW_NUMBER: u8 = 3;
const REFUSED: u8 = 4;
const SESSION: u8 = 5;
const AGAIN: u8 = 6;
const CALL_BACK: u8 = 7;
const NO_REQUEST: u8 = 8;

impl<'a> Kind<'a> {
    /// Reads a frame.
    pub fn parse(bytes: &'a [u8]) -> Result<Kind<'a>, FrameError> {
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(FrameError::Malformed);
        }
        let reader = &mut Reader(bytes);
        let kind = reader.u8().ok_or(FrameError::Malformed)?;
        if kind == OPENING && reader.u8() != Some(VERSION) {
            return Err(FrameError::Version);
        }
        Kind::parse_body(kind, reader).ok_or(FrameError::Malformed)
    }

    fn parse_body(kind: u8, reader: &mut Reader<'a>) -> Option<Kind<'a>> {
        let parsed = match kind {
            OPENING => Kind::Opening { pan: reader.u32()?, nonce: reader.bytes()?, sealed: rest(reader) },
            PREAMBLE => Kind::Preamble { nonce: reader.bytes()?, sealed: rest(reader) },
            NEW_NUMBER => {
                let mac = reader.bytes()?;
                let number = core::str::from_utf8(rest(reader)).ok()?.parse().ok()?;
                Kind::NewNumber { number, mac }
            }
            REFUSED => Kind::Refused(Refused::from_code(reader.u16()?)?),
            SESSION => Kind::Session { number: reader.u32()?, sealed: rest(reader) },
            AGAIN => Kind::Again,
            CALL_BACK => Kind::CallBack { nonce: reader.bytes()?, sealed: rest(reader) },
            NO_REQUEST => Kind::NoRequest { nonce: reader.bytes()?, sealed: rest(reader) },
            _ => return None,
        };
        reader.0.is_empty().then_some(parsed)
    }

    /// Its bytes before what is sealed: also what the seal binds beside it.
    pub(super) fn head(&self) -> Vec<u8, HEAD_BYTES_MAX> {
        let mut head = Vec::new();
        // Every head fits: the longest is that of a new number.
        let mut put = |bytes: &[u8]| drop(head.extend_from_slice(bytes));
        match self {
            Kind::Opening { pan, nonce, .. } => {
                put(&[OPENING, VERSION]);
                put(&pan.to_le_bytes());
                put(nonce);
            }
            Kind::Preamble { nonce, .. } => {
                put(&[PREAMBLE]);
                put(nonce);
            }
            Kind::NewNumber { number, mac } => {
                put(&[NEW_NUMBER]);
                put(mac);
                put(number.as_str().as_bytes());
            }
            Kind::Refused(refused) => {
                put(&[REFUSED]);
                put(&refused.code().to_le_bytes());
            }
            Kind::Session { number, .. } => {
                put(&[SESSION]);
                put(&number.to_le_bytes());
            }
            Kind::Again => put(&[AGAIN]),
            Kind::CallBack { nonce, .. } => {
                put(&[CALL_BACK]);
                put(nonce);
            }
            Kind::NoRequest { nonce, .. } => {
                put(&[NO_REQUEST]);
                put(nonce);
            }
        }
        head
    }

    /// The whole frame of a kind in clear.
    pub fn to_frame(&self) -> Frame {
        self.head().iter().copied().collect()
    }
}

/// Bytes before what is sealed, at most.
pub(super) const HEAD_BYTES_MAX: usize = 1 + 16 + NUMBER_BYTES_MAX;
const _: () = assert!(HEAD_BYTES_MAX >= 2 + 4 + NONCE_BYTES);

fn rest<'a>(reader: &mut Reader<'a>) -> &'a [u8] {
    core::mem::take(&mut reader.0)
}

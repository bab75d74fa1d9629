//! Carries the frames of a call between meter and centre, over TCP, a telephone line, carried files or memory.
//!
//! What always holds: a frame comes out as it went in or not at all; nothing is kept that is longer than the longest
//! frame; every step ends within a stated time, whatever the other end does. Both ends use the same lines, since both
//! dial and both answer (EP 0 660 270, paragraphs 80 to 82; GB 2 178 696, Fig. 4).
//!
//! What it must never do: understand a frame. A line is not trusted with anything: what must stay secret is sealed
//! before it gets here, and what must not be repeated or swapped is numbered there.

mod adapters;
mod error;
mod frame;
pub mod memory;
pub mod modem;
mod number;
mod stream;
mod times;
pub mod turn;

pub use adapters::listener::{Listener, dial};
pub use error::{DialError, ListenError, SendError};
pub use frame::{FRAME_BYTES_MAX, Frames, Garbled, LENGTH_BYTES, encode};
pub use number::{Host, NUMBER_BYTES_MAX, Number, NumberError};
pub use times::Times;

use std::time::Duration;

/// A connection that carries frames both ways.
///
/// It hangs up when it is dropped.
pub trait Line: Send {
    /// Sends a frame: its kind and what belongs to it, 1 to [`FRAME_BYTES_MAX`] bytes.
    fn send(&mut self, frame: &[u8]) -> Result<(), SendError>;

    /// Waits for a whole frame. Bytes that trickle in do not extend the limit.
    fn receive(&mut self, limit: Duration) -> Received;

    /// Ends the connection. Nothing goes either way any more.
    fn hang_up(&mut self);

    /// Where the other end is, as far as the line knows: for the record of a call.
    fn peer(&self) -> String;
}

/// What waiting for a frame came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A whole frame.
    Frame(Vec<u8>),
    /// None came, or not all of it. The rest may still come.
    TimedOut,
    /// The other end has hung up, or the connection broke.
    Closed,
    /// What came is no frame, and nothing after it can be understood. The line is closed.
    Garbled,
}

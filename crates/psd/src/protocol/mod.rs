//! What is said between a security device and whoever drives it: frames of a bounded length, each with a command or
//! an answer. The same frames go over a socket, within one process and over a serial line.
//!
//! What always holds: a frame's length is known, and refused if it is too great, before any of it is kept; whatever
//! the bytes, reading them is an answer or a [`Fault`]; nothing here has a heap. What it must never do: carry a key
//! in clear, but for the pairing key in the one answer that hands it over.
//!
//! `docs/formats/psd-protocol.md` has the tables.
//!
//! | file | holds |
//! |---|---|
//! | `frame` | length, version and number around a body |
//! | `command` | what can be asked, and by whom |
//! | `answer` | what comes back, and what is pushed |
//! | `fault` | why a frame is refused before a command is seen in it |

mod answer;
mod command;
mod fault;
mod frame;

pub use answer::{Answer, Hello, LockStatus, Refusal, SENTENCE_BYTES_MAX};
pub use command::{Command, Requests};
pub use fault::Fault;
pub use frame::{
    ANSWER_BYTES_MAX, FRAME_BYTES_MAX, Frame, HEAD_BYTES, LENGTH_BYTES, NUMBER_PUSHED, PIECES_MAX, VERSION,
    frame_length,
};

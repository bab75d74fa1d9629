//! A Hayes modem, without a serial line: what it says, and what it is told when.
//!
//! What always holds: garbage neither fills memory nor extends a wait; after `CONNECT` every byte is the caller's, and
//! no data is taken for the modem's word. Sources: EP 0 660 270, paragraphs 80 and 145; GB 2 178 696, Fig. 1 and 4.

mod codes;
mod dialler;

pub use codes::{CODE_BYTES_MAX, Code, Codes, Farewell, farewell};
pub use dialler::{Action, Dialler, Event, Failure, Goal};

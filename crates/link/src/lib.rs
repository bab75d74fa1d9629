//! What security device, meter, centre and post say to each other: keys, messages, the channel, calls.
//!
//! What always holds: what is said is parsed into types before anybody acts on it; a message of the centre's acts on a
//! device only as [`Authentic`]; every bound stands in the type that it bounds. What it must never do: open a socket,
//! read a clock, or draw a random number of its own.
//!
//! | module | holds |
//! |---|---|
//! | `keys` | keys derived for one purpose each, and secrets in coded form |
//! | `codeword` | the codeword Y |
//! | `grant`, `order`, `inspection` | what the centre signs: credit, what else it wants of a meter, what may be exchanged on site |
//! | `taking` | how a device takes each grant exactly once |
//! | `report` | what a device says of itself |
//! | `call` | a call between meter and centre |
//! | `h` | what centre and post say to each other (feature `alloc`) |
//! | `refund` | the claim for spoiled imprints (feature `alloc`) |
#![no_std]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod call;
mod codeword;
mod grant;
#[cfg(feature = "alloc")]
pub mod h;
pub mod hex;
mod inspection;
pub mod keys;
mod order;
#[cfg(feature = "alloc")]
pub mod refund;
mod report;
mod taking;

pub use codeword::Codeword;
pub use grant::{Authentic, Grant, Message, NotAuthentic, Signed};
pub use inspection::{INSPECTION_BYTES_MAX, Inspection, MARKING_KEYS_MAX, NewKey, NewMarking};
pub use keys::{
    WrappedCodeword, WrappedKey, changed_link_key, unwrap_imprint_key, wrap_codeword, wrap_imprint_key,
};
pub use order::{Checksum, Order, Program, Proven, Reset, Task};
pub use report::{
    Block, ErrorCounts, ErrorKind, FINDINGS, Finding, REPORT_BYTES_MAX, Report, ReportKey, SealedReport,
    open_report, seal_report,
};
pub use taking::{Judged, LastGrant, NotTaken};

use terms::Date;

/// The day whose first moment (UTC) is tenth of a second 0: ten digits of tenths last until 2056.
pub const EPOCH: Date = match Date::new(2025, 1, 1) {
    Ok(date) => date,
    Err(_) => Date::FIRST,
};

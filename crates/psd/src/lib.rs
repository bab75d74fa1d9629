//! The postal security device: the only part of the system that is trusted with money.
//!
//! What always holds:
//! * no indicium leaves before its debit is durable, and none is given out twice but by its request id, as long as
//!   it belongs to the last franking;
//! * credit comes in by a signed, numbered grant and in no other way; R3 = R1 + R2; R2, R4 and R8 never fall;
//! * damage to some copies of the registers heals and is noted, damage to all of them blocks: it never guesses;
//! * keys never leave, are compared in constant time and wiped when dropped.
//!
//! What it must never do: touch a file, a socket or a clock of its own. All the outside comes in by the traits
//! [`Memory`] and [`Board`]; there is no heap and no `unsafe`. The control unit that drives it is not trusted.
//!
//! Whatever drives a device speaks [`protocol`] to the [`service`] that owns it.
//!
//! The device keeps one [state](crate::device) in a [ring of records](crate::memory); what watches over the device
//! itself (interrogation, tamper memory, modes, locks) adds to the state and stands before its commands.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod board;
mod device;
mod document;
mod error;
mod ledger;
mod marking;
mod memory;
mod personalisation;
pub mod protocol;
mod request;
pub mod service;
mod settings;
mod setup;
mod state;
pub mod supervision;
mod trial;

pub use board::{
    Board, Clock, ClockError, CommitCounter, Gauge, Now, PartFault, ProgramImage, Randomness, RunTime,
    Sensor, TamperMemory,
};
pub use device::{Columns, GrantAnswer, PrintAdvice, Psd, Rescue, SelfTest, Status, Warning};
pub use document::PersonalisationDocument;
pub use error::{Error, Fault};
pub use link::{
    Block, Checksum, Codeword, EPOCH, ErrorCounts, ErrorKind, Finding, Grant, Inspection, Message, NewKey,
    NewMarking, Order, Program, Proven, REPORT_BYTES_MAX, Report, ReportKey, Reset, SealedReport, Signed,
    Task, WrappedCodeword, changed_link_key, open_report, wrap_codeword, wrap_imprint_key,
};
pub use memory::{Image, Memory, MemoryError, MemoryKey, SECTOR_BYTES, Sector, sectors_needed};
pub use personalisation::{KEYS_MAX, KeySlot, Personalisation};
pub use request::{Frame, Request};
pub use settings::{
    Blocking, ClockRules, Contact, OwnPieces, PieceMode, PieceRule, Reaction, ReactionSet, Reactions,
    Settings, Standby,
};
pub use trial::{Stillness, TRIAL_BATCH, open_any};

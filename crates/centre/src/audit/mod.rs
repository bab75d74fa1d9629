//! The audit log (row X11): who did what to which meter, and what was done at which desk, so that an outsider can tell
//! whether any of it was changed afterwards.
//!
//! What always holds: the log only grows; each meter and each desk has a chain of its own, in which every entry carries
//! the hash of the one before it, so that refills of different meters never wait for each other; at intervals the heads
//! of all chains that grew are sealed together under the carrier's signature, and each seal names the seal before it.
//! What it must never hold: a key, a password, a token. `docs/formats/audit.md` has the bytes.
//!
//! | module | holds |
//! |---|---|
//! | [`Chain`], [`Head`], [`Record`] | one chain and how it grows (pure) |
//! | [`Event`] | what can have happened |
//! | [`Seal`] | many heads under one signature, and its printed form |
//! | [`log`] | the log's tables |
//! | [`export`] | the log as a file of lines |
//! | [`verify`] | what anyone can say of such a file |

mod chain;
mod digest;
mod event;
pub mod export;
pub mod log;
mod merkle;
mod seal;
pub mod verify;

pub use chain::{AuditFault, Head, Record};
pub use chain::{Chain, Desk, MAX_EVENT_BYTES, MAX_WHO_BYTES};
pub use digest::Digest;
pub use event::{Event, RefusedLogIn};
pub use merkle::MerkleRoot;
pub use seal::{LogName, Seal, SealBody, SealedHead};

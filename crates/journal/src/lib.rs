//! The control unit's own book: imprints and what they add up to, cards and cost centres, clichés and rate tables, the
//! log, and what is kept over power-off; one embedded database in one file (`docs/formats/journal.md`).
//!
//! What always holds:
//! * what a call reported as done is on the disk, and survives a crash and a power cut; a call that was cut off is done
//!   whole or not at all, and one that failed has changed nothing, unless the disk itself failed at its end: then the
//!   journal has to be opened anew, which shows what is there;
//! * an imprint is counted with its debit in the same transaction, by the tables themselves, and never leaves the sums
//!   again: opening registers and sums together are the device's R2, R4 and R8 ([`Totals::agree`]);
//! * a job moves only as [`State::after`] says; its indicium answers its request or is not taken; no line of a batch has
//!   two imprints, unless the first was spoiled;
//! * one process has a journal open, and a second one is told so.
//!
//! After a crash the jobs of [`Journal::open_jobs`] are to be compared with the device: a reserved one may have been
//! debited, a booked one has not been printed by anybody who reported it, and of one that was printing nobody knows.
//! Nothing else can be half done.
//!
//! What it must never do: read a clock, speak with the device, or decide what may be franked. Days and times come with
//! each call. It waits for the disk on the thread that calls it, which must not be one that runs other asynchronous work.

mod batch;
mod cliches;
mod columns;
mod directory;
mod error;
mod faults;
mod job;
mod journal;
mod kept;
mod log;
mod moves;
mod names;
mod rates;
mod report;
mod search;
mod totals;

pub use batch::{Batch, BatchNumber, BatchState, LineState};
pub use cliches::StoredCliche;
pub use error::JournalError;
pub use faults::FaultCount;
pub use job::{BatchLine, Booking, Job, JobNumber, NewJob, Spoiling, State, Step, When};
pub use journal::Journal;
pub use log::{Entry, Note};
pub use rates::RateTable;
pub use report::{By, ByError, Claims, Figures, Grouping, Key, Period, Report, ReportRow, Table};
pub use totals::{Disagreement, Opening, Totals};

/// The tables, in the order in which they came to be.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

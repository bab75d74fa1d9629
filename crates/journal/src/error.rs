//! Why the journal did not do what was asked.

use crate::job::{JobNumber, State, Step};
use crate::totals::Disagreement;
use std::path::PathBuf;
use store::{Stop, StoreError};
use terms::Serial;
use thiserror::Error;

/// Why the journal did not do what was asked. Nothing is changed then.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another process has it.
    #[error("another porto meter has the journal {} open: end it first", .0.display())]
    InUse(PathBuf),
    /// Its lock cannot be taken.
    #[error("cannot use the journal {}: {source}", path.display())]
    Lock {
        /// The journal.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("the journal cannot be read or written: {0}")]
    Store(#[from] StoreError),
    /// It was not begun.
    #[error("the journal was not begun with a device's registers: pair the meter with its device first")]
    NotBegun,
    /// It belongs to another device.
    #[error("this journal is of the device {journal}, and the device here is {device}: give each a journal")]
    OtherDevice {
        /// Whose the journal is.
        journal: Serial,
        /// Whose registers were shown.
        device: Serial,
    },
    /// Its sums and the device's registers differ.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// The sums are not those of the jobs.
    #[error(
        "{0} of the journal's sums are not those of its imprints: take the last backup, or begin a new journal"
    )]
    Sums(u64),
    /// No job has this number.
    #[error("the journal has no imprint {0}")]
    NoJob(JobNumber),
    /// A job cannot go this way.
    #[error("imprint {job} is {state} and cannot be {step}")]
    Step {
        /// Which.
        job: JobNumber,
        /// How far it is.
        state: State,
        /// What was to happen to it.
        step: Step,
    },
    /// An indicium that was not made for this job.
    #[error("the indicium for imprint {0} has another request, postage, date or cliché than was asked for")]
    Indicium(JobNumber),
    /// A request or a line that is there already.
    #[error("one of these requests or batch lines has an imprint already: look it up before asking again")]
    AlreadyAsked,
    /// No batch has this number.
    #[error("the journal has no batch {0}")]
    NoBatch(u64),
    /// A batch of so many lines cannot be.
    #[error("a batch has 1 to {max} lines, each with its number, and the same file always as many", max = crate::Batch::LINES_MAX)]
    Lines,
    /// The directory that is stored is not in order.
    #[error("the directory of cards and cost centres in the journal is not in order: {0}")]
    Directory(access::cards::Refusal),
    /// Something is no line of text, or too long a one.
    #[error("{what} is one line of at most {max} bytes")]
    Line {
        /// What.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// A document is too long.
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// What.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// An amount or a number that no meter has.
    #[error("an amount or count is greater than the journal can add up")]
    Amount,
    /// A value cannot be written as JSON.
    #[error("a value cannot be kept: {0}")]
    Unkept(#[source] serde_json::Error),
    /// The file holds what no journal writes.
    #[error("the journal is damaged, take the last backup: {0}")]
    Damaged(String),
    /// A report as a table.
    #[error("a table cannot be written: {0}")]
    Table(#[from] csv::Error),
}

impl From<access::cards::Refusal> for JournalError {
    fn from(refusal: access::cards::Refusal) -> JournalError {
        JournalError::Directory(refusal)
    }
}

impl From<sqlx::Error> for JournalError {
    fn from(error: sqlx::Error) -> JournalError {
        JournalError::Store(error.into())
    }
}

/// Statements are tried again where that helps; everything else ends the transaction.
pub(crate) fn stop(error: JournalError) -> Stop<JournalError> {
    match error {
        JournalError::Store(StoreError::Statement(error)) => Stop::Statement(error),
        error => Stop::Refused(error),
    }
}

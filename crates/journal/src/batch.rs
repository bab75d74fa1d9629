//! Files whose lines are franked one after the other, and how far each line is.
//!
//! What always holds: the same file is the same batch, so that whoever begins it again goes on where it was left; a line
//! that has an imprint gets none again, unless that one was spoiled or cancelled.

use crate::columns::{damaged, line, number_in};
use crate::error::{JournalError, stop};
use crate::job::{JobNumber, State, When};
use crate::journal::Journal;
use crate::moves::state_in;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::fmt::{self, Write};
use store::{Transaction, work};

/// The number of a batch; 1 is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchNumber(pub u64);

impl fmt::Display for BatchNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// Its number.
    pub number: BatchNumber,
    /// What the file was called when it was begun.
    pub name: String,
    /// How many lines it has.
    pub lines: u32,
    /// When it was begun, in milliseconds since 1970 UTC.
    pub begun_ms: i64,
}

impl Batch {
    /// The most lines of a batch.
    pub const LINES_MAX: u32 = 1_000_000;
    /// The longest name.
    pub const NAME_MAX_BYTES: usize = 200;
}

/// How far a line of a batch is, and its newest job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// It has no imprint yet.
    NotYet,
    /// Its imprint was asked for, debited, or begun to print.
    UnderWay(JobNumber),
    /// It is printed.
    Done(JobNumber),
    /// Its imprint was spoiled, and it may get another one.
    Spoiled(JobNumber),
}

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchState {
    /// The batch.
    pub batch: Batch,
    /// Its lines in their order; the first is line 1.
    pub lines: Vec<LineState>,
}

impl BatchState {
    /// The lines that have no good imprint and none under way: what is left to be asked for.
    pub fn left(&self) -> impl Iterator<Item = u32> + '_ {
        let is_left = |state: &LineState| matches!(state, LineState::NotYet | LineState::Spoiled(_));
        (1_u32..).zip(&self.lines).filter(move |(_, state)| is_left(state)).map(|(line, _)| line)
    }
}

impl Journal {
    /// Begins a batch, or finds the one that was begun with this file: `digest` is the SHA-256 of it.
    pub fn begin_batch(
        &mut self,
        name: &str,
        digest: &[u8; 32],
        lines: u32,
        when: When,
    ) -> Result<Batch, JournalError> {
        if lines == 0 || lines > Batch::LINES_MAX {
            return Err(JournalError::Lines);
        }
        let name = &line("the name of a batch", name, Batch::NAME_MAX_BYTES)?;
        let digest = &hexadecimal(digest);
        let batch = self.transact(move |transaction| {
            work(async move { begin(transaction, name, digest, lines, when).await.map_err(stop) })
        })?;
        if batch.lines == lines { Ok(batch) } else { Err(JournalError::Lines) }
    }

    /// How far each line of a batch is.
    pub fn batch_state(&mut self, number: BatchNumber) -> Result<BatchState, JournalError> {
        let wanted = i64::try_from(number.0).map_err(|_| JournalError::NoBatch(number.0))?;
        let select =
            sqlx::query("SELECT number, name, lines, begun_ms FROM batch WHERE number = $1").bind(wanted);
        let row = self.runtime.block_on(select.fetch_optional(self.store.reads()))?;
        let batch = batch_in(&row.ok_or(JournalError::NoBatch(number.0))?)?;
        let select =
            "SELECT line, state, number FROM job WHERE batch = $1 AND state <> 'cancelled' ORDER BY number";
        let rows = self.runtime.block_on(sqlx::query(select).bind(wanted).fetch_all(self.store.reads()))?;
        let mut lines = vec![LineState::NotYet; batch.lines as usize];
        for row in &rows {
            let line: usize = number_in(row, 0)?;
            let place = line.checked_sub(1).and_then(|place| lines.get_mut(place));
            *place.ok_or_else(|| damaged(format!("batch {number} has an imprint for line {line}")))? =
                line_state(state_in(row, 1)?, JobNumber(number_in(row, 2)?));
        }
        Ok(BatchState { batch, lines })
    }
}

fn line_state(state: State, job: JobNumber) -> LineState {
    match state {
        State::Reserved | State::Booked | State::Printing => LineState::UnderWay(job),
        State::Printed => LineState::Done(job),
        State::Spoiled | State::Claimed => LineState::Spoiled(job),
        State::Cancelled => LineState::NotYet,
    }
}

async fn begin(
    transaction: &mut Transaction,
    name: &str,
    digest: &str,
    lines: u32,
    when: When,
) -> Result<Batch, JournalError> {
    let insert =
        "INSERT INTO batch (name, digest, lines, begun_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert).bind(name).bind(digest).bind(i64::from(lines)).bind(when.at_ms);
    insert.execute(&mut **transaction).await?;
    let select =
        sqlx::query("SELECT number, name, lines, begun_ms FROM batch WHERE digest = $1").bind(digest);
    batch_in(&select.fetch_one(&mut **transaction).await?)
}

fn batch_in(row: &AnyRow) -> Result<Batch, JournalError> {
    Ok(Batch {
        number: BatchNumber(number_in(row, 0)?),
        name: row.try_get(1)?,
        lines: number_in(row, 2)?,
        begun_ms: row.try_get(3)?,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

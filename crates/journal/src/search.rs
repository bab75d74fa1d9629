//! Reading jobs back.

use crate::batch::BatchNumber;
use crate::columns::{centre_in, count, damaged, day_in, maybe_in, money_in, number_in, parsed};
use crate::error::JournalError;
use crate::job::{BatchLine, Booking, Job, JobNumber, NewJob, Reason, Spoiling, When};
use crate::journal::Journal;
use crate::moves::state_in;
use imprint::numbers::RequestId;
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Row};
use terms::CardNumber;

const COLUMNS: &str = "number, request, state, centre, user, card, postage_minor, surcharge_minor, date, cliche, text, \
     endorsement, reference, batch, line, reserved_ms, changed_ms, booked_on, booked_ms, indicium, spoiled_by, \
     spoiled_on";

impl Journal {
    /// All jobs that are reserved, booked or printing, in their order: what a start has to clear up.
    pub fn open_jobs(&mut self) -> Result<Vec<Job>, JournalError> {
        self.jobs("WHERE state IN ('reserved', 'booked', 'printing') ORDER BY number", |query| query)
    }

    /// All spoiled imprints that were not handed in yet, in their order.
    pub fn spoiled(&mut self) -> Result<Vec<Job>, JournalError> {
        self.jobs("WHERE state = 'spoiled' ORDER BY number", |query| query)
    }

    /// The job with this number.
    pub fn job(&mut self, number: JobNumber) -> Result<Option<Job>, JournalError> {
        let number = count(number.0)?;
        Ok(self.jobs("WHERE number = $1", |query| query.bind(number))?.pop())
    }

    /// The job for this request.
    pub fn find(&mut self, request: RequestId) -> Result<Option<Job>, JournalError> {
        let request = request.0.cast_signed();
        Ok(self.jobs("WHERE request = $1", |query| query.bind(request))?.pop())
    }

    /// The last so many jobs, the newest first.
    pub fn last(&mut self, jobs: u32) -> Result<Vec<Job>, JournalError> {
        self.jobs("ORDER BY number DESC LIMIT $1", |query| query.bind(i64::from(jobs)))
    }

    fn jobs(
        &mut self,
        which: &str,
        bind: impl FnOnce(Query<'_, Any, AnyArguments>) -> Query<'_, Any, AnyArguments>,
    ) -> Result<Vec<Job>, JournalError> {
        let select = format!("SELECT {COLUMNS} FROM job {which}");
        let query = bind(sqlx::query(AssertSqlSafe(select)));
        let rows = self.runtime.block_on(query.fetch_all(self.store.reads()))?;
        rows.iter().map(job_in).collect()
    }
}

fn job_in(row: &AnyRow) -> Result<Job, JournalError> {
    Ok(Job {
        number: JobNumber(number_in(row, 0)?),
        order: order_in(row)?,
        state: state_in(row, 2)?,
        reserved_ms: row.try_get(15)?,
        changed_ms: row.try_get(16)?,
        booking: booking_in(row)?,
        spoiling: spoiling_in(row)?,
    })
}

fn order_in(row: &AnyRow) -> Result<NewJob, JournalError> {
    let request: i64 = row.try_get(1)?;
    let card = maybe_in::<u64>(row, 5)?.map(CardNumber::new).transpose().map_err(damaged)?;
    let line = match (maybe_in(row, 13)?, maybe_in(row, 14)?) {
        (Some(batch), Some(line)) => Some(BatchLine { batch: BatchNumber(batch), line }),
        _ => None,
    };
    Ok(NewJob {
        request: RequestId(request.cast_unsigned()),
        centre: centre_in(row, 3)?,
        user: number_in(row, 4)?,
        card,
        postage: money_in(row, 6)?,
        surcharge: money_in(row, 7)?,
        date: day_in(row, 8)?,
        cliche: number_in(row, 9)?,
        text: row.try_get(10)?,
        endorsement: row.try_get(11)?,
        reference: row.try_get(12)?,
        line,
    })
}

fn booking_in(row: &AnyRow) -> Result<Option<Booking>, JournalError> {
    let Some(indicium) = row.try_get::<Option<String>, _>(19)? else { return Ok(None) };
    let when = When { at_ms: number_in(row, 18)?, day: day_in(row, 17)? };
    Ok(Some(Booking { when, indicium: parsed(&indicium)? }))
}

fn spoiling_in(row: &AnyRow) -> Result<Option<Spoiling>, JournalError> {
    let Some(name) = row.try_get::<Option<String>, _>(20)? else { return Ok(None) };
    let reason = Reason::named(&name).ok_or_else(|| damaged(format!("an imprint was spoiled by {name}")))?;
    Ok(Some(Spoiling { reason, day: day_in(row, 21)? }))
}

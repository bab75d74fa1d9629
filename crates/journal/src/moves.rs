//! Writing jobs: asking for them, and every step they take.
//!
//! What always holds: all jobs of a call go together in one transaction, or none; each step is allowed by
//! [`State::after`], which the statements ask by the states they may come from; what is booked is the indicium of that
//! very job.

use crate::columns::{centre, count, damaged, day, json, line, minor, number_in};
use crate::directory::Lines;
use crate::error::{JournalError, stop};
use crate::job::{JobNumber, NewJob, State, Step, When};
use crate::journal::Journal;
use access::cards::Changes;
use imprint::numbers::Indicium;
use sqlx::any::AnyRow;
use std::collections::HashSet;
use store::many::{Line, Statement, Value};
use store::{Transaction, work};
use terms::SpoilReason;

const RESERVE: Statement<15> = Statement {
    before: "INSERT INTO job (number, request, centre, user, card, postage_minor, surcharge_minor, date, cliche, text, \
             endorsement, reference, batch, line, reserved_ms, changed_ms) SELECT column1, column2, column3, column4, \
             column5, column6, column7, column8, column9, column10, column11, column12, column13, column14, column15, \
             column15 FROM (VALUES ",
    after: ") AS v",
};
/// A row: number, states it may come from, state it comes to, time; day, indicium, and what the indicium repeats.
const BOOK: Statement<10> = Statement {
    before: "UPDATE job SET state = v.column3, changed_ms = v.column4, booked_ms = v.column4, booked_on = v.column5, \
             indicium = v.column6 FROM (VALUES ",
    after: ") AS v WHERE job.number = v.column1 AND instr(v.column2, job.state) > 0 AND job.request = v.column7 \
            AND job.postage_minor = v.column8 AND job.date = v.column9 AND job.cliche = v.column10 RETURNING number",
};
/// A row: number, states it may come from, state it comes to, time.
const MOVE: Statement<4> = Statement {
    before: "UPDATE job SET state = v.column3, changed_ms = v.column4 FROM (VALUES ",
    after: ") AS v WHERE job.number = v.column1 AND instr(v.column2, job.state) > 0 RETURNING number",
};
/// A row: as above, and why and on which day it was spoiled.
const SPOIL: Statement<6> = Statement {
    before: "UPDATE job SET state = v.column3, changed_ms = v.column4, spoiled_by = v.column5, spoiled_on = v.column6 \
             FROM (VALUES ",
    after: ") AS v WHERE job.number = v.column1 AND instr(v.column2, job.state) > 0 RETURNING number",
};

impl Journal {
    /// Asks for imprints, which get the next numbers in their order. `changes` of the directory, such as what is
    /// reserved on cost centres, are stored in the same transaction, here and below.
    pub fn reserve(
        &mut self,
        jobs: &[NewJob],
        changes: Option<&Changes>,
        when: When,
    ) -> Result<Vec<JobNumber>, JournalError> {
        self.printed_and_reserve(&[], jobs, changes, when)
    }

    /// Reports imprints as printed and asks for the next ones, with one wait for the disk.
    pub fn printed_and_reserve(
        &mut self,
        printed: &[JobNumber],
        jobs: &[NewJob],
        changes: Option<&Changes>,
        when: When,
    ) -> Result<Vec<JobNumber>, JournalError> {
        let numbers: Vec<JobNumber> = (self.next_job..).take(jobs.len()).map(JobNumber).collect();
        let mut orders = Vec::with_capacity(jobs.len());
        for (number, job) in numbers.iter().zip(jobs) {
            orders.push(order(*number, job, when)?);
        }
        let pages =
            Pages { orders, moves: steps(Step::Print, printed, when)?, ..Pages::new(Step::Print, printed) };
        self.write(pages, changes)?;
        self.next_job += jobs.len() as u64;
        Ok(numbers)
    }

    /// Books what the device has debited, and hands it to the printer at once if `and_print`.
    pub fn book(
        &mut self,
        booked: &[(JobNumber, Indicium)],
        and_print: bool,
        changes: Option<&Changes>,
        when: When,
    ) -> Result<(), JournalError> {
        let step = if and_print { Step::BookAndPrint } else { Step::Book };
        let numbers: Vec<JobNumber> = booked.iter().map(|(number, _)| *number).collect();
        let mut bookings = Vec::with_capacity(booked.len());
        for (number, indicium) in booked {
            bookings.push(booking(*number, step, indicium, when)?);
        }
        self.write(Pages { bookings, ..Pages::new(step, &numbers) }, changes)
    }

    /// Hands booked imprints to the printer.
    pub fn begin_print(&mut self, jobs: &[JobNumber], when: When) -> Result<(), JournalError> {
        self.step(Step::BeginPrint, jobs, None, when)
    }

    /// Notes that nothing of these came onto paper, though the printer had them: they wait for it again.
    pub fn hand_back(&mut self, jobs: &[JobNumber], when: When) -> Result<(), JournalError> {
        self.step(Step::HandBack, jobs, None, when)
    }

    /// Reports imprints as printed.
    pub fn printed(&mut self, jobs: &[JobNumber], when: When) -> Result<(), JournalError> {
        self.step(Step::Print, jobs, None, when)
    }

    /// Gives imprints up that were never debited.
    pub fn cancel(
        &mut self,
        jobs: &[JobNumber],
        changes: Option<&Changes>,
        when: When,
    ) -> Result<(), JournalError> {
        self.step(Step::Cancel, jobs, changes, when)
    }

    /// Notes that spoiled imprints were handed in for a refund.
    pub fn claimed(&mut self, jobs: &[JobNumber], when: When) -> Result<(), JournalError> {
        self.step(Step::Claim, jobs, None, when)
    }

    /// Reports an imprint that was debited as of no use.
    pub fn spoil(&mut self, job: JobNumber, reason: SpoilReason, when: When) -> Result<(), JournalError> {
        let [number, from, to, at] = step(Step::Spoil, job, when)?;
        let spoilings = vec![[number, from, to, at, reason.word().into(), day(when.day).into()]];
        self.write(Pages { spoilings, ..Pages::new(Step::Spoil, &[job]) }, None)
    }

    fn step(
        &mut self,
        step: Step,
        jobs: &[JobNumber],
        changes: Option<&Changes>,
        when: When,
    ) -> Result<(), JournalError> {
        self.write(Pages { moves: steps(step, jobs, when)?, ..Pages::new(step, jobs) }, changes)
    }

    /// Writes everything in one transaction.
    fn write(&mut self, pages: Pages, changes: Option<&Changes>) -> Result<(), JournalError> {
        if pages.is_empty() && changes.is_none_or(Changes::is_empty) {
            return Ok(());
        }
        let rows = changes.map(Lines::of).transpose()?;
        let (pages, rows) = (&pages, &rows);
        self.transact(move |transaction| {
            work(async move {
                pages.write(transaction).await.map_err(stop)?;
                if let Some(rows) = rows {
                    rows.write(transaction).await.map_err(stop)?;
                }
                Ok(())
            })
        })
    }
}

/// What one transaction writes of jobs.
struct Pages {
    /// The step that is taken, and by which jobs.
    step: Step,
    steps: Vec<JobNumber>,
    moves: Vec<Line<4>>,
    bookings: Vec<Line<10>>,
    spoilings: Vec<Line<6>>,
    orders: Vec<Line<15>>,
}

impl Pages {
    fn new(step: Step, jobs: &[JobNumber]) -> Pages {
        Pages {
            step,
            steps: jobs.to_vec(),
            moves: Vec::new(),
            bookings: Vec::new(),
            spoilings: Vec::new(),
            orders: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.orders.is_empty()
    }

    async fn write(&self, transaction: &mut Transaction) -> Result<(), JournalError> {
        let mut moved = MOVE.fetch(transaction, &self.moves).await?;
        moved.extend(BOOK.fetch(transaction, &self.bookings).await?);
        moved.extend(SPOIL.fetch(transaction, &self.spoilings).await?);
        if moved.len() != self.steps.len() {
            return Err(self.why_not(transaction, &moved).await?);
        }
        RESERVE.execute(transaction, &self.orders).await.map_err(asked_already)
    }

    /// Why a job did not take the step: the first of them that stayed as it was.
    async fn why_not(
        &self,
        transaction: &mut Transaction,
        moved: &[AnyRow],
    ) -> Result<JournalError, JournalError> {
        let mut moved: HashSet<u64> = moved.iter().map(|row| number_in(row, 0)).collect::<Result<_, _>>()?;
        let left = self.steps.iter().find(|job| !moved.remove(&job.0));
        let Some(job) = left.copied() else { return Ok(damaged("a step was taken twice")) };
        let select = sqlx::query("SELECT state FROM job WHERE number = $1").bind(count(job.0)?);
        let Some(row) = select.fetch_optional(&mut **transaction).await? else {
            return Ok(JournalError::NoJob(job));
        };
        let state = state_in(&row, 0)?;
        Ok(match state.after(self.step) {
            Some(_) => JournalError::Indicium(job),
            None => JournalError::Step { job, state, step: self.step },
        })
    }
}

/// A request id or the line of a batch stands in the table already.
fn asked_already(error: sqlx::Error) -> JournalError {
    let is_unique = error.as_database_error().is_some_and(|error| error.is_unique_violation());
    if is_unique { JournalError::AlreadyAsked } else { error.into() }
}

/// The row of a job that is asked for.
fn order(number: JobNumber, job: &NewJob, when: When) -> Result<Line<15>, JournalError> {
    let of = job.line;
    Ok([
        count(number.0)?.into(),
        job.request.0.cast_signed().into(),
        centre(job.centre).into(),
        i64::from(job.user).into(),
        job.card.map(|card| count(card.value())).transpose()?.into(),
        minor(job.postage)?.into(),
        minor(job.surcharge)?.into(),
        day(job.date).into(),
        i64::from(job.cliche).into(),
        line("the text of an imprint", &job.text, NewJob::TEXT_MAX_BYTES)?.into(),
        line("the endorsement of an imprint", &job.endorsement, NewJob::TEXT_MAX_BYTES)?.into(),
        line("the reference of an imprint", &job.reference, NewJob::REFERENCE_MAX_BYTES)?.into(),
        of.map(|of| count(of.batch.0)).transpose()?.into(),
        of.map(|of| i64::from(of.line)).into(),
        when.at_ms.into(),
    ])
}

/// The row of a booking.
fn booking(number: JobNumber, by: Step, indicium: &Indicium, when: When) -> Result<Line<10>, JournalError> {
    let [number, from, to, at] = step(by, number, when)?;
    Ok([
        number,
        from,
        to,
        at,
        day(when.day).into(),
        json(indicium)?.into(),
        indicium.request.0.cast_signed().into(),
        minor(indicium.postage)?.into(),
        day(indicium.date).into(),
        i64::from(indicium.cliche_number).into(),
    ])
}

fn steps(by: Step, jobs: &[JobNumber], when: When) -> Result<Vec<Line<4>>, JournalError> {
    jobs.iter().map(|job| step(by, *job, when)).collect()
}

/// The row of a step: the names of all states it is allowed in, and of the one it leads to.
fn step(step: Step, job: JobNumber, when: When) -> Result<Line<4>, JournalError> {
    let from: Vec<&str> = step.ways().map(|(from, _)| from.name()).collect();
    let to = step.ways().map(|(_, to)| to.name()).next().unwrap_or_default();
    Ok([count(job.0)?.into(), Value::Text(from.join(" ")), to.into(), when.at_ms.into()])
}

/// A state that a column holds.
pub(crate) fn state_in(row: &AnyRow, column: usize) -> Result<State, JournalError> {
    let name: String = sqlx::Row::try_get(row, column)?;
    State::named(&name).ok_or_else(|| damaged(format!("an imprint is {name}")))
}

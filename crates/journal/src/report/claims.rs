//! Spoiled imprints, as they are handed in for a refund.

use super::Table;
use super::table::Column;
use crate::error::JournalError;
use crate::job::Job;
use crate::journal::Journal;
use serde::Serialize;
use terms::{Money, Serial};

/// All spoiled imprints that were not handed in yet. After they were, [`Journal::claimed`] says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// The device that debited them.
    pub serial: Serial,
    /// The imprints, in their order.
    pub jobs: Vec<Job>,
    /// Their postage.
    pub total: Money,
}

impl Journal {
    /// What can be claimed.
    pub fn claims(&mut self) -> Result<Claims, JournalError> {
        let serial = self.opening()?.ok_or(JournalError::NotBegun)?.serial;
        let jobs = self.spoiled()?;
        let sum = |sum: Money, job: &Job| sum.checked_add(job.order.postage);
        let total = jobs.iter().try_fold(Money::ZERO, sum).ok_or(JournalError::Amount)?;
        Ok(Claims { serial, jobs, total })
    }
}

const COLUMNS: [Column; 8] = [
    Column::words("Imprint"),
    Column::words("Request"),
    Column::words("Date printed"),
    Column::words("Booked"),
    Column::words("Spoiled"),
    Column::words("By"),
    Column::figure("Monotone variable"),
    Column::figure("Postage"),
];

impl Claims {
    /// The list as a table; `whose` says who claims and when it was made, in a line.
    pub fn table(&self, whose: &str) -> Table {
        let rows: Vec<Vec<String>> = self.jobs.iter().map(row).collect();
        let mut total = vec![String::new(); COLUMNS.len()];
        if let [first, .., last] = &mut total[..] {
            *first = "Total".into();
            *last = self.total.to_string();
        }
        Table {
            heading: "Spoiled imprints, claimed for a refund".into(),
            about: vec![whose.into(), format!("Meter {}, imprints: {}", self.serial, self.jobs.len())],
            columns: COLUMNS.to_vec(),
            rows,
            total,
        }
    }
}

fn row(job: &Job) -> Vec<String> {
    let (booking, spoiling) = (job.booking.as_ref(), job.spoiling.as_ref());
    vec![
        job.number.to_string(),
        job.order.request.to_string(),
        job.order.date.to_string(),
        booking.map_or(String::new(), |booking| booking.when.day.to_string()),
        spoiling.map_or(String::new(), |spoiling| spoiling.day.to_string()),
        spoiling.map_or(String::new(), |spoiling| spoiling.reason.to_string()),
        booking.map_or(String::new(), |booking| booking.indicium.mv.to_string()),
        job.order.postage.to_string(),
    ]
}

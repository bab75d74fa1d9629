//! The regular run over all meters, by the tables: what a chunk came to is kept together with how far the run is, so one
//! that is cut off, here or in another instance, goes on where it was.

use super::change::{Change, Fate, apply, number_in, parsed, serial_in};
use super::fault::plain;
use super::lease::{Lease, take_lease};
use crate::account::{Account, State};
use crate::books::{BooksFault, Folder, Page};
use crate::dossier::{Dossier, Turn};
use crate::plausibility::{Counts, Judged, Meter, Meters, Run, Step};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use store::{Store, Transaction, work};
use terms::Serial;

/// The meters of a database, for one instance.
#[derive(Clone, Debug)]
pub struct SqlMeters {
    store: Store,
    lease: Lease,
    /// The time, in milliseconds since 1970 UTC.
    now_ms: fn() -> i64,
}

/// The run is another instance's by now.
const ELSEWHERE: &str = "another instance has taken the regular run over";
/// How long an instance that fell silent keeps the run.
const LEASE_MS: i64 = 5 * 60_000;

impl SqlMeters {
    /// The meters of this database, for the instance of this name.
    pub fn new(store: Store, holder: &str, now_ms: fn() -> i64) -> SqlMeters {
        let lease = Lease { task: "plausibility", holder: holder.to_owned(), for_ms: LEASE_MS };
        SqlMeters { store, lease, now_ms }
    }

    /// The newest run.
    pub async fn newest(&self) -> Result<Option<Run>, BooksFault> {
        let row = sqlx::query(SELECT_NEWEST).fetch_optional(self.store.reads()).await?;
        row.as_ref().map(run_in).transpose()
    }
}

const SELECT_NEWEST: &str = "SELECT started_ms, after_serial, okay, suspicious, manipulated, finished_ms \
     FROM plausibility_run ORDER BY started_ms DESC LIMIT 1";

impl Meters for SqlMeters {
    type Error = BooksFault;

    async fn begin(&mut self, now_ms: i64) -> Result<Option<Run>, BooksFault> {
        let lease = &self.lease;
        self.store
            .transaction(|transaction| {
                work(async move {
                    if !take_lease(transaction, lease, now_ms).await.map_err(plain)? {
                        return Ok(None);
                    }
                    let newest = sqlx::query(SELECT_NEWEST).fetch_optional(&mut **transaction).await?;
                    let newest = newest.as_ref().map(run_in).transpose().map_err(plain)?;
                    if let Some(run) = newest.filter(|run| run.finished_ms.is_none()) {
                        return Ok(Some(run));
                    }
                    let insert = "INSERT INTO plausibility_run (started_ms, okay, suspicious, manipulated) \
                                  VALUES ($1, 0, 0, 0)";
                    sqlx::query(insert).bind(now_ms).execute(&mut **transaction).await?;
                    Ok(Some(Run::begun(now_ms)))
                })
            })
            .await
    }

    async fn after(&mut self, serial: Option<Serial>, limit: usize) -> Result<Vec<Meter>, BooksFault> {
        let select = "SELECT serial, account, dossier, version FROM meter WHERE serial > $1 \
                      AND service IN ('in_service', 'leaving') ORDER BY serial LIMIT $2";
        let after = serial.map_or(-1, |serial| i64::from(serial.value()));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = sqlx::query(select).bind(after).bind(limit).fetch_all(self.store.reads()).await?;
        rows.iter().map(meter_in).collect()
    }

    async fn keep(&mut self, step: &Step) -> Result<(), BooksFault> {
        let (lease, now_ms) = (&self.lease, (self.now_ms)());
        self.store
            .transaction(|transaction| {
                work(async move {
                    if !take_lease(transaction, lease, now_ms).await.map_err(plain)? {
                        return Err(plain(BooksFault::Damaged(ELSEWHERE.to_owned())));
                    }
                    keep_judged(transaction, &step.changed, now_ms).await.map_err(plain)?;
                    keep_run(transaction, &step.run).await.map_err(plain)
                })
            })
            .await
    }
}

/// Keeps what is thought of meters, but for those that a call has judged since.
async fn keep_judged(
    transaction: &mut Transaction,
    judged: &[Judged],
    now_ms: i64,
) -> Result<(), BooksFault> {
    let page = Page::new("centre", now_ms).without_money();
    let decide = |judged: &'_ Judged| {
        let Judged { version, profile, reactions, .. } = judged.clone();
        move |folder: &mut Folder, page: &mut Page| {
            if folder.version != version {
                return false;
            }
            let mut turn = Turn::default();
            folder.file.take_over(&profile, reactions.clone(), &mut turn);
            page.turn(folder, turn);
            true
        }
    };
    let decisions: Vec<_> = judged.iter().map(decide).collect();
    let changes: Vec<_> = judged
        .iter()
        .zip(&decisions)
        .map(|(judged, decide)| Change { serial: judged.serial, page: &page, decide })
        .collect();
    for fate in apply(transaction, &changes).await? {
        if let Fate::Failed(fault) = fate {
            return Err(fault);
        }
    }
    Ok(())
}

async fn keep_run(transaction: &mut Transaction, run: &Run) -> Result<(), BooksFault> {
    let update = "UPDATE plausibility_run SET after_serial = $1, okay = $2, suspicious = $3, manipulated = $4, \
                  finished_ms = $5 WHERE started_ms = $6";
    let Counts { okay, suspicious, manipulated } = run.counts;
    let update = sqlx::query(update).bind(run.after.map(|serial| i64::from(serial.value())));
    let update =
        update.bind(okay.cast_signed()).bind(suspicious.cast_signed()).bind(manipulated.cast_signed());
    update.bind(run.finished_ms).bind(run.started_ms).execute(&mut **transaction).await?;
    Ok(())
}

fn run_in(row: &AnyRow) -> Result<Run, BooksFault> {
    let after: Option<i64> = row.try_get(1)?;
    let after = after.map(|_| serial_in(row, 1)).transpose()?;
    let counts =
        Counts { okay: number_in(row, 2)?, suspicious: number_in(row, 3)?, manipulated: number_in(row, 4)? };
    Ok(Run { started_ms: row.try_get(0)?, after, counts, finished_ms: row.try_get(5)? })
}

fn meter_in(row: &AnyRow) -> Result<Meter, BooksFault> {
    let (account, dossier): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    let state: State = parsed(&account)?;
    let account = Account::restore(state).map_err(|error| BooksFault::Damaged(error.to_string()))?;
    let dossier: Dossier = parsed(&dossier)?;
    Ok(Meter {
        facts: dossier.facts(&account),
        before: dossier.before(),
        forecast_before: dossier.judged.forecast,
        version: number_in(row, 3)?,
    })
}

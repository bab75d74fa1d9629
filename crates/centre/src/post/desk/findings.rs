//! Findings on their way from a batch to the meters' files.
//!
//! What always holds: a finding that was taken reaches its meter's file once, wherever the centre ended in between: it
//! waits in its table until the file has it, and a file that has it already is not changed by hearing it again.

use super::{PostDesk, PostFault, damaged};
use crate::books::BooksFault;
use crate::decisions::PostFinding;
use crate::office::OfficeFault;
use link::h::FindingKind;
use sqlx::Row;
use sqlx::any::AnyRow;
use store::work;
use terms::Serial;

/// How many are read at once.
const BATCH: i64 = 200;

/// A finding that no file has yet.
struct Waiting {
    station: i64,
    name: String,
    batch: i64,
    place: i64,
    serial: Serial,
    finding: PostFinding,
}

impl PostDesk {
    /// Puts every finding that waits into its meter's file. Says how many. One that fails waits on and keeps no other
    /// from its file; the first fault is the answer.
    pub async fn settle_findings(&self, now_ms: i64) -> Result<u64, PostFault> {
        let (mut settled, mut failed) = (0, None);
        let mut after = [i64::MIN; 4];
        loop {
            let select = "SELECT f.station, s.name, f.batch, f.place, f.serial, f.kind, f.at_ms, f.received_ms \
                          FROM post_finding f JOIN station s ON s.number = f.station WHERE f.outcome = '' \
                          AND (f.received_ms, f.station, f.batch, f.place) > ($1, $2, $3, $4) \
                          ORDER BY f.received_ms, f.station, f.batch, f.place LIMIT $5";
            let select = after.iter().fold(sqlx::query(select), |select, value| select.bind(*value));
            let rows = select.bind(BATCH).fetch_all(self.store().reads()).await?;
            for row in &rows {
                after = [row.try_get(7)?, row.try_get(0)?, row.try_get(2)?, row.try_get(3)?];
                let done = match waiting_in(row) {
                    Ok(waiting) => self.settle(&waiting, now_ms).await,
                    Err(fault) => Err(fault),
                };
                match done {
                    Ok(()) => settled += 1,
                    Err(fault) => failed = failed.or(Some(fault)),
                }
            }
            if (rows.len() as i64) < BATCH {
                return failed.map_or(Ok(settled), Err);
            }
        }
    }

    async fn settle(&self, waiting: &Waiting, now_ms: i64) -> Result<(), PostFault> {
        let noted =
            self.office.note_post_finding(waiting.serial, waiting.finding, &waiting.name, now_ms).await;
        let outcome = match noted {
            Ok(()) => "noted",
            Err(OfficeFault::Books(BooksFault::NoMeter(_))) => "no_meter",
            Err(fault) => return Err(fault.into()),
        };
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let update =
                        "UPDATE post_finding SET outcome = $1 WHERE station = $2 AND batch = $3 AND place = $4";
                    let update = sqlx::query(update).bind(outcome).bind(waiting.station);
                    let update = update.bind(waiting.batch).bind(waiting.place);
                    update.execute(&mut **transaction).await?;
                    Ok(())
                })
            })
            .await
    }
}

fn waiting_in(row: &AnyRow) -> Result<Waiting, PostFault> {
    let number: i64 = row.try_get(4)?;
    let serial = u32::try_from(number).ok().and_then(|number| Serial::new(number).ok());
    let kind: String = row.try_get(5)?;
    let kind: FindingKind = serde_json::from_value(serde_json::Value::String(kind))
        .map_err(|error| damaged(format!("a finding of the post: {error}")))?;
    Ok(Waiting {
        station: row.try_get(0)?,
        name: row.try_get(1)?,
        batch: row.try_get(2)?,
        place: row.try_get(3)?,
        serial: serial.ok_or_else(|| damaged(format!("a serial number is {number}")))?,
        finding: PostFinding { kind, at_ms: row.try_get(6)? },
    })
}

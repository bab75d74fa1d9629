//! Batches that stations send.
//!
//! What always holds: a batch is opened with its station's key before anything in it is believed; its entries, its
//! number and its digest are kept in one transaction, or nothing is; the same batch again changes nothing and gets its
//! answer again; a station can confirm only lists that were issued.

use super::{DAY_MS, PostDesk, PostFault, StationRow, word};
use crate::audit::Event;
use crate::books::{mark_seen, share_claims};
use crate::hex;
use crate::post::{Intake, Received, intake};
use link::h::{Batch, BatchError, Case, Finding, ImprintIdentity, Item, Kind, Sighting, Taken};
use sqlx::Row;
use store::{Stop, Transaction, work};
use terms::Serial;

/// The longest batch that comes over HTTP. Ten thousand sightings have less than 4 MiB; a station that has more to say
/// makes its batches shorter.
pub const BATCH_BYTES_MAX: usize = 8 << 20;
/// The greatest postage that a sighting can have: sums of a million of them still fit.
const POSTAGE_MINOR_MAX: u64 = 1_000_000_000_000;

/// What became of a batch that was taken, now or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub number: u64,
    /// Whether it was taken now.
    pub is_new: bool,
    /// For sightings, which of them other stations have too: a document of the kind `elsewhere`.
    pub elsewhere: Option<Vec<u8>>,
}

/// What a station reports.
enum Report {
    Sightings(Vec<Sighting>),
    Findings(Vec<Finding>),
    Cases(Vec<Case>),
    Taken(Vec<Taken>),
}

/// A batch that its station has signed.
struct Opened {
    kind: Kind,
    number: u64,
    digest: [u8; 32],
    report: Report,
}

impl PostDesk {
    /// Takes a batch in. Findings go on to their meters' files at once; one that does not get there now waits.
    pub async fn receive(
        &self,
        kind: Kind,
        document: &[u8],
        station: &StationRow,
        now_ms: i64,
    ) -> Result<Receipt, PostFault> {
        let opened = open(kind, document, station)?;
        let is_new = match self.take(&opened, station, now_ms).await {
            Ok(is_new) => is_new,
            Err(PostFault::Differs) => {
                self.note_differs(&opened, station, now_ms).await?;
                return Err(PostFault::Differs);
            }
            Err(fault) => return Err(fault),
        };
        let number = opened.number;
        let elsewhere = match kind {
            Kind::Sightings => Some(self.elsewhere(station, number, now_ms).await?),
            _ => None,
        };
        if kind == Kind::Sightings
            && let Err(fault) = self.office.tell_of_seen_refunds(now_ms).await
        {
            tracing::error!(%fault, "a claimed imprint that was seen waits to be put down");
        }
        if kind == Kind::Findings {
            // Also for a batch that came before: perhaps the centre ended before it was through. The batch is taken,
            // whatever becomes of this now.
            if let Err(fault) = self.settle_findings(now_ms).await {
                tracing::error!(%fault, "a finding of the post waits for its meter's file");
            }
        }
        Ok(Receipt { number, is_new, elsewhere })
    }

    /// Decides on a batch and keeps it. Whether it was new.
    async fn take(&self, opened: &Opened, station: &StationRow, now_ms: i64) -> Result<bool, PostFault> {
        let lock = self.store().for_update();
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let last = last_batch(transaction, station.number, opened.kind, lock).await?;
                    match intake(last, opened.number, opened.digest) {
                        Intake::Take => {}
                        Intake::Again => return Ok(false),
                        Intake::Differs => return Err(Stop::Refused(PostFault::Differs)),
                        Intake::Gap { expected } => {
                            return Err(Stop::Refused(PostFault::Gap { expected }));
                        }
                    }
                    put_entries(transaction, opened, station.number, now_ms).await?;
                    let update = "UPDATE station_batch SET number = $1, digest = $2, at_ms = $3 \
                                  WHERE station = $4 AND kind = $5";
                    let update = sqlx::query(update).bind(opened.number.cast_signed());
                    let update = update.bind(hex::encode(&opened.digest)).bind(now_ms);
                    let update = update.bind(i64::from(station.number)).bind(opened.kind.name());
                    update.execute(&mut **transaction).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// The number of the last batch of each kind that was taken from a station.
    pub async fn last_batches(&self, station: u32) -> Result<Vec<(Kind, u64)>, PostFault> {
        let select = "SELECT kind, number FROM station_batch WHERE station = $1 AND number > 0";
        let rows = sqlx::query(select).bind(i64::from(station)).fetch_all(self.store().reads()).await?;
        let mut batches = Vec::with_capacity(rows.len());
        for row in &rows {
            let kind: String = row.try_get(0)?;
            let kind = super::kind_named(&kind).ok_or_else(|| super::damaged("a kind of batch"))?;
            batches.push((kind, row.try_get::<i64, _>(1)?.cast_unsigned()));
        }
        batches.sort_unstable();
        Ok(batches)
    }

    /// Two use one station's key, or a station was set back: people look into it.
    async fn note_differs(
        &self,
        opened: &Opened,
        station: &StationRow,
        now_ms: i64,
    ) -> Result<(), PostFault> {
        tracing::warn!(station = station.number, batch = opened.kind.name(), "two batches with one number");
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let update =
                        "UPDATE station SET differs_ms = $1 WHERE number = $2 AND differs_ms IS NULL";
                    let update = sqlx::query(update).bind(now_ms).bind(i64::from(station.number));
                    // Once until it is settled: the log is not for whoever repeats himself.
                    if update.execute(&mut **transaction).await?.rows_affected() > 0 {
                        let (batch, number) = (opened.kind.name().to_owned(), opened.number);
                        let event = Event::StationDiffers { station: station.number, batch, number };
                        self.note(transaction, "centre", now_ms, event).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

fn open(kind: Kind, document: &[u8], station: &StationRow) -> Result<Opened, PostFault> {
    match kind {
        Kind::Sightings => {
            let opened = batch(document, station, Report::Sightings)?;
            let Report::Sightings(sightings) = &opened.report else { return Ok(opened) };
            if sightings.iter().any(|sighting| sighting.postage.minor() > POSTAGE_MINOR_MAX) {
                return Err(PostFault::Batch(BatchError::Body));
            }
            Ok(opened)
        }
        Kind::Findings => batch(document, station, Report::Findings),
        Kind::Cases => batch(document, station, Report::Cases),
        Kind::Taken => batch(document, station, Report::Taken),
        kind => Err(PostFault::Request(format!("{} is no batch of a station's", kind.name()))),
    }
}

fn batch<T: Item>(
    document: &[u8],
    station: &StationRow,
    report: impl Fn(Vec<T>) -> Report,
) -> Result<Opened, PostFault> {
    let trusted = [station.verifying_key];
    let opened = Batch::<T>::open(document, &station.station.name, &trusted);
    let (batch, digest) = opened.map_err(PostFault::Batch)?;
    Ok(Opened { kind: T::KIND, number: batch.number, digest, report: report(batch.entries) })
}

/// The last batch that was taken, which nobody else adds to meanwhile.
async fn last_batch(
    transaction: &mut Transaction,
    station: u32,
    kind: Kind,
    lock: &'static str,
) -> Result<Received, sqlx::Error> {
    let insert = "INSERT INTO station_batch (station, kind, number, digest, at_ms) VALUES ($1, $2, 0, $3, 0) \
                  ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert).bind(i64::from(station)).bind(kind.name());
    insert.bind(hex::encode(&Received::default().digest)).execute(&mut **transaction).await?;
    let select = format!("SELECT number, digest FROM station_batch WHERE station = $1 AND kind = $2{lock}");
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(i64::from(station)).bind(kind.name());
    let row = select.fetch_one(&mut **transaction).await?;
    let digest: String = row.try_get(1)?;
    let digest = hex::decode_array(&digest).ok_or_else(|| sqlx::Error::Decode("a batch's digest".into()))?;
    Ok(Received { number: row.try_get::<i64, _>(0)?.cast_unsigned(), digest })
}

async fn put_entries(
    transaction: &mut Transaction,
    opened: &Opened,
    station: u32,
    now_ms: i64,
) -> Result<(), Stop<PostFault>> {
    match &opened.report {
        Report::Sightings(sightings) => {
            share_claims(transaction).await?;
            for sighting in sightings {
                put_sighting(transaction, sighting, station, opened.number).await?;
            }
            mark_seen(transaction, station, opened.number, now_ms).await?;
        }
        Report::Findings(findings) => {
            for (place, finding) in findings.iter().enumerate() {
                put_finding(transaction, finding, station, (opened.number, place as i64), now_ms).await?;
            }
        }
        Report::Cases(cases) => {
            for case in cases {
                put_case(transaction, case, station, now_ms).await?;
            }
        }
        Report::Taken(taken) => {
            for taken in taken {
                put_taken(transaction, taken, station).await?;
            }
        }
    }
    Ok(())
}

/// The same picture of the same imprint again is the same sighting.
async fn put_sighting(
    transaction: &mut Transaction,
    sighting: &Sighting,
    station: u32,
    batch: u64,
) -> Result<(), Stop<PostFault>> {
    let Sighting { imprint, postage, printed, seen_ms, place, picture } = sighting;
    let ImprintIdentity { serial, epoch, second, by_pieces, mv } = imprint;
    let insert = "INSERT INTO post_sighting (serial, epoch, has_second, second, by_pieces, mv, station, picture, \
                  postage_minor, printed, seen_ms, latitude, longitude, batch) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert).bind(i64::from(serial.value())).bind(i64::from(*epoch));
    let insert = insert.bind(i64::from(second.is_some())).bind(second.unwrap_or_default().cast_signed());
    let insert = insert.bind(i64::from(*by_pieces)).bind(mv.cast_signed()).bind(i64::from(station));
    let insert = insert.bind(hex::encode(picture)).bind(postage.minor().cast_signed());
    let insert = insert.bind(printed.map(|date| date.to_string())).bind(seen_ms);
    let insert = insert.bind(place.map(|place| i64::from(place.latitude())));
    let insert = insert.bind(place.map(|place| i64::from(place.longitude()))).bind(batch.cast_signed());
    insert.execute(&mut **transaction).await?;
    Ok(())
}

async fn put_finding(
    transaction: &mut Transaction,
    finding: &Finding,
    station: u32,
    (batch, place): (u64, i64),
    now_ms: i64,
) -> Result<(), Stop<PostFault>> {
    let kind = word(&finding.kind).map_err(super::stop)?;
    let insert = "INSERT INTO post_finding (station, batch, place, serial, kind, at_ms, case_number, note, received_ms, \
                  outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let insert = sqlx::query(insert).bind(i64::from(station)).bind(batch.cast_signed()).bind(place);
    let insert = insert.bind(number_of(finding.serial)).bind(kind);
    // A clock that is wrong at the station cannot put a finding before or behind what the centre learns later.
    let insert = insert.bind(finding.at_ms.clamp(now_ms.saturating_sub(366 * DAY_MS), now_ms));
    let insert = insert.bind(finding.case.map(|case| case.0.cast_signed())).bind(finding.note.as_str());
    let outcome = if finding.serial.is_some() { "" } else { "no_serial" };
    insert.bind(now_ms).bind(outcome).execute(&mut **transaction).await?;
    Ok(())
}

async fn put_case(
    transaction: &mut Transaction,
    case: &Case,
    station: u32,
    now_ms: i64,
) -> Result<(), Stop<PostFault>> {
    let state = word(&case.state).map_err(super::stop)?;
    let insert = "INSERT INTO post_case (station, number, serial, state, since_ms, note, received_ms) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (station, number) DO UPDATE \
                  SET serial = excluded.serial, state = excluded.state, since_ms = excluded.since_ms, \
                  note = excluded.note, received_ms = excluded.received_ms";
    let insert = sqlx::query(insert).bind(i64::from(station)).bind(case.id.0.cast_signed());
    let insert = insert.bind(number_of(case.serial)).bind(state).bind(case.since_ms);
    insert.bind(case.note.as_str()).bind(now_ms).execute(&mut **transaction).await?;
    Ok(())
}

/// What was never issued cannot have been taken in: such a confirmation is left out.
async fn put_taken(
    transaction: &mut Transaction,
    taken: &Taken,
    station: u32,
) -> Result<(), Stop<PostFault>> {
    let (kind, number, station) = (taken.kind.name(), taken.number.cast_signed(), i64::from(station));
    let of_list = if taken.kind == Kind::Keys { station } else { 0 };
    let select = "SELECT number FROM post_list WHERE kind = $1 AND station = $2 AND number >= $3";
    let select = sqlx::query(select).bind(kind).bind(of_list).bind(number);
    if number <= 0 || select.fetch_optional(&mut **transaction).await?.is_none() {
        tracing::warn!(station, list = kind, number, "a list was confirmed that was never issued");
        return Ok(());
    }
    let insert = "INSERT INTO station_taken (station, kind, number, at_ms) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (station, kind) DO UPDATE SET number = excluded.number, at_ms = excluded.at_ms \
                  WHERE station_taken.number < excluded.number";
    let insert = sqlx::query(insert).bind(station).bind(kind).bind(number).bind(taken.at_ms);
    insert.execute(&mut **transaction).await?;
    Ok(())
}

fn number_of(serial: Option<Serial>) -> Option<i64> {
    serial.map(|serial| i64::from(serial.value()))
}

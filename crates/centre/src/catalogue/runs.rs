//! The regular runs over all meters, the audit log's newest entries, and its seals.

use super::section::Place;
use super::select::{Columns, Select, damaged};
use super::{Catalogue, Listed, Section, written};
use crate::audit::{Chain, Digest, Record, SealBody, log};
use crate::books::BooksFault;
use serde::Serialize;
use sqlx::any::AnyRow;
use terms::Serial;
use utoipa::ToSchema;

/// A regular run over all meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunRow {
    /// When it began.
    pub started_ms: i64,
    /// The last meter judged, while it is under way.
    #[serde(serialize_with = "written::maybe_serial")]
    #[schema(value_type = Option<String>, example = "00001234")]
    pub after: Option<Serial>,
    /// Meters with nothing against them.
    pub okay: u64,
    /// Suspicious meters.
    pub suspicious: u64,
    /// Manipulated meters.
    pub manipulated: u64,
    /// When it was through.
    pub finished_ms: Option<i64>,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AuditRow {
    /// Its number in its chain.
    pub number: u64,
    /// When.
    pub at_ms: i64,
    /// Who: a person's or token's name, `meter`, or `centre`.
    pub who: String,
    /// What happened; its field `kind` says what the others are.
    #[schema(value_type = Object)]
    pub event: serde_json::Value,
    /// The hash of all this and of the entry before.
    pub hash: String,
}

/// A seal of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealRow {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    pub at_ms: i64,
    /// How many chains had grown since the seal before.
    pub heads: u64,
    /// By how many entries in all.
    pub entries: u64,
    /// The Merkle root over the heads of those chains.
    pub root: String,
    /// The hash of the seal before, or of the log's name.
    pub previous: String,
    /// Its own hash, as it is printed.
    pub hash: String,
    /// The carrier's signature.
    pub signature: String,
}

impl Catalogue {
    /// The regular runs, the newest first.
    pub async fn runs(&self, section: &Section) -> Result<Listed<RunRow>, BooksFault> {
        let mut select = Select::default();
        if let Some(after) = &section.after {
            select.number("started_ms < ?", after.number);
        }
        let head = "SELECT started_ms, after_serial, okay, suspicious, manipulated, finished_ms FROM plausibility_run";
        let rows = select.rows(self.pool(), head, "ORDER BY started_ms DESC LIMIT ?", section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let columns = &mut Columns::of(row);
            let run = RunRow {
                started_ms: columns.take()?,
                after: columns.maybe_serial()?,
                okay: columns.number()?,
                suspicious: columns.number()?,
                manipulated: columns.number()?,
                finished_ms: columns.take()?,
            };
            Ok((Place::of(run.started_ms), run))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// The newest entries of a chain of the audit log, the newest first, at most [`Catalogue::HISTORY_MAX`].
    pub async fn audit(&self, chain: &Chain, limit: u32) -> Result<Vec<AuditRow>, BooksFault> {
        let records = log::newest(self.pool(), chain, limit.min(Catalogue::HISTORY_MAX)).await?;
        records.into_iter().map(audit_row).collect()
    }

    /// The audit log's seals, the newest first.
    pub async fn seals(&self, section: &Section) -> Result<Listed<SealRow>, BooksFault> {
        let mut select = Select::default();
        if let Some(after) = &section.after {
            select.number("number < ?", after.number);
        }
        let head = "SELECT number, at_ms, heads, entries, root, previous, signature FROM audit_seal";
        let rows = select.rows(self.pool(), head, "ORDER BY number DESC LIMIT ?", section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let seal = seal_in(row)?;
            Ok((Place::of(seal.number.cast_signed()), seal))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }
}

fn audit_row(record: Record) -> Result<AuditRow, BooksFault> {
    Ok(AuditRow {
        number: record.number,
        at_ms: record.at_ms,
        who: record.who,
        event: serde_json::from_str(&record.event)
            .map_err(|error| damaged("an entry of the audit log", error))?,
        hash: record.hash.to_string(),
    })
}

fn seal_in(row: &AnyRow) -> Result<SealRow, BooksFault> {
    let columns = &mut Columns::of(row);
    let (number, at_ms, heads, entries) =
        (columns.number()?, columns.take()?, columns.number()?, columns.number()?);
    let (root, previous): (String, String) = (columns.take()?, columns.take()?);
    let digest = |text: &str| Digest::from_hex(text).ok_or_else(|| damaged("a hash of the audit log", text));
    let body = SealBody { number, at_ms, heads, entries, root: digest(&root)?, previous: digest(&previous)? };
    let hash = body.hash().to_string();
    Ok(SealRow { number, at_ms, heads, entries, root, previous, hash, signature: columns.take()? })
}

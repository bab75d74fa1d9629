//! Whether a new epoch of a meter may be used: its profile and its keys stand in lists that every open station has taken
//! in.
//!
//! What always holds: an epoch is looked for in the lists themselves, so no clock decides. The number of the first list
//! that it was found in is kept, as every later one holds it too: a station that is one list behind holds nobody up.

use super::rows::Of;
use super::{PostDesk, PostFault, parsed};
use crate::office::{InspectionRequest, slots};
use crate::post::stations_lacking;
use link::h::{KeyEntry, Kind, MeterEntry, Name};
use link::{Inspection, Signed};
use serde::de::DeserializeOwned;
use sqlx::Row;
use store::work;
use terms::Serial;

/// Whether an epoch may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EpochUse {
    /// It may: every open station can verify it.
    Ready,
    /// It does not stand in the newest list of this kind yet.
    NotListed(Kind),
    /// These stations have not taken the lists in yet.
    Lacking(Vec<Name>),
}

impl PostDesk {
    /// Whether this epoch of a meter may be used.
    pub async fn epoch_use(&self, serial: Serial, epoch: u16) -> Result<EpochUse, PostFault> {
        let meters = Of { kind: Kind::Meters, station: None };
        let Some(in_meters) = self.first_list(meters, serial, epoch, &[]).await? else {
            return Ok(EpochUse::NotListed(Kind::Meters));
        };
        let slots = self.slots_of(serial, epoch).await?;
        let mut lacking = Vec::new();
        for station in self.stations().await?.into_iter().filter(|station| station.station.is_active) {
            let keys = Of { kind: Kind::Keys, station: Some(station.number) };
            let Some(in_keys) = self.first_list(keys, serial, epoch, &slots).await? else {
                return Ok(EpochUse::NotListed(Kind::Keys));
            };
            let lists = [(Kind::Meters, in_meters), (Kind::Keys, in_keys)];
            lacking.extend(stations_lacking(&[station.station], &lists).into_iter().cloned());
        }
        Ok(if lacking.is_empty() { EpochUse::Ready } else { EpochUse::Lacking(lacking) })
    }

    /// Signs the document of an inspection. Refused while a station cannot verify the epoch that it brings: the meter's
    /// mail would be nobody's there. Where no station is open, nobody is waited for.
    pub async fn inspection(
        &self,
        serial: Serial,
        asked: &InspectionRequest,
        by: &str,
        now_ms: i64,
    ) -> Result<Signed<Inspection>, PostFault> {
        let is_any_open = self.stations().await?.iter().any(|station| station.station.is_active);
        if let Some(epoch) = asked.epoch.filter(|_| is_any_open) {
            let why = match self.epoch_use(serial, epoch).await? {
                EpochUse::Ready => None,
                EpochUse::NotListed(kind) => {
                    Some(format!("it does not stand in the list of {} yet", kind.name()))
                }
                EpochUse::Lacking(names) => {
                    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
                    Some(format!("stations have not taken it in: {}", names.join(", ")))
                }
            };
            if let Some(why) = why {
                let sentence = format!("epoch {epoch} of meter {serial} cannot be used yet: {why}");
                return Err(PostFault::Request(sentence));
            }
        }
        Ok(self.office.inspection(serial, asked, by, now_ms).await?)
    }

    /// The slots of the keys that the epoch uses.
    async fn slots_of(&self, serial: Serial, epoch: u16) -> Result<Vec<u8>, PostFault> {
        use crate::books::Books;
        let folder = self.office.books().folder(serial).await?;
        let profile = folder.passport.profiles.iter().find(|profile| profile.epoch == epoch);
        Ok(profile.map(slots).unwrap_or_default())
    }

    /// The number of the first list that the epoch is known to stand in.
    async fn first_list(
        &self,
        of: Of,
        serial: Serial,
        epoch: u16,
        slots: &[u8],
    ) -> Result<Option<u64>, PostFault> {
        let station = of.station.map_or(0, i64::from);
        let meter = i64::from(serial.value());
        let select =
            "SELECT number FROM post_epoch WHERE kind = $1 AND station = $2 AND serial = $3 AND epoch = $4";
        let select =
            sqlx::query(select).bind(of.kind.name()).bind(station).bind(meter).bind(i64::from(epoch));
        if let Some(row) = select.fetch_optional(self.store().reads()).await? {
            return Ok(Some(row.try_get::<i64, _>(0)?.cast_unsigned()));
        }
        let Some(newest) = self.newest(of).await? else { return Ok(None) };
        let number = newest.number.cast_signed();
        let select = "SELECT entries FROM post_piece WHERE kind = $1 AND station = $2 AND number = $3 \
                      AND first_serial <= $4 AND last_serial >= $4";
        let select = sqlx::query(select).bind(of.kind.name()).bind(station).bind(number).bind(meter);
        let Some(row) = select.fetch_optional(self.store().reads()).await? else { return Ok(None) };
        if !is_listed(of.kind, &row.try_get::<String, _>(0)?, serial, epoch, slots)? {
            return Ok(None);
        }
        self.keep_first(of, meter, epoch, number).await?;
        Ok(Some(newest.number))
    }

    async fn keep_first(&self, of: Of, meter: i64, epoch: u16, number: i64) -> Result<(), PostFault> {
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let insert = "INSERT INTO post_epoch (kind, station, serial, epoch, number) \
                                  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
                    let insert =
                        sqlx::query(insert).bind(of.kind.name()).bind(of.station.map_or(0, i64::from));
                    let insert = insert.bind(meter).bind(i64::from(epoch)).bind(number);
                    insert.execute(&mut **transaction).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Whether a piece of a list holds the epoch: its profile, or every key that it uses.
fn is_listed(kind: Kind, piece: &str, serial: Serial, epoch: u16, slots: &[u8]) -> Result<bool, PostFault> {
    if kind == Kind::Meters {
        let entries: Vec<MeterEntry> = entries_in(piece)?;
        let of_meter = entries.iter().filter(|entry| entry.serial == serial);
        return Ok(of_meter.flat_map(|entry| &entry.profiles).any(|profile| profile.epoch == epoch));
    }
    let entries: Vec<KeyEntry> = entries_in(piece)?;
    let is_there = |slot: &u8| {
        entries.iter().any(|entry| (entry.serial, entry.epoch, entry.slot) == (serial, epoch, *slot))
    };
    Ok(!slots.is_empty() && slots.iter().all(is_there))
}

fn entries_in<T: DeserializeOwned>(piece: &str) -> Result<Vec<T>, PostFault> {
    parsed(&format!("[{piece}]"))
}

//! Entries of the lists, from the books: a chunk of meters at a time.
//!
//! What always holds: a meter's entries are made of one row of the books; entries stand in the order of their list; a
//! meter that has left service stays on the lists, since its mail may still be under way.

use super::sets::in_order;
use super::{DAY_MS, PostDesk, PostFault, damaged, parsed};
use crate::account::{Account, Service, State};
use crate::books::Passport;
use crate::decisions::Forecast;
use crate::dossier::Dossier;
use crate::keys::{KeyFault, KeyName};
use crate::office::{CentreSettings, slots};
use crate::post::{MvBasis, meter_state, mv_interval, statistics_entry, suspect_entry};
use imprint::numbers::{MonotoneKind, SecondNumberKind};
use link::h::{
    ClicheEntry, Entry, KeyEntry, Kind, MeterEntry, MvInterval, Rate, StatisticsEntry, SuspectEntry,
    ThresholdEntry, VerificationKey, seal_key,
};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use terms::{Money, Registers, Serial};

/// How many meters are read at once.
pub const CHUNK: i64 = 500;
/// Mail is no longer under way than this: registers as old bound MV from below.
const MAIL_DAYS: i64 = 60;
/// How many imprints of value zero a meter is allowed for between two readings, where they count.
const ZERO_VALUES: u64 = 1_000;
/// The registers of a meter that was never heard before.
const NEW: Registers = Registers { r1: Money::ZERO, r2: Money::ZERO, r3: Money::ZERO, r4: 0, r8: 0 };

/// For whom a list is made.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    /// What is set.
    pub settings: Arc<CentreSettings>,
    /// The station and its key, for the list of keys.
    pub station: Option<(u32, imprint::numbers::Key)>,
    /// Now, in milliseconds since 1970 UTC.
    pub now_ms: i64,
}

/// Which meters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    /// The next behind this one.
    After(Option<Serial>),
    /// This one alone.
    Only(Serial),
}

/// Entries of a list as JSON with commas between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    /// The entries.
    pub text: String,
    /// How many.
    pub entries: u64,
    /// The last meter that was read; none where the list is not about meters, or there was no meter.
    pub last: Option<Serial>,
    /// Nothing comes behind it.
    pub is_last: bool,
}

/// A meter as it lies in the books.
struct Meter {
    serial: Serial,
    passport: Passport,
    state: State,
    dossier: Dossier,
    suspect_ms: Option<i64>,
}

impl PostDesk {
    /// The entries that these meters have in a list of this kind.
    pub(super) async fn piece(&self, kind: Kind, which: Which, basis: &Basis) -> Result<Piece, PostFault> {
        match kind {
            Kind::Cliches => whole(self.set_entries::<ClicheEntry>().await?),
            Kind::Thresholds => whole(self.set_entries::<ThresholdEntry>().await?),
            Kind::Tariff => whole(self.set_entries::<Rate>().await?),
            _ => self.meters_piece(kind, which, basis).await,
        }
    }

    async fn meters_piece(&self, kind: Kind, which: Which, basis: &Basis) -> Result<Piece, PostFault> {
        let (meters, is_last) = self.meters(kind, which).await?;
        let last = meters.last().map(|meter| meter.serial);
        let piece = match kind {
            Kind::Suspects => written(meters.iter().filter_map(suspect))?,
            Kind::Meters => written(meters.iter().map(meter_entry))?,
            Kind::Statistics => {
                let entries: Result<Vec<_>, _> =
                    meters.iter().map(|meter| statistics(meter, basis)).collect();
                written(entries?.into_iter())?
            }
            Kind::Intervals => written(self.intervals(&meters, basis).await?.into_iter())?,
            Kind::Keys => written(self.keys(&meters, basis).await?.into_iter())?,
            kind => return Err(PostFault::Request(format!("{} is no list of the centre's", kind.name()))),
        };
        Ok(Piece { last, is_last, ..piece })
    }

    async fn meters(&self, kind: Kind, which: Which) -> Result<(Vec<Meter>, bool), PostFault> {
        let select = "SELECT m.serial, p.passport, m.account, m.dossier, m.suspect_ms FROM meter m JOIN meter_papers p \
                      ON p.serial = m.serial WHERE m.serial > $1 AND m.serial <= $2 AND m.status >= $3 \
                      ORDER BY m.serial LIMIT $4";
        let (after, last) = match which {
            Which::After(serial) => (serial.map_or(-1, |serial| i64::from(serial.value())), i64::MAX),
            Which::Only(serial) => (i64::from(serial.value()) - 1, i64::from(serial.value())),
        };
        let select = sqlx::query(select).bind(after).bind(last).bind(i64::from(kind == Kind::Suspects));
        let rows = select.bind(CHUNK).fetch_all(self.store().reads()).await?;
        let meters: Result<Vec<Meter>, PostFault> = rows.iter().map(meter_in).collect();
        Ok((meters?, (rows.len() as i64) < CHUNK))
    }

    /// Where the meters' MV can be.
    async fn intervals(&self, meters: &[Meter], basis: &Basis) -> Result<Vec<MvInterval>, PostFault> {
        let (Some(first), Some(last)) = (meters.first(), meters.last()) else { return Ok(Vec::new()) };
        let before_ms = basis.now_ms.saturating_sub(MAIL_DAYS * DAY_MS);
        let since = self.readings_before(first.serial, last.serial, before_ms).await?;
        let interval = |meter: &Meter| {
            let since = since.get(&meter.serial).copied().unwrap_or(NEW);
            let profiles = meter.passport.profiles.iter();
            profiles.filter_map(|profile| mv_interval(&mv_basis(meter, profile, since)?)).collect::<Vec<_>>()
        };
        Ok(meters.iter().flat_map(interval).collect())
    }

    /// The newest registers of each meter that are as old.
    async fn readings_before(
        &self,
        first: Serial,
        last: Serial,
        before_ms: i64,
    ) -> Result<HashMap<Serial, Registers>, PostFault> {
        let select = "SELECT r.serial, r.r1_minor, r.r2_minor, r.r3_minor, r.r4, r.r8 FROM reading r \
                      JOIN (SELECT serial, MAX(at_ms) AS at_ms FROM reading \
                      WHERE serial >= $1 AND serial <= $2 AND at_ms <= $3 GROUP BY serial) n \
                      ON n.serial = r.serial AND n.at_ms = r.at_ms ORDER BY r.commit_number";
        let select = sqlx::query(select).bind(i64::from(first.value())).bind(i64::from(last.value()));
        let rows = select.bind(before_ms).fetch_all(self.store().reads()).await?;
        rows.iter().map(|row| Ok((serial_in(row)?, registers_in(row)?))).collect()
    }

    /// The keys by which the meters' imprints are verified, in coded form for the station.
    async fn keys(&self, meters: &[Meter], basis: &Basis) -> Result<Vec<KeyEntry>, PostFault> {
        let Some((_, station)) = &basis.station else { return Err(PostFault::NoStation) };
        let keys: Vec<VerificationKey> = meters.iter().flat_map(verification_keys).collect();
        let names: Vec<KeyName> =
            keys.iter().map(|key| KeyName::Imprint(key.serial, key.epoch, key.slot)).collect();
        let wrapped = self.wrapped(&names).await?;
        let mut entries = Vec::with_capacity(keys.len());
        for (of, name) in keys.iter().zip(&names) {
            let text = wrapped.get(&name.to_string()).ok_or_else(|| KeyFault::Unknown(name.to_string()))?;
            let key = self.office.keys().unwrap(*name, text).await?;
            entries.push(seal_key(*of, &key, station));
        }
        Ok(entries)
    }

    async fn wrapped(&self, names: &[KeyName]) -> Result<HashMap<String, String>, PostFault> {
        let mut found = HashMap::with_capacity(names.len());
        for names in names.chunks(CHUNK as usize) {
            let mut select = String::from("SELECT name, wrapped FROM wrapped_key WHERE name IN ($1");
            for place in 2..=names.len() {
                let _ = write!(select, ", ${place}");
            }
            select.push(')');
            let mut select = sqlx::query(sqlx::AssertSqlSafe(select));
            for name in names {
                select = select.bind(name.to_string());
            }
            for row in select.fetch_all(self.store().reads()).await? {
                found.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        Ok(found)
    }
}

/// A list that is not about meters, in one piece.
fn whole<T: Entry>(mut entries: Vec<T>) -> Result<Piece, PostFault> {
    in_order(&mut entries).map_err(PostFault::List)?;
    Ok(Piece { is_last: true, ..written(entries.into_iter())? })
}

/// Entries that stand in their order, as JSON.
fn written<T: Entry>(entries: impl Iterator<Item = T>) -> Result<Piece, PostFault> {
    let mut piece = Piece::default();
    for entry in entries {
        entry.check().map_err(|why| PostFault::List(link::h::ListError::Entry(why)))?;
        if piece.entries > 0 {
            piece.text.push(',');
        }
        piece.text.push_str(&super::json(&entry)?);
        piece.entries += 1;
    }
    Ok(piece)
}

fn suspect(meter: &Meter) -> Option<SuspectEntry> {
    suspect_entry(meter.serial, &meter.dossier.judged, meter.suspect_ms.unwrap_or_default())
}

fn meter_entry(meter: &Meter) -> MeterEntry {
    let Passport { is_specimen, profiles, layouts, cliches, .. } = &meter.passport;
    let is_in_service = matches!(meter.state.service, Service::InService | Service::Leaving { .. });
    MeterEntry {
        serial: meter.serial,
        specimen: *is_specimen,
        state: meter_state(is_in_service, &meter.dossier.judged),
        profiles: profiles.clone(),
        layouts: layouts.clone(),
        cliches: cliches.clone(),
    }
}

fn statistics(meter: &Meter, basis: &Basis) -> Result<StatisticsEntry, PostFault> {
    let account = Account::restore(meter.state.clone()).map_err(|error| damaged(error.to_string()))?;
    let facts = meter.dossier.facts(&account);
    let forecast = meter.dossier.judged.forecast;
    let forecast = forecast.unwrap_or_else(|| Forecast::new(&facts, &basis.settings.decisions));
    Ok(statistics_entry(&facts, &forecast))
}

/// Nothing for a meter that was never heard: it has had no credit.
fn mv_basis(meter: &Meter, profile: &imprint::numbers::Profile, since: Registers) -> Option<MvBasis> {
    let seen = meter.state.seen?;
    let refills = &meter.dossier.refills;
    let refill_day = super::day_of(refills.last_ms).day_number();
    let number =
        |kind: SecondNumberKind| MonotoneKind::second_number(kind, u64::from(refills.count), refill_day);
    Some(MvBasis {
        serial: meter.serial,
        epoch: profile.epoch,
        kind: profile.monotone,
        second: profile.second.map(|second| number(second.kind)),
        since,
        now: seen.registers,
        after_refill: meter.state.after_refill.unwrap_or(seen.registers),
        open: meter.state.open.map_or(Money::ZERO, |open| open.credit()),
        least_postage: meter.dossier.least_postage,
        zero_values: ZERO_VALUES,
        seen_ms: seen.at_ms,
    })
}

/// The keys of all profiles, in the order of their list.
fn verification_keys(meter: &Meter) -> Vec<VerificationKey> {
    let serial = meter.serial;
    let of_profile = |profile: &imprint::numbers::Profile| {
        let epoch = profile.epoch;
        slots(profile).into_iter().map(move |slot| VerificationKey { serial, epoch, slot })
    };
    let mut keys: Vec<VerificationKey> = meter.passport.profiles.iter().flat_map(of_profile).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn meter_in(row: &AnyRow) -> Result<Meter, PostFault> {
    let text = |column: usize| -> Result<String, PostFault> { Ok(row.try_get(column)?) };
    Ok(Meter {
        serial: serial_in(row)?,
        passport: parsed(&text(1)?)?,
        state: parsed(&text(2)?)?,
        dossier: parsed(&text(3)?)?,
        suspect_ms: row.try_get(4)?,
    })
}

fn serial_in(row: &AnyRow) -> Result<Serial, PostFault> {
    let number: i64 = row.try_get(0)?;
    let serial = u32::try_from(number).ok().and_then(|number| Serial::new(number).ok());
    serial.ok_or_else(|| damaged(format!("a serial number is {number}")))
}

fn registers_in(row: &AnyRow) -> Result<Registers, PostFault> {
    let count = |column: usize| -> Result<u64, PostFault> {
        let number: i64 = row.try_get(column)?;
        u64::try_from(number).map_err(|_| damaged(format!("a register is {number}")))
    };
    let money = |column| count(column).map(Money::from_minor);
    Ok(Registers { r1: money(1)?, r2: money(2)?, r3: money(3)?, r4: count(4)?, r8: count(5)? })
}

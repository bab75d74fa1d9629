//! Stations of the post: who they are, what their batches are signed with, what their keys are sealed for.
//!
//! What always holds: a station's own key is drawn here, kept in coded form, and shown once, when the station is made;
//! number and name of a station are never given again. Whoever acts is named by the caller, who has asked whether he may.

use super::{PostDesk, PostFault, damaged};
use crate::audit::Event;
use crate::hex;
use crate::keys::{KeyFault, KeyName};
use crate::office::draw_key;
use crate::post::Station;
use ed25519_dalek::VerifyingKey;
use imprint::numbers::Key;
use link::h::{Name, Taken};
use sqlx::Row;
use sqlx::any::AnyRow;
use store::{Stop, Transaction, work};

/// A station to be taken in.
#[derive(Clone, Debug)]
pub struct NewStation {
    /// Its name.
    pub name: Name,
    /// What its batches are signed with.
    pub verifying_key: VerifyingKey,
    /// The name of its token for the interface, with the scope `post`; it can be set later.
    pub token: Option<String>,
}

/// A station that was taken in.
#[derive(Clone, Debug)]
pub struct MadeStation {
    /// Its number.
    pub number: u32,
    /// The key that its list of keys is sealed for. This is the only time that it leaves the centre.
    pub key: Key,
}

/// A station and what it has confirmed.
#[derive(Clone, Debug)]
pub struct StationRow {
    /// Its number.
    pub number: u32,
    /// What its batches are signed with.
    pub verifying_key: VerifyingKey,
    /// The name of its token.
    pub token: Option<String>,
    /// Since when it is there, in milliseconds since 1970 UTC.
    pub since_ms: i64,
    /// When two batches with one number came from it, if that is not settled.
    pub differs_ms: Option<i64>,
    /// Its name, whether it is in use, and the lists that it has taken in.
    pub station: Station,
}

/// What is to be changed of a station.
#[derive(Clone, Debug)]
pub enum StationChange {
    /// Whether it is in use: one that was closed down gets nothing and holds nobody up.
    Active(bool),
    /// Another key for its batches. What differed before is settled by that.
    VerifyingKey(VerifyingKey),
    /// Another token.
    Token(Option<String>),
}

const COLUMNS: &str = "number, name, verifying_key, token, is_active, since_ms, differs_ms";
/// How often another number is tried where one is taken meanwhile.
const TRIES: u32 = 8;

impl PostDesk {
    /// Takes a station in and draws its key.
    pub async fn make_station(
        &self,
        new: &NewStation,
        by: &str,
        now_ms: i64,
    ) -> Result<MadeStation, PostFault> {
        for _ in 0..TRIES {
            let row = sqlx::query("SELECT COALESCE(MAX(number), 0) + 1 FROM station");
            let next: i64 = row.fetch_one(self.store().reads()).await?.try_get(0)?;
            let number = u32::try_from(next).map_err(|_| damaged("a station's number"))?;
            let key = draw_key()?;
            let wrapped = self.office.keys().wrap(KeyName::Station(number), &key).await?.to_string();
            if self.insert_station(new, number, &wrapped, by, now_ms).await? {
                return Ok(MadeStation { number, key });
            }
        }
        Err(PostFault::Request("others take stations in at the same time: try again".to_owned()))
    }

    /// Whether the number was free.
    async fn insert_station(
        &self,
        new: &NewStation,
        number: u32,
        wrapped: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<bool, PostFault> {
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let select = "SELECT COUNT(*) FROM station WHERE name = $1 OR token = $2";
                    let select = sqlx::query(select).bind(new.name.as_str()).bind(&new.token);
                    if select.fetch_one(&mut **transaction).await?.try_get::<i64, _>(0)? > 0 {
                        let sentence = "another station has this name or this token: choose another";
                        return Err(Stop::Refused(PostFault::Request(sentence.to_owned())));
                    }
                    let insert = "INSERT INTO station (number, name, verifying_key, token, is_active, since_ms) \
                                  VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING";
                    let insert = sqlx::query(insert).bind(i64::from(number)).bind(new.name.as_str());
                    let insert = insert.bind(hex::encode(new.verifying_key.as_bytes())).bind(&new.token);
                    if insert.bind(now_ms).execute(&mut **transaction).await?.rows_affected() == 0 {
                        return Ok(false);
                    }
                    let insert = "INSERT INTO wrapped_key (name, wrapped, since_ms) VALUES ($1, $2, $3)";
                    let insert = sqlx::query(insert).bind(KeyName::Station(number).to_string()).bind(wrapped);
                    insert.bind(now_ms).execute(&mut **transaction).await?;
                    let event = Event::StationMade { station: number, name: new.name.to_string() };
                    self.note(transaction, by, now_ms, event).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Changes something of a station.
    pub async fn change_station(
        &self,
        number: u32,
        change: &StationChange,
        by: &str,
        now_ms: i64,
    ) -> Result<(), PostFault> {
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let (changed, what) = update(transaction, number, change).await?;
                    if changed == 0 {
                        let sentence = format!("there is no station {number}");
                        return Err(Stop::Refused(PostFault::Request(sentence)));
                    }
                    let event = Event::StationChanged { station: number, what: what.to_owned() };
                    Ok(self.note(transaction, by, now_ms, event).await?)
                })
            })
            .await
    }

    /// All stations, by their numbers.
    pub async fn stations(&self) -> Result<Vec<StationRow>, PostFault> {
        let select = format!("SELECT {COLUMNS} FROM station ORDER BY number");
        let rows = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(self.store().reads()).await?;
        let mut stations: Vec<StationRow> = rows.iter().map(station_in).collect::<Result<_, _>>()?;
        let select = sqlx::query("SELECT station, kind, number, at_ms FROM station_taken");
        for row in select.fetch_all(self.store().reads()).await? {
            let number: i64 = row.try_get(0)?;
            if let Some(found) = stations.iter_mut().find(|station| i64::from(station.number) == number) {
                found.station.confirm(&taken_in(&row)?);
            }
        }
        Ok(stations)
    }

    /// The open station whose token has this name.
    pub async fn station_of_token(&self, token: &str) -> Result<StationRow, PostFault> {
        let select = format!("SELECT {COLUMNS} FROM station WHERE token = $1 AND is_active = 1");
        let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(token);
        let row = select.fetch_optional(self.store().reads()).await?.ok_or(PostFault::NoStation)?;
        let mut found = station_in(&row)?;
        let select = sqlx::query("SELECT station, kind, number, at_ms FROM station_taken WHERE station = $1");
        for row in select.bind(i64::from(found.number)).fetch_all(self.store().reads()).await? {
            found.station.confirm(&taken_in(&row)?);
        }
        Ok(found)
    }

    /// A station's own key.
    pub(super) async fn station_key(&self, number: u32) -> Result<Key, PostFault> {
        let name = KeyName::Station(number);
        let wrapped = self.office.keys().find(name).await?;
        let wrapped = wrapped.ok_or_else(|| KeyFault::Unknown(name.to_string()))?;
        Ok(self.office.keys().unwrap(name, &wrapped).await?)
    }
}

async fn update(
    transaction: &mut Transaction,
    number: u32,
    change: &StationChange,
) -> Result<(u64, &'static str), Stop<PostFault>> {
    let number = i64::from(number);
    let (update, what) = match change {
        StationChange::Active(is_active) => {
            let update = sqlx::query("UPDATE station SET is_active = $1 WHERE number = $2");
            let what = if *is_active { "opened" } else { "closed" };
            (update.bind(i64::from(*is_active)).bind(number), what)
        }
        StationChange::VerifyingKey(key) => {
            let update = "UPDATE station SET verifying_key = $1, differs_ms = NULL WHERE number = $2";
            (sqlx::query(update).bind(hex::encode(key.as_bytes())).bind(number), "verifying key")
        }
        StationChange::Token(token) => {
            let select = sqlx::query("SELECT number FROM station WHERE token = $1 AND number <> $2");
            let taken = select.bind(token).bind(number).fetch_optional(&mut **transaction).await?;
            if taken.is_some() {
                let sentence = "this token is another station's: make one for each";
                return Err(Stop::Refused(PostFault::Request(sentence.to_owned())));
            }
            let update = sqlx::query("UPDATE station SET token = $1 WHERE number = $2");
            (update.bind(token).bind(number), "token")
        }
    };
    Ok((update.execute(&mut **transaction).await?.rows_affected(), what))
}

fn station_in(row: &AnyRow) -> Result<StationRow, PostFault> {
    let number: i64 = row.try_get(0)?;
    let (name, key): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    let broken = || damaged(format!("station {number}"));
    let name = Name::try_from(name).map_err(|_| broken())?;
    let key = hex::decode_array(&key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
    let mut station = Station::new(name);
    station.is_active = row.try_get::<i64, _>(4)? != 0;
    Ok(StationRow {
        number: u32::try_from(number).map_err(|_| broken())?,
        verifying_key: key.ok_or_else(broken)?,
        token: row.try_get(3)?,
        since_ms: row.try_get(5)?,
        differs_ms: row.try_get(6)?,
        station,
    })
}

fn taken_in(row: &AnyRow) -> Result<Taken, PostFault> {
    let kind: String = row.try_get(1)?;
    let kind = super::kind_named(&kind).ok_or_else(|| damaged("a kind of list"))?;
    Ok(Taken { kind, number: row.try_get::<i64, _>(2)?.cast_unsigned(), at_ms: row.try_get(3)? })
}

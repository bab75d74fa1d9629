//! What people set for the post: cliché frames, thresholds of use, the tariff.
//!
//! What always holds: what was set passed the check of its type, and no two entries share a key.

use super::{PostDesk, PostFault, json, parsed};
use crate::audit::Event;
use crate::hex;
use link::h::{ClicheEntry, Entry, Kind, ListError, Rate, ThresholdEntry};
use sha2::{Digest, Sha256};
use sqlx::Row;
use store::{Transaction, work};

impl PostDesk {
    /// Sets the whole tariff.
    pub async fn set_tariff(&self, rates: Vec<Rate>, by: &str, now_ms: i64) -> Result<(), PostFault> {
        self.replace(rates, by, now_ms).await
    }

    /// The tariff.
    pub async fn tariff(&self) -> Result<Vec<Rate>, PostFault> {
        self.set_entries().await
    }

    /// Sets the thresholds of use.
    pub async fn set_thresholds(
        &self,
        thresholds: Vec<ThresholdEntry>,
        by: &str,
        now_ms: i64,
    ) -> Result<(), PostFault> {
        self.replace(thresholds, by, now_ms).await
    }

    /// The thresholds of use.
    pub async fn thresholds(&self) -> Result<Vec<ThresholdEntry>, PostFault> {
        self.set_entries().await
    }

    /// Sets a cliché frame, in the place of the one with its number if there is one.
    pub async fn put_cliche(&self, cliche: &ClicheEntry, by: &str, now_ms: i64) -> Result<(), PostFault> {
        cliche.check().map_err(|why| PostFault::Request(why.to_owned()))?;
        let entry = &json(cliche)?;
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let insert = "INSERT INTO post_set (kind, place, entry) VALUES ('cliches', $1, $2) \
                                  ON CONFLICT (kind, place) DO UPDATE SET entry = excluded.entry";
                    let insert = sqlx::query(insert).bind(i64::from(cliche.number)).bind(entry);
                    insert.execute(&mut **transaction).await?;
                    let to = format!("number {}, {}", cliche.number, sum_of(std::slice::from_ref(entry)));
                    let event = Event::SettingChanged { setting: "post cliches".to_owned(), to };
                    Ok(self.note(transaction, by, now_ms, event).await?)
                })
            })
            .await
    }

    /// Takes a cliché frame away.
    pub async fn remove_cliche(&self, number: u16, by: &str, now_ms: i64) -> Result<(), PostFault> {
        self.store()
            .transaction(|transaction| {
                work(async move {
                    let delete = sqlx::query("DELETE FROM post_set WHERE kind = 'cliches' AND place = $1");
                    delete.bind(i64::from(number)).execute(&mut **transaction).await?;
                    let to = format!("number {number} removed");
                    let event = Event::SettingChanged { setting: "post cliches".to_owned(), to };
                    Ok(self.note(transaction, by, now_ms, event).await?)
                })
            })
            .await
    }

    /// The cliché frames, by their numbers.
    pub async fn cliches(&self) -> Result<Vec<ClicheEntry>, PostFault> {
        self.set_entries().await
    }

    async fn replace<T: Entry>(&self, mut entries: Vec<T>, by: &str, now_ms: i64) -> Result<(), PostFault> {
        in_order(&mut entries).map_err(|error| PostFault::Request(error.to_string()))?;
        let texts: Vec<String> = entries.iter().map(json).collect::<Result<_, _>>()?;
        let texts = &texts;
        self.store()
            .transaction(|transaction| {
                work(async move {
                    put(transaction, T::KIND, texts).await?;
                    let setting = format!("post {}", T::KIND.name());
                    let event = Event::SettingChanged { setting, to: sum_of(texts) };
                    Ok(self.note(transaction, by, now_ms, event).await?)
                })
            })
            .await
    }

    /// What is set, as it goes into the list.
    pub(super) async fn set_entries<T: Entry>(&self) -> Result<Vec<T>, PostFault> {
        let select = sqlx::query("SELECT entry FROM post_set WHERE kind = $1 ORDER BY place");
        let rows = select.bind(T::KIND.name()).fetch_all(self.store().reads()).await?;
        rows.iter().map(|row| parsed(&row.try_get::<String, _>(0)?)).collect()
    }
}

/// Brings entries into the order of their list.
pub(super) fn in_order<T: Entry>(entries: &mut [T]) -> Result<(), ListError> {
    entries.sort_by_key(Entry::key);
    entries.iter().try_for_each(|entry| entry.check().map_err(ListError::Entry))?;
    let is_rising = entries.is_sorted_by(|one, next| one.key() < next.key());
    if is_rising { Ok(()) } else { Err(ListError::Order) }
}

async fn put(transaction: &mut Transaction, kind: Kind, texts: &[String]) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM post_set WHERE kind = $1").bind(kind.name());
    delete.execute(&mut **transaction).await?;
    for (place, text) in texts.iter().enumerate() {
        let insert = sqlx::query("INSERT INTO post_set (kind, place, entry) VALUES ($1, $2, $3)");
        insert.bind(kind.name()).bind(place as i64).bind(text).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// What the audit log says of entries: how many, and the digest by which they are known again.
fn sum_of(texts: &[String]) -> String {
    let digest: [u8; 32] = Sha256::digest(texts.join(",")).into();
    format!("entries: {}, SHA-256: {}", texts.len(), hex::encode(&digest))
}

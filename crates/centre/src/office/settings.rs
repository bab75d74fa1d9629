//! What an operator has set for the whole centre. It lies in the database, so that all instances go by the same.
//!
//! What always holds: settings were checked before they are kept; an instance sees a change of another within
//! [`SettingsDesk::AGE_MS`].

use super::{Office, OfficeFault};
use crate::audit::{Desk, Event, LogName, log};
use crate::books::BooksFault;
use crate::decisions;
use crate::deposits::Currency;
use ed25519_dalek::VerifyingKey;
use link::call::Number;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Store, work};
use terms::Money;

/// Everything that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CentreSettings {
    /// The carrier: set once, at the first start.
    pub carrier: Carrier,
    /// How the centre works.
    pub operations: Operations,
    /// How meters are judged.
    pub decisions: decisions::Settings,
}

/// The carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// Its name, in lists, on pages and in the audit log.
    pub name: String,
    /// The currency of all amounts (ISO 4217).
    pub currency: String,
    /// How many digits its minor unit has.
    pub minor_digits: u8,
}

/// How the centre works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operations {
    /// The number at which meters are to call from now on, where it has changed: who dialled another is told this one.
    pub moved_to: Option<Number>,
    /// The greatest amount of a refill, where a meter is enrolled without one of its own.
    pub refill_max: Money,
    /// How long an announced opening waits for its meter, in minutes.
    pub opening_minutes: u32,
    /// How long after that the housing must have been opened, in hours.
    pub opening_hours: u32,
    /// How many days a meter must be gone before it is settled by the books.
    pub gone_days: u32,
    /// How often a call-back is tried.
    pub call_back_attempts: u32,
    /// For how many days lists for the post are valid.
    pub list_days: u32,
    /// Hours between two regular runs over all meters.
    pub run_hours: u32,
    /// Minutes between two seals of the audit log.
    pub seal_minutes: u32,
    /// How many days ago the date of a spoiled imprint may lie.
    pub refund_days: u32,
    /// What is kept of the postage of a spoiled imprint for handling, in hundredths of a per cent.
    pub refund_share: u32,
}

impl Default for Operations {
    fn default() -> Operations {
        Operations {
            moved_to: None,
            refill_max: Money::from_minor(100_000),
            opening_minutes: 60,
            opening_hours: 24,
            gone_days: 90,
            call_back_attempts: 3,
            list_days: 14,
            run_hours: 24,
            seal_minutes: 60,
            refund_days: 60,
            refund_share: 0,
        }
    }
}

impl Operations {
    /// Checks that they do not contradict themselves.
    pub fn check(&self) -> Result<(), OfficeFault> {
        let times = [
            (self.opening_minutes, 24 * 60, "an opening waits 1 to 1440 minutes for its meter"),
            (self.opening_hours, 24 * 14, "a housing is opened within 1 to 336 hours"),
            (self.call_back_attempts, 20, "a call-back is tried 1 to 20 times"),
            (self.list_days, 365, "lists are valid for 1 to 365 days"),
            (self.run_hours, 24 * 31, "there are 1 to 744 hours between two regular runs"),
            (self.seal_minutes, 24 * 60, "there are 1 to 1440 minutes between two seals"),
            (self.refund_days, 366, "a spoiled imprint is refunded for 1 to 366 days"),
        ];
        match times.iter().find(|(value, most, _)| !(1..=*most).contains(value)) {
            Some((_, _, sentence)) => Err(OfficeFault::Request((*sentence).to_owned())),
            None if self.refund_share > 10_000 => {
                let sentence = "the handling share is 0 to 10000 hundredths of a per cent";
                Err(OfficeFault::Request(sentence.to_owned()))
            }
            None if self.refill_max.is_zero() => {
                Err(OfficeFault::Request("the greatest refill is more than zero".to_owned()))
            }
            None => Ok(()),
        }
    }
}

impl CentreSettings {
    /// The audit log's name.
    pub fn log_name(&self, key: VerifyingKey) -> Option<LogName> {
        LogName::new(&self.carrier.name, key)
    }

    /// The currency.
    pub fn currency(&self) -> Option<Currency> {
        Currency::new(&self.carrier.currency, self.carrier.minor_digits)
    }
}

/// Where settings lie, and a copy of them for at most [`SettingsDesk::AGE_MS`].
#[derive(Clone, Debug)]
pub struct SettingsDesk {
    store: Store,
    copy: Arc<RwLock<(i64, Arc<CentreSettings>)>>,
}

impl SettingsDesk {
    /// How old a copy is used, in milliseconds.
    pub const AGE_MS: i64 = 2_000;

    /// Opens the settings. Carrier and currency are kept at the first start, and must be the same ever after.
    pub async fn open(store: Store, carrier: &Carrier, now_ms: i64) -> Result<SettingsDesk, OfficeFault> {
        let insert =
            sqlx::query("INSERT INTO setting (name, value) VALUES ('carrier', $1) ON CONFLICT DO NOTHING");
        let text = serde_json::to_string(carrier).map_err(|error| OfficeFault::Request(error.to_string()))?;
        insert.bind(text).execute(store.reads()).await.map_err(BooksFault::from)?;
        let kept = read(&store).await?;
        if kept.carrier != *carrier {
            return Err(OfficeFault::Request(format!(
                "these books are those of {} in {}: name them so in the settings",
                kept.carrier.name, kept.carrier.currency
            )));
        }
        Ok(SettingsDesk { store, copy: Arc::new(RwLock::new((now_ms, Arc::new(kept)))) })
    }

    /// Whose books these are, where they were opened before.
    pub async fn carrier(store: &Store) -> Result<Option<Carrier>, OfficeFault> {
        let select = sqlx::query("SELECT value FROM setting WHERE name = 'carrier'");
        let row = select.fetch_optional(store.reads()).await.map_err(BooksFault::from)?;
        row.map(|row| parsed("carrier", &row.try_get::<String, _>(0).map_err(BooksFault::from)?)).transpose()
    }

    /// What is set now.
    pub async fn now(&self, now_ms: i64) -> Result<Arc<CentreSettings>, OfficeFault> {
        let (age_ms, copy) = {
            let copy = self.copy.read().unwrap_or_else(PoisonError::into_inner);
            (now_ms.saturating_sub(copy.0), Arc::clone(&copy.1))
        };
        if (0..SettingsDesk::AGE_MS).contains(&age_ms) {
            return Ok(copy);
        }
        let fresh = Arc::new(read(&self.store).await?);
        *self.copy.write().unwrap_or_else(PoisonError::into_inner) = (now_ms, Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Sets how the centre works.
    pub async fn set_operations(
        &self,
        operations: &Operations,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        operations.check()?;
        let moved_to = operations.moved_to.as_ref().map(Office::dialable).transpose()?;
        self.set("operations", &Operations { moved_to, ..operations.clone() }, by, now_ms).await
    }

    /// Sets how meters are judged.
    pub async fn set_decisions(
        &self,
        decisions: &decisions::Settings,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        decisions.check().map_err(|error| OfficeFault::Request(error.to_string()))?;
        self.set("decisions", decisions, by, now_ms).await
    }

    async fn set(
        &self,
        name: &'static str,
        value: &(impl Serialize + Sync),
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        let text = &serde_json::to_string(value).map_err(|error| OfficeFault::Request(error.to_string()))?;
        let set: Result<(), BooksFault> = self
            .store
            .transaction(|transaction| {
                work(async move {
                    let insert = "INSERT INTO setting (name, value) VALUES ($1, $2) \
                                  ON CONFLICT (name) DO UPDATE SET value = excluded.value";
                    sqlx::query(insert).bind(name).bind(text).execute(&mut **transaction).await?;
                    let desk = Desk::new(by).unwrap_or_else(|_| Desk::centre());
                    let event = Event::SettingChanged { setting: name.to_owned(), to: text.clone() };
                    log::append_to_desk(transaction, &desk, now_ms, by, &[event]).await?;
                    Ok(())
                })
            })
            .await;
        set?;
        self.copy.write().unwrap_or_else(PoisonError::into_inner).0 = i64::MIN;
        Ok(())
    }
}

async fn read(store: &Store) -> Result<CentreSettings, OfficeFault> {
    let rows = sqlx::query("SELECT name, value FROM setting").fetch_all(store.reads()).await;
    let (mut carrier, mut operations, mut decisions) = (None, None, None);
    for row in rows.map_err(BooksFault::from)? {
        let (name, value): (String, String) =
            (row.try_get(0).map_err(BooksFault::from)?, row.try_get(1).map_err(BooksFault::from)?);
        match name.as_str() {
            "carrier" => carrier = Some(parsed("carrier", &value)?),
            "operations" => operations = Some(parsed("operations", &value)?),
            "decisions" => decisions = Some(parsed("decisions", &value)?),
            _ => {}
        }
    }
    let carrier = carrier.ok_or_else(|| BooksFault::Damaged("no carrier is set".to_owned()))?;
    Ok(CentreSettings {
        carrier,
        operations: operations.unwrap_or_default(),
        decisions: decisions.unwrap_or_default(),
    })
}

fn parsed<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, OfficeFault> {
    let damaged = |error| BooksFault::Damaged(format!("the setting {name}: {error}"));
    Ok(serde_json::from_str(text).map_err(damaged)?)
}

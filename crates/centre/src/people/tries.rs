//! The table of tries to log in.
//!
//! What always holds: a try is counted as wrong before the password is looked at; a name that nobody has is counted like
//! one that somebody has; the table has a bounded number of rows; a lock stands in the audit log once, however often it
//! refuses.

use super::lockout::{ADDRESS, PERSON, Rule, Tries};
use super::{Name, People, PeopleFault};
use crate::audit::{Desk, Event, RefusedLogIn};
use crate::hex;
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use store::{Store, Transaction, work};
use zeroize::Zeroizing;

/// How many bytes of a typed name tell it from another.
const TYPED_BYTES: usize = 64;

/// Sorts names and addresses into groups, 65 536 of each, by a key of this database: nobody outside can tell who shares
/// a group with whom.
#[derive(Clone)]
pub(super) struct Sorting(Arc<Zeroizing<[u8; 32]>>);

impl fmt::Debug for Sorting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sorting(..)")
    }
}

impl Sorting {
    /// The key in the table; drawn at the first start.
    pub async fn open(store: &Store) -> Result<Sorting, PeopleFault> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice()).map_err(|_| PeopleFault::Random)?;
        let drawn = &hex::encode(key.as_slice());
        let text = store.transaction::<_, PeopleFault, _>(|transaction| {
            work(async move {
                let insert = "INSERT INTO log_in_key (id, key) VALUES (1, $1) ON CONFLICT DO NOTHING";
                sqlx::query(insert).bind(drawn).execute(&mut **transaction).await?;
                // An earlier start or another instance was first, perhaps: what is in the table counts.
                let select = sqlx::query("SELECT key FROM log_in_key WHERE id = 1");
                Ok(select.fetch_one(&mut **transaction).await?.try_get::<String, _>(0)?)
            })
        });
        let text = text.await?;
        let damaged = || sqlx::Error::Decode("the key of log-ins in the tables cannot be read".into());
        hex::decode_into(&text, key.as_mut_slice()).ok_or_else(damaged)?;
        Ok(Sorting(Arc::new(key)))
    }

    /// The group of a name as it was typed.
    pub fn person(&self, typed: &str) -> String {
        let typed = typed.trim();
        let cut = typed.floor_char_boundary(TYPED_BYTES);
        self.group("person", typed.get(..cut).unwrap_or(typed).to_lowercase().as_bytes())
    }

    /// The group of an address. Who has one of IPv6 has a whole network of them.
    pub fn address(&self, address: IpAddr) -> String {
        match address.to_canonical() {
            IpAddr::V4(address) => self.group("address", &address.octets()),
            IpAddr::V6(address) => self.group("address", &(u128::from(address) >> 64).to_be_bytes()),
        }
    }

    fn group(&self, kind: &str, what: &[u8]) -> String {
        let hash = Sha256::new().chain_update(b"porto log-in group 1\n").chain_update(self.0.as_slice());
        let hash: [u8; 32] = hash.chain_update(kind).chain_update(b":").chain_update(what).finalize().into();
        let [first, second, ..] = hash;
        format!("{kind}:{first:02x}{second:02x}")
    }
}

/// A try that was counted.
#[derive(Debug)]
pub(super) struct Taken {
    person: String,
    address: String,
    at_ms: i64,
}

impl People {
    /// Counts a try to log in with this name from this address, or says that it is locked.
    pub(super) async fn take_try(
        &self,
        typed: &str,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Taken, PeopleFault> {
        // Always in this order, so that no two transactions wait for each other.
        let groups = [(self.sorting.address(address), &ADDRESS), (self.sorting.person(typed), &PERSON)];
        let name = Name::typed(typed).ok();
        let locked = match self.known_lock(&groups, now_ms).await? {
            Some(until_ms) => Some(until_ms),
            None => {
                let (groups, name) = (&groups, name.as_ref());
                let count = self.store.transaction::<_, PeopleFault, _>(|transaction| {
                    work(async move { Ok(self.count(transaction, groups, name, address, now_ms).await?) })
                });
                count.await?
            }
        };
        let [(address, _), (person, _)] = groups;
        match locked {
            Some(until_ms) => Err(PeopleFault::Locked { until_ms }),
            None => Ok(Taken { person, address, at_ms: now_ms }),
        }
    }

    /// A lock that the audit log knows of is answered without a write, so that a flood is cheap.
    async fn known_lock(&self, groups: &Groups, now_ms: i64) -> Result<Option<i64>, PeopleFault> {
        let [(address, _), (person, _)] = groups;
        let select =
            "SELECT failures, until_ms, last_ms FROM log_in_try WHERE subject IN ($1, $2) AND is_told = 1";
        let rows = sqlx::query(select).bind(address).bind(person).fetch_all(self.store.reads()).await?;
        let mut locked = None;
        for row in &rows {
            locked = locked.max(tries_of(row)?.locked_until_ms(now_ms));
        }
        Ok(locked)
    }

    /// Counts the try in both groups. Where one is locked nothing is counted, and the audit log hears of it once.
    async fn count(
        &self,
        transaction: &mut Transaction,
        groups: &Groups,
        name: Option<&Name>,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Option<i64>, sqlx::Error> {
        let (mut locked, mut is_news) = (None, false);
        let mut counted = Vec::with_capacity(groups.len());
        for (subject, rule) in groups {
            // Made or found, the row waits for this transaction from here on.
            let upsert = "INSERT INTO log_in_try (subject, failures, until_ms, last_ms, is_told) \
                          VALUES ($1, 0, 0, $2, 0) \
                          ON CONFLICT (subject) DO UPDATE SET is_told = log_in_try.is_told \
                          RETURNING failures, until_ms, last_ms, is_told";
            let row = sqlx::query(upsert).bind(subject).bind(now_ms).fetch_one(&mut **transaction).await?;
            let tries = tries_of(&row)?;
            if let Some(until_ms) = tries.locked_until_ms(now_ms) {
                locked = locked.max(Some(until_ms));
                is_news |= row.try_get::<i64, _>(3)? == 0;
            }
            counted.push((subject, tries.counted(rule, now_ms)));
        }
        if locked.is_some() {
            if is_news {
                let [(address_group, _), (person_group, _)] = groups;
                let tell = "UPDATE log_in_try SET is_told = 1 WHERE subject IN ($1, $2) AND until_ms > $3";
                let tell = sqlx::query(tell).bind(address_group).bind(person_group).bind(now_ms);
                tell.execute(&mut **transaction).await?;
                self.note_refusal(transaction, RefusedLogIn::Locked, name, address, now_ms).await?;
            }
            return Ok(locked);
        }
        for (subject, tries) in counted {
            let update = "UPDATE log_in_try SET failures = $1, until_ms = $2, last_ms = $3, is_told = 0 \
                          WHERE subject = $4";
            let update = sqlx::query(update).bind(i64::from(tries.failures)).bind(tries.until_ms);
            update.bind(tries.last_ms).bind(subject).execute(&mut **transaction).await?;
        }
        Ok(None)
    }

    /// A refusal stands at the centre's desk: who was at the person's is not proved. The name is kept only where a
    /// person has it, since people type passwords in its place.
    pub(super) async fn note_refusal(
        &self,
        transaction: &mut Transaction,
        reason: RefusedLogIn,
        name: Option<&Name>,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<(), sqlx::Error> {
        let select = sqlx::query("SELECT name FROM person WHERE name = $1").bind(name.map_or("", Name::text));
        let person =
            select.fetch_optional(&mut **transaction).await?.map(|row| row.try_get(0)).transpose()?;
        let event = Event::LogInRefused { reason, person, address: address.to_canonical().to_string() };
        self.note(transaction, &Desk::centre(), now_ms, &[event]).await
    }

    /// Takes back a try that turned out right. The address's earlier ones stay: who has a password of his own must not be
    /// able to try others' for ever.
    pub(super) async fn forgive(
        &self,
        transaction: &mut Transaction,
        taken: &Taken,
    ) -> Result<(), sqlx::Error> {
        let update = "UPDATE log_in_try SET failures = failures - 1, \
                      until_ms = CASE WHEN last_ms = $1 THEN 0 ELSE until_ms END WHERE subject = $2 AND failures > 0";
        let update = sqlx::query(update).bind(taken.at_ms).bind(&taken.address);
        update.execute(&mut **transaction).await?;
        self.forgive_person(transaction, &taken.person).await
    }

    /// Forgets the wrong tries of a group of names.
    pub(super) async fn forgive_person(
        &self,
        transaction: &mut Transaction,
        group: &str,
    ) -> Result<(), sqlx::Error> {
        let delete = sqlx::query("DELETE FROM log_in_try WHERE subject = $1").bind(group);
        delete.execute(&mut **transaction).await.map(|_| ())
    }
}

/// The groups of an address and of a name, with the rule for each.
type Groups = [(String, &'static Rule); 2];

fn tries_of(row: &AnyRow) -> Result<Tries, sqlx::Error> {
    let failures: i64 = row.try_get(0)?;
    Ok(Tries {
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        until_ms: row.try_get(1)?,
        last_ms: row.try_get(2)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorting() -> Sorting {
        Sorting(Arc::new(Zeroizing::new([7; 32])))
    }

    #[test]
    fn a_name_is_one_however_it_is_typed() {
        let sorting = sorting();
        assert_eq!(sorting.person(" Anna "), sorting.person("anna"));
        assert_ne!(sorting.person("anna"), sorting.person("bert"));
        let long = "ä".repeat(100_000);
        assert_eq!(sorting.person(&long), sorting.person(&"ä".repeat(32)));
        assert_eq!(format!("{sorting:?}"), "Sorting(..)");
    }

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_and_ipv4_has_one_form() {
        let group = |text: &str| sorting().address(text.parse().unwrap());
        assert_eq!(group("2001:db8::1"), group("2001:db8::ffff:1"));
        assert_ne!(group("2001:db8::1"), group("2001:db8:0:1::1"));
        assert_eq!(group("192.0.2.1"), group("::ffff:192.0.2.1"));
        assert_ne!(group("192.0.2.1"), group("192.0.2.2"));
    }

    #[test]
    fn groups_depend_on_the_databases_key() {
        let other = Sorting(Arc::new(Zeroizing::new([8; 32])));
        assert_ne!(sorting().person("anna"), other.person("anna"));
    }
}

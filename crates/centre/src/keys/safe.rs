//! The tables of wrapped keys, and changing the master key.
//!
//! What always holds: changing the master key can be cut off anywhere and gone on with; until it is done both master
//! keys are needed, and only then is the old one forgotten. A key once put is never overwritten, so that no mistake of a
//! caller loses the only copy.

use super::{KeyFault, KeyName, MasterKey, WrappedKey};
use ed25519_dalek::SigningKey;
use imprint::numbers::Key;
use sqlx::Row;
use std::sync::Arc;
use store::{Store, work};
use zeroize::Zeroizing;

/// The known key by which a master key is checked. It guards nothing.
const CONTROL: [u8; Key::BYTES] = *b"porto: is this the master key 1?";
/// How many keys are wrapped anew in one transaction.
const BATCH: i64 = 200;

/// The wrapped keys and what opens them.
#[derive(Clone, Debug)]
pub struct KeySafe {
    store: Store,
    /// The master key in use.
    current: Arc<MasterKey>,
    /// Master keys that some keys are still wrapped with.
    former: Arc<[MasterKey]>,
}

impl KeySafe {
    /// Whether any master key was ever used with these tables: if so, one that is missing must not be made anew.
    pub async fn is_new(store: &Store) -> Result<bool, KeyFault> {
        Ok(sqlx::query("SELECT id FROM master_key").fetch_optional(store.reads()).await?.is_none())
    }

    /// Opens the tables. Refused unless every master key that some key is wrapped with is given and proves to be it.
    pub async fn open(
        store: Store,
        current: MasterKey,
        former: Vec<MasterKey>,
        now_ms: i64,
    ) -> Result<KeySafe, KeyFault> {
        let safe = KeySafe { store, current: Arc::new(current), former: former.into() };
        let rows = sqlx::query("SELECT id, control FROM master_key").fetch_all(safe.store.reads()).await?;
        let mut is_known = false;
        for row in &rows {
            let (id, control): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let master = safe.masters().find(|master| master.id().to_string() == id);
            let control: WrappedKey =
                control.parse().map_err(|()| KeyFault::Damaged("control".to_owned()))?;
            let opened = master.ok_or(KeyFault::WrongMaster)?.unwrap(KeyName::Control, &control);
            if !opened.is_ok_and(|key| *key.bytes() == CONTROL) {
                return Err(KeyFault::WrongMaster);
            }
            is_known |= id == safe.current.id().to_string();
        }
        if !is_known {
            // A new master key beside an old one is taken in only where the old one is given too, as shown above.
            let control = safe.current.wrap(KeyName::Control, &Key::new(CONTROL))?;
            let insert =
                "INSERT INTO master_key (id, control, since_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            let insert = sqlx::query(insert).bind(safe.current.id().to_string()).bind(control.to_string());
            insert.bind(now_ms).execute(safe.store.reads()).await?;
        }
        Ok(safe)
    }

    fn masters(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&*self.current).chain(self.former.iter())
    }

    /// A key in coded form, for the table it belongs to.
    pub async fn wrap(&self, name: KeyName, key: &Key) -> Result<WrappedKey, KeyFault> {
        let master = Arc::clone(&self.current);
        let key = key.clone();
        match &*self.current {
            MasterKey::File(_) => master.wrap(name, &key),
            MasterKey::Hsm(_) => blocking(move || master.wrap(name, &key)).await,
        }
    }

    /// The key that a table holds in this coded form for this name.
    pub async fn unwrap(&self, name: KeyName, wrapped: &str) -> Result<Key, KeyFault> {
        let wrapped: WrappedKey = wrapped.parse().map_err(|()| KeyFault::Damaged(name.to_string()))?;
        let place = self.masters().position(|master| master.id() == wrapped.master());
        let place = place.ok_or(KeyFault::WrongMaster)?;
        let safe = self.clone();
        let unwrap = move || safe.masters().nth(place).ok_or(KeyFault::WrongMaster)?.unwrap(name, &wrapped);
        match self.masters().nth(place) {
            Some(MasterKey::Hsm(_)) => blocking(unwrap).await,
            _ => unwrap(),
        }
    }

    /// The carrier's signing key; drawn and kept at the first start.
    pub async fn issuer(&self, number: u32, now_ms: i64) -> Result<SigningKey, KeyFault> {
        let name = KeyName::Issuer(number);
        let wrapped = match self.find(name).await? {
            Some(wrapped) => wrapped,
            None => {
                let mut bytes = Zeroizing::new([0; Key::BYTES]);
                getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyFault::Random)?;
                let wrapped = self.wrap(name, &Key::new(*bytes)).await?.to_string();
                let insert = "INSERT INTO wrapped_key (name, wrapped, since_ms) VALUES ($1, $2, $3) \
                              ON CONFLICT DO NOTHING";
                let insert = sqlx::query(insert).bind(name.to_string()).bind(wrapped).bind(now_ms);
                insert.execute(self.store.reads()).await?;
                // Another instance may have been first: what is in the table counts.
                self.find(name).await?.ok_or_else(|| KeyFault::Unknown(name.to_string()))?
            }
        };
        let key = self.unwrap(name, &wrapped).await?;
        Ok(SigningKey::from_bytes(key.bytes()))
    }

    /// A key in its coded form, where there is one of this name.
    pub async fn find(&self, name: KeyName) -> Result<Option<String>, KeyFault> {
        let select = sqlx::query("SELECT wrapped FROM wrapped_key WHERE name = $1").bind(name.to_string());
        let row = select.fetch_optional(self.store.reads()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Wraps all keys of former master keys with the one in use, then forgets the former ones. Says how many keys. Goes
    /// on where it was cut off; `progress` hears how many are done. Every instance must have been started with the new
    /// master key before.
    pub async fn rewrap(&self, mut progress: impl FnMut(u64)) -> Result<u64, KeyFault> {
        let mut done = 0;
        for place in PLACES {
            let mut last = String::new();
            loop {
                let select = sqlx::query(place.select).bind(&last).bind(BATCH);
                let rows = select.fetch_all(self.store.reads()).await?;
                let mut pairs = Vec::with_capacity(rows.len());
                for row in &rows {
                    let (name, old): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                    last.clone_from(&name);
                    if let Some(new) = self.wrapped_anew(&name, &old).await? {
                        pairs.push([new, name, old]);
                    }
                }
                self.replace(place, &pairs).await?;
                done += pairs.len() as u64;
                progress(done);
                if rows.is_empty() {
                    break;
                }
            }
        }
        let delete = sqlx::query("DELETE FROM master_key WHERE id <> $1").bind(self.current.id().to_string());
        delete.execute(self.store.reads()).await?;
        Ok(done)
    }

    /// The coded form under the master key in use, where it is another.
    async fn wrapped_anew(&self, name: &str, old: &str) -> Result<Option<String>, KeyFault> {
        let damaged = |()| KeyFault::Damaged(name.to_owned());
        let (parsed, wrapped): (KeyName, WrappedKey) =
            (name.parse().map_err(damaged)?, old.parse().map_err(damaged)?);
        if wrapped.master() == self.current.id() {
            return Ok(None);
        }
        let key = self.unwrap(parsed, old).await?;
        Ok(Some(self.wrap(parsed, &key).await?.to_string()))
    }

    async fn replace(&self, place: &'static Place, pairs: &[[String; 3]]) -> Result<(), KeyFault> {
        self.store
            .transaction(|transaction| {
                work(async move {
                    for [new, name, old] in pairs {
                        let update = sqlx::query(place.update).bind(new).bind(name).bind(old);
                        update.execute(&mut **transaction).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// A table with wrapped keys.
struct Place {
    /// Names and coded forms behind the name `$1`, at most `$2` of them, in the order of the names.
    select: &'static str,
    /// Puts the coded form `$1` under the name `$2` in the place of `$3`.
    update: &'static str,
}

/// Every table with wrapped keys.
const PLACES: &[Place] = &[Place {
    select: "SELECT name, wrapped FROM wrapped_key WHERE name > $1 ORDER BY name LIMIT $2",
    update: "UPDATE wrapped_key SET wrapped = $1 WHERE name = $2 AND wrapped = $3",
}];

/// Work that waits for an HSM, on a thread that may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyFault> + Send + 'static,
) -> Result<T, KeyFault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(KeyFault::Ending),
    }
}

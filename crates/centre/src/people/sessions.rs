//! Logging in and out, and the sessions between.
//!
//! What always holds: a session ends when it is idle for too long, when it is too old, when the person logs out, is
//! disabled or gets another password, whichever comes first; roles count as they are now, not as they were at log-in; a
//! person has a bounded number of sessions.

use super::hasher::Place;
use super::password::Kept;
use super::tries::Taken;
use super::{
    FormToken, FullName, Name, Password, People, PeopleFault, Right, Roles, Secret, USE_GRAIN_MS, parsed,
};
use crate::audit::{Event, RefusedLogIn};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::net::IpAddr;
use store::{Stop, Transaction, work};

/// A session that was not used for so long has ended.
pub const IDLE_MS: i64 = 30 * 60 * 1_000;
/// A session that is so old has ended.
pub const LONGEST_SESSION_MS: i64 = 12 * 60 * 60 * 1_000;
/// How many sessions a person has at once besides a new one; the oldest end.
const SESSIONS_BESIDE: i64 = 9;

/// A person who has proved who he is.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is.
    pub person: Name,
    /// What the person is called in full.
    pub full_name: FullName,
    /// What the person is now.
    pub roles: Roles,
    /// What the session's forms carry.
    pub form_token: FormToken,
    /// By what it is found in the table.
    hash: String,
}

impl Session {
    /// Whether the person may do this.
    pub fn may(&self, right: Right) -> bool {
        self.roles.may(right)
    }
}

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct Started {
    /// What the cookie carries.
    pub secret: Secret,
    /// The session.
    pub session: Session,
}

/// A password that was tried.
struct Tried {
    taken: Taken,
    /// What it was compared with.
    kept: Option<String>,
    is_right: bool,
}

impl People {
    /// Begins a session for who knows the password. A person who does not exist, has no password or is disabled is
    /// refused in the same words and after the same work as a wrong password.
    pub async fn log_in(
        &self,
        typed: &str,
        password: &Password,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Started, PeopleFault> {
        let name = Name::typed(typed).ok();
        let place = self.hasher.enter()?;
        let tried = &self.try_password(&place, typed, name.as_ref(), password, address, now_ms).await?;
        drop(place);
        let secret = Secret::draw()?;
        let (name_ref, secret_ref) = (name.as_ref(), &secret);
        let standing = self
            .store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    let standing = match name_ref.filter(|_| tried.is_right) {
                        Some(name) => self.standing(transaction, name, tried.kept.as_deref()).await?,
                        None => Err(RefusedLogIn::Wrong),
                    };
                    match (&standing, name_ref) {
                        (Ok(_), Some(name)) => {
                            self.forgive(transaction, &tried.taken).await?;
                            self.begin(transaction, name, secret_ref, now_ms).await?;
                            let events = [logged_in(name, address)];
                            self.note(transaction, name.desk(), now_ms, &events).await?;
                        }
                        (refused, _) => {
                            let reason = refused.as_ref().err().copied().unwrap_or(RefusedLogIn::Wrong);
                            self.note_refusal(transaction, reason, name_ref, address, now_ms).await?;
                        }
                    }
                    Ok(standing)
                })
            })
            .await?;
        match (standing, name) {
            (Ok((full_name, roles)), Some(name)) => Ok(Started::new(secret, name, full_name, roles)),
            _ => Err(PeopleFault::Wrong),
        }
    }

    /// Counts a try and compares the password, with the same work where there is nothing to compare with.
    async fn try_password(
        &self,
        place: &Place,
        typed: &str,
        name: Option<&Name>,
        password: &Password,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Tried, PeopleFault> {
        let taken = self.take_try(typed, address, now_ms).await?;
        let text = self.kept(name).await?;
        let kept = text.as_deref().map(|text| parsed::<Kept>(text, "a password")).transpose()?;
        let is_right = place.accepts(kept, password).await?;
        Ok(Tried { taken, kept: text, is_right })
    }

    /// What is kept of the person's password.
    async fn kept(&self, name: Option<&Name>) -> Result<Option<String>, sqlx::Error> {
        let select = "SELECT password FROM person WHERE name = $1 AND password IS NOT NULL";
        // Asked for nobody's too, so that the same is done.
        let select = sqlx::query(select).bind(name.map_or("", Name::text));
        select.fetch_optional(self.store.reads()).await?.map(|row| row.try_get(0)).transpose()
    }

    /// Full name and roles of a person who may log in, if the password that was checked is still the one in force.
    async fn standing(
        &self,
        transaction: &mut Transaction,
        name: &Name,
        checked: Option<&str>,
    ) -> Result<Result<(FullName, Roles), RefusedLogIn>, sqlx::Error> {
        let select =
            self.locking("SELECT full_name, roles, is_enabled, password FROM person WHERE name = $1");
        let row = sqlx::query(select).bind(name.text()).fetch_one(&mut **transaction).await?;
        if row.try_get::<Option<String>, _>(3)?.as_deref() != checked {
            return Ok(Err(RefusedLogIn::Wrong));
        }
        if row.try_get::<i64, _>(2)? == 0 {
            return Ok(Err(RefusedLogIn::Disabled));
        }
        Ok(Ok(full_name_and_roles(&row, 0)?))
    }

    /// Puts a session into the table, and ends those of the person that are too many.
    pub(super) async fn begin(
        &self,
        transaction: &mut Transaction,
        name: &Name,
        secret: &Secret,
        now_ms: i64,
    ) -> Result<(), sqlx::Error> {
        let surplus = "DELETE FROM person_session WHERE person = $1 AND hash NOT IN \
                       (SELECT hash FROM person_session WHERE person = $1 ORDER BY since_ms DESC, hash LIMIT $2)";
        let surplus = sqlx::query(surplus).bind(name.text()).bind(SESSIONS_BESIDE);
        surplus.execute(&mut **transaction).await?;
        let insert = "INSERT INTO person_session (hash, person, since_ms, used_ms) VALUES ($1, $2, $3, $3)";
        let insert = sqlx::query(insert).bind(secret.hash()).bind(name.text()).bind(now_ms);
        insert.execute(&mut **transaction).await.map(|_| ())
    }

    /// The session with this cookie, if it has not ended. Using it keeps it from being idle.
    pub async fn session(&self, secret: &Secret, now_ms: i64) -> Result<Option<Session>, PeopleFault> {
        let select = "SELECT p.full_name, p.roles, p.name, s.used_ms FROM person_session s \
                      JOIN person p ON p.name = s.person \
                      WHERE s.hash = $1 AND s.used_ms > $2 AND s.since_ms > $3 AND p.is_enabled = 1";
        let hash = secret.hash();
        let select = sqlx::query(select).bind(&hash).bind(now_ms.saturating_sub(IDLE_MS));
        let select = select.bind(now_ms.saturating_sub(LONGEST_SESSION_MS));
        let Some(row) = select.fetch_optional(self.store.reads()).await? else { return Ok(None) };
        let (full_name, roles) = full_name_and_roles(&row, 0)?;
        let person = parsed(&row.try_get::<String, _>(2)?, "a name")?;
        if now_ms.saturating_sub(row.try_get(3)?) >= USE_GRAIN_MS {
            let (hash, update) =
                (&hash, "UPDATE person_session SET used_ms = $1 WHERE hash = $2 AND used_ms < $1");
            let used = self.store.transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    sqlx::query(update).bind(now_ms).bind(hash).execute(&mut **transaction).await?;
                    Ok(())
                })
            });
            used.await?;
        }
        Ok(Some(Session { person, full_name, roles, form_token: secret.form_token(), hash }))
    }

    /// Ends the session.
    pub async fn log_out(&self, session: &Session, now_ms: i64) -> Result<(), PeopleFault> {
        self.store
            .transaction(|transaction| {
                work(async move {
                    let delete =
                        sqlx::query("DELETE FROM person_session WHERE hash = $1").bind(&session.hash);
                    if delete.execute(&mut **transaction).await?.rows_affected() > 0 {
                        let event = Event::LoggedOut { person: session.person.to_string() };
                        self.note(transaction, session.person.desk(), now_ms, &[event]).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Sets another password for who knows the present one. Every session of the person ends; a new one begins.
    pub async fn change_password(
        &self,
        session: &Session,
        present: &Password,
        new: &Password,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Started, PeopleFault> {
        let name = &session.person;
        new.check(name, &session.full_name)?;
        let place = self.hasher.enter()?;
        // Counted as at a log-in: who took over a session must not find the password out by it.
        let tried = &self.try_password(&place, name.text(), Some(name), present, address, now_ms).await?;
        if !tried.is_right {
            self.refuse(name, address, now_ms).await?;
            return Err(PeopleFault::Wrong);
        }
        let kept = &place.keep(new).await?.text();
        drop(place);
        let secret = Secret::draw()?;
        let secret_ref = &secret;
        let (full_name, roles) = self
            .store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    let standing = self.standing(transaction, name, tried.kept.as_deref()).await?;
                    let standing = standing.map_err(|_| Stop::Refused(PeopleFault::Wrong))?;
                    self.forgive(transaction, &tried.taken).await?;
                    self.set_password(transaction, name, kept).await?;
                    self.begin(transaction, name, secret_ref, now_ms).await?;
                    let events = [Event::PasswordSet { person: name.to_string() }, logged_in(name, address)];
                    self.note(transaction, name.desk(), now_ms, &events).await?;
                    Ok(standing)
                })
            })
            .await?;
        Ok(Started::new(secret, name.clone(), full_name, roles))
    }

    async fn refuse(&self, name: &Name, address: IpAddr, now_ms: i64) -> Result<(), PeopleFault> {
        self.store
            .transaction(|transaction| {
                work(async move {
                    let wrong = RefusedLogIn::Wrong;
                    Ok(self.note_refusal(transaction, wrong, Some(name), address, now_ms).await?)
                })
            })
            .await
    }

    /// Keeps a password and ends every session of the person.
    pub(super) async fn set_password(
        &self,
        transaction: &mut Transaction,
        name: &Name,
        kept: &str,
    ) -> Result<(), sqlx::Error> {
        let update =
            sqlx::query("UPDATE person SET password = $1 WHERE name = $2").bind(kept).bind(name.text());
        update.execute(&mut **transaction).await?;
        self.end_sessions(transaction, name).await.map(|_| ())
    }

    /// Ends every session of a person; says how many there were.
    pub(super) async fn end_sessions(
        &self,
        transaction: &mut Transaction,
        name: &Name,
    ) -> Result<u64, sqlx::Error> {
        let delete = sqlx::query("DELETE FROM person_session WHERE person = $1").bind(name.text());
        Ok(delete.execute(&mut **transaction).await?.rows_affected())
    }
}

impl Started {
    pub(super) fn new(secret: Secret, person: Name, full_name: FullName, roles: Roles) -> Started {
        let (form_token, hash) = (secret.form_token(), secret.hash());
        Started { secret, session: Session { person, full_name, roles, form_token, hash } }
    }
}

/// What the audit log hears of a session that begins.
pub(super) fn logged_in(name: &Name, address: IpAddr) -> Event {
    Event::LoggedIn { person: name.to_string(), address: address.to_canonical().to_string() }
}

/// Full name and roles in two columns of a row.
pub(super) fn full_name_and_roles(row: &AnyRow, first: usize) -> Result<(FullName, Roles), sqlx::Error> {
    let full_name = parsed(&row.try_get::<String, _>(first)?, "a full name")?;
    Ok((full_name, parsed(&row.try_get::<String, _>(first + 1)?, "a person's roles")?))
}

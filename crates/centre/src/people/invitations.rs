//! One-time links: the first administrator's, and one for each person, by which the person sets a password. They help
//! too where somebody has forgotten his password or is locked out by a stranger's wrong tries.
//!
//! What always holds: a link works once, for a limited time, and only the newest of a person; the first administrator's
//! works only while there is nobody.

use super::sessions::{full_name_and_roles, logged_in};
use super::{FullName, Name, Password, People, PeopleFault, Role, Roles, Secret, Started, parsed};
use crate::audit::{Desk, Event};
use sqlx::Row;
use std::net::IpAddr;
use store::{Stop, Transaction, work};

/// How long a person's link works.
pub const INVITATION_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// How long the first administrator's link works; each start makes another while there is nobody.
pub const FIRST_INVITATION_MS: i64 = 24 * 60 * 60 * 1_000;
/// Whom the audit log names before the first administrator has a name. Nobody can be called so.
const FIRST: &str = "(first administrator)";

/// For whom a link was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invited {
    /// The first administrator, who chooses his name too.
    FirstAdministrator,
    /// A person, who sets a password.
    Person {
        /// The person's name.
        name: Name,
        /// What the person is called in full.
        full_name: FullName,
    },
}

impl People {
    /// Makes the first administrator's link. Refused where there is somebody.
    pub async fn invite_first(&self, now_ms: i64) -> Result<Secret, PeopleFault> {
        let secret = Secret::draw()?;
        let (hash, until_ms) = (&secret.hash(), now_ms.saturating_add(FIRST_INVITATION_MS));
        self.store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    if sqlx::query("SELECT name FROM person LIMIT 1")
                        .fetch_optional(&mut **transaction)
                        .await?
                        .is_some()
                    {
                        return Err(Stop::Refused(PeopleFault::Invitation));
                    }
                    let insert =
                        sqlx::query("INSERT INTO invitation (hash, person, until_ms) VALUES ($1, NULL, $2)");
                    insert.bind(hash).bind(until_ms).execute(&mut **transaction).await?;
                    let event = Event::InvitationMade { person: FIRST.to_owned(), until_ms };
                    Ok(self.note(transaction, &Desk::centre(), now_ms, &[event]).await?)
                })
            })
            .await?;
        Ok(secret)
    }

    /// Makes a person and the link by which the person sets a password.
    pub async fn invite(
        &self,
        by: &Desk,
        name: &Name,
        full_name: &FullName,
        roles: &Roles,
        now_ms: i64,
    ) -> Result<Secret, PeopleFault> {
        if roles.is_empty() {
            return Err(PeopleFault::NoRole);
        }
        let secret = Secret::draw()?;
        let secret_ref = &secret;
        self.store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    self.make_person(transaction, name, full_name, roles, now_ms).await?;
                    let made = Event::PersonMade { person: name.to_string(), roles: roles.to_words() };
                    let invited = self.replace_invitation(transaction, name, secret_ref, now_ms).await?;
                    Ok(self.note(transaction, by, now_ms, &[made, invited]).await?)
                })
            })
            .await?;
        Ok(secret)
    }

    /// Makes another link for a person who is there already. Those before it work no more; the person's password does,
    /// until the link is used.
    pub async fn invite_again(&self, by: &Desk, name: &Name, now_ms: i64) -> Result<Secret, PeopleFault> {
        let secret = Secret::draw()?;
        let secret_ref = &secret;
        self.store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    match self.enabled(transaction, name).await? {
                        None => return Err(Stop::Refused(PeopleFault::Unknown(name.clone()))),
                        Some(None) => return Err(Stop::Refused(PeopleFault::Disabled(name.clone()))),
                        Some(Some(_)) => (),
                    }
                    let event = self.replace_invitation(transaction, name, secret_ref, now_ms).await?;
                    Ok(self.note(transaction, by, now_ms, &[event]).await?)
                })
            })
            .await?;
        Ok(secret)
    }

    /// For whom a link was made, if it still works.
    pub async fn invitation(&self, secret: &Secret, now_ms: i64) -> Result<Option<Invited>, PeopleFault> {
        let select = "SELECT p.name, p.full_name FROM invitation i LEFT JOIN person p ON p.name = i.person \
                      WHERE i.hash = $1 AND i.until_ms > $2";
        let select = sqlx::query(select).bind(secret.hash()).bind(now_ms);
        let Some(row) = select.fetch_optional(self.store.reads()).await? else { return Ok(None) };
        let (name, full_name): (Option<String>, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        let (Some(name), Some(full_name)) = (name, full_name) else {
            return Ok(self.is_empty().await?.then_some(Invited::FirstAdministrator));
        };
        let (name, full_name) = (parsed(&name, "a name")?, parsed(&full_name, "a full name")?);
        Ok(Some(Invited::Person { name, full_name }))
    }

    /// Uses a person's link: sets the password, ends all sessions and wrong tries, and begins a session.
    pub async fn accept(
        &self,
        secret: &Secret,
        password: &Password,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Started, PeopleFault> {
        // Looked at before any work is done for it.
        let Some(Invited::Person { name, full_name }) = self.invitation(secret, now_ms).await? else {
            return Err(PeopleFault::Invitation);
        };
        password.check(&name, &full_name)?;
        let kept = self.hasher.enter()?.keep(password).await?.text();
        let session = Secret::draw()?;
        let (name_ref, kept, session_ref, hash) = (&name, &kept, &session, &secret.hash());
        let (full_name, roles) = self
            .store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    let name = name_ref;
                    let standing = self.enabled(transaction, name).await?.flatten();
                    let standing = standing.ok_or(Stop::Refused(PeopleFault::Invitation))?;
                    let select =
                        "SELECT hash FROM invitation WHERE hash = $1 AND person = $2 AND until_ms > $3";
                    let select = sqlx::query(select).bind(hash).bind(name.text()).bind(now_ms);
                    if select.fetch_optional(&mut **transaction).await?.is_none() {
                        return Err(Stop::Refused(PeopleFault::Invitation));
                    }
                    self.delete_invitations(transaction, name).await?;
                    self.forgive_person(transaction, &self.sorting.person(name.text())).await?;
                    self.set_password(transaction, name, kept).await?;
                    self.begin(transaction, name, session_ref, now_ms).await?;
                    self.note(transaction, name.desk(), now_ms, &accepted(name, address)).await?;
                    Ok(standing)
                })
            })
            .await?;
        Ok(Started::new(session, name, full_name, roles))
    }

    /// Uses the first administrator's link: makes the person, sets the password and begins a session.
    pub async fn accept_first(
        &self,
        secret: &Secret,
        name: &Name,
        full_name: &FullName,
        password: &Password,
        address: IpAddr,
        now_ms: i64,
    ) -> Result<Started, PeopleFault> {
        if self.invitation(secret, now_ms).await? != Some(Invited::FirstAdministrator) {
            return Err(PeopleFault::Invitation);
        }
        password.check(name, full_name)?;
        let kept = &self.hasher.enter()?.keep(password).await?.text();
        let session = Secret::draw()?;
        let roles = Roles::from([Role::Administrator]);
        let (session_ref, hash, roles_ref) = (&session, &secret.hash(), &roles);
        self.store
            .transaction::<_, PeopleFault, _>(|transaction| {
                work(async move {
                    self.use_first(transaction, hash, now_ms).await?;
                    self.make_person(transaction, name, full_name, roles_ref, now_ms).await?;
                    self.set_password(transaction, name, kept).await?;
                    self.begin(transaction, name, session_ref, now_ms).await?;
                    let mut events = accepted(name, address);
                    events.insert(
                        1,
                        Event::PersonMade { person: name.to_string(), roles: roles_ref.to_words() },
                    );
                    Ok(self.note(transaction, name.desk(), now_ms, &events).await?)
                })
            })
            .await?;
        Ok(Started::new(session, name.clone(), full_name.clone(), roles))
    }

    /// Takes away every link for the first administrator, if this is one of them and there is nobody yet.
    async fn use_first(
        &self,
        transaction: &mut Transaction,
        hash: &str,
        now_ms: i64,
    ) -> Result<(), Stop<PeopleFault>> {
        // All of them and in one order: of two links that are used at once the second finds nothing.
        let select = self.locking("SELECT hash, until_ms FROM invitation WHERE person IS NULL ORDER BY hash");
        let rows = sqlx::query(select).fetch_all(&mut **transaction).await?;
        let mut works = false;
        for row in &rows {
            works |= row.try_get::<String, _>(0)? == hash && row.try_get::<i64, _>(1)? > now_ms;
        }
        let somebody =
            sqlx::query("SELECT name FROM person LIMIT 1").fetch_optional(&mut **transaction).await?;
        if !works || somebody.is_some() {
            return Err(Stop::Refused(PeopleFault::Invitation));
        }
        sqlx::query("DELETE FROM invitation WHERE person IS NULL").execute(&mut **transaction).await?;
        Ok(())
    }

    async fn make_person(
        &self,
        transaction: &mut Transaction,
        name: &Name,
        full_name: &FullName,
        roles: &Roles,
        now_ms: i64,
    ) -> Result<(), Stop<PeopleFault>> {
        self.take_name(transaction, name, "person").await?;
        let insert =
            "INSERT INTO person (name, full_name, roles, is_enabled, since_ms) VALUES ($1, $2, $3, 1, $4)";
        let insert = sqlx::query(insert).bind(name.text()).bind(full_name.text()).bind(roles.to_string());
        insert.bind(now_ms).execute(&mut **transaction).await?;
        Ok(())
    }

    /// Gives a name away for ever.
    pub(super) async fn take_name(
        &self,
        transaction: &mut Transaction,
        name: &Name,
        kind: &str,
    ) -> Result<(), Stop<PeopleFault>> {
        let insert = sqlx::query("INSERT INTO actor (name, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        let insert = insert.bind(name.text()).bind(kind).execute(&mut **transaction).await?;
        if insert.rows_affected() == 0 {
            Err(Stop::Refused(PeopleFault::Taken(name.clone())))
        } else {
            Ok(())
        }
    }

    async fn replace_invitation(
        &self,
        transaction: &mut Transaction,
        name: &Name,
        secret: &Secret,
        now_ms: i64,
    ) -> Result<Event, sqlx::Error> {
        self.delete_invitations(transaction, name).await?;
        let until_ms = now_ms.saturating_add(INVITATION_MS);
        let insert = sqlx::query("INSERT INTO invitation (hash, person, until_ms) VALUES ($1, $2, $3)");
        let insert = insert.bind(secret.hash()).bind(name.text()).bind(until_ms);
        insert.execute(&mut **transaction).await?;
        Ok(Event::InvitationMade { person: name.to_string(), until_ms })
    }

    pub(super) async fn delete_invitations(
        &self,
        transaction: &mut Transaction,
        name: &Name,
    ) -> Result<(), sqlx::Error> {
        let delete = sqlx::query("DELETE FROM invitation WHERE person = $1").bind(name.text());
        delete.execute(&mut **transaction).await.map(|_| ())
    }

    /// Whether there is the person, and full name and roles where it is enabled. The person's row waits for this
    /// transaction.
    async fn enabled(
        &self,
        transaction: &mut Transaction,
        name: &Name,
    ) -> Result<Option<Option<(FullName, Roles)>>, sqlx::Error> {
        let select = self.locking("SELECT full_name, roles, is_enabled FROM person WHERE name = $1");
        let row = sqlx::query(select).bind(name.text()).fetch_optional(&mut **transaction).await?;
        let Some(row) = row else { return Ok(None) };
        let standing = full_name_and_roles(&row, 0)?;
        Ok(Some((row.try_get::<i64, _>(2)? != 0).then_some(standing)))
    }
}

/// What the audit log hears when a link is used.
fn accepted(name: &Name, address: IpAddr) -> Vec<Event> {
    let person = name.to_string();
    vec![
        Event::InvitationUsed { person: person.clone(), address: address.to_canonical().to_string() },
        Event::PasswordSet { person },
        logged_in(name, address),
    ]
}

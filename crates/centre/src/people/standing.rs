//! Who the people are, what roles they have, and whether they may log in.
//!
//! What always holds: who is disabled or has other roles than before has no session left from before; who is disabled
//! has no link either; the last enabled administrator with a password stays one, also when two administrators take the
//! role from each other in the same moment.

use super::sessions::full_name_and_roles;
use super::{FullName, Name, People, PeopleFault, Right, Roles, parsed};
use crate::audit::{Desk, Event};
use sqlx::Row;
use sqlx::any::AnyRow;
use store::{Stop, Transaction, work};

/// A person as the tables have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The person's name.
    pub name: Name,
    /// What the person is called in full.
    pub full_name: FullName,
    /// What the person is.
    pub roles: Roles,
    /// Whether the person may log in.
    pub is_enabled: bool,
    /// Whether the person has ever set a password.
    pub has_password: bool,
    /// Since when the person is there.
    pub since_ms: i64,
}

impl Person {
    /// Whether the person can manage people now.
    fn manages(&self) -> bool {
        self.is_enabled && self.has_password && self.roles.may(Right::ManagePeople)
    }
}

const SELECT_PEOPLE: &str = "SELECT name, full_name, roles, is_enabled, \
                             CAST(CASE WHEN password IS NULL THEN 0 ELSE 1 END AS BIGINT), since_ms \
                             FROM person ORDER BY name";

fn person_of(row: &AnyRow) -> Result<Person, sqlx::Error> {
    let (full_name, roles) = full_name_and_roles(row, 1)?;
    Ok(Person {
        name: parsed(&row.try_get::<String, _>(0)?, "a name")?,
        full_name,
        roles,
        is_enabled: row.try_get::<i64, _>(3)? != 0,
        has_password: row.try_get::<i64, _>(4)? != 0,
        since_ms: row.try_get(5)?,
    })
}

impl People {
    /// All people, by their names.
    pub async fn list(&self) -> Result<Vec<Person>, PeopleFault> {
        let rows = sqlx::query(SELECT_PEOPLE).fetch_all(self.store.reads()).await?;
        let mut people: Vec<Person> = rows.iter().map(person_of).collect::<Result<_, _>>()?;
        // The database's order of texts is its own.
        people.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(people)
    }

    /// Gives a person other roles. The person's sessions end.
    pub async fn set_roles(
        &self,
        by: &Desk,
        name: &Name,
        roles: &Roles,
        now_ms: i64,
    ) -> Result<(), PeopleFault> {
        if roles.is_empty() {
            return Err(PeopleFault::NoRole);
        }
        self.change(by, name, now_ms, |person| Person { roles: roles.clone(), ..person }).await
    }

    /// Lets a person log in again.
    pub async fn enable(&self, by: &Desk, name: &Name, now_ms: i64) -> Result<(), PeopleFault> {
        self.change(by, name, now_ms, |person| Person { is_enabled: true, ..person }).await
    }

    /// Lets a person log in no more. The person's sessions end, and a link works no more.
    pub async fn disable(&self, by: &Desk, name: &Name, now_ms: i64) -> Result<(), PeopleFault> {
        self.change(by, name, now_ms, |person| Person { is_enabled: false, ..person }).await
    }

    /// Makes of a person what `change` makes of it; nothing where that is nothing new.
    async fn change(
        &self,
        by: &Desk,
        name: &Name,
        now_ms: i64,
        change: impl Fn(Person) -> Person + Sync,
    ) -> Result<(), PeopleFault> {
        let change = &change;
        self.store
            .transaction(|transaction| {
                work(async move {
                    // Everybody waits for this transaction, so that it sees who else is an administrator.
                    let select = self.locking(SELECT_PEOPLE);
                    let rows = sqlx::query(select).fetch_all(&mut **transaction).await?;
                    let people: Vec<Person> = rows.iter().map(person_of).collect::<Result<_, _>>()?;
                    let (found, others): (Vec<Person>, Vec<Person>) =
                        people.into_iter().partition(|person| person.name == *name);
                    let before = found.into_iter().next();
                    let before = before.ok_or_else(|| Stop::Refused(PeopleFault::Unknown(name.clone())))?;
                    let after = change(before.clone());
                    if before.manages() && !after.manages() && !others.iter().any(Person::manages) {
                        return Err(Stop::Refused(PeopleFault::LastAdministrator(name.clone())));
                    }
                    if before != after {
                        self.keep_change(transaction, by, &after, now_ms).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn keep_change(
        &self,
        transaction: &mut Transaction,
        by: &Desk,
        person: &Person,
        now_ms: i64,
    ) -> Result<(), sqlx::Error> {
        let update = sqlx::query("UPDATE person SET roles = $1, is_enabled = $2 WHERE name = $3");
        let update = update.bind(person.roles.to_string()).bind(i64::from(person.is_enabled));
        update.bind(person.name.text()).execute(&mut **transaction).await?;
        let mut events = vec![Event::PersonChanged {
            person: person.name.to_string(),
            roles: person.roles.to_words(),
            enabled: person.is_enabled,
        }];
        if self.end_sessions(transaction, &person.name).await? > 0 {
            events.push(Event::LoggedOut { person: person.name.to_string() });
        }
        if !person.is_enabled {
            self.delete_invitations(transaction, &person.name).await?;
        }
        self.note(transaction, by, now_ms, &events).await
    }
}

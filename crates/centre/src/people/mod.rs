//! The people of the data centre and how they prove who they are: roles, passwords, sessions, one-time links, and tokens
//! for the interface.
//!
//! What always holds: every act stands in the audit log of the desk that did it, in the same transaction; a name is never
//! given twice; there is always an enabled administrator with a password once there was one; neither the wording of a
//! refusal nor the time it takes tells whether a person exists. What it must never do: keep a password, a cookie, a link
//! or a token, or show one but to whom it was made for.
//!
//! Time comes in as a parameter, in milliseconds since 1970 UTC. Who acts comes in as his desk, and the caller has asked
//! for his [`Right`] before.
//!
//! | module | holds |
//! |---|---|
//! | [`Right`], [`Role`], [`Scope`] | who may do what (pure) |
//! | [`Name`], [`FullName`], [`Password`] | the rules for them (pure) |
//! | [`lockout`] | how long wrong tries lock (pure) |
//! | [`Transport`] | the cookie's text (pure) |
//! | [`Secret`] | what proves something without a password |
//! | [`People`] | the tables: persons, invitations, sessions, tokens |

mod cookie;
mod hasher;
mod invitations;
pub mod lockout;
mod name;
mod password;
mod right;
mod secret;
mod sessions;
mod standing;
mod tokens;
mod tries;
mod words;

pub use cookie::Transport;
pub use invitations::{FIRST_INVITATION_MS, INVITATION_MS, Invited};
pub use name::{FullName, Name, NameFault};
pub use password::{Password, PasswordFault};
pub use right::{Right, Role, Roles, Scope, Scopes};
pub use secret::{FormToken, Secret};
pub use sessions::{IDLE_MS, LONGEST_SESSION_MS, Session, Started};
pub use standing::Person;
pub use tokens::{LONGEST_TOKEN_MS, TokenHolder, TokenRow};
pub use words::{UnknownWord, Word, Words};

use crate::audit::{self, Desk, Event};
use hasher::Hasher;
use std::str::FromStr;
use store::{Store, StoreError, Transaction, work};
use tries::Sorting;

/// How exactly the use of sessions and tokens is kept: more would make every read a write.
const USE_GRAIN_MS: i64 = 60 * 1_000;

/// The people and what proves who they are.
#[derive(Clone, Debug)]
pub struct People {
    store: Store,
    hasher: Hasher,
    sorting: Sorting,
}

impl People {
    /// Opens the tables.
    pub async fn open(store: Store) -> Result<People, PeopleFault> {
        let sorting = Sorting::open(&store).await?;
        Ok(People { store, hasher: Hasher::new(), sorting })
    }

    /// Whether there is nobody yet, so that the first administrator has to be invited.
    pub async fn is_empty(&self) -> Result<bool, PeopleFault> {
        let select = sqlx::query("SELECT name FROM person LIMIT 1");
        Ok(select.fetch_optional(self.store.reads()).await?.is_none())
    }

    /// Forgets what has run out: invitations, sessions, tries. To be done now and then.
    pub async fn forget_old(&self, now_ms: i64) -> Result<(), PeopleFault> {
        let oldest_ms = |age_ms: i64| now_ms.saturating_sub(age_ms);
        let (idle_ms, old_ms) = (oldest_ms(IDLE_MS), oldest_ms(LONGEST_SESSION_MS));
        let tries_ms = oldest_ms(lockout::PERSON.forget_ms);
        self.store
            .transaction(|transaction| {
                work(async move {
                    let delete = sqlx::query("DELETE FROM invitation WHERE until_ms <= $1").bind(now_ms);
                    delete.execute(&mut **transaction).await?;
                    let delete =
                        sqlx::query("DELETE FROM person_session WHERE used_ms <= $1 OR since_ms <= $2");
                    delete.bind(idle_ms).bind(old_ms).execute(&mut **transaction).await?;
                    let delete = sqlx::query("DELETE FROM log_in_try WHERE last_ms <= $1").bind(tries_ms);
                    delete.execute(&mut **transaction).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Puts to the desk's chain what was done there.
    async fn note(
        &self,
        transaction: &mut Transaction,
        desk: &Desk,
        now_ms: i64,
        events: &[Event],
    ) -> Result<(), sqlx::Error> {
        audit::log::append_to_desk(transaction, desk, now_ms, desk.name(), events).await
    }

    /// The statement with what makes its rows wait for this transaction alone.
    fn locking(&self, select: &'static str) -> sqlx::AssertSqlSafe<String> {
        sqlx::AssertSqlSafe(format!("{select}{}", self.store.for_update()))
    }
}

/// What a column says, in the form in which it was written.
fn parsed<T: FromStr>(text: &str, what: &str) -> Result<T, sqlx::Error> {
    text.parse().map_err(|_| sqlx::Error::Decode(format!("{what} in the tables cannot be read").into()))
}

/// Why somebody is not let in, or something is not done. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PeopleFault {
    /// Name or password is wrong; which of the two is not said.
    #[error("name or password is wrong")]
    Wrong,
    /// There were too many wrong tries.
    #[error("there were too many wrong tries: wait a while before the next")]
    Locked {
        /// Until when.
        until_ms: i64,
    },
    /// Too many are logging in at once.
    #[error("too many people are logging in at once: try again in a few seconds")]
    Busy,
    /// The one-time link is none.
    #[error("this link has been used or has run out: ask an administrator for a new one")]
    Invitation,
    /// The password cannot be set.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// No name.
    #[error(transparent)]
    Name(#[from] NameFault),
    /// The name is taken.
    #[error("the name {0} is taken, or was once: take another")]
    Taken(Name),
    /// There is no such person or token.
    #[error("there is no {0}")]
    Unknown(Name),
    /// The person may not log in any more.
    #[error("{0} is disabled: enable the person first")]
    Disabled(Name),
    /// No role was named.
    #[error("a person has at least one role")]
    NoRole,
    /// No scope was named.
    #[error("a token has at least one scope")]
    NoScope,
    /// Administration and something else.
    #[error("a token for administration has no other scope: make another one for the rest")]
    MixedScopes,
    /// Nobody could manage people any more.
    #[error("{0} is the last administrator who can log in: make another one first")]
    LastAdministrator(Name),
    /// A token has to end.
    #[error("a token ends in the future, and in {} days at the latest", LONGEST_TOKEN_MS / (24 * 60 * 60 * 1_000))]
    TokenEnd,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Random,
    /// The system has no memory for a password's derivation.
    #[error("there is too little memory to work on a password: try again later")]
    Memory,
    /// The service ends.
    #[error("the service is ending")]
    Ending,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PeopleFault {
    fn from(error: sqlx::Error) -> PeopleFault {
        PeopleFault::Store(error.into())
    }
}

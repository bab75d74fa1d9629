//! What the system manager can change (GB 2 178 696, Fig. 3A).
//!
//! What always holds: a change makes a new lock, or a refusal and the old one; only the very first password of the
//! system manager is set without him.

use crate::decision::may_change;
use crate::funds::Funds;
use crate::lock::{Lock, Mode, RefillRules, User, UserId, UserSettings};
use crate::password::{Password, PasswordHash, Verifier};
use crate::refusal::Refusal;
use crate::schedule::Schedule;
use crate::session::Present;
use serde::{Deserialize, Serialize};

/// A change of the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// What franking depends on.
    Mode(Mode),
    /// Whether two different users have to log in.
    TwoUsers(bool),
    /// The system manager's password.
    ManagerPassword(Password),
    /// The times of the meter.
    Hours(Schedule),
    /// After how many idle seconds a user is logged out; 0 for never.
    IdleSeconds(u16),
    /// What a refill depends on.
    Refill(RefillRules),
    /// A new user, without a limit and at all times.
    AddUser {
        /// The number.
        user: UserId,
        /// The first password.
        password: Password,
    },
    /// A user who is no more.
    RemoveUser(UserId),
    /// A new password of a user.
    UserPassword {
        /// Whose.
        user: UserId,
        /// The password.
        password: Password,
    },
    /// A user's times.
    UserHours {
        /// Whose.
        user: UserId,
        /// The times.
        hours: Schedule,
    },
    /// A user's limit.
    UserFunds {
        /// Whose.
        user: UserId,
        /// The limit.
        funds: Funds,
    },
    /// Whether a user is locked out.
    UserLocked {
        /// Who.
        user: UserId,
        /// Whether.
        locked: bool,
    },
}

impl Change {
    /// The lock after this change, asked for by whoever is logged in. The salt has to be random and new; it is used
    /// where the change brings a password.
    pub fn applied(
        &self,
        lock: &Lock,
        present: Present,
        salt: [u8; Verifier::SALT_BYTES],
        hash: &mut impl PasswordHash,
    ) -> Result<Lock, Refusal> {
        let is_first = matches!(self, Change::ManagerPassword(_)) && !lock.has_manager();
        if !is_first {
            may_change(lock, present)?;
        }
        let mut lock = lock.clone();
        let mut verifier = |password| Verifier::new(password, salt, hash).map_err(|_| Refusal::Hash);
        match self {
            Change::ManagerPassword(password) => lock.manager = Some(verifier(password)?),
            Change::AddUser { user, password } => add(&mut lock, *user, || verifier(password))?,
            Change::UserPassword { user, password } => lock.user_mut(*user)?.verifier = verifier(password)?,
            other => other.set(&mut lock)?,
        }
        lock.check()?;
        Ok(lock)
    }

    /// Carries out what needs no password.
    fn set(&self, lock: &mut Lock) -> Result<(), Refusal> {
        let settings = &mut lock.settings;
        match self {
            Change::Mode(mode) => settings.mode = *mode,
            Change::TwoUsers(two_users) => settings.two_users = *two_users,
            Change::Hours(hours) => settings.hours = hours.clone(),
            Change::IdleSeconds(seconds) => settings.idle_seconds = *seconds,
            Change::Refill(rules) => settings.refill = *rules,
            Change::RemoveUser(user) => remove(lock, *user)?,
            Change::UserHours { user, hours } => lock.user_mut(*user)?.settings.hours = hours.clone(),
            Change::UserFunds { user, funds } => lock.user_mut(*user)?.settings.funds = *funds,
            Change::UserLocked { user, locked } => lock.user_mut(*user)?.settings.locked = *locked,
            Change::ManagerPassword(_) | Change::AddUser { .. } | Change::UserPassword { .. } => {}
        }
        Ok(())
    }
}

fn add(
    lock: &mut Lock,
    id: UserId,
    verifier: impl FnOnce() -> Result<Verifier, Refusal>,
) -> Result<(), Refusal> {
    if lock.user(id).is_some() {
        return Err(Refusal::UserExists);
    }
    if lock.users.is_full() {
        return Err(Refusal::TooManyUsers);
    }
    let settings = UserSettings { id, locked: false, funds: Funds::default(), hours: Schedule::ALWAYS };
    let user = User { settings, verifier: verifier()? };
    lock.users.push(user).map_err(|_| Refusal::TooManyUsers)?;
    lock.users.sort_unstable_by_key(|user| user.settings.id);
    Ok(())
}

fn remove(lock: &mut Lock, id: UserId) -> Result<(), Refusal> {
    let before = lock.users.len();
    lock.users.retain(|user| user.settings.id != id);
    if lock.users.len() == before { Err(Refusal::UnknownUser(id)) } else { Ok(()) }
}

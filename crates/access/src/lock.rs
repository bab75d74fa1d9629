//! The lock: what the system manager has set, and what is kept of the passwords.
//!
//! What always holds: users are sorted by number, each number once; a lock that is on has a system manager; a lock by
//! time alone has times.

use crate::funds::Funds;
use crate::password::Verifier;
use crate::refusal::Refusal;
use crate::schedule::Schedule;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// How many users a lock holds.
pub const USERS_MAX: usize = 16;

/// A user's number, 1 to 9999, as the imprint's second number carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct UserId(u16);

impl UserId {
    /// The greatest number.
    pub const MAX: u16 = 9999;

    /// The user with this number.
    pub const fn new(number: u16) -> Result<UserId, UserIdError> {
        if number >= 1 && number <= UserId::MAX { Ok(UserId(number)) } else { Err(UserIdError) }
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// A number is no user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserIdError;

impl fmt::Display for UserIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user has a number from 1 to 9999")
    }
}

impl core::error::Error for UserIdError {}

impl TryFrom<u16> for UserId {
    type Error = UserIdError;

    fn try_from(number: u16) -> Result<UserId, UserIdError> {
        UserId::new(number)
    }
}

impl From<UserId> for u16 {
    fn from(user: UserId) -> u16 {
        user.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for UserId {
    type Err = UserIdError;

    fn from_str(text: &str) -> Result<UserId, UserIdError> {
        let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().map_err(|_| UserIdError).and_then(UserId::new) } else { Err(UserIdError) }
    }
}

/// What franking depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Nothing: there is no lock.
    #[default]
    Off,
    /// A user's password.
    Password,
    /// The times of the meter.
    Time,
    /// A user's password, the times of the meter and those of the user.
    PasswordAndTime,
}

impl Mode {
    /// Whether somebody has to log in.
    pub const fn asks_password(self) -> bool {
        matches!(self, Mode::Password | Mode::PasswordAndTime)
    }

    /// Whether times count.
    pub const fn asks_time(self) -> bool {
        matches!(self, Mode::Time | Mode::PasswordAndTime)
    }
}

/// What a refill depends on beside its grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefillRules {
    /// The system manager has to be logged in.
    pub manager_only: bool,
    /// It has to come by a call that the centre made (Fig. 4).
    pub call_back_only: bool,
}

/// The settings that hold for the whole meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What franking depends on.
    pub mode: Mode,
    /// Whether two different users have to log in (four eyes).
    pub two_users: bool,
    /// When the meter franks.
    pub hours: Schedule,
    /// After how many seconds without franking a user is logged out; 0 for never.
    pub idle_seconds: u16,
    /// What a refill depends on.
    pub refill: RefillRules,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            mode: Mode::Off,
            two_users: false,
            hours: Schedule::ALWAYS,
            idle_seconds: 300,
            refill: RefillRules::default(),
        }
    }
}

/// The settings of one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSettings {
    /// The user's number.
    pub id: UserId,
    /// Whether the system manager has locked the user out.
    pub locked: bool,
    /// How much may be spent.
    pub funds: Funds,
    /// When; counts beside the times of the meter.
    pub hours: Schedule,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What is set.
    pub settings: UserSettings,
    pub(crate) verifier: Verifier,
}

/// The whole lock. The verifiers in it are wiped when it is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    pub(crate) settings: Settings,
    pub(crate) manager: Option<Verifier>,
    pub(crate) users: heapless::Vec<User, USERS_MAX>,
}

impl Lock {
    /// The settings of the meter.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether there is a system manager.
    pub fn has_manager(&self) -> bool {
        self.manager.is_some()
    }

    /// The users, by number.
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// The user with this number.
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.settings.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: UserId) -> Result<&mut User, Refusal> {
        self.users.iter_mut().find(|user| user.settings.id == id).ok_or(Refusal::UnknownUser(id))
    }

    /// Checks what must hold of a lock.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let Settings { mode, hours, .. } = &self.settings;
        if *mode != Mode::Off && self.manager.is_none() {
            return Err(Refusal::NoManager);
        }
        if *mode == Mode::Time && hours.is_always() {
            return Err(Refusal::NoTimes);
        }
        if self.users.is_sorted_by(|first, second| first.settings.id < second.settings.id) {
            Ok(())
        } else {
            Err(Refusal::UserExists)
        }
    }
}

//! The customer's lock, which lies in the device: the system manager changes it there.

use super::{Machine, OfficeFault};
use access::{Change, UsageOfUser, UserSettings};

impl Machine {
    /// Changes the customer's lock. The device looks whether the system manager is logged in.
    pub fn change_lock(&mut self, change: &Change) -> Result<(), OfficeFault> {
        let asked = self.device.client().and_then(|client| client.change_lock(change));
        asked.map_err(|error| self.lost(error))?;
        self.log("lock", sentence(change))?;
        self.refresh()
    }

    /// The users of the lock, and what each has spent; told to the system manager.
    pub fn users(&mut self) -> Result<(Vec<UserSettings>, Vec<UsageOfUser>), OfficeFault> {
        let asked = self.device.client().and_then(|client| client.users());
        Ok(asked.map_err(|error| self.lost(error))?)
    }
}

/// What a change does, in a sentence that tells no password.
fn sentence(change: &Change) -> String {
    match change {
        Change::Mode(_) => "what franking depends on was set".into(),
        Change::TwoUsers(true) => "two users have to log in".into(),
        Change::TwoUsers(false) => "one user has to log in".into(),
        Change::ManagerPassword(_) => "the system manager's password was set".into(),
        Change::Hours(_) => "the times of the meter were set".into(),
        Change::IdleSeconds(_) => "the idle time of log-ins was set".into(),
        Change::Refill(_) => "what a refill depends on was set".into(),
        Change::AddUser { user, .. } => format!("user {user} was added"),
        Change::RemoveUser(user) => format!("user {user} was removed"),
        Change::UserPassword { user, .. } => format!("the password of user {user} was set"),
        Change::UserHours { user, .. } => format!("the times of user {user} were set"),
        Change::UserFunds { user, .. } => format!("the limit of user {user} was set"),
        Change::UserLocked { user, locked: true } => format!("user {user} was locked out"),
        Change::UserLocked { user, locked: false } => format!("user {user} may log in again"),
    }
}

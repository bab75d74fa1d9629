//! Why the lock says no, each with a code that stays: 6xx.

use crate::lock::UserId;
use crate::schedule::Moment;
use core::fmt;
use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// Why the lock does not allow something. Nothing has changed then, but for the count of wrong log-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// Franking needs a user's password, and nobody is logged in.
    LoggedOut,
    /// Franking needs two users, and one is logged in.
    SecondUser,
    /// Outside the times of the meter or the user.
    Closed {
        /// When it opens next; nothing if the times never allow it.
        opens: Option<Moment>,
    },
    /// More than the user may spend.
    Funds {
        /// What is left.
        left: Money,
        /// The last day for which that is so.
        until: Option<Date>,
    },
    /// No such user, or not the right password.
    WrongCode {
        /// How long the next try is refused.
        wait_seconds: u32,
    },
    /// A try too soon after a wrong one. The password was not looked at.
    Wait {
        /// For how long it will be refused.
        seconds: u32,
    },
    /// Only the system manager may do this.
    ManagerOnly,
    /// The system manager has locked the user out.
    UserLocked,
    /// The imprint names another user than the one who is logged in.
    OtherUser {
        /// Who is.
        expected: UserId,
    },
    /// A refill may only come by call-back.
    CallBackOnly,

    /// The lock has no such user; said to the system manager alone.
    UnknownUser(UserId),
    /// There is a user with this number.
    UserExists,
    /// No room for one more user.
    TooManyUsers,
    /// The lock cannot be on without a system manager.
    NoManager,
    /// A lock by time alone needs times.
    NoTimes,
    /// The device cannot work out passwords.
    Hash,
    /// A user's count is full.
    CountFull,
}

impl Refusal {
    /// The refusal's number, which stays the same from version to version.
    pub const fn code(&self) -> u16 {
        match self {
            Refusal::LoggedOut => 601,
            Refusal::SecondUser => 602,
            Refusal::Closed { .. } => 603,
            Refusal::Funds { .. } => 604,
            Refusal::WrongCode { .. } => 605,
            Refusal::Wait { .. } => 606,
            Refusal::ManagerOnly => 607,
            Refusal::UserLocked => 608,
            Refusal::OtherUser { .. } => 609,
            Refusal::CallBackOnly => 610,
            Refusal::UnknownUser(_) => 611,
            Refusal::UserExists => 612,
            Refusal::TooManyUsers => 613,
            Refusal::NoManager => 614,
            Refusal::NoTimes => 615,
            Refusal::Hash => 616,
            Refusal::CountFull => 617,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::LoggedOut => f.write_str("the meter is locked: a user has to log in"),
            Refusal::SecondUser => f.write_str("the meter is locked: a second user has to log in"),
            Refusal::Closed { opens: Some(opens) } => {
                write!(f, "the meter is locked outside its times: it opens on {opens}")
            }
            Refusal::Closed { opens: None } => f.write_str("the times that are set never allow this user"),
            Refusal::Funds { left, until: Some(until) } => {
                write!(f, "the user's limit leaves {left} until the end of {until}")
            }
            Refusal::Funds { left, until: None } => write!(f, "the user's limit leaves {left}"),
            Refusal::WrongCode { wait_seconds } => {
                write!(f, "wrong user number or password; the next try is refused for {wait_seconds} s")
            }
            Refusal::Wait { seconds } => {
                write!(f, "too soon after a wrong password: try again in {seconds} s")
            }
            Refusal::ManagerOnly => f.write_str("only the system manager may do this, and has to log in"),
            Refusal::UserLocked => f.write_str("the system manager has locked this user out"),
            Refusal::OtherUser { expected } => {
                write!(f, "the imprint has to name user {expected}, who is logged in")
            }
            Refusal::CallBackOnly => {
                f.write_str("a refill is taken only by call-back: ask the centre to call this meter")
            }
            Refusal::UnknownUser(user) => write!(f, "there is no user {user}"),
            Refusal::UserExists => f.write_str("there is a user with this number already"),
            Refusal::TooManyUsers => f.write_str("the lock holds no more users"),
            Refusal::NoManager => f.write_str("the lock needs a system manager's password first"),
            Refusal::NoTimes => f.write_str("a lock by time needs start and stop times first"),
            Refusal::Hash => f.write_str("the device cannot work out passwords now"),
            Refusal::CountFull => f.write_str("the user's count of postage or pieces is full"),
        }
    }
}

impl core::error::Error for Refusal {}

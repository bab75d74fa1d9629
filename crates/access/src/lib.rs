//! The customer's lock: who may frank, when and how much, and who may change that (GB 2 178 696, Fig. 2, 3A, 3B); and,
//! with the feature `cards`, the cards and cost centres of a control unit (DE 197 57 648), in the module of that name.
//!
//! What always holds:
//! * nothing is enabled but by a decision of this crate, and a refusal says one clear thing: its code stays;
//! * a wrong log-in never says which part of it was wrong, costs the same work whether the user exists or not, and
//!   is counted before the password is looked at;
//! * only the system manager changes the lock, and there is one before it is turned on;
//! * sums are checked: what a user spent is never less than what was franked for him.
//!
//! What it must never do: read a clock, store anything, draw random numbers. Time comes as values, the derivation of
//! passwords as the trait [`PasswordHash`]. Only cards have a heap. Verifiers and passwords are wiped when dropped,
//! compared in constant time, and have no `Debug` of their content.
//!
//! The security device enforces what is decided here: it keeps the [`Lock`] among what changes seldom, [`Usage`] and
//! [`Failures`] beside its registers, and a [`Session`] while it is powered.
//!
//! Times are those of the wall where the meter stands; the board knows its time zone and daylight saving. A time
//! compares with what that wall shows: in the hour that is skipped a window does not open, and one that began before
//! it ends when the clock passes its stop; in the hour that comes twice it is open twice.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

#[cfg(feature = "cards")]
extern crate alloc;

#[cfg(feature = "cards")]
pub mod cards;
mod change;
mod decision;
mod encoding;
mod funds;
mod lock;
mod password;
mod refusal;
mod schedule;
mod session;
mod usage;

pub use change::Change;
pub use decision::{may_change, may_frank, may_refill, may_take_credit, named_user};
pub use funds::{Funds, Period, PeriodError};
pub use lock::{Lock, Mode, RefillRules, Settings, USERS_MAX, User, UserId, UserIdError, UserSettings};
pub use password::{HashFault, Password, PasswordError, PasswordHash, Verifier};
pub use refusal::Refusal;
pub use schedule::{HOURS_MAX, Hours, Minute, Moment, Schedule, TimeError, Weekdays, opens_next};
pub use session::{Attempt, Failures, Person, Present, Session, delay_ms};
pub use usage::{Spent, Usage, UsageOfUser};

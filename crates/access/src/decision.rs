//! The decisions: may it frank, may credit be taken, may the lock be changed.
//!
//! What always holds: who asks is known from a session ([`Present`]), and each answer is for one moment.

use crate::lock::{Lock, User, UserId};
use crate::refusal::Refusal;
use crate::schedule::{Moment, Schedule, opens_next};
use crate::session::Present;
use crate::usage::Usage;
use terms::Money;

/// Whether imprints for this postage in all may be made now, and on behalf of which user; of nobody where no
/// password is asked for. Where two users have to be there, the one who came first franks, and the times and the
/// lock-out of both count.
pub fn may_frank(
    lock: &Lock,
    present: Present,
    usage: &Usage,
    now: Moment,
    postage: Money,
) -> Result<Option<UserId>, Refusal> {
    let settings = lock.settings();
    let (first, second) = match settings.mode.asks_password() {
        true => users(lock, present)?,
        false => (None, None),
    };
    if settings.mode.asks_time() {
        let own = |user: Option<&'_ User>| user.map_or(Schedule::ALWAYS, |user| user.settings.hours.clone());
        check_times(&[&settings.hours, &own(first), &own(second)], now)?;
    }
    let Some(user) = first else { return Ok(None) };
    check_funds(user, usage, now, postage)?;
    Ok(Some(user.settings.id))
}

/// The users who are logged in, where they are enough.
fn users(lock: &Lock, present: Present) -> Result<(Option<&User>, Option<&User>), Refusal> {
    let known = |id: UserId| match lock.user(id) {
        Some(user) if user.settings.locked => Err(Refusal::UserLocked),
        Some(user) => Ok(Some(user)),
        None => Err(Refusal::LoggedOut),
    };
    let (first, second) = present.users().ok_or(Refusal::LoggedOut)?;
    let first = known(first)?;
    match second {
        Some(second) => Ok((first, known(second)?)),
        None if lock.settings().two_users => Err(Refusal::SecondUser),
        None => Ok((first, None)),
    }
}

fn check_times(schedules: &[&Schedule], now: Moment) -> Result<(), Refusal> {
    if schedules.iter().all(|schedule| schedule.is_open(now)) {
        Ok(())
    } else {
        Err(Refusal::Closed { opens: opens_next(schedules, now) })
    }
}

fn check_funds(user: &User, usage: &Usage, now: Moment, postage: Money) -> Result<(), Refusal> {
    let funds = user.settings.funds;
    let Some(until) = funds.period.last_day(now.date) else { return Ok(()) };
    let spent = usage.running(&user.settings, now.date).postage;
    let left = funds.limit.checked_sub(spent).unwrap_or(Money::ZERO);
    if postage <= left { Ok(()) } else { Err(Refusal::Funds { left, until: Some(until) }) }
}

/// Whether an imprint that names this user (0: none) may be made on behalf of the user that [`may_frank`] gave. With
/// a lock that asks for passwords nobody franks under another's number.
pub fn named_user(authorised: Option<UserId>, named: u16) -> Result<(), Refusal> {
    match authorised {
        Some(expected) if expected.number() != named => Err(Refusal::OtherUser { expected }),
        _ => Ok(()),
    }
}

/// Whether credit may be taken now; `by_call_back` says that the centre has called.
pub fn may_refill(lock: &Lock, present: Present, by_call_back: bool) -> Result<(), Refusal> {
    let rules = lock.settings().refill;
    if rules.manager_only && !present.is_manager() {
        return Err(Refusal::ManagerOnly);
    }
    may_take_credit(lock, by_call_back)
}

/// Whether credit that was asked for rightly may come in now.
pub fn may_take_credit(lock: &Lock, by_call_back: bool) -> Result<(), Refusal> {
    if lock.settings().refill.call_back_only && !by_call_back {
        return Err(Refusal::CallBackOnly);
    }
    Ok(())
}

/// Whether the lock may be changed now.
pub fn may_change(lock: &Lock, present: Present) -> Result<(), Refusal> {
    if lock.has_manager() && present.is_manager() { Ok(()) } else { Err(Refusal::ManagerOnly) }
}

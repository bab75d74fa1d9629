//! What people at the centre do to an account.
//!
//! What always holds: nobody at the centre can take a grant back by himself; he can only let the device be asked to take
//! nothing in its place. Only a meter that is gone is settled without its word: by its last registers, what the post
//! has seen of it since, after a waiting time and by two people.

use super::Account;
use super::effect::Effect;
use super::state::{Gone, Service, State};
use std::fmt;
use terms::{Money, Registers};

/// Why something cannot be done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotPossible {
    /// The meter has left service, or is gone.
    OutOfService,
    /// No grant is open.
    NothingOpen,
    /// A codeword goes out by an announced opening alone.
    Codeword,
    /// The registers of the service reset are not those of the books.
    NotTheBooks,
    /// Too many tasks wait for the meter.
    QueueFull,
    /// The times of the announcement are over or contradict each other, or the agreed amount is zero.
    Announcement,
    /// An opening is announced already.
    Announced,
    /// No announcement waits for the meter.
    NothingAnnounced,
    /// No leaving was arranged, or it was arranged already.
    Leaving,
    /// The meter is not gone.
    NotGone,
    /// The waiting time is not over.
    TooEarly,
    /// The same person noted that the meter is gone.
    SamePerson,
    /// The post has seen more of the meter than it had credit for.
    SeenTooMuch,
}

impl fmt::Display for NotPossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotPossible::OutOfService => "the meter has left service or is gone",
            NotPossible::NothingOpen => "no grant of this meter is open",
            NotPossible::Codeword => "a codeword goes out by an announced opening alone",
            NotPossible::NotTheBooks => "the reset's registers are not those of the books",
            NotPossible::QueueFull => "too many tasks wait for this meter: see why it does not call",
            NotPossible::Announcement => {
                "the announcement's times are over or contradict each other, or its amount is zero"
            }
            NotPossible::Announced => "an opening is announced already: withdraw it first, or let it lapse",
            NotPossible::NothingAnnounced => "no announced opening waits for the meter",
            NotPossible::Leaving => "the meter's leaving is arranged already, or was not arranged",
            NotPossible::NotGone => "the meter is not noted as lost or dead",
            NotPossible::TooEarly => "the waiting time is not over",
            NotPossible::SamePerson => "another person than the one who noted the loss must settle it",
            NotPossible::SeenTooMuch => {
                "the post has seen more postage than the meter had credit for: have that looked into first"
            }
        })
    }
}

impl std::error::Error for NotPossible {}

/// By what a meter that is gone is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement<'a> {
    /// The postage of imprints that the post has seen since the last report.
    pub spent_since: Money,
    /// Who settles.
    pub by: &'a str,
    /// How long a meter must be gone.
    pub waiting_ms: i64,
}

impl Account {
    /// The open grant is to become void. The device is asked to take nothing in its place; whether the grant was taken
    /// before, its next report tells, and only then the customer gets his money back.
    pub fn cancel_open(&mut self) -> Result<(), NotPossible> {
        self.attempt(|state| {
            let open = state.open.as_mut().ok_or(NotPossible::NothingOpen)?;
            open.cancelled = true;
            open.refused_code = 0;
            Ok(())
        })
    }

    /// The meter may hand back its credit and leave service ([25]).
    pub fn arrange_leaving(&mut self, now_ms: i64) -> Result<(), NotPossible> {
        self.attempt(|state| {
            state.require_service()?;
            if state.service != Service::InService {
                return Err(NotPossible::Leaving);
            }
            state.service = Service::Leaving { arranged_ms: now_ms };
            Ok(())
        })
    }

    /// It is to stay after all. A closing grant that is open becomes void, unless the device has taken it.
    pub fn revoke_leaving(&mut self) -> Result<(), NotPossible> {
        self.attempt(|state| {
            let Service::Leaving { .. } = state.service else {
                return Err(NotPossible::Leaving);
            };
            state.service = Service::InService;
            if let Some(open) = state.open.as_mut().filter(|open| open.grant.closing) {
                open.cancelled = true;
            }
            Ok(())
        })
    }

    /// The meter is gone: it gets nothing more.
    pub fn note_gone(&mut self, why: Gone, by: &str, now_ms: i64) -> Result<(), NotPossible> {
        self.attempt(|state| {
            state.require_service()?;
            state.service = Service::Gone { why, since_ms: now_ms, by: by.to_owned() };
            Ok(())
        })
    }

    /// It is there again.
    pub fn note_found(&mut self) -> Result<(), NotPossible> {
        self.attempt(|state| {
            let Service::Gone { .. } = state.service else {
                return Err(NotPossible::NotGone);
            };
            state.service = Service::InService;
            Ok(())
        })
    }

    /// Settles a meter that is gone by the books: the customer gets back what it had at its last report, and what was
    /// granted since, less what the post has seen of it. R3 by the books falls by as much; the device gets nothing ever.
    pub fn settle_gone(
        &mut self,
        settlement: &Settlement<'_>,
        now_ms: i64,
    ) -> Result<Vec<Effect>, NotPossible> {
        self.attempt(|state| {
            state.permit_settlement(settlement, now_ms)?;
            let back = state.left_by_the_books(settlement.spent_since).ok_or(NotPossible::SeenTooMuch)?;
            let mut effects = Vec::new();
            if let Some(open) = state.open.take() {
                let number = open.grant.number;
                effects.push(if open.is_refill() {
                    Effect::GrantTaken { number }
                } else {
                    Effect::GrantVoid { number }
                });
                state.grants = number;
                state.granted = state.granted.checked_add(open.credit()).ok_or(NotPossible::SeenTooMuch)?;
            }
            state.granted = state.granted.checked_sub(back).ok_or(NotPossible::SeenTooMuch)?;
            effects.extend(Some(back).filter(|back| !back.is_zero()).map(Effect::Credit));
            state.drop_tasks(&mut effects);
            state.service = Service::Settled { at_ms: now_ms };
            Ok(effects)
        })
    }
}

impl State {
    fn permit_settlement(&self, settlement: &Settlement<'_>, now_ms: i64) -> Result<(), NotPossible> {
        let Service::Gone { since_ms, by, .. } = &self.service else {
            return Err(NotPossible::NotGone);
        };
        if now_ms < since_ms.saturating_add(settlement.waiting_ms) {
            return Err(NotPossible::TooEarly);
        }
        if by == settlement.by {
            return Err(NotPossible::SamePerson);
        }
        Ok(())
    }

    /// R1 by the books. An open grant of credit counts as taken: what was spent of it is in what was seen.
    fn left_by_the_books(&self, spent_since: Money) -> Option<Money> {
        let r2 = self.seen.map_or(Registers::default(), |seen| seen.registers).r2;
        let open = self.open.map_or(Money::ZERO, |open| open.credit());
        self.granted.checked_add(open)?.checked_sub(r2.checked_add(spent_since)?)
    }
}

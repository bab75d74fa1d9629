//! Authorised openings of the housing ([69]-[77], [88]-[93], [116]-[118]; rows B7, B8).
//!
//! ```text
//! Announced ──zero, or the agreed amount──► Given ──the device has Y'──► UnderWay ──completed──► ended
//!     └──────── another amount, too late, withdrawn ─┴─► ended
//! ```
//!
//! What always holds: Y' is given only within the time announced; once a report shows that it has arrived, nothing but
//! the technician's word or another announcement ends the opening. What ends one before that also takes Y' back from
//! the queue, on a report that shows the device does not have it.

use super::Account;
use super::effect::{Effect, OpeningEnd};
use super::operator::NotPossible;
use super::state::{Opening, OpeningStage, State};
use link::call::Work;
use link::{Task, WrappedCodeword};
use terms::Money;

/// What an operator announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Until when the meter must have fetched Y'.
    pub valid_until_ms: i64,
    /// Until when Y' may take the place of a lost codeword.
    pub expires_ms: i64,
    /// A refill of this amount brings Y' along ([76]).
    pub agreed: Option<Money>,
    /// The kind of work.
    pub work: Work,
    /// Y', drawn for this opening, in coded form under the meter's link key.
    pub next: WrappedCodeword,
}

impl Account {
    /// Announces an opening. Returns its number.
    pub fn announce(
        &mut self,
        announcement: Announcement,
        now_ms: i64,
    ) -> Result<(u64, Vec<Effect>), NotPossible> {
        self.attempt(|state| {
            state.require_service()?;
            let Announcement { valid_until_ms, expires_ms, agreed, work, next } = announcement;
            if valid_until_ms <= now_ms || expires_ms < valid_until_ms || agreed == Some(Money::ZERO) {
                return Err(NotPossible::Announcement);
            }
            let mut effects = Vec::new();
            match state.opening.as_ref().map(|opening| opening.stage) {
                Some(OpeningStage::Announced | OpeningStage::Given { .. }) => {
                    return Err(NotPossible::Announced);
                }
                Some(OpeningStage::UnderWay { .. }) => {
                    state.end_opening(OpeningEnd::NotReported, &mut effects);
                }
                None => {}
            }
            state.openings = state.openings.saturating_add(1);
            let number = state.openings;
            state.opening = Some(Opening {
                number,
                announced_ms: now_ms,
                valid_until_ms,
                agreed,
                work,
                next,
                expires_ms,
                stage: OpeningStage::Announced,
            });
            Ok((number, effects))
        })
    }

    /// Withdraws an announcement that the meter has not followed yet.
    pub fn withdraw_announcement(&mut self) -> Result<Vec<Effect>, NotPossible> {
        self.attempt(|state| {
            let Some(Opening { stage: OpeningStage::Announced, .. }) = state.opening else {
                return Err(NotPossible::NothingAnnounced);
            };
            let mut effects = Vec::new();
            state.end_opening(OpeningEnd::Withdrawn, &mut effects);
            Ok(effects)
        })
    }
}

impl State {
    /// Ends an opening that was not followed in time.
    pub(super) fn lapse_opening(&mut self, effects: &mut Vec<Effect>, now_ms: i64) {
        if self.waiting_opening().is_some_and(|opening| now_ms > opening.valid_until_ms) {
            self.end_opening(OpeningEnd::TooLate, effects);
        }
    }

    /// The opening for which the device has no Y' yet.
    pub(super) fn waiting_opening(&mut self) -> Option<&mut Opening> {
        self.opening.as_mut().filter(|opening| !matches!(opening.stage, OpeningStage::UnderWay { .. }))
    }

    /// Queues Y' of the announced opening, if there is one and it was not given before. Whether Y' is on its way then.
    pub(super) fn fetch_codeword(&mut self, work: Option<&Work>) -> bool {
        let Some(opening) = self.waiting_opening() else {
            return false;
        };
        if let Some(work) = work.filter(|work| !work.is_empty()) {
            opening.work = work.clone();
        }
        if opening.stage == OpeningStage::Announced {
            let task = Task::NextCodeword {
                wrapped: opening.next,
                expires_tenths: tenths_since_epoch(opening.expires_ms),
            };
            self.drop_where(&mut Vec::new(), |queued| matches!(queued.task, Task::NextCodeword { .. }));
            self.queue_first(task);
        }
        true
    }

    /// Follows a refill: the agreed amount brings Y' along, any other voids the announcement.
    pub(super) fn opening_and_refill(&mut self, amount: Money, effects: &mut Vec<Effect>) {
        match self.waiting_opening() {
            Some(opening) if opening.agreed == Some(amount) => drop(self.fetch_codeword(None)),
            Some(_) => self.end_opening(OpeningEnd::OtherValue, effects),
            None => {}
        }
    }

    /// Whether a value of zero now only repeats what has been answered: the device has Y', and the time is not over.
    pub(super) fn is_fetched_in_time(&self, now_ms: i64) -> bool {
        self.opening.as_ref().is_some_and(|opening| {
            matches!(opening.stage, OpeningStage::UnderWay { .. }) && now_ms <= opening.valid_until_ms
        })
    }

    /// Ends the opening, and takes Y' from the queue where it is still there.
    pub(super) fn end_opening(&mut self, end: OpeningEnd, effects: &mut Vec<Effect>) {
        if let Some(opening) = self.opening.take() {
            self.drop_where(effects, |queued| matches!(queued.task, Task::NextCodeword { .. }));
            effects.push(Effect::OpeningEnded { number: opening.number, end });
        }
    }
}

/// Milliseconds since 1970 as the device counts: tenths of a second since its epoch.
pub(crate) fn tenths_since_epoch(at_ms: i64) -> u64 {
    /// From 1970-01-01 to 2000-01-01, the calendar's day 0.
    const DAYS_BEFORE: i64 = 10_957;
    const EPOCH_MS: i64 = (DAYS_BEFORE + link::EPOCH.day_number() as i64) * 24 * 60 * 60 * 1000;
    u64::try_from(at_ms.saturating_sub(EPOCH_MS) / 100).unwrap_or(0)
}

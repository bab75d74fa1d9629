//! What is known of a meter when it is judged.
//!
//! What always holds: registers stand here only if the device vouched for them (its report was opened with the link
//! key) and had not halted: a halted device does not know its registers and reports zeros.

use link::h::FindingKind;
use link::{ErrorCounts, Finding};
use serde::{Deserialize, Serialize};
use terms::equations::{MeanUse, Seconds, mean_use};
use terms::{Money, Registers, Serial};

/// What the centre knows of a meter. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The meter.
    pub serial: Serial,
    /// The smallest least postage that ever applied to it.
    pub least_postage: Money,
    /// Its registers as they were seen last.
    pub registers: Option<Registers>,
    /// As they were seen the time before; not from before a service reset, which may set them back.
    pub registers_before: Option<Registers>,
    /// As they were right after the last refill; not from before a service reset.
    pub after_refill: Option<Registers>,
    /// What the books say.
    pub books: Books,
    /// Its refills.
    pub refills: RefillHistory,
    /// When it was last heard.
    pub contact_ms: Option<i64>,
    /// When it called by itself, as far back as the settings look.
    pub automatic_calls_ms: Vec<i64>,
    /// When it found itself suspicious and said so, if nothing has settled that since.
    pub signalled_ms: Option<i64>,
    /// Whether it has changed its link key after a manipulation.
    pub has_changed_key: bool,
    /// The errors it counted since its counters were cleared.
    pub errors: ErrorCounts,
    /// The newest entries of its log.
    pub findings: Vec<Finding>,
    /// What the post found.
    pub post_findings: Vec<PostFinding>,
    /// Who marked it by hand, if somebody did.
    pub marked: Option<HandMark>,
    /// The commit of its last inspection: entries of the log up to that are settled.
    pub settled_commit: u64,
    /// When it was last inspected: what the post found and how often it called by itself until then is settled.
    pub settled_ms: Option<i64>,
}

impl Facts {
    /// A meter of which nothing is known yet.
    pub fn unseen(serial: Serial, least_postage: Money) -> Facts {
        Facts {
            serial,
            least_postage,
            registers: None,
            registers_before: None,
            after_refill: None,
            books: Books::default(),
            refills: RefillHistory::default(),
            contact_ms: None,
            automatic_calls_ms: Vec::new(),
            signalled_ms: None,
            has_changed_key: false,
            errors: ErrorCounts::default(),
            findings: Vec::new(),
            post_findings: Vec::new(),
            marked: None,
            settled_commit: 0,
            settled_ms: None,
        }
    }

    /// Whether what happened then is not settled by an inspection, the centre's or the post's.
    pub(super) fn is_unsettled(&self, at_ms: i64) -> bool {
        let in_order =
            self.post_findings.iter().filter(|finding| finding.kind == FindingKind::InspectedInOrder);
        let settled_ms = in_order.map(|finding| finding.at_ms).chain(self.settled_ms).max();
        settled_ms.is_none_or(|settled_ms| at_ms > settled_ms)
    }
}

/// Something the post found about a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostFinding {
    /// What.
    pub kind: FindingKind,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
}

/// Somebody's own suspicion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandMark {
    /// Whose.
    pub by: String,
    /// Since when, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
}

/// What the books say of a meter's credit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// The sum of the grants that the meter is known to have taken: what R3 must be.
    pub granted: Money,
    /// The grant that it may have taken, in minor units; less than zero where credit is taken back.
    pub open_minor: Option<i64>,
}

/// The refills of a meter, in sum: what the forecast needs and no more, so that a million fit into memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefillHistory {
    /// How many.
    pub count: u32,
    /// When the first was, if there is one.
    pub first_ms: i64,
    /// When the last was.
    pub last_ms: i64,
    /// What the last brought.
    pub last: Money,
    /// What all before the last brought, less what was taken back until the last.
    pub before_last: Money,
    /// What was taken back since the last.
    pub taken_back: Money,
}

impl RefillHistory {
    /// The history of these grants, the oldest first: amount in minor units and time.
    ///
    /// An amount less than zero is no refill: it lessens what there was to use.
    pub fn new(grants: impl IntoIterator<Item = (i64, i64)>) -> RefillHistory {
        let mut history = RefillHistory::default();
        for (amount_minor, at_ms) in grants {
            history.push(amount_minor, at_ms);
        }
        history
    }

    /// Takes in the next grant: amount in minor units and time.
    pub fn push(&mut self, amount_minor: i64, at_ms: i64) {
        let Ok(refill @ 1..) = u64::try_from(amount_minor) else {
            self.taken_back =
                Money::from_minor(self.taken_back.minor().saturating_add(amount_minor.unsigned_abs()));
            return;
        };
        if self.count == 0 {
            self.first_ms = at_ms;
        }
        let given = self.before_last.minor().saturating_add(self.last.minor());
        self.before_last = Money::from_minor(given.saturating_sub(self.taken_back.minor()));
        self.taken_back = Money::ZERO;
        self.count = self.count.saturating_add(1);
        self.last_ms = at_ms;
        self.last = Money::from_minor(refill);
    }

    /// How long it is from the first refill to the last.
    pub fn span(&self) -> Seconds {
        seconds_between(self.first_ms, self.last_ms)
    }

    /// P_K: all credit before the last refill by the time until the last. Nothing before the second refill.
    pub fn mean_use(&self) -> Option<MeanUse> {
        (self.count >= 2).then(|| mean_use([(self.before_last, self.span())])).flatten()
    }
}

/// Whole seconds from one time to a later one; none if it is not later.
pub(super) fn seconds_between(from_ms: i64, to_ms: i64) -> Seconds {
    Seconds(u64::try_from(to_ms.saturating_sub(from_ms) / 1_000).unwrap_or(0))
}

/// A time so much later.
pub(super) fn later_ms(at_ms: i64, by: Seconds) -> i64 {
    at_ms.saturating_add(i64::try_from(by.0.saturating_mul(1_000)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    /// 20000 on day 0, 10000 on day 30, 40000 on day 50: 30000 / 50 days = 600 a day.
    #[test]
    fn the_last_refill_is_not_yet_used_and_does_not_count() {
        let grants = [(20_000, 0), (10_000, 30 * DAY_MS), (40_000, 50 * DAY_MS)];
        let history = RefillHistory::new(grants);
        assert_eq!(history.mean_use(), Some(MeanUse::from_minor_per_day(600)));
        assert_eq!((history.count, history.last), (3, Money::from_minor(40_000)));
    }

    /// 20000 on day 0, 5000 of it taken back on day 10, 10000 on day 25: 15000 / 25 days = 600 a day. What is taken back
    /// after the last refill belongs to that.
    #[test]
    fn credit_that_was_taken_back_was_not_used() {
        let grants = [(20_000, 0), (-5_000, 10 * DAY_MS), (10_000, 25 * DAY_MS), (-9_000, 26 * DAY_MS)];
        let history = RefillHistory::new(grants);
        assert_eq!(history.mean_use(), Some(MeanUse::from_minor_per_day(600)));
        assert_eq!((history.count, history.last_ms), (2, 25 * DAY_MS));
    }

    #[test]
    fn one_refill_or_two_at_once_tell_no_mean_use() {
        assert_eq!(RefillHistory::new([]).mean_use(), None);
        assert_eq!(RefillHistory::new([(20_000, 0)]).mean_use(), None);
        assert_eq!(RefillHistory::new([(20_000, 5), (20_000, 5)]).mean_use(), None);
        assert_eq!(RefillHistory::new([(20_000, 5), (20_000, -5)]).mean_use(), None);
    }
}

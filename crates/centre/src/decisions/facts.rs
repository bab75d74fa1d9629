//! What is known of a meter when it is judged.
//!
//! What always holds: registers stand here only if the device vouched for them (its report was opened with the link
//! key) and had not halted: a halted device does not know its registers and reports zeros.

use link::h::FindingKind;
use link::{ErrorCounts, Finding};
use serde::{Deserialize, Serialize};
use terms::equations::RefillHistory;
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

//! What the centre keeps of a meter beside its account, to judge it by: what it reported, how often it called by itself,
//! what the post found, and what was thought of it last.
//!
//! What always holds: only reports that agreed with the books go into it, but for the errors and findings that a meter
//! tells of itself; lists that grow with the meter's life are bounded. What it must never do: move money, or judge.

mod file;

pub use file::{MeterFile, Turn};

use crate::account::Account;
use crate::decisions::{
    Before, Books, Facts, Forecast, HandMark, PostFinding, Profile, RefillHistory, Settings, judge,
};
use link::call::Trigger;
use link::{ErrorCounts, Finding, Report};
use serde::{Deserialize, Serialize};
use terms::equations::Status;
use terms::{Money, Registers};

/// How many automatic calls are remembered, at most.
const CALLS_MAX: usize = 64;
/// How many findings of the post are remembered, at most.
const POST_FINDINGS_MAX: usize = 64;

/// What is kept of a meter beside its account. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
    /// The smallest least postage that ever applied to the meter.
    pub least_postage: Money,
    /// Its registers as they were seen the time before last.
    pub registers_before: Option<Registers>,
    /// It counts its imprints down and does not find S' by itself.
    pub is_sent_pieces: bool,
    /// Its refills.
    pub refills: RefillHistory,
    /// When it called by itself.
    pub automatic_calls_ms: Vec<i64>,
    /// It spoke with the link key it changes to after a manipulation, and not with the right one since.
    pub has_changed_key: bool,
    /// The fault that it told of last and that a service reset mends, if it has one.
    #[serde(default)]
    pub fault: Option<FaultTold>,
    /// The errors it counted since its counters were cleared.
    pub errors: ErrorCounts,
    /// The newest entries of its log.
    pub findings: Vec<Finding>,
    /// What the post found.
    pub post_findings: Vec<PostFinding>,
    /// Who marked it by hand, if somebody did.
    pub marked: Option<HandMark>,
    /// The commit of its last inspection.
    pub settled_commit: u64,
    /// When it was last inspected.
    pub settled_ms: Option<i64>,
    /// What was thought of it last.
    pub judged: Judged,
}

/// A fault that a meter told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultTold {
    /// What the reset must name.
    pub faulted_at: u64,
    /// The code that the meter shows.
    pub code: u16,
}

/// What was thought of a meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// In one word.
    pub status: Status,
    /// The codes of the reasons.
    pub codes: Vec<String>,
    /// The reasons' sentences.
    pub reasons: Vec<String>,
    /// What was expected of it.
    pub forecast: Option<Forecast>,
}

impl Dossier {
    /// The dossier of a new meter.
    pub fn new(least_postage: Money) -> Dossier {
        Dossier { least_postage, ..Dossier::default() }
    }

    /// All that is known of the meter, as the decisions take it.
    pub fn facts(&self, account: &Account) -> Facts {
        let state = account.state();
        let heard = (state.contact_ms != 0).then_some(state.contact_ms);
        Facts {
            registers: state.seen.map(|seen| seen.registers),
            registers_before: self.registers_before,
            after_refill: state.after_refill,
            books: Books {
                granted: state.granted,
                open_minor: state.open.map(|open| open.given().amount_minor),
            },
            refills: self.refills,
            contact_ms: heard,
            automatic_calls_ms: self.automatic_calls_ms.clone(),
            has_changed_key: self.has_changed_key,
            errors: self.errors,
            findings: self.findings.clone(),
            post_findings: self.post_findings.clone(),
            marked: self.marked.clone(),
            settled_commit: self.settled_commit,
            settled_ms: self.settled_ms,
            ..Facts::unseen(state.serial, self.least_postage)
        }
    }

    /// Judges the meter by all that is known.
    pub fn judge(&self, account: &Account, settings: &Settings, now_ms: i64) -> Profile {
        judge(&self.facts(account), settings, now_ms)
    }

    /// What was thought of the meter before.
    pub fn before(&self) -> Before {
        Before { status: self.judged.status, codes: self.judged.codes.clone() }
    }

    /// Keeps what is thought of the meter now.
    pub fn keep(&mut self, profile: &Profile) {
        self.judged = Judged {
            status: profile.status,
            codes: Before::from(profile).codes,
            reasons: profile.reasons.iter().map(ToString::to_string).collect(),
            forecast: Some(profile.forecast),
        };
    }

    /// Takes over what a meter tells of itself, in a call that was opened with its right key.
    fn hear(&mut self, report: &Report, before: Option<Registers>) {
        let is_reset = |finding: &&Finding| finding.kind == Finding::RESET;
        let was_reset = report.findings.iter().filter(is_reset).any(|reset| !self.findings.contains(reset));
        // A service reset may set registers back: what stood before it is nothing to compare with.
        self.registers_before = before.filter(|_| !was_reset);
        self.errors = report.errors;
        self.findings = report.findings.iter().copied().collect();
        // Only a service reset lets a meter speak with its right key again.
        self.has_changed_key = false;
    }

    /// Keeps the fault that a meter tells of, whether its registers agree with the books or not.
    fn hear_fault(&mut self, report: &Report) {
        let told = FaultTold { faulted_at: report.faulted_at, code: report.code };
        self.fault = (told.faulted_at != 0).then_some(told);
    }

    /// Counts a call.
    fn count_call(&mut self, trigger: Trigger, now_ms: i64) {
        if trigger == Trigger::Automatic {
            self.automatic_calls_ms.push(now_ms);
            let surplus = self.automatic_calls_ms.len().saturating_sub(CALLS_MAX);
            self.automatic_calls_ms.drain(..surplus);
        }
    }

    /// The meter has proved to speak with its changed link key.
    pub fn note_changed_key(&mut self) {
        self.has_changed_key = true;
    }

    /// The post found something about the meter's mail.
    pub fn note_post_finding(&mut self, finding: PostFinding) {
        if !self.post_findings.contains(&finding) {
            self.post_findings.push(finding);
            let surplus = self.post_findings.len().saturating_sub(POST_FINDINGS_MAX);
            self.post_findings.drain(..surplus);
        }
    }

    /// The meter was inspected, and what was known until then is settled.
    pub fn note_inspected(&mut self, account: &Account, now_ms: i64) {
        self.settled_commit = account.state().seen.map_or(0, |seen| seen.commit);
        self.settled_ms = Some(now_ms);
        self.marked = None;
        self.has_changed_key = false;
    }
}

//! A meter's profile: what is thought of it and why (EP 0 660 269, [154] to [156]; EP 0 660 270).
//!
//! What always holds: a status other than okay has reasons, and is the gravest of them.

use super::facts::{Facts, PostFinding};
use super::forecast::{Forecast, heard_ms};
use super::reason::{Period, Reason};
use super::registers::{compare_registers, registers_against_books};
use super::settings::Settings;
use serde::{Deserialize, Serialize};
use terms::equations::{Seconds, Status, SuspicionValue, v_susp1, v_susp2};

/// What is thought of a meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// In one word.
    pub status: Status,
    /// Why, if not okay.
    pub reasons: Vec<Reason>,
    /// What is expected of it.
    pub forecast: Forecast,
    /// V_susp1 in thousandths; nothing without registers, or where no money at all stands against pieces.
    pub v_life_per_mille: Option<u64>,
    /// V_susp2 in thousandths; nothing where nothing was spent since the last refill.
    pub v_refill_per_mille: Option<u64>,
}

/// Judges a meter by all that is known at this time, in milliseconds since 1970-01-01 UTC.
pub fn judge(facts: &Facts, settings: &Settings, now_ms: i64) -> Profile {
    let forecast = Forecast::new(facts, settings);
    let (life, refill) = values(facts, settings);
    let mut reasons = Vec::new();
    register_reasons(facts, &mut reasons);
    for (since, value) in [(Period::Life, &life), (Period::LastRefill, &refill)] {
        reasons.extend(value.and_then(|value| too_little(since, &value, settings)));
    }
    reasons.extend(overdue(facts, &forecast, now_ms));
    reasons.extend(automatic_calls(facts, settings, now_ms));
    device_reasons(facts, settings, &mut reasons);
    reasons.extend(facts.marked.clone().map(Reason::Marked));
    let post = facts.post_findings.iter().filter(|finding| facts.is_unsettled(finding.at_ms));
    reasons.extend(post.map(|&PostFinding { kind, at_ms }| Reason::Post { kind, at_ms }));
    Profile {
        status: reasons.iter().map(Reason::status).max().unwrap_or_default(),
        reasons,
        forecast,
        v_life_per_mille: life.and_then(|value| value.per_mille()),
        v_refill_per_mille: refill.and_then(|value| value.per_mille()),
    }
}

/// V_susp1 and V_susp2.
fn values(facts: &Facts, settings: &Settings) -> (Option<SuspicionValue>, Option<SuspicionValue>) {
    let least_postage = settings.thresholds.least_postage(facts.least_postage);
    let Some(now) = &facts.registers else { return (None, None) };
    // Once credit has moved since, the state after the last refill is not the one to compare with.
    let then = facts.after_refill.filter(|then| then.r3 == now.r3);
    (Some(v_susp1(now, least_postage)), then.and_then(|then| v_susp2(&then, now, least_postage)))
}

fn too_little(since: Period, value: &SuspicionValue, settings: &Settings) -> Option<Reason> {
    let status = settings.thresholds.thresholds().status(value);
    let value_per_mille = value.per_mille();
    (status > Status::Okay).then_some(Reason::PaidTooLittle { since, value_per_mille, status })
}

fn register_reasons(facts: &Facts, reasons: &mut Vec<Reason>) {
    let Some(now) = &facts.registers else { return };
    reasons.extend(registers_against_books(now, facts.books));
    for before in [facts.registers_before, facts.after_refill].into_iter().flatten() {
        for reason in compare_registers(&before, now) {
            // Both earlier states mostly tell the same: the first that tells a thing stands.
            if !reasons.iter().any(|known| known.code() == reason.code()) {
                reasons.push(reason);
            }
        }
    }
}

fn overdue(facts: &Facts, forecast: &Forecast, now_ms: i64) -> Option<Reason> {
    let (heard_ms, due_ms) = heard_ms(facts).zip(forecast.overdue_ms)?;
    (now_ms > due_ms).then_some(Reason::Overdue { heard_ms, due_ms })
}

fn automatic_calls(facts: &Facts, settings: &Settings, now_ms: i64) -> Option<Reason> {
    let rule = settings.automatic_calls;
    let window = Seconds::from_days(rule.within_days);
    let counts = |at_ms: &&i64| window.after_ms(**at_ms) > now_ms && facts.is_unsettled(**at_ms);
    let count = u32::try_from(facts.automatic_calls_ms.iter().filter(counts).count()).unwrap_or(u32::MAX);
    let is_repetition = rule.count > 0 && count >= rule.count;
    is_repetition.then_some(Reason::AutomaticCalls { count, within_days: rule.within_days })
}

/// What the device itself says.
fn device_reasons(facts: &Facts, settings: &Settings, reasons: &mut Vec<Reason>) {
    reasons.extend(facts.signalled_ms.map(|at_ms| Reason::OwnSignal { at_ms }));
    if facts.has_changed_key {
        reasons.push(Reason::ChangedKey);
    }
    for limit in settings.errors.iter().filter(|limit| limit.count > 0) {
        let count = facts.errors.of(limit.kind);
        if count >= limit.count {
            reasons.push(Reason::Errors { kind: limit.kind, count });
        }
    }
    let traces = facts.findings.iter().filter(|finding| finding.is_manipulation());
    let unsettled = traces.filter(|finding| finding.commit > facts.settled_commit);
    reasons.extend(unsettled.map(|finding| Reason::Trace { kind: finding.kind, commit: finding.commit }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::{Books, HandMark, Preset, RefillHistory};
    use link::h::FindingKind;
    use link::{ErrorCounts, ErrorKind, Finding};
    use terms::{Money, Registers, Serial};

    const DAY_MS: i64 = 86_400_000;

    const fn money(minor: u64) -> Money {
        Money::from_minor(minor)
    }

    /// A meter in order: 1000 granted 100 days ago and 1000 10 days ago; 1100 spent with 50 pieces.
    fn facts() -> Facts {
        let now = Registers { r1: money(900), r2: money(1_100), r3: money(2_000), r4: 50, r8: 52 };
        let then = Registers { r1: money(1_200), r2: money(800), r3: money(2_000), r4: 38, r8: 40 };
        let mut facts = Facts::unseen(Serial::new(7).unwrap(), money(20));
        facts.registers = Some(now);
        facts.registers_before = Some(then);
        facts.after_refill = Some(then);
        facts.books = Books { granted: money(2_000), open_minor: None };
        facts.refills = RefillHistory::new([(1_000, -100 * DAY_MS), (1_000, -10 * DAY_MS)]);
        facts.contact_ms = Some(0);
        facts
    }

    fn judged(change: impl FnOnce(&mut Facts)) -> Profile {
        let mut facts = facts();
        change(&mut facts);
        judge(&facts, &Settings::default(), DAY_MS)
    }

    fn check(change: impl FnOnce(&mut Facts), status: Status, codes: &[&str]) {
        let profile = judged(change);
        let found: Vec<_> = profile.reasons.iter().map(Reason::code).collect();
        assert_eq!((profile.status, found.as_slice()), (status, codes));
    }

    /// V_susp1 = 50 · 20 / 1100 = 0.909; V_susp2 = (50 - 38) · 20 / (1200 - 900) = 0.8.
    #[test]
    fn a_meter_in_order_is_okay_and_its_profile_tells_its_values() {
        let profile = judged(|_| ());
        assert_eq!((profile.status, profile.reasons.len()), (Status::Okay, 0));
        assert_eq!((profile.v_life_per_mille, profile.v_refill_per_mille), (Some(909), Some(800)));
    }

    /// 56 pieces at 20 cost 1120 at the least, and 1100 was accounted; since the refill 18 cost 360, and 300 was.
    #[test]
    fn too_many_pieces_for_the_money_are_suspicious_over_life_and_since_the_refill() {
        let pieces = |r4| move |facts: &mut Facts| facts.registers.as_mut().unwrap().r4 = r4;
        check(pieces(52), Status::Okay, &[]);
        let both = |r4| {
            move |facts: &mut Facts| {
                let now = facts.registers.as_mut().unwrap();
                (now.r4, now.r8) = (r4, r4);
            }
        };
        check(both(55), Status::Suspicious, &["paid_too_little"]);
        check(both(56), Status::Suspicious, &["paid_too_little", "paid_too_little"]);
        check(both(276), Status::Manipulated, &["paid_too_little", "paid_too_little"]);
    }

    #[test]
    fn the_sources_thresholds_are_kinder() {
        let mut facts = facts();
        let now = facts.registers.as_mut().unwrap();
        (now.r4, now.r8) = (56, 56);
        let settings = Settings { thresholds: Preset::Source, ..Settings::default() };
        assert_eq!(judge(&facts, &settings, DAY_MS).status, Status::Okay);
    }

    #[test]
    fn a_state_before_credit_moved_is_not_compared() {
        // Since the snapshot 500 were taken back: what is missing from R1 was not spent.
        let change = |facts: &mut Facts| {
            let now = facts.registers.as_mut().unwrap();
            (now.r1, now.r3, facts.books.granted) = (money(400), money(1_500), money(1_500));
        };
        assert_eq!(judged(change).v_refill_per_mille, None);
        check(change, Status::Okay, &[]);
    }

    #[test]
    fn registers_speak_against_a_meter() {
        check(|facts| facts.books.granted = money(1_999), Status::Manipulated, &["credit_never_granted"]);
        check(|facts| facts.books.granted = money(2_001), Status::Suspicious, &["credit_missing"]);
        let fell = |facts: &mut Facts| {
            let now = facts.registers.as_mut().unwrap();
            (now.r1, now.r2) = (money(1_210), money(790));
            (now.r4, now.r8) = (38, 40);
        };
        check(fell, Status::Manipulated, &["spending_fell"]);
    }

    #[test]
    fn silence_beyond_the_forecast_is_suspicious_until_the_meter_is_heard() {
        // 1000 in 90 days: the last 1000 last 90 days and a tenth, 99 days.
        let at = |contact_ms, now_ms| {
            let mut facts = facts();
            facts.contact_ms = contact_ms;
            judge(&facts, &Settings::default(), now_ms).status
        };
        assert_eq!(at(None, 89 * DAY_MS), Status::Okay);
        assert_eq!(at(None, 89 * DAY_MS + 100_000), Status::Suspicious);
        assert_eq!(at(Some(89 * DAY_MS), 89 * DAY_MS + 100_000), Status::Okay);
    }

    #[test]
    fn automatic_calls_count_within_their_time_and_since_the_last_inspection() {
        let calls = |days: [i64; 3]| days.map(|day| day * DAY_MS).to_vec();
        check(
            |facts| facts.automatic_calls_ms = calls([-40, -20, 0]),
            Status::Suspicious,
            &["automatic_calls"],
        );
        check(|facts| facts.automatic_calls_ms = calls([-90, -20, 0]), Status::Okay, &[]);
        let inspected = |facts: &mut Facts| {
            facts.automatic_calls_ms = calls([-40, -20, 0]);
            facts.settled_ms = Some(-30 * DAY_MS);
        };
        check(inspected, Status::Okay, &[]);
    }

    #[test]
    fn what_the_device_says_of_itself_counts_until_an_inspection_settles_it() {
        check(|facts| facts.has_changed_key = true, Status::Manipulated, &["changed_key"]);
        check(|facts| facts.signalled_ms = Some(0), Status::Suspicious, &["own_signal"]);
        let opened = |facts: &mut Facts| facts.errors.count(ErrorKind::Openings);
        check(opened, Status::Suspicious, &["errors"]);
        // A wrong password or a refused request happens to anybody.
        let clumsy = |facts: &mut Facts| {
            let mut counters = [999; ErrorKind::ALL.len()];
            counters[ErrorKind::Openings as usize..=ErrorKind::Program as usize].fill(0);
            facts.errors = ErrorCounts::from_counters(counters);
        };
        check(clumsy, Status::Okay, &[]);
        let trace = Finding { kind: Finding::ROLLED_BACK, commit: 10, ..Finding::NONE };
        let healed = Finding { kind: Finding::HEALED, commit: 11, ..Finding::NONE };
        check(|facts| facts.findings = vec![trace, healed], Status::Suspicious, &["trace"]);
        let settled = |facts: &mut Facts| (facts.findings, facts.settled_commit) = (vec![trace], 10);
        check(settled, Status::Okay, &[]);
    }

    #[test]
    fn what_the_post_or_a_person_found_counts_until_an_inspection_settles_it() {
        let found =
            |kind| move |facts: &mut Facts| facts.post_findings = vec![PostFinding { kind, at_ms: 5 }];
        check(found(FindingKind::Forged), Status::Suspicious, &["post"]);
        check(found(FindingKind::CreditExceeded), Status::Manipulated, &["post"]);
        let settled = |facts: &mut Facts| {
            found(FindingKind::CreditExceeded)(facts);
            facts.settled_ms = Some(5);
        };
        check(settled, Status::Okay, &[]);
        let inspected = |facts: &mut Facts| {
            facts.post_findings = [(FindingKind::Forged, 5), (FindingKind::InspectedInOrder, 6)]
                .map(|(kind, at_ms)| PostFinding { kind, at_ms })
                .to_vec();
        };
        check(inspected, Status::Okay, &[]);
        let mark = HandMark { by: "A. Miller".to_owned(), at_ms: 0 };
        check(|facts| facts.marked = Some(mark), Status::Suspicious, &["marked"]);
    }

    #[test]
    fn a_meter_that_was_never_seen_is_okay() {
        let facts = Facts::unseen(Serial::new(7).unwrap(), money(20));
        assert_eq!(judge(&facts, &Settings::default(), i64::MAX).status, Status::Okay);
    }
}

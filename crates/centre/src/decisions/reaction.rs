//! What is done about a suspicion: reactions a) to d) of EP 0 660 270, each with who, when and why.
//!
//! What always holds: nothing here stops a meter; a reaction is recorded when a meter's status changes or a reason of
//! a new kind comes up, and not again while they stay; every mark that is set is taken away when the meter is in order again.

use super::profile::Profile;
use super::reason::Reason;
use super::settings::Settings;
use link::Task;
use serde::{Deserialize, Serialize};
use terms::Serial;
use terms::equations::{Seconds, Status};

/// Something that is done about a meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The meter.
    pub serial: Serial,
    /// What is done.
    pub kind: ReactionKind,
    /// Who decided it.
    pub by: Cause,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Why: the reasons' sentences.
    pub why: Vec<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionKind {
    /// a) Call the meter, or its customer by voice, to make up for the call that is overdue.
    AskForCall,
    /// b) Inspect it on site unless it has called and been found in order by then.
    InspectUnlessHeard {
        /// By then, in milliseconds since 1970-01-01 UTC.
        until_ms: i64,
    },
    /// Inspect it on site in any case (EP 0 660 269, [144]; manipulated meters).
    Inspect,
    /// c) Tell the post what is thought of it now.
    TellPost {
        /// What is thought of it.
        status: Status,
    },
    /// d) Set or take away the mark in its imprints.
    MarkImprints {
        /// Whether they carry the mark from now on.
        on: bool,
    },
    /// Compare the paper of an imprint that was claimed as spoiled with what the post saw. Nothing is thought of the meter
    /// by that: the spoiled paper itself may have gone into the mail.
    ComparePapers,
}

/// Who decided a reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The regular run over all meters.
    RegularRun,
    /// A call of the meter.
    Call,
    /// What the post reported.
    Post,
    /// A person.
    Person(String),
}

impl ReactionKind {
    /// The order for the meter that carries it out, where one does.
    pub const fn task(self) -> Option<Task> {
        match self {
            ReactionKind::MarkImprints { on } => Some(Task::Suspicion(on)),
            _ => None,
        }
    }
}

/// What was thought of a meter before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// In one word.
    pub status: Status,
    /// The codes of the reasons.
    pub codes: Vec<String>,
}

impl From<&Profile> for Before {
    fn from(profile: &Profile) -> Before {
        Before {
            status: profile.status,
            codes: profile.reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        }
    }
}

/// What is to be done now that a meter of which this was thought before has this profile.
pub fn reactions(
    serial: Serial,
    before: &Before,
    profile: &Profile,
    settings: &Settings,
    by: &Cause,
    now_ms: i64,
) -> Vec<Reaction> {
    let why: Vec<String> = profile.reasons.iter().map(Reason::to_string).collect();
    let reaction = |kind| Reaction { serial, kind, by: by.clone(), at_ms: now_ms, why: why.clone() };
    kinds(before, profile, settings, now_ms).into_iter().map(reaction).collect()
}

fn kinds(before: &Before, profile: &Profile, settings: &Settings, now_ms: i64) -> Vec<ReactionKind> {
    let status = profile.status;
    let is_new = |code: &str| !before.codes.iter().any(|known| known == code);
    let is_newly = |code| is_new(code) && profile.reasons.iter().any(|reason| reason.code() == code);
    let is_marked = |status| status > Status::Okay;
    let is_beyond_doubt = status > before.status && status == Status::Manipulated;
    let mut kinds = Vec::new();
    if is_newly("overdue") {
        kinds.push(ReactionKind::AskForCall);
    }
    if is_beyond_doubt || is_newly("automatic_calls") {
        kinds.push(ReactionKind::Inspect);
    } else if status > before.status {
        let until_ms = Seconds::from_days(settings.inspect_within_days).after_ms(now_ms);
        kinds.push(ReactionKind::InspectUnlessHeard { until_ms });
    }
    if is_marked(status) != is_marked(before.status) {
        kinds.push(ReactionKind::MarkImprints { on: is_marked(status) });
    }
    if status != before.status || profile.reasons.iter().any(|reason| is_new(reason.code())) {
        kinds.push(ReactionKind::TellPost { status });
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::{Facts, Forecast};
    use terms::Money;

    const DAY_MS: i64 = 86_400_000;

    fn profile(reasons: Vec<Reason>) -> Profile {
        let facts = Facts::unseen(Serial::new(7).unwrap(), Money::from_minor(20));
        Profile {
            status: reasons.iter().map(Reason::status).max().unwrap_or_default(),
            reasons,
            forecast: Forecast::new(&facts, &Settings::default()),
            v_life_per_mille: None,
            v_refill_per_mille: None,
        }
    }

    fn decided(before: &Before, now: &Profile) -> Vec<ReactionKind> {
        let serial = Serial::new(7).unwrap();
        let reactions = reactions(serial, before, now, &Settings::default(), &Cause::RegularRun, DAY_MS);
        reactions.iter().map(|reaction| reaction.kind).collect()
    }

    const OVERDUE: Reason = Reason::Overdue { heard_ms: 0, due_ms: 1 };
    const CALLS: Reason = Reason::AutomaticCalls { count: 3, within_days: 90 };

    #[test]
    fn an_overdue_meter_is_asked_to_call_marked_and_reported_and_not_stopped() {
        let kinds = decided(&Before::default(), &profile(vec![OVERDUE]));
        let until_ms = 31 * DAY_MS;
        assert_eq!(
            kinds,
            [
                ReactionKind::AskForCall,
                ReactionKind::InspectUnlessHeard { until_ms },
                ReactionKind::MarkImprints { on: true },
                ReactionKind::TellPost { status: Status::Suspicious },
            ]
        );
        let tasks: Vec<Task> = kinds.into_iter().filter_map(ReactionKind::task).collect();
        assert_eq!(tasks, [Task::Suspicion(true)]);
    }

    #[test]
    fn a_manipulated_meter_is_inspected_and_not_stopped() {
        let kinds = decided(&Before::default(), &profile(vec![Reason::ChangedKey]));
        assert!(kinds.contains(&ReactionKind::Inspect));
        assert!(!kinds.iter().any(|kind| matches!(kind.task(), Some(Task::Stop(_)))));
    }

    #[test]
    fn nothing_is_done_twice_while_the_suspicion_stays() {
        let suspect = profile(vec![OVERDUE]);
        assert_eq!(decided(&Before::from(&suspect), &suspect), []);
    }

    #[test]
    fn a_repetition_of_automatic_calls_is_inspected_though_the_meter_was_suspicious_already() {
        let before = Before::from(&profile(vec![OVERDUE]));
        let kinds = decided(&before, &profile(vec![OVERDUE, CALLS]));
        assert_eq!(kinds, [ReactionKind::Inspect, ReactionKind::TellPost { status: Status::Suspicious }]);
    }

    #[test]
    fn a_meter_in_order_again_loses_its_mark_and_the_post_hears_of_it() {
        let before = Before::from(&profile(vec![OVERDUE]));
        assert_eq!(
            decided(&before, &profile(vec![])),
            [ReactionKind::MarkImprints { on: false }, ReactionKind::TellPost { status: Status::Okay }]
        );
    }

    #[test]
    fn each_reaction_says_who_when_and_why() {
        let serial = Serial::new(7).unwrap();
        let by = Cause::Person("A. Miller".to_owned());
        let before = Before::default();
        for reaction in reactions(serial, &before, &profile(vec![OVERDUE]), &Settings::default(), &by, DAY_MS)
        {
            assert_eq!((reaction.serial, reaction.by, reaction.at_ms), (serial, by.clone(), DAY_MS));
            assert_eq!(reaction.why, ["it was last heard on 1970-01-01 and was due by 1970-01-01"]);
        }
    }
}

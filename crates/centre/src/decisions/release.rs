//! Whether a meter goes on without an inspection after it was heard (EP 0 660 269, [143]).

use super::profile::Profile;
use super::reason::Reason;
use super::settings::Settings;
use terms::equations::Seconds;

/// What becomes of a meter that gave a signal and then called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// It called soon and its registers are in order: it goes on without an inspection.
    WithoutInspection,
    /// It called too late after its signal.
    TooLate {
        /// After so long.
        after: Seconds,
    },
    /// Something stands against it.
    Objected(Vec<Reason>),
}

/// Decides on a meter that gave its signal and called at these times, in milliseconds since 1970-01-01 UTC.
///
/// `profile` is the judgement by what the call has brought. That the meter gave a signal, and that it was not heard for
/// too long, is what the call answers, and no objection.
pub fn release(profile: &Profile, signalled_ms: i64, called_ms: i64, settings: &Settings) -> Release {
    let is_answered = |reason: &Reason| matches!(reason, Reason::OwnSignal { .. } | Reason::Overdue { .. });
    let objections: Vec<Reason> =
        profile.reasons.iter().filter(|reason| !is_answered(reason)).cloned().collect();
    let after = Seconds::between_ms(signalled_ms, called_ms);
    if !objections.is_empty() {
        Release::Objected(objections)
    } else if after > Seconds(u64::from(settings.release_within_hours) * 3_600) {
        Release::TooLate { after }
    } else {
        Release::WithoutInspection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::{Facts, Forecast};
    use terms::equations::Status;
    use terms::{Money, Serial};

    const HOUR_MS: i64 = 3_600_000;

    fn released(reasons: Vec<Reason>, called_ms: i64) -> Release {
        let facts = Facts::unseen(Serial::new(7).unwrap(), Money::from_minor(20));
        let profile = Profile {
            status: Status::Suspicious,
            reasons,
            forecast: Forecast::new(&facts, &Settings::default()),
            v_life_per_mille: None,
            v_refill_per_mille: None,
        };
        release(&profile, 0, called_ms, &Settings::default())
    }

    #[test]
    fn a_meter_that_calls_soon_after_its_signal_needs_no_inspection() {
        let signal = vec![Reason::OwnSignal { at_ms: 0 }, Reason::Overdue { heard_ms: 0, due_ms: 1 }];
        assert_eq!(released(signal, 72 * HOUR_MS), Release::WithoutInspection);
    }

    #[test]
    fn a_late_call_leads_to_an_inspection() {
        let after = Seconds(72 * 3_600 + 1);
        assert_eq!(released(vec![], 72 * HOUR_MS + 1_000), Release::TooLate { after });
    }

    #[test]
    fn registers_that_are_objected_to_lead_to_an_inspection_however_soon_the_call() {
        let fell = Reason::SpendingFell { before: Money::from_minor(2), now: Money::from_minor(1) };
        let reasons = vec![Reason::OwnSignal { at_ms: 0 }, fell.clone()];
        assert_eq!(released(reasons, 1), Release::Objected(vec![fell]));
    }
}

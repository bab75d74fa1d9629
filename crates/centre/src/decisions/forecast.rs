//! When a meter's next refill is due (EP 0 660 270, equations 1, 2, 7 to 13).
//!
//! What always holds: a refill or a call starts the waiting anew, since who is heard regularly is not suspect.

use super::facts::Facts;
use super::settings::Settings;
use serde::{Deserialize, Serialize};
use terms::equations::{Expectation, MeanUse, UseClass};

/// What is expected of a meter. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// P_K, where its refills tell it.
    pub mean_use: Option<MeanUse>,
    /// Its class.
    pub class: UseClass,
    /// When the next refill is expected; not before there was a first one.
    pub refill_ms: Option<i64>,
    /// From when on it is overdue unless it is heard.
    pub overdue_ms: Option<i64>,
}

impl Forecast {
    /// The forecast for a meter.
    pub fn new(facts: &Facts, settings: &Settings) -> Forecast {
        let history = &facts.refills;
        let r1_after = facts.after_refill.map_or(history.last, |registers| registers.r1);
        let Expectation { mean_use, class, to_refill, silence } =
            settings.forecast_rule().expect(history, r1_after);
        let refilled_ms = (history.count > 0).then_some(history.last_ms);
        Forecast {
            mean_use,
            class,
            refill_ms: refilled_ms.map(|at_ms| to_refill.after_ms(at_ms)),
            overdue_ms: heard_ms(facts).map(|at_ms| silence.after_ms(at_ms)),
        }
    }
}

/// When a meter that was ever filled was last filled or heard.
pub(super) fn heard_ms(facts: &Facts) -> Option<i64> {
    let refilled_ms = (facts.refills.count > 0).then_some(facts.refills.last_ms)?;
    Some(facts.contact_ms.map_or(refilled_ms, |contact_ms| contact_ms.max(refilled_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::{OverdueRule, RefillHistory};
    use terms::equations::PerMille;
    use terms::{Money, Registers, Serial};

    const DAY_MS: i64 = 86_400_000;

    fn facts(grants: &[(i64, i64)]) -> Facts {
        let mut facts = Facts::unseen(Serial::new(1).unwrap(), Money::from_minor(20));
        facts.refills = RefillHistory::new(grants.iter().map(|(minor, day)| (*minor, day * DAY_MS)));
        facts
    }

    /// 600 a day is class B (500 to 10000). The last refill of 30000 lasts 50 days, with a tenth more 55: day 105.
    #[test]
    fn the_next_refill_is_due_when_the_last_is_used_up_and_a_tenth_later() {
        let forecast = Forecast::new(&facts(&[(30_000, 0), (30_000, 50)]), &Settings::default());
        assert_eq!(forecast.class, UseClass::B);
        assert_eq!(forecast.refill_ms, Some(105 * DAY_MS));
        assert_eq!(forecast.overdue_ms, Some(105 * DAY_MS));
    }

    /// With 10000 left before the refill and α = 0.9: (30000 + 9000) / 600 = 65 days: day 115.
    #[test]
    fn what_was_left_makes_the_next_refill_later_by_the_second_rule() {
        let settings = Settings { overdue_rule: OverdueRule::Credit, ..Settings::default() };
        assert_eq!(settings.factors.b, PerMille(900));
        let mut facts = facts(&[(30_000, 0), (30_000, 50)]);
        let money = Money::from_minor;
        facts.after_refill =
            Some(Registers { r1: money(40_000), r2: money(20_000), r3: money(60_000), r4: 100, r8: 100 });
        assert_eq!(Forecast::new(&facts, &settings).refill_ms, Some(115 * DAY_MS));
    }

    #[test]
    fn without_history_the_class_of_new_meters_counts_from_the_first_refill() {
        let settings = Settings::default();
        let none = Forecast::new(&facts(&[]), &settings);
        assert_eq!((none.class, none.refill_ms, none.overdue_ms), (UseClass::A, None, None));
        let first = Forecast::new(&facts(&[(30_000, 7)]), &settings);
        assert_eq!((first.class, first.mean_use), (UseClass::A, None));
        assert_eq!(first.refill_ms, Some(187 * DAY_MS));
    }

    #[test]
    fn a_call_starts_the_waiting_anew_and_the_forecast_stays() {
        let mut facts = facts(&[(30_000, 0), (30_000, 50)]);
        facts.contact_ms = Some(100 * DAY_MS);
        let forecast = Forecast::new(&facts, &Settings::default());
        assert_eq!(forecast.refill_ms, Some(105 * DAY_MS));
        assert_eq!(forecast.overdue_ms, Some(155 * DAY_MS));
    }
}

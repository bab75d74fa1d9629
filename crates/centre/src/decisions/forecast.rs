//! When a meter's next refill is due (EP 0 660 270, equations 1, 2, 7 to 13).
//!
//! What always holds: a refill or a call starts the waiting anew, since who is heard regularly is not suspect; refills
//! close together tell no mean use, so that loading twice in an hour makes nobody overdue.

use super::facts::{Facts, later_ms};
use super::settings::{OverdueRule, Settings};
use serde::{Deserialize, Serialize};
use terms::Money;
use terms::equations::{
    MeanUse, Seconds, UseClass, disposition_factor, time_for_credit, time_for_last_refill, use_class,
};

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
        let is_long_enough = history.span() >= Seconds::from_days(settings.least_history_days);
        let mean_use = history.mean_use().filter(|_| is_long_enough);
        let class = mean_use.map_or(settings.new_meter_class, |mean| use_class(mean, &settings.bounds));
        let time = mean_use
            .and_then(|mean| time_to_refill(facts, settings, mean))
            .unwrap_or(settings.typical_time(class));
        let refilled_ms = (history.count > 0).then_some(history.last_ms);
        let silence = time.max(Seconds::from_days(settings.least_silence_days));
        Forecast {
            mean_use,
            class,
            refill_ms: refilled_ms.map(|at_ms| later_ms(at_ms, time)),
            overdue_ms: heard_ms(facts).map(|at_ms| later_ms(at_ms, silence)),
        }
    }
}

/// When a meter that was ever filled was last filled or heard.
pub(super) fn heard_ms(facts: &Facts) -> Option<i64> {
    let refilled_ms = (facts.refills.count > 0).then_some(facts.refills.last_ms)?;
    Some(facts.contact_ms.map_or(refilled_ms, |contact_ms| contact_ms.max(refilled_ms)))
}

/// The time the last refill lasts, by the rule that is set; nothing where only the class's typical time tells it.
fn time_to_refill(facts: &Facts, settings: &Settings, mean: MeanUse) -> Option<Seconds> {
    let refill = facts.refills.last;
    match settings.overdue_rule {
        OverdueRule::LastRefill => time_for_last_refill(refill, mean, settings.surcharge),
        OverdueRule::Credit => {
            let r1_after = facts.after_refill.map_or(refill, |registers| registers.r1);
            let r1_before = r1_after.checked_sub(refill).unwrap_or(Money::ZERO);
            let factor = disposition_factor(mean, &settings.bounds, &settings.factors);
            time_for_credit(refill, r1_before, factor, mean)
        }
        OverdueRule::Typical => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::RefillHistory;
    use terms::equations::PerMille;
    use terms::{Registers, Serial};

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

    /// Class B goes 90 days: day 140.
    #[test]
    fn a_class_has_a_typical_time_by_the_third_rule() {
        let settings = Settings { overdue_rule: OverdueRule::Typical, ..Settings::default() };
        let forecast = Forecast::new(&facts(&[(30_000, 0), (30_000, 50)]), &settings);
        assert_eq!(forecast.refill_ms, Some(140 * DAY_MS));
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
    fn refills_close_together_make_nobody_overdue() {
        let twice = Forecast::new(&facts(&[(30_000, 0), (30_000, 1)]), &Settings::default());
        assert_eq!((twice.class, twice.mean_use), (UseClass::A, None));
        assert_eq!(twice.overdue_ms, Some(181 * DAY_MS));
        // A small last refill would last half a day: the silence that everybody is granted comes first.
        let small = Forecast::new(&facts(&[(30_000, 0), (300, 50)]), &Settings::default());
        assert_eq!(small.overdue_ms, Some(64 * DAY_MS));
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

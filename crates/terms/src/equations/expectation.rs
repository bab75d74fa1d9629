//! What is expected of a meter by its refills: the forecast that the centre makes of each meter and each meter makes of
//! itself (EP 0 660 270, first variant of the check and its reaction b).
//!
//! What always holds: it takes a fixed handful of numbers and no clock, so that a device can keep them and a million fit
//! into memory; refills close together tell no mean use, so that loading twice in an hour makes nobody overdue; nobody
//! is overdue before the rule's least silence. Times are milliseconds since whatever moment the caller counts from.

use super::{
    ByClass, ClassBounds, MeanUse, PerMille, Seconds, UseClass, disposition_factor, mean_use,
    time_for_credit, time_for_last_refill, use_class,
};
use crate::Money;

/// The refills of a meter, in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
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
        Seconds::between_ms(self.first_ms, self.last_ms)
    }

    /// P_K: all credit before the last refill by the time until the last. Nothing before the second refill.
    pub fn mean_use(&self) -> Option<MeanUse> {
        (self.count >= 2).then(|| mean_use([(self.before_last, self.span())])).flatten()
    }
}

/// How the time to the next refill is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum OverdueRule {
    /// By the last refill and a surcharge (equation 2).
    #[default]
    LastRefill,
    /// By the last refill and what was left before it (equation 7).
    Credit,
    /// By the typical time of the meter's class alone.
    Typical,
}

/// Everything a forecast goes by beside the meter itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ForecastRule {
    /// How the time to the next refill is found.
    pub rule: OverdueRule,
    /// Where the classes meet.
    pub bounds: ClassBounds,
    /// The class of a meter without history.
    pub new_meter_class: UseClass,
    /// α.
    pub factors: ByClass<PerMille>,
    /// 1/β.
    pub surcharge: PerMille,
    /// t_A, t_B, t_C.
    pub typical: ByClass<Seconds>,
    /// Refills must span so long before the forecast rests on them.
    pub least_history: Seconds,
    /// No meter is overdue before it was silent for so long.
    pub least_silence: Seconds,
}

/// What is expected of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// P_K, where its refills tell it.
    pub mean_use: Option<MeanUse>,
    /// Its class.
    pub class: UseClass,
    /// How long from its last refill to the next.
    pub to_refill: Seconds,
    /// How long it may be silent: beyond that it is overdue.
    pub silence: Seconds,
}

impl ForecastRule {
    /// What is expected of a meter with this history and this R1 right after its last refill.
    pub fn expect(&self, history: &RefillHistory, r1_after: Money) -> Expectation {
        let mean_use = history.mean_use().filter(|_| history.span() >= self.least_history);
        let class = mean_use.map_or(self.new_meter_class, |mean| use_class(mean, &self.bounds));
        let by_use = mean_use.and_then(|mean| self.time_by_use(history.last, r1_after, mean));
        let to_refill = by_use.unwrap_or(self.typical.of(class));
        Expectation { mean_use, class, to_refill, silence: to_refill.max(self.least_silence) }
    }

    /// The time the last refill lasts; nothing where only the class's typical time tells it.
    fn time_by_use(&self, refill: Money, r1_after: Money, mean: MeanUse) -> Option<Seconds> {
        match self.rule {
            OverdueRule::LastRefill => time_for_last_refill(refill, mean, self.surcharge),
            OverdueRule::Credit => {
                let r1_before = r1_after.checked_sub(refill).unwrap_or(Money::ZERO);
                let factor = disposition_factor(mean, &self.bounds, &self.factors);
                time_for_credit(refill, r1_before, factor, mean)
            }
            OverdueRule::Typical => None,
        }
    }
}

impl Expectation {
    /// Whether a meter that was last filled or heard at this time is overdue now.
    pub fn is_overdue(&self, heard_ms: i64, now_ms: i64) -> bool {
        now_ms > self.silence.after_ms(heard_ms)
    }
}

impl Seconds {
    /// Whole seconds from one time to a later one; none if it is not later.
    pub const fn between_ms(from_ms: i64, to_ms: i64) -> Seconds {
        let passed_ms = to_ms.saturating_sub(from_ms);
        if passed_ms > 0 { Seconds(passed_ms as u64 / 1_000) } else { Seconds(0) }
    }

    /// The time so much after another.
    pub const fn after_ms(self, at_ms: i64) -> i64 {
        let length_ms = self.0.saturating_mul(1_000);
        at_ms.saturating_add(if length_ms > i64::MAX as u64 { i64::MAX } else { length_ms as i64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY_MS: i64 = 86_400_000;

    const fn money(minor: u64) -> Money {
        Money::from_minor(minor)
    }

    const RULE: ForecastRule = ForecastRule {
        rule: OverdueRule::LastRefill,
        bounds: ClassBounds {
            a_b: MeanUse::from_minor_per_day(500),
            b_c: MeanUse::from_minor_per_day(10_000),
        },
        new_meter_class: UseClass::A,
        factors: ByClass { a: PerMille(1_000), b: PerMille(900), c: PerMille(800) },
        surcharge: PerMille(100),
        typical: ByClass { a: Seconds::from_days(180), b: Seconds::from_days(90), c: Seconds::from_days(45) },
        least_history: Seconds::from_days(30),
        least_silence: Seconds::from_days(14),
    };

    fn history(grants: &[(i64, i64)]) -> RefillHistory {
        RefillHistory::new(grants.iter().map(|(minor, day)| (*minor, day * DAY_MS)))
    }

    /// 20000 on day 0, 10000 on day 30, 40000 on day 50: 30000 / 50 days = 600 a day.
    #[test]
    fn the_last_refill_is_not_yet_used_and_does_not_count() {
        let history = history(&[(20_000, 0), (10_000, 30), (40_000, 50)]);
        assert_eq!(history.mean_use(), Some(MeanUse::from_minor_per_day(600)));
        assert_eq!((history.count, history.last), (3, money(40_000)));
    }

    /// 20000 on day 0, 5000 of it taken back on day 10, 10000 on day 25: 15000 / 25 days = 600 a day. What is taken back
    /// after the last refill belongs to that.
    #[test]
    fn credit_that_was_taken_back_was_not_used() {
        let history = history(&[(20_000, 0), (-5_000, 10), (10_000, 25), (-9_000, 26)]);
        assert_eq!(history.mean_use(), Some(MeanUse::from_minor_per_day(600)));
        assert_eq!((history.count, history.last_ms), (2, 25 * DAY_MS));
    }

    #[test]
    fn one_refill_or_two_at_once_tell_no_mean_use() {
        for grants in [&[][..], &[(20_000, 0)], &[(20_000, 5), (20_000, 5)], &[(20_000, 5), (20_000, -5)]] {
            assert_eq!(history(grants).mean_use(), None);
        }
    }

    /// 600 a day is class B (500 to 10000). The last refill of 30000 lasts 50 days, with a tenth more 55.
    #[test]
    fn the_next_refill_is_expected_when_the_last_is_used_up_and_a_tenth_later() {
        let expected = RULE.expect(&history(&[(30_000, 0), (30_000, 50)]), money(30_000));
        assert_eq!((expected.class, expected.to_refill), (UseClass::B, Seconds::from_days(55)));
        assert!(!expected.is_overdue(0, 55 * DAY_MS) && expected.is_overdue(0, 55 * DAY_MS + 1));
    }

    /// With 10000 left before the refill and α = 0.9: (30000 + 9000) / 600 = 65 days.
    #[test]
    fn what_was_left_makes_the_next_refill_later_by_the_second_rule() {
        let rule = ForecastRule { rule: OverdueRule::Credit, ..RULE };
        let expected = rule.expect(&history(&[(30_000, 0), (30_000, 50)]), money(40_000));
        assert_eq!(expected.to_refill, Seconds::from_days(65));
    }

    #[test]
    fn a_class_has_a_typical_time_by_the_third_rule() {
        let rule = ForecastRule { rule: OverdueRule::Typical, ..RULE };
        let expected = rule.expect(&history(&[(30_000, 0), (30_000, 50)]), money(30_000));
        assert_eq!(expected.to_refill, Seconds::from_days(90));
    }

    #[test]
    fn refills_close_together_make_nobody_overdue() {
        let twice = RULE.expect(&history(&[(30_000, 0), (30_000, 1)]), money(60_000));
        assert_eq!((twice.class, twice.mean_use), (UseClass::A, None));
        assert_eq!(twice.silence, Seconds::from_days(180));
        // A small last refill would last half a day: the silence that everybody is granted comes first.
        let small = RULE.expect(&history(&[(30_000, 0), (300, 50)]), money(300));
        assert_eq!(small.silence, Seconds::from_days(14));
    }

    proptest! {
        #[test]
        fn every_history_has_an_expectation(
            grants in proptest::collection::vec((any::<i64>(), any::<i64>()), 0..6), r1 in any::<u64>(),
            times in any::<[i64; 2]>(),
        ) {
            let history = RefillHistory::new(grants);
            for rule in [OverdueRule::LastRefill, OverdueRule::Credit, OverdueRule::Typical] {
                let expected = ForecastRule { rule, ..RULE }.expect(&history, money(r1));
                prop_assert!(expected.silence >= RULE.least_silence);
                let _ = expected.is_overdue(times[0], times[1]);
                prop_assert!(!expected.is_overdue(times[0], times[0]));
            }
        }
    }
}

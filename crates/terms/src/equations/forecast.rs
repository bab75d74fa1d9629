//! How much a customer uses, and when the next refill is due (EP 0 660 270, equations 1, 2, 7 and 16).

use super::{PerMille, clamp_u64, divide_half_up};
use crate::Money;

const DAY_S: u128 = 86_400;
/// Thousandths of a minor unit per day, from minor units per second.
const THOUSANDTHS_PER_DAY: u128 = 1_000 * DAY_S;

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Seconds(pub u64);

impl Seconds {
    /// So many days.
    pub const fn from_days(days: u32) -> Seconds {
        Seconds(days as u64 * DAY_S as u64)
    }
}

/// A mean use P of postage, in thousandths of a minor unit per day: a cent a week is 143.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct MeanUse(u64);

impl MeanUse {
    /// A use of so many thousandths of a minor unit per day.
    pub const fn from_thousandths_per_day(thousandths: u64) -> MeanUse {
        MeanUse(thousandths)
    }

    /// A use of so many minor units per day.
    pub const fn from_minor_per_day(minor: u32) -> MeanUse {
        MeanUse(minor as u64 * 1_000)
    }

    /// In thousandths of a minor unit per day.
    pub const fn thousandths_per_day(self) -> u64 {
        self.0
    }

    /// In minor units per day, rounded half up.
    pub const fn minor_per_day(self) -> Money {
        Money::from_minor(self.0 / 1_000 + if self.0 % 1_000 >= 500 { 1 } else { 0 })
    }
}

/// Equation 1: P = ΣG / Σt over the refills G and the times t until the refill after each.
///
/// `None` if no time has passed.
pub fn mean_use(periods: impl IntoIterator<Item = (Money, Seconds)>) -> Option<MeanUse> {
    let (credit, time) =
        periods.into_iter().fold((0_u128, 0_u128), |(credit, time), (refill, until_next)| {
            (credit.saturating_add(refill.minor().into()), time.saturating_add(until_next.0.into()))
        });
    divide_half_up(credit.saturating_mul(THOUSANDTHS_PER_DAY), time).map(clamp_u64).map(MeanUse)
}

/// Equation 16: P = W / (t_A - t_L), the use since the last refill, which was `since` ago.
///
/// `None` if no time has passed.
pub fn use_since_refill(used: Money, since: Seconds) -> Option<MeanUse> {
    mean_use([(used, since)])
}

/// Equation 2: t = G/P · (1 + 1/β), the time the last refill lasts, with a surcharge for what is usual to vary.
///
/// `None` if nothing is used.
pub fn time_for_last_refill(refill: Money, mean: MeanUse, surcharge: PerMille) -> Option<Seconds> {
    // At most 64 + 27 + 33 bits.
    let numerator = u128::from(refill.minor()) * THOUSANDTHS_PER_DAY * (1_000 + u128::from(surcharge.0));
    divide_half_up(numerator, 1_000 * u128::from(mean.0)).map(clamp_u64).map(Seconds)
}

/// Equation 7: t = (G + R1·α) / P, the time a refill lasts beside what was left before it.
///
/// `None` if nothing is used.
pub fn time_for_credit(refill: Money, r1: Money, factor: PerMille, mean: MeanUse) -> Option<Seconds> {
    let credit_thousandths =
        u128::from(refill.minor()) * 1_000 + u128::from(r1.minor()) * u128::from(factor.0);
    // At most 97 + 27 bits.
    divide_half_up(credit_thousandths * THOUSANDTHS_PER_DAY, 1_000 * u128::from(mean.0))
        .map(clamp_u64)
        .map(Seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn money(minor: u64) -> Money {
        Money::from_minor(minor)
    }

    /// 20000 in 30 days and 10000 in 20 days: 30000 / 50 days = 600 a day.
    #[test]
    fn the_mean_use_is_all_credit_by_all_time() {
        let periods = [(money(20_000), Seconds::from_days(30)), (money(10_000), Seconds::from_days(20))];
        assert_eq!(mean_use(periods), Some(MeanUse::from_minor_per_day(600)));
        assert_eq!(mean_use([]), None);
        assert_eq!(mean_use([(money(1), Seconds(0))]), None);
    }

    /// 1 in 7 days is 142.857 thousandths a day, rounded to 143; 1 in 16 days is 62.5, rounded to 63.
    #[test]
    fn a_mean_use_is_rounded_half_up_to_thousandths() {
        let in_days = |days| use_since_refill(money(1), Seconds::from_days(days)).unwrap();
        assert_eq!(in_days(7).thousandths_per_day(), 143);
        assert_eq!(in_days(16).thousandths_per_day(), 63);
    }

    /// W = 4500 in 9 days: 500 a day.
    #[test]
    fn the_use_since_the_last_refill_is_what_was_used_by_the_time() {
        let used = use_since_refill(money(4_500), Seconds::from_days(9)).unwrap();
        assert_eq!(used.minor_per_day(), money(500));
    }

    /// G = 30000, P = 600 a day: 50 days, and with 1/β = 0.1 it is 55 days.
    #[test]
    fn the_last_refill_lasts_its_amount_by_the_mean_use_and_a_tenth() {
        let mean = MeanUse::from_minor_per_day(600);
        assert_eq!(time_for_last_refill(money(30_000), mean, PerMille(100)), Some(Seconds::from_days(55)));
        assert_eq!(time_for_last_refill(money(30_000), mean, PerMille(0)), Some(Seconds::from_days(50)));
        assert_eq!(time_for_last_refill(money(30_000), MeanUse::default(), PerMille(100)), None);
    }

    /// G = 30000, R1 = 10000, α = 0.6, P = 600 a day: 36000 / 600 = 60 days.
    #[test]
    fn what_was_left_before_a_refill_lasts_by_its_factor() {
        let mean = MeanUse::from_minor_per_day(600);
        let time = time_for_credit(money(30_000), money(10_000), PerMille(600), mean);
        assert_eq!(time, Some(Seconds::from_days(60)));
    }

    /// A refill of 1 at 3 a day lasts a third of a day, 28800 s; at 7 a day 12342.857 s, rounded to 12343 s.
    #[test]
    fn a_time_is_rounded_half_up_to_seconds() {
        let lasts =
            |minor| time_for_credit(money(1), money(0), PerMille(0), MeanUse::from_minor_per_day(minor));
        assert_eq!(lasts(3), Some(Seconds(28_800)));
        assert_eq!(lasts(7), Some(Seconds(12_343)));
    }

    proptest! {
        #[test]
        fn no_number_overflows(
            refill in any::<u64>(), r1 in any::<u64>(), mean in any::<u64>(), factor in any::<u32>(),
            times in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..5),
        ) {
            let mean = MeanUse::from_thousandths_per_day(mean);
            let _ = mean.minor_per_day();
            let _ = time_for_last_refill(money(refill), mean, PerMille(factor));
            let _ = time_for_credit(money(refill), money(r1), PerMille(factor), mean);
            let _ = mean_use(times.iter().map(|(credit, time)| (money(*credit), Seconds(*time))));
        }

        #[test]
        fn more_credit_never_lasts_less_and_more_use_never_longer(
            refill in any::<u64>(), r1 in any::<u64>(), mean in 1..u64::MAX, factor in any::<u32>(),
        ) {
            let time = |refill, r1, mean| {
                let mean = MeanUse::from_thousandths_per_day(mean);
                (
                    time_for_last_refill(money(refill), mean, PerMille(factor)),
                    time_for_credit(money(refill), money(r1), PerMille(factor), mean),
                )
            };
            let (last, credit) = time(refill, r1, mean);
            let (longer_last, longer_credit) = time(refill.saturating_add(1), r1.saturating_add(1), mean);
            let (shorter_last, shorter_credit) = time(refill, r1, mean + 1);
            prop_assert!(longer_last >= last && longer_credit >= credit);
            prop_assert!(shorter_last <= last && shorter_credit <= credit);
        }

        #[test]
        fn the_surcharge_never_shortens_the_time(refill in any::<u64>(), mean in 1..u64::MAX, surcharge in any::<u32>()) {
            let mean = MeanUse::from_thousandths_per_day(mean);
            let with = time_for_last_refill(money(refill), mean, PerMille(surcharge));
            prop_assert!(with >= time_for_last_refill(money(refill), mean, PerMille(0)));
        }
    }
}

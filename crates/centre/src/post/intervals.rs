//! Where a meter's MV can be, by the registers that were seen (EP 0 660 270, claims 22 and 26 to 28).
//!
//! What always holds: an honest imprint made after the reading `since` and before the next refill lies in the interval,
//! whatever was franked. What a refill that the list does not know of allows lies outside: a station that holds an
//! imprint later than the list against it learns nothing from that.

use imprint::numbers::MonotoneKind;
use link::h::MvInterval;
use terms::{Money, Registers, Serial};

/// What an interval is made of.
#[derive(Clone, Copy, Debug)]
pub struct MvBasis {
    /// The meter.
    pub serial: Serial,
    /// The epoch of its profile.
    pub epoch: u16,
    /// What its MV is.
    pub kind: MonotoneKind,
    /// The second number since the last refill, where MV starts again with it.
    pub second: Option<u64>,
    /// A reading so old that no mail from before it is under way any more.
    pub since: Registers,
    /// The newest reading.
    pub now: Registers,
    /// The reading right after the last refill.
    pub after_refill: Registers,
    /// Credit of a grant that the meter may have taken since.
    pub open: Money,
    /// The least postage.
    pub least_postage: Money,
    /// How many imprints of value zero are allowed for.
    pub zero_values: u64,
    /// When the newest reading was taken, in milliseconds since 1970-01-01 UTC.
    pub seen_ms: i64,
}

/// The interval; nothing for the kinds of MV that registers do not bound, time and physical quantities.
pub fn mv_interval(basis: &MvBasis) -> Option<MvInterval> {
    let MvBasis { serial, epoch, second, seen_ms, .. } = *basis;
    let (least, greatest) = bounds(basis)?;
    let second = second.filter(|_| basis.kind.restarts_at_refill());
    Some(MvInterval { serial, epoch, second, least, greatest, seen_ms })
}

fn bounds(basis: &MvBasis) -> Option<(u64, u64)> {
    let MvBasis { since, now, after_refill, open, .. } = *basis;
    let credit = |r1: Money| r1.minor().saturating_add(open.minor());
    // An imprint with a value costs one minor unit at least, whatever the least postage is said to be.
    let each = basis.least_postage.minor().max(1);
    let pieces = |r1: Money| (credit(r1) / each).saturating_add(basis.zero_values);
    let bounds = match basis.kind {
        MonotoneKind::SumOfPostage => {
            (since.r2.minor().saturating_add(each), now.r2.minor().saturating_add(credit(now.r1)))
        }
        MonotoneKind::Pieces => (since.r8.saturating_add(1), now.r8.saturating_add(pieces(now.r1))),
        MonotoneKind::SumSinceRefill => (each, credit(after_refill.r1)),
        MonotoneKind::PiecesSinceRefill => (1, pieces(after_refill.r1)),
        MonotoneKind::RemainingCredit => (0, credit(after_refill.r1).checked_sub(each)?),
        MonotoneKind::Time | MonotoneKind::TimeSinceRefill | MonotoneKind::Physical => return None,
    };
    (bounds.0 <= bounds.1).then_some(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use imprint::numbers::Counts;
    use proptest::prelude::*;

    fn registers(r1: u64, r2: u64, r4: u64, r8: u64) -> Registers {
        let money = Money::from_minor;
        Registers { r1: money(r1), r2: money(r2), r3: money(r1 + r2), r4, r8 }
    }

    fn basis(kind: MonotoneKind, since: Registers, now: Registers, after_refill: Registers) -> MvBasis {
        MvBasis {
            serial: Serial::new(1).unwrap(),
            epoch: 1,
            kind,
            second: Some(4),
            since,
            now,
            after_refill,
            open: Money::ZERO,
            least_postage: Money::from_minor(20),
            zero_values: 50,
            seen_ms: 0,
        }
    }

    /// Since R2 = 100 and R8 = 5; filled to R1 = 1000 at R2 = 200; now R1 = 900, R2 = 300, R8 = 12.
    #[test]
    fn each_kind_is_bounded_by_what_the_credit_buys() {
        let (since, then, now) =
            (registers(0, 100, 5, 5), registers(1_000, 200, 9, 10), registers(900, 300, 11, 12));
        let interval =
            |kind| mv_interval(&basis(kind, since, now, then)).map(|i| (i.second, i.least, i.greatest));
        assert_eq!(interval(MonotoneKind::SumOfPostage), Some((None, 120, 1_200)));
        assert_eq!(interval(MonotoneKind::Pieces), Some((None, 6, 12 + 45 + 50)));
        assert_eq!(interval(MonotoneKind::SumSinceRefill), Some((Some(4), 20, 1_000)));
        assert_eq!(interval(MonotoneKind::PiecesSinceRefill), Some((Some(4), 1, 50 + 50)));
        assert_eq!(interval(MonotoneKind::RemainingCredit), Some((Some(4), 0, 980)));
        for kind in [MonotoneKind::Time, MonotoneKind::TimeSinceRefill, MonotoneKind::Physical] {
            assert_eq!(interval(kind), None);
        }
    }

    #[test]
    fn a_grant_that_may_have_been_taken_widens_the_interval() {
        let now = registers(900, 300, 11, 12);
        let open = Money::from_minor(500);
        let wide = MvBasis { open, ..basis(MonotoneKind::SumOfPostage, now, now, now) };
        assert_eq!(mv_interval(&wide).unwrap().greatest, 1_700);
    }

    #[test]
    fn a_meter_without_credit_has_no_interval_of_money() {
        let empty = registers(0, 300, 11, 12);
        assert_eq!(mv_interval(&basis(MonotoneKind::SumOfPostage, empty, empty, empty)), None);
        assert_eq!(mv_interval(&basis(MonotoneKind::RemainingCredit, empty, empty, empty)), None);
    }

    proptest! {
        /// A meter frees itself of its credit in any way; the centre reads its registers at any place in between.
        #[test]
        fn every_honest_imprint_since_the_refill_lies_in_the_interval(
            values in proptest::collection::vec(prop_oneof![Just(0), Just(20), 20_u64..300], 1..60),
            seen in any::<prop::sample::Index>(),
        ) {
            let then = registers(10_000, 5_000, 40, 44);
            let mut states = vec![then];
            let mut imprints = Vec::new();
            for value in values {
                let last = *states.last().unwrap();
                if last.r1.minor() < value {
                    continue;
                }
                let valued = u64::from(value > 0);
                let next = registers(last.r1.minor() - value, last.r2.minor() + value, last.r4 + valued, last.r8 + 1);
                states.push(next);
                imprints.push((next, Money::from_minor(value)));
            }
            let now = *seen.get(&states);
            for kind in MonotoneKind::ALL {
                let Some(interval) = mv_interval(&basis(kind, then, now, then)) else { continue };
                for (registers, postage) in &imprints {
                    let counts = Counts {
                        registers: *registers,
                        r2_at_refill: then.r2,
                        r8_at_refill: then.r8,
                        time_tenths: 0,
                        time_at_refill_tenths: 0,
                        physical: 0,
                    };
                    // Zero values under a sum are marked by the pieces, which this interval is not about.
                    if kind.marked_by_pieces(*postage) {
                        continue;
                    }
                    let mv = kind.value(&counts, *postage).unwrap();
                    prop_assert!((interval.least..=interval.greatest).contains(&mv), "{kind:?} {mv} {interval:?}");
                }
            }
        }
    }
}

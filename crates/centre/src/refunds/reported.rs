//! Whether the registers that a meter last reported include an imprint: what they do not include may still be taken off
//! its credit where it is settled as lost, and would then be paid twice.
//!
//! What always holds: where the registers bound MV, they decide; where they do not (time, an MV of which the row has only
//! the last digits), a report that came in after the claim does, since the imprint was there by then.

use super::Identity;
use crate::account::State;
use imprint::numbers::{MonotoneKind, Profile, Quantity};
use terms::Registers;
use terms::equations::RefillHistory;

/// A physical quantity ends in the complement of the pieces to this number.
const PIECES: u64 = 1_000_000;

/// What an imprint is held against.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'a> {
    /// The profile of its epoch.
    pub profile: &'a Profile,
    /// The meter's account.
    pub state: &'a State,
    /// Its refills.
    pub refills: &'a RefillHistory,
    /// The day of its last refill, counted from 2000-01-01.
    pub refill_day: u32,
    /// When the claim came in, in milliseconds since 1970 UTC.
    pub taken_ms: i64,
}

/// Whether the meter has reported the imprint.
pub fn is_reported(imprint: &Identity, reported: &Reported<'_>) -> bool {
    let Some(seen) = reported.state.seen else { return false };
    by_registers(imprint, reported, &seen.registers).unwrap_or(seen.at_ms > reported.taken_ms)
}

/// Nothing where the registers do not tell.
fn by_registers(imprint: &Identity, reported: &Reported<'_>, now: &Registers) -> Option<bool> {
    let mv = imprint.mv;
    match reported.profile.monotone {
        MonotoneKind::SumOfPostage => Some(mv <= now.r2.minor()),
        MonotoneKind::Pieces => Some(mv <= now.r8),
        MonotoneKind::Physical => {
            let pieces = PIECES - 1 - mv % PIECES;
            // How long ago it was made, if it was: what lies ahead is nearly a whole round ago.
            Some((now.r8 % PIECES + PIECES - pieces) % PIECES < PIECES / 2)
        }
        MonotoneKind::SumSinceRefill if is_of_last_refill(imprint, reported) => {
            let then = reported.state.after_refill?;
            Some(now.r2.checked_sub(then.r2).is_some_and(|sum| mv <= sum.minor()))
        }
        MonotoneKind::PiecesSinceRefill if is_of_last_refill(imprint, reported) => {
            let then = reported.state.after_refill?;
            Some(now.r8.checked_sub(then.r8).is_some_and(|pieces| mv <= pieces))
        }
        MonotoneKind::RemainingCredit if is_of_last_refill(imprint, reported) => Some(mv >= now.r1.minor()),
        _ => None,
    }
}

/// Whether the row says that no refill came between the imprint and the one that is known as the last.
fn is_of_last_refill(imprint: &Identity, reported: &Reported<'_>) -> bool {
    let Reported { profile, refills, refill_day, .. } = *reported;
    let number = |kind| MonotoneKind::second_number(kind, u64::from(refills.count), refill_day);
    let digits = profile.place(Quantity::SecondNumber).map(|place| u32::from(place.digits));
    let last = profile
        .second
        .zip(digits)
        .map(|(second, digits)| number(second.kind) % 10_u64.saturating_pow(digits));
    imprint.second.is_some() && imprint.second == last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Account, Seen};
    use imprint::numbers::{Counts, physical_quantity};
    use proptest::prelude::*;
    use terms::{Money, Serial};

    fn registers(r1: u64, r2: u64, r8: u64) -> Registers {
        let money = Money::from_minor;
        Registers { r1: money(r1), r2: money(r2), r3: money(r1 + r2), r4: r8, r8 }
    }

    fn profile(kind: MonotoneKind) -> Profile {
        let name = if kind.restarts_at_refill() { "fig4a" } else { "p1" };
        Profile { monotone: kind, ..Profile::named(name).unwrap() }
    }

    /// The fourth refill left 10 000 at R2 = 5 000 and R8 = 44.
    fn state(now: Registers, at_ms: i64) -> State {
        let mut state = Account::new(Serial::new(7).unwrap()).state().clone();
        state.after_refill = Some(registers(10_000, 5_000, 44));
        state.seen = Some(Seen { at_ms, commit: 1, seal: 1, registers: now });
        state
    }

    fn check(kind: MonotoneKind, mv: u64, state: &State) -> bool {
        let refills = RefillHistory { count: 4, ..RefillHistory::default() };
        let profile = profile(kind);
        let reported =
            Reported { profile: &profile, state, refills: &refills, refill_day: 9_800, taken_ms: 1_000 };
        let second = profile.second.map(|_| 4);
        is_reported(&Identity { epoch: 1, second, mv }, &reported)
    }

    #[test]
    fn what_registers_do_not_bound_waits_for_a_report_that_came_after_the_claim() {
        let now = registers(9_000, 6_000, 50);
        for (at_ms, is_reported) in [(1_000, false), (1_001, true)] {
            assert_eq!(check(MonotoneKind::Time, 5, &state(now, at_ms)), is_reported);
        }
        let mut unheard = state(now, 2_000);
        unheard.seen = None;
        assert!(!check(MonotoneKind::Time, 5, &unheard));
    }

    #[test]
    fn an_imprint_of_another_refill_waits_for_such_a_report_too() {
        let fig4a = profile(MonotoneKind::SumSinceRefill);
        let refills = RefillHistory { count: 5, ..RefillHistory::default() };
        let imprint = Identity { epoch: 1, second: Some(4), mv: 1 };
        for (at_ms, expected) in [(1_000, false), (1_001, true)] {
            let state = state(registers(9_000, 6_000, 50), at_ms);
            let reported = Reported {
                profile: &fig4a,
                state: &state,
                refills: &refills,
                refill_day: 0,
                taken_ms: 1_000,
            };
            assert_eq!(is_reported(&imprint, &reported), expected);
        }
    }

    proptest! {
        /// A meter franks; the centre hears it at some place in between. What came before is reported, what came after is
        /// not, whatever MV counts.
        #[test]
        fn what_was_made_before_the_report_is_reported_and_nothing_else(
            values in proptest::collection::vec(20_u64..90, 1..60),
            heard in any::<prop::sample::Index>(),
            pieces_before in prop_oneof![Just(44_u64), Just(999_970), Just(1_999_999)],
        ) {
            let then = registers(10_000, 5_000, pieces_before);
            let mut states = vec![then];
            let mut imprints = Vec::new();
            let mut physical = None;
            for value in values {
                let last = *states.last().unwrap();
                let now = registers(last.r1.minor() - value, last.r2.minor() + value, last.r8 + 1);
                physical = physical_quantity(physical, 300, now.r8);
                states.push(now);
                imprints.push((now, Money::from_minor(value), physical.unwrap()));
            }
            let place = heard.index(states.len());
            let mut state = state(states[place], 0);
            state.after_refill = Some(then);
            for kind in MonotoneKind::ALL {
                if matches!(kind, MonotoneKind::Time | MonotoneKind::TimeSinceRefill) {
                    continue;
                }
                for (at, (registers, postage, physical)) in imprints.iter().enumerate() {
                    let counts = Counts {
                        registers: *registers,
                        r2_at_refill: then.r2,
                        r8_at_refill: then.r8,
                        time_tenths: 0,
                        time_at_refill_tenths: 0,
                        physical: *physical,
                    };
                    let mv = kind.value(&counts, *postage).unwrap();
                    prop_assert_eq!(check(kind, mv, &state), at < place, "{:?} {}", kind, mv);
                }
            }
        }
    }
}

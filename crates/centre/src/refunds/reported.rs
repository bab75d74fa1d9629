//! Whether the registers that a meter last reported include an imprint: what they do not include may still be taken off
//! its credit where it is settled as lost, and would then be paid twice.
//!
//! What always holds: where the registers bound MV, they decide; where they do not (time, what counts from a refill), the
//! meter must have answered a call that was opened after the claim came in: the imprint was there by then. Only an answer
//! tells, since a call's opening may have been made long before it was heard. A meter that has handed back its credit has
//! reported everything.

use super::Identity;
use crate::account::{Service, State};
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
    if matches!(reported.state.service, Service::Withdrawn { .. }) {
        return true;
    }
    let Some(seen) = reported.state.seen else { return false };
    let by_registers = by_registers(imprint, reported, &seen.registers);
    by_registers.unwrap_or(reported.state.answered_ms > reported.taken_ms)
}

/// Nothing where the registers do not tell.
fn by_registers(imprint: &Identity, reported: &Reported<'_>, now: &Registers) -> Option<bool> {
    if reported.profile.cuts_monotone() {
        return None;
    }
    let mv = imprint.mv;
    match reported.profile.monotone {
        MonotoneKind::SumOfPostage => Some(mv <= now.r2.minor()),
        MonotoneKind::Pieces => Some(mv <= now.r8),
        MonotoneKind::Physical => {
            let pieces = PIECES - 1 - mv % PIECES;
            // How long ago it was made, if it was: what lies ahead is nearly a whole round ago.
            Some((now.r8 % PIECES + PIECES - pieces) % PIECES < PIECES / 2)
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

    fn state(now: Registers, at_ms: i64) -> State {
        let mut state = Account::new(Serial::new(7).unwrap()).state().clone();
        state.seen = Some(Seen { at_ms, commit: 1, seal: 1, epoch: 1, registers: now });
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

    /// What the registers do not bound, whatever they say.
    const UNBOUND: [MonotoneKind; 4] = [
        MonotoneKind::Time,
        MonotoneKind::TimeSinceRefill,
        MonotoneKind::SumSinceRefill,
        MonotoneKind::PiecesSinceRefill,
    ];

    #[test]
    fn what_registers_do_not_bound_waits_for_an_answer_in_a_call_after_the_claim() {
        let mut state = state(registers(9_000, 6_000, 50), 2_000);
        for kind in UNBOUND {
            for (answered_ms, is_reported) in [(0, false), (1_000, false), (1_001, true)] {
                state.answered_ms = answered_ms;
                assert_eq!(check(kind, 5, &state), is_reported, "{kind:?} {answered_ms}");
            }
        }
        state.seen = None;
        assert!(!check(MonotoneKind::Time, 5, &state));
    }

    #[test]
    fn an_imprint_of_another_refill_waits_for_such_an_answer_too() {
        let credit = profile(MonotoneKind::RemainingCredit);
        let refills = RefillHistory { count: 5, ..RefillHistory::default() };
        let imprint = Identity { epoch: 1, second: Some(4), mv: u64::MAX };
        for (answered_ms, expected) in [(1_000, false), (1_001, true)] {
            let mut state = state(registers(9_000, 6_000, 50), 2_000);
            state.answered_ms = answered_ms;
            let reported = Reported {
                profile: &credit,
                state: &state,
                refills: &refills,
                refill_day: 0,
                taken_ms: 1_000,
            };
            assert_eq!(is_reported(&imprint, &reported), expected);
        }
    }

    #[test]
    fn a_meter_that_has_left_has_reported_everything() {
        let mut state = state(registers(0, 6_000, 50), 2_000);
        assert!(!check(MonotoneKind::Pieces, 51, &state));
        state.service = Service::Withdrawn { at_ms: 2_000 };
        assert!(check(MonotoneKind::Pieces, 51, &state) && check(MonotoneKind::Time, 5, &state));
    }

    proptest! {
        /// A meter franks; the centre hears it at some place in between. What came before is reported, what came after is
        /// not, whatever MV the registers bound counts.
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
            let state = state(states[place], 0);
            for kind in MonotoneKind::ALL {
                if UNBOUND.contains(&kind) {
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

//! Flow control finds every part that is left out, done twice or strange to its routine.

use proptest::prelude::*;
use psd::supervision::flow::{Deviation, Flow, FlowFault, Part, Routine, Steps, product};
use psd::supervision::routines::{ROUTINES, franking, grant, routine};

const A: Part = Part { prime: 2, name: "a" };
const B: Part = Part { prime: 3, name: "b" };
const C: Part = Part { prime: 5, name: "c" };
const STRANGE: Part = Part { prime: 7, name: "strange" };
const LARGEST: Part = Part { prime: 4_294_967_291, name: "largest" };

static SMALL: Routine = Routine {
    number: 200,
    name: "small",
    parts: &[A, B, C, LARGEST],
    allowed: &[product(&[A, B]), product(&[A, C, C])],
};

fn run(routine: &'static Routine, parts: &[Part]) -> Result<(), FlowFault> {
    let mut flow = Flow::begin(routine);
    parts.iter().for_each(|part| flow.pass(*part));
    flow.end().map(drop)
}

fn deviation(routine: &'static Routine, parts: &[Part]) -> Option<(Deviation, u64)> {
    run(routine, parts).err().map(|fault| {
        assert_eq!(fault.routine, routine.number);
        (fault.deviation, fault.counter)
    })
}

#[test]
fn each_way_through_a_routine_ends_well_and_nothing_else_does() {
    assert_eq!(deviation(&SMALL, &[A, B]), None);
    assert_eq!(deviation(&SMALL, &[A, C, C]), None);
    assert_eq!(deviation(&SMALL, &[C, A, C]), None, "a product does not know an order: gates do");
    for (parts, counter) in [
        (&[][..], 1),
        (&[A], 2),
        (&[A, B, B], 18),
        (&[A, A, B], 12),
        (&[A, C], 10),
        (&[A, B, C], 30),
        (&[B, C], 15),
    ] {
        assert_eq!(deviation(&SMALL, parts), Some((Deviation::Way, counter)), "{parts:?}");
    }
}

#[test]
fn a_part_of_another_routine_is_named_with_what_had_run_before_and_stays_a_fault() {
    assert_eq!(deviation(&SMALL, &[A, STRANGE, B]), Some((Deviation::Foreign, 2)));
    assert_eq!(deviation(&franking::ROUTINE, &[grant::CREDITED]), Some((Deviation::Foreign, 1)));
}

#[test]
fn an_overflow_is_a_fault_and_no_later_part_mends_it() {
    assert_eq!(deviation(&SMALL, &[A, LARGEST, LARGEST, B]), Some((Deviation::Overflow, 2 * LARGEST.prime)));
    assert_eq!(deviation(&SMALL, &[A; 64]), Some((Deviation::Overflow, 1 << 63)));
    assert_eq!(deviation(&SMALL, &[A; 66]), Some((Deviation::Overflow, 1 << 63)), "the first one is told");
    let mut flow = Flow::begin(&SMALL);
    (0..64).for_each(|_| flow.pass(A));
    assert_eq!(flow.gate(&[0, 1, 1 << 63]).map_err(|fault| fault.deviation), Err(Deviation::Overflow));
    assert_eq!(flow.factors().count(), 0);
    assert_eq!(flow.leave().map_err(|fault| fault.deviation), Err(Deviation::Overflow));
}

#[test]
fn a_gate_holds_what_ran_so_far_against_what_must_have_run() {
    let mut flow = Flow::begin(&SMALL);
    flow.pass(A);
    assert!(flow.gate(&[2]).is_ok());
    let fault = FlowFault { routine: 200, deviation: Deviation::Gate, counter: 2 };
    assert_eq!(flow.gate(&[3, 6]), Err(fault));
    assert_eq!(flow.gate(&[]), Err(fault));
    flow.pass(B);
    assert!(flow.end().is_ok());
}

#[test]
fn a_run_that_is_left_early_must_have_been_the_beginning_of_a_way() {
    for (parts, allowed) in [
        (&[][..], true),
        (&[A], true),
        (&[A, C], true),
        (&[A, C, C], true),
        (&[A, A], false),
        (&[B, C], false),
        (&[A, B, C], false),
    ] {
        let mut flow = Flow::begin(&SMALL);
        parts.iter().for_each(|part| flow.pass(*part));
        assert_eq!(flow.leave().is_ok(), allowed, "{parts:?}");
    }
}

#[test]
fn the_factors_of_a_counter_say_which_parts_ran_how_often() {
    let factors =
        |counter| SMALL.factors(counter).map(|(part, count)| (part.name, count)).collect::<Vec<_>>();
    assert_eq!(factors(2 * 2 * 2 * 5), [("a", 3), ("c", 1)]);
    assert_eq!(SMALL.foreign_factor(2 * 2 * 2 * 5), 1);
    assert_eq!(factors(3 * 49), [("b", 1)]);
    assert_eq!(SMALL.foreign_factor(3 * 49), 49);
    assert_eq!((factors(0).len(), SMALL.foreign_factor(0)), (0, 0));
    assert_eq!((factors(1).len(), SMALL.foreign_factor(1)), (0, 1));
}

#[test]
fn steps_are_counted_and_one_too_few_or_too_many_is_a_fault() {
    for (expected, taken) in [(0, 0), (1, 1), (1000, 1000)] {
        let mut steps = Steps::begin(&SMALL, expected);
        (0..taken).for_each(|_| steps.step());
        assert!(steps.end().is_ok());
    }
    for (expected, taken) in [(0, 1), (1, 0), (1000, 999), (1000, 1001), (u64::MAX, 3)] {
        let mut steps = Steps::begin(&SMALL, expected);
        (0..taken).for_each(|_| steps.step());
        let fault = FlowFault { routine: 200, deviation: Deviation::Steps, counter: taken };
        assert_eq!(steps.end(), Err(fault));
    }
}

#[test]
fn a_table_with_a_fault_in_it_is_not_sound() {
    assert!(SMALL.is_sound());
    const NINE: Part = Part { prime: 9, name: "no prime" };
    for (parts, allowed) in [
        (&[A, NINE][..], &[18][..]),
        (&[A, A], &[2]),
        (&[A, B], &[10]),
        (&[A, B], &[6, 0]),
        (&[A, B], &[1]),
        (&[A, B], &[]),
        (&[], &[]),
    ] {
        let table = Routine { number: 1, name: "x", parts, allowed };
        assert!(!table.is_sound(), "{table:?}");
    }
    assert_eq!(product(&[LARGEST, LARGEST, A]), 0, "which no sound table holds");
    assert!(!SMALL.is_apart_from(&franking::ROUTINE) && franking::ROUTINE.is_apart_from(&grant::ROUTINE));
}

#[test]
fn every_routine_is_found_by_its_number_and_none_survives_a_part_left_out_or_doubled() {
    for (routine_of, number) in ROUTINES.into_iter().zip(1..) {
        assert_eq!(routine(number), Some(routine_of));
        for way in routine_of.allowed {
            let parts: Vec<Part> = routine_of.factors(*way).map(|(part, _)| part).collect();
            assert_eq!(run(routine_of, &parts), Ok(()));
            for at in 0..parts.len() {
                let mut without = parts.clone();
                without.remove(at);
                assert!(
                    run(routine_of, &without).is_err(),
                    "{}: without {}",
                    routine_of.name,
                    parts[at].name
                );
                let mut doubled = parts.clone();
                doubled.push(parts[at]);
                assert!(run(routine_of, &doubled).is_err(), "{}: twice {}", routine_of.name, parts[at].name);
            }
        }
    }
    assert_eq!(routine(0), None);
    assert_eq!(routine(255), None);
}

#[test]
fn the_numbers_in_the_log_stay() {
    let all = [Deviation::Way, Deviation::Gate, Deviation::Foreign, Deviation::Overflow, Deviation::Steps];
    assert_eq!(all.map(Deviation::code), [1, 2, 3, 4, 5]);
    assert_eq!(
        ROUTINES.map(|routine| (routine.number, routine.name)),
        [
            (1, "franking"),
            (2, "grant"),
            (3, "order"),
            (4, "numbers of an imprint"),
            (5, "start"),
            (6, "inspection")
        ]
    );
}

proptest! {
    #[test]
    fn only_the_ways_themselves_end_well(parts in prop::collection::vec(0..9_usize, 0..14)) {
        let parts: Vec<Part> = parts.into_iter().map(|at| franking::ROUTINE.parts[at]).collect();
        let mut counted = parts.clone();
        counted.sort_by_key(|part| part.prime);
        let is_way = franking::ROUTINE.allowed.iter().any(|way| {
            let once: Vec<_> = franking::ROUTINE.factors(*way).map(|(part, _)| part).collect();
            once == counted
        });
        prop_assert_eq!(run(&franking::ROUTINE, &parts).is_ok(), is_way);
    }
}

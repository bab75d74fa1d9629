//! Run time: what is out of range, and how often it must be before it counts.

use psd::supervision::pace::{Critical, Learned, Pace, Record, Settings, judge, median_ns};

const LEARNED: Learned = Learned { debit_ns: 100_000, refill_ns: 200_000, mac_ns: 10_000 };

fn strict() -> Settings {
    Settings { factor: 3, floor_ns: 0, shortest_permille: 500, strikes: 2 }
}

#[test]
fn a_run_is_in_range_from_its_shortest_to_its_longest_time() {
    for (routine, pieces, expected_ns) in [
        (Critical::Debit, 1, 100_000),
        (Critical::Debit, 11, 200_000),
        (Critical::Refill, 1, 200_000),
        (Critical::Mac, 1, 10_000),
        (Critical::Mac, 1000, 10_000_000),
    ] {
        assert_eq!(LEARNED.expected_ns(routine, pieces), expected_ns);
        for (took_ns, pace) in [
            (0, Pace::TooShort),
            (expected_ns / 2 - 1, Pace::TooShort),
            (expected_ns / 2, Pace::InRange),
            (expected_ns * 3, Pace::InRange),
            (expected_ns * 3 + 1, Pace::TooLong),
            (u64::MAX, Pace::TooLong),
        ] {
            let judged = judge(&LEARNED, &strict(), routine, pieces, took_ns, false);
            assert_eq!(judged, pace, "{routine:?} of {pieces}: {took_ns} ns");
        }
    }
}

#[test]
fn a_debugger_that_shows_itself_is_out_of_range_whatever_the_time() {
    for learned in [LEARNED, Learned::default()] {
        assert_eq!(judge(&learned, &strict(), Critical::Debit, 1, 100_000, true), Pace::Watched);
    }
}

#[test]
fn what_was_not_learned_is_never_too_long_or_too_short() {
    let learned = Learned { mac_ns: 5, ..Learned::default() };
    for took_ns in [0, u64::MAX] {
        let judged = judge(&learned, &strict(), Critical::Debit, 1000, took_ns, false);
        assert_eq!(judged, Pace::InRange);
    }
}

#[test]
fn times_too_great_to_multiply_are_no_overflow() {
    let learned = Learned { debit_ns: u64::MAX, refill_ns: u64::MAX, mac_ns: u64::MAX };
    for routine in [Critical::Debit, Critical::Refill, Critical::Mac] {
        let judged = judge(&learned, &strict(), routine, u32::MAX, u64::MAX, false);
        assert_eq!(judged, Pace::InRange);
    }
}

#[test]
fn by_default_a_busy_machine_is_no_manipulation() {
    let settings = Settings::default();
    let mut record = Record::default();
    for (took_ns, what) in [
        (0, "a clock that stands between its steps"),
        (2_000_000, "a slow clock, a shared core and cold caches"),
        (120_000_000, "a slice that the host took away"),
    ] {
        let pace = judge(&LEARNED, &settings, Critical::Debit, 1, took_ns, false);
        assert_eq!(pace, Pace::InRange, "{what}");
        assert!(!record.note(pace, &settings));
    }
    let moved = judge(&LEARNED, &settings, Critical::Debit, 1, 3_000_000_000, false);
    assert_eq!(moved, Pace::TooLong, "a move to another host");
    assert!(!record.note(moved, &settings), "comes once");
}

#[test]
fn by_default_single_stepping_is_found_by_the_third_debit() {
    let settings = Settings::default();
    let mut record = Record::default();
    let stepped_ns = 100_000 * 4_000;
    let acts: Vec<bool> = (0..3)
        .map(|_| record.note(judge(&LEARNED, &settings, Critical::Debit, 1, stepped_ns, false), &settings))
        .collect();
    assert_eq!(acts, [false, false, true]);
}

#[test]
fn so_many_of_sixteen_runs_must_be_out_of_range() {
    let settings = Settings { strikes: 3, ..Settings::default() };
    let mut record = Record::default();
    let mut run = |pace, times| (0..times).filter(|_| record.note(pace, &settings)).count();
    assert_eq!(run(Pace::TooLong, 2), 0);
    assert_eq!(run(Pace::InRange, 13), 0);
    assert_eq!(run(Pace::TooShort, 1), 1, "three of the last sixteen");
    assert_eq!(run(Pace::TooLong, 2), 0, "acting began a new record");
    assert_eq!(run(Pace::InRange, 15), 0);
    assert_eq!(run(Pace::TooLong, 1), 0, "one of the two has gone by");
    assert_eq!(run(Pace::TooLong, 1), 0);
    assert_eq!(run(Pace::Watched, 1), 1, "a debugger counts at once");
    assert_eq!(record.out_of_range(), 0);
}

#[test]
fn a_chip_that_does_nothing_else_acts_on_the_first_run() {
    let mut record = Record::default();
    let slow = judge(&LEARNED, &Settings::CHIP, Critical::Refill, 1, 400_001, false);
    assert_eq!(slow, Pace::TooLong);
    assert!(record.note(slow, &Settings::CHIP));
    assert_eq!(judge(&LEARNED, &Settings::CHIP, Critical::Refill, 1, 49_999, false), Pace::TooShort);
}

#[test]
fn one_disturbed_trial_does_not_move_the_median() {
    assert_eq!(median_ns(&mut [5, 4, 1_000_000, 6, 5]), Some(5));
    assert_eq!(median_ns(&mut [7]), Some(7));
    assert_eq!(median_ns(&mut []), None);
}

#[test]
fn settings_that_would_never_or_always_alarm_are_refused() {
    assert_eq!(
        (Settings::default().check(), Settings::CHIP.check(), strict().check()),
        (Ok(()), Ok(()), Ok(()))
    );
    for settings in [
        Settings { factor: 1, ..strict() },
        Settings { shortest_permille: 901, ..strict() },
        Settings { strikes: 0, ..strict() },
        Settings { strikes: 17, ..strict() },
    ] {
        assert!(settings.check().is_err(), "{settings:?}");
    }
}

//! Sleeping modes and error overflow, against the sources' rules worked by hand, with simulated time.

use crate::mailroom::{Mailroom, letter, set};
use meter::machine::Machine;
use meter::routine::{Growth, Input, OverflowSettings, SleepSettings, View, misoperation_ms, overflow_ms};
use psd::{PieceMode, PieceRule, Task};
use terms::{Date, Money};

fn pieces(mode: PieceMode, step: u32, shrink: u32) -> psd::Settings {
    let pieces = PieceRule { mode, divisor: 4, shrink, step, ..PieceRule::default() };
    psd::Settings { pieces, ..psd::Settings::default() }
}

/// Prints a letter, and gives how long the machine then waits.
fn waits_ms(mailroom: &Mailroom, machine: &mut Machine) -> u64 {
    mailroom.clock.pass(machine.view().waits_ms.unwrap_or(0));
    machine.tick().unwrap();
    assert_eq!(letter(machine).len(), 1, "{:?}", machine.view());
    let waits_ms = machine.view().waits_ms.unwrap_or(0);
    mailroom.clock.pass(waits_ms);
    machine.tick().unwrap();
    assert_eq!(machine.view().state, "ready");
    waits_ms
}

/// S = 20, k = 4: S_ref = 5. At S = 5 the first warning, and S_ref falls by n = 2 to 3; at 3 the second, S_ref 1; at 1 the
/// third, S_ref 0; at 0 and ever after one with each imprint. Each lasts t_k = 2 s longer than the one before.
///
/// Claim: B14
#[test]
fn in_mode_one_each_warning_lasts_longer_and_a_call_wakes_the_meter() {
    let mut mailroom = Mailroom::with(pieces(PieceMode::Slow, 2, 2));
    mailroom.order(Task::Pieces(20));
    let mut machine = mailroom.machine();
    set(&mut machine, 70);
    let delays: Vec<u64> = (0..22).map(|_| waits_ms(&mailroom, &mut machine)).collect();
    let mut expected = vec![0; 14];
    expected.extend([2_000, 0, 4_000, 0, 6_000, 8_000, 10_000, 12_000]);
    assert_eq!(delays, expected);

    // While it waits, it does not frank, says why, and turning it off does not help.
    letter(&mut machine);
    let View { waits_ms, sentence, lamps, .. } = machine.view();
    assert_eq!((waits_ms, lamps.sleep, lamps.warn), (Some(14_000), true, true));
    assert!(sentence.contains("TELESET"), "{sentence}");
    assert!(letter(&mut machine).is_empty());
    assert!(machine.view().message.contains("TELESET"), "{:?}", machine.view());
    drop(machine);
    let mut machine = mailroom.machine();
    assert_eq!(self::waits_ms(&mailroom, &mut machine), 16_000);
    drop(machine);

    // The centre has been heard: S is new, and the delay begins anew.
    mailroom.order(Task::Pieces(4));
    let mut machine = mailroom.machine();
    let delays: Vec<u64> = (0..4).map(|_| self::waits_ms(&mailroom, &mut machine)).collect();
    assert_eq!(delays, [0, 0, 2_000, 4_000], "S_ref is 1");
}

/// S_max = 40, k = 4: at S < 10 the first short warning, and S_max is halved (m = 2): at S < 5 the next, then 2.5 and so on.
/// Franking goes on; at S = 0 the meter calls by itself and franks no more.
///
/// Claim: B15
#[test]
fn in_mode_two_warnings_are_short_and_at_zero_the_meter_calls_by_itself() {
    let mut mailroom = Mailroom::with(pieces(PieceMode::Sleep, 2, 2));
    mailroom.order(Task::Pieces(40));
    let mut machine = mailroom.machine();
    set(&mut machine, 70);
    let mut warned = Vec::new();
    for left in (0..40).rev() {
        assert_eq!(letter(&mut machine).len(), 1, "{:?}", machine.view());
        assert_eq!(machine.view().waits_ms, None, "franking is not slowed");
        if machine.view().message.starts_with("CALL FP") {
            warned.push(left);
            mailroom.clock.pass(3_000);
            machine.tick().unwrap();
            let message = machine.view().message;
            assert!(left == 0 || message.is_empty(), "a short warning goes by itself: {message}");
        }
    }
    assert_eq!(warned, [9, 4, 2, 1, 0]);
    // Step 410: the next letter makes it call; there is no line here, so it does not frank, and says so.
    assert!(letter(&mut machine).is_empty());
    let view = machine.view();
    assert!(view.is_bad && view.lamps.sleep && view.lamps.block, "{view:?}");
    assert!(view.message.contains("the centre's number"), "it tried to call: {}", view.message);
    drop(machine);
    mailroom.order(Task::Pieces(3));
    let mut machine = mailroom.machine();
    assert_eq!(letter(&mut machine).len(), 1);
}

/// The variant without step 204: m = 1, and the warning stands ([142]).
///
/// Claim: B15
#[test]
fn the_standing_warning_stands_as_long_as_the_pieces_are_few() {
    let mut mailroom = Mailroom::with(pieces(PieceMode::Sleep, 2, 1));
    mailroom.order(Task::Pieces(8));
    let mut machine = mailroom.machine();
    set(&mut machine, 70);
    for left in (1..8).rev() {
        letter(&mut machine);
        mailroom.clock.pass(60_000);
        machine.tick().unwrap();
        assert_eq!(machine.view().message.starts_with("CALL FP"), left < 2, "{left}");
    }
}

/// N errors are borne; the next one slows the reaction, each further one more, and who clears the errors ends it.
///
/// Claim: B16
#[test]
fn beyond_a_number_of_errors_the_reaction_slows_until_they_are_cleared() {
    let mut mailroom = Mailroom::new();
    let overflow = OverflowSettings { errors: 3, growth: Growth::Linear, step_ms: 500, misoperation_ms: 0 };
    mailroom.settings.overflow = overflow;
    mailroom.settings.days_ahead = 60;
    let mut machine = mailroom.machine();
    set(&mut machine, 70);
    for _ in 0..3 {
        machine.input(Input::Cliche(Some(77))).unwrap();
    }
    assert_eq!(waits_ms(&mailroom, &mut machine), 0, "three errors are borne");
    for _ in 0..2 {
        machine.input(Input::Cliche(Some(77))).unwrap();
    }
    assert_eq!(waits_ms(&mailroom, &mut machine), 1_000, "two beyond");
    assert_eq!(machine.journal().errors().unwrap()[0].count, 5, "they are counted in the journal, by kind");
    // The device refuses a date that the meter's own setting let through: both count it.
    let today = machine.when().unwrap().day;
    machine.input(Input::Date(Date::from_day_number(today.day_number() + 45).unwrap())).unwrap();
    assert!(letter(&mut machine).is_empty());
    assert_eq!(machine.view().waits_ms, Some(2_000), "{:?}", machine.view());
    machine.input(Input::Date(today)).unwrap();
    assert_eq!(waits_ms(&mailroom, &mut machine), 2_000);
    drop(machine);
    mailroom.order(Task::ClearErrors);
    let mut machine = mailroom.machine();
    assert_eq!(machine.view().errors, 0, "what the centre clears in the device is cleared here");
    assert_eq!(waits_ms(&mailroom, &mut machine), 0);
}

/// Claim: B16
#[test]
fn stages_are_seconds_minutes_hours_and_days_and_a_time_lock_doubles() {
    let stages = OverflowSettings { errors: 10, growth: Growth::Stages, step_ms: 0, misoperation_ms: 250 };
    let expected = [
        (10, 0),
        (11, 1_000),
        (20, 1_000),
        (21, 60_000),
        (31, 3_600_000),
        (41, 86_400_000),
        (999, 86_400_000),
    ];
    for (errors, delay_ms) in expected {
        assert_eq!(overflow_ms(errors, &stages), delay_ms, "{errors} errors");
    }
    let lock: Vec<u64> = [1, 2, 3, 40].map(|times| misoperation_ms(times, &stages)).into();
    assert_eq!(lock, [250, 500, 1_000, 86_400_000]);
    let linear = OverflowSettings { errors: 0, ..OverflowSettings::default() };
    assert_eq!(overflow_ms(1_000, &linear), 0, "0 stands for never");

    // The lock runs at the machine: each misoperation in a row twice as long, and an imprint ends the row.
    let mut mailroom = Mailroom::new();
    mailroom.settings.overflow = OverflowSettings { errors: 0, ..stages };
    let mut machine = mailroom.machine();
    set(&mut machine, 70);
    for expected_ms in [250, 500, 1_000] {
        machine.input(Input::Cliche(Some(77))).unwrap();
        assert_eq!(machine.view().waits_ms, Some(expected_ms));
        mailroom.clock.pass(expected_ms);
        machine.tick().unwrap();
    }
    letter(&mut machine);
    machine.input(Input::Cliche(Some(77))).unwrap();
    assert_eq!(machine.view().waits_ms, Some(250));
}

/// What a control unit does not say, it keeps: t_n and t_k are settings with defaults.
#[test]
fn the_defaults_are_two_seconds_and_two_more_with_each_warning() {
    let SleepSettings { first_ms, step_ms, shown_ms } = SleepSettings::default();
    assert_eq!((first_ms, step_ms, shown_ms), (2_000, 2_000, 3_000));
    assert_eq!(Money::from_minor(5_000), meter::routine::Settings::default().high_value);
}

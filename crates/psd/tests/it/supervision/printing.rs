//! Print supervision: corrected, warned of, blocked; and what lifts the block.

use proptest::prelude::*;
use psd::supervision::printing::{ColumnFault, PrintReport, Settings, Speed, Verdict, judge_columns};

fn report(pulses: u32, window_ms: u32) -> PrintReport {
    PrintReport { pulses, window_ms }
}

fn judge(speed: &mut Speed, pulses: u32) -> Verdict {
    speed.judge(report(pulses, 1000), &Settings::default())
}

#[test]
fn within_tolerance_all_is_well_and_a_little_beyond_the_motor_is_corrected() {
    for (pulses, verdict) in [
        (1000, Verdict::InOrder),
        (980, Verdict::InOrder),
        (1020, Verdict::InOrder),
        (979, Verdict::Correct { motor_permille: 21 }),
        (1021, Verdict::Correct { motor_permille: -21 }),
        (900, Verdict::Correct { motor_permille: 111 }),
        (1100, Verdict::Correct { motor_permille: -91 }),
    ] {
        assert_eq!(judge(&mut Speed::default(), pulses), verdict, "{pulses} pulses");
    }
}

#[test]
fn a_correction_brings_the_print_back_to_its_speed() {
    for pulses in (900..=1100).filter(|pulses| i32::abs_diff(*pulses, 1000) > 20) {
        let Verdict::Correct { motor_permille } = judge(&mut Speed::default(), pulses as u32) else {
            panic!("{pulses} pulses are not corrected")
        };
        let corrected = f64::from(pulses) * (1.0 + f64::from(motor_permille) / 1000.0);
        assert!((corrected - 1000.0).abs() < 2.0, "{pulses} pulses become {corrected}");
    }
}

#[test]
fn deviations_beyond_correction_are_warned_of_and_then_block() {
    let settings = Settings::default();
    let mut speed = Speed::default();
    for warnings_left in [2, 1, 0] {
        assert_eq!(judge(&mut speed, 1101), Verdict::Warn { warnings_left });
        assert!(!speed.is_blocked(&settings));
    }
    for _ in 0..300 {
        assert_eq!(judge(&mut speed, 0), Verdict::Block);
        assert!(speed.is_blocked(&settings));
    }
    assert_eq!(Speed::with_errors(speed.errors()), speed, "so a restart forgets nothing");
}

#[test]
fn only_a_report_within_tolerance_lifts_the_block_and_forgets_the_warnings() {
    let mut speed = Speed::with_errors(4);
    assert_eq!(judge(&mut speed, 950), Verdict::Block, "what needs correction is not in order");
    assert_eq!(judge(&mut speed, 1000), Verdict::InOrder);
    assert!(!speed.is_blocked(&Settings::default()));
    assert_eq!(judge(&mut speed, 500), Verdict::Warn { warnings_left: 2 });
    assert_eq!(judge(&mut speed, 950), Verdict::Correct { motor_permille: 52 });
    assert_eq!(judge(&mut speed, 500), Verdict::Warn { warnings_left: 1 }, "a correction forgets nothing");
}

#[test]
fn a_window_that_proves_nothing_is_a_deviation() {
    let settings = Settings::default();
    for (pulses, window_ms) in [(0, 0), (99, 99), (2001, 2001), (u32::MAX, u32::MAX)] {
        let verdict = Speed::default().judge(report(pulses, window_ms), &settings);
        assert_eq!(verdict, Verdict::Warn { warnings_left: 2 }, "{window_ms} ms");
    }
    for window_ms in [100, 2000] {
        assert_eq!(Speed::default().judge(report(window_ms, window_ms), &settings), Verdict::InOrder);
    }
}

#[test]
fn one_pulse_more_or_less_is_no_deviation() {
    let settings = Settings { pulses_per_second: 200, ..Settings::default() };
    for (pulses, in_order) in [(18, false), (19, true), (21, true), (22, false)] {
        let verdict = Speed::default().judge(report(pulses, 100), &settings);
        assert_eq!(verdict == Verdict::InOrder, in_order, "{pulses} pulses of 20");
    }
}

#[test]
fn without_warnings_the_first_deviation_blocks() {
    let settings = Settings { warnings: 0, ..Settings::default() };
    assert_eq!(Speed::default().judge(report(0, 1000), &settings), Verdict::Block);
}

#[test]
fn columns_in_time_pass_and_one_out_of_time_is_named() {
    let settings = Settings::default();
    assert_eq!(judge_columns([1000, 850, 1150, 999], 4, &settings), Ok(()));
    assert_eq!(judge_columns([], 0, &settings), Ok(()));
    for clocks in [0, 849, 1151, u32::MAX] {
        let fault = ColumnFault { column: 2, clocks };
        assert_eq!(judge_columns([1000, 1000, clocks, 1000], 4, &settings), Err(fault));
    }
}

#[test]
fn a_column_that_is_missing_or_too_many_is_a_deviation() {
    let settings = Settings::default();
    let fault = ColumnFault { column: 2, clocks: 0 };
    assert_eq!(judge_columns([1000; 2], 3, &settings), Err(fault));
    assert_eq!(judge_columns([1000; 3], 2, &settings), Err(fault));
    assert_eq!(judge_columns([], 1, &settings), Err(ColumnFault { column: 0, clocks: 0 }));
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let good = Settings::default();
    assert_eq!(good.check(), Ok(()));
    for settings in [
        Settings { window_min_ms: 0, ..good.clone() },
        Settings { window_min_ms: 2001, ..good.clone() },
        Settings { pulses_per_second: 199, ..good.clone() },
        Settings { tolerance_permille: 100, ..good.clone() },
        Settings { correction_permille: 501, column_permille: 600, ..good.clone() },
        Settings { warnings: 101, ..good.clone() },
        Settings { clocks_per_column: 0, ..good.clone() },
        Settings { column_permille: 1000, ..good.clone() },
        Settings { column_permille: 99, ..good.clone() },
    ] {
        assert!(settings.check().is_err(), "{settings:?}");
    }
}

proptest! {
    #[test]
    fn any_reports_are_judged_and_only_one_within_tolerance_unblocks(
        reports in prop::collection::vec((any::<u32>(), any::<u32>(), any::<bool>()), 0..40),
    ) {
        let settings = Settings::default();
        let mut speed = Speed::default();
        for (pulses, window_ms, sane) in reports {
            let report = if sane { report(700 + pulses % 600, 1000) } else { report(pulses, window_ms) };
            let was_blocked = speed.is_blocked(&settings);
            let verdict = speed.judge(report, &settings);
            let is_blocked = speed.is_blocked(&settings);
            prop_assert_eq!(is_blocked, verdict == Verdict::Block);
            prop_assert!(!was_blocked || is_blocked || verdict == Verdict::InOrder);
        }
    }
}

//! What is counted while a head prints, judged as the security device judges it.

use super::head::head;
use super::job;
use printer::adapters::head::{Head, Mechanism};
use printer::{PrintFault, Printer, Reason, Supervision};
use psd::supervision::printing::{PrintReport, Settings, Speed, Verdict, judge_columns};

fn report(counted: &Supervision) -> PrintReport {
    PrintReport { pulses: counted.pulses, window_ms: counted.window_ms }
}

fn are_columns_right(counted: &Supervision) -> bool {
    judge_columns(counted.clocks.iter().copied(), counted.expected_columns, &Settings::default()).is_ok()
}

/// Prints on a letter put in by hand, to the end or not.
fn counted(head: &mut Head, mechanism: &Mechanism) -> Supervision {
    mechanism.insert_letter();
    match head.print(&job("1")) {
        Ok(printed) => printed.supervision.unwrap(),
        Err(PrintFault::Stopped { supervision, .. }) => supervision.unwrap(),
        Err(fault) => panic!("{fault}"),
    }
}

/// The verdict on a print that is held back by so much, and whether its columns came in time.
fn judged(slowed_permille: u16) -> (Verdict, bool) {
    let (mut head, mechanism, _) = head();
    mechanism.change(|situation| situation.slowed_permille = slowed_permille);
    let counted = counted(&mut head, &mechanism);
    (Speed::default().judge(report(&counted), &Settings::default()), are_columns_right(&counted))
}

/// Claim: B13
#[test]
fn a_head_at_its_speed_is_in_order() {
    let (mut head, mechanism, _) = head();
    let counted = counted(&mut head, &mechanism);
    assert_eq!((counted.pulses, counted.window_ms), (720, 720));
    // Layout b: 154 columns of the postage, 44 of the marking row, 132 of the time count.
    assert_eq!(counted.expected_columns, 154 + 44 + 132);
    assert_eq!(counted.clocks, [1000; 154 + 44 + 132]);
    assert_eq!(judged(0), (Verdict::InOrder, true));
    assert_eq!(judged(15), (Verdict::InOrder, true), "within tolerance");
}

/// Claim: B13
#[test]
fn a_slowed_head_is_corrected_and_is_then_in_order() {
    for slowed_permille in [30, 50, 80, 99] {
        let (mut head, mechanism, _) = head();
        let mut speed = Speed::default();
        mechanism.change(|situation| situation.slowed_permille = slowed_permille);
        let first = counted(&mut head, &mechanism);
        let Verdict::Correct { motor_permille } = speed.judge(report(&first), &Settings::default()) else {
            panic!("{slowed_permille}: {first:?}");
        };
        assert!(motor_permille > 0 && are_columns_right(&first));
        head.correct_motor(motor_permille);
        let second = counted(&mut head, &mechanism);
        assert_eq!(speed.judge(report(&second), &Settings::default()), Verdict::InOrder, "{second:?}");
        // What held it back goes away: now it runs too fast, and is corrected again.
        mechanism.clear();
        let third = counted(&mut head, &mechanism);
        match speed.judge(report(&third), &Settings::default()) {
            Verdict::Correct { motor_permille } => {
                assert!(motor_permille < 0);
                head.correct_motor(motor_permille);
            }
            verdict => {
                assert!(matches!(verdict, Verdict::Warn { .. }) && slowed_permille > 90, "{verdict:?}")
            }
        }
    }
}

/// Claim: B13
#[test]
fn a_head_held_back_too_far_is_warned_of_and_then_blocked() {
    let (mut head, mechanism, _) = head();
    mechanism.change(|situation| situation.slowed_permille = 300);
    let mut speed = Speed::default();
    let mut verdicts = Vec::new();
    for _ in 0..4 {
        let counted = counted(&mut head, &mechanism);
        assert!(!are_columns_right(&counted), "columns come too late");
        verdicts.push(speed.judge(report(&counted), &Settings::default()));
    }
    let warn = |warnings_left| Verdict::Warn { warnings_left };
    assert_eq!(verdicts, [warn(2), warn(1), warn(0), Verdict::Block]);
    mechanism.clear();
    let counted = counted(&mut head, &mechanism);
    assert_eq!(speed.judge(report(&counted), &Settings::default()), Verdict::InOrder);
}

/// Claim: B13
#[test]
fn a_head_that_stops_in_the_middle_shows_in_both_counts() {
    for columns in [0, 1, 360, 719] {
        let (mut head, mechanism, _) = head();
        mechanism.change(|situation| situation.jams_at = Some(columns));
        let counted = counted(&mut head, &mechanism);
        assert_eq!((counted.pulses, counted.window_ms), (columns, 720));
        let changing = (0..columns).filter(|column| job("1").imprint.is_changing(*column)).count();
        assert_eq!(counted.clocks.len(), changing);
        let is_whole = changing as u32 == counted.expected_columns;
        assert_eq!(are_columns_right(&counted), is_whole, "{columns}");
    }
}

/// Claim: B13
#[test]
fn a_motor_that_cannot_move_the_belt_prints_nothing_and_gives_no_pulses() {
    let (mut head, mechanism, tray) = head();
    mechanism.insert_letter();
    assert!(head.next_letter(Default::default()).unwrap());
    mechanism.change(|situation| situation.slowed_permille = 1000);
    let fault = head.print(&job("1")).unwrap_err();
    let PrintFault::Stopped { columns: 0, reason: Reason::Standstill, supervision: Some(counted) } = fault
    else {
        panic!("{fault}");
    };
    assert_eq!((counted.pulses, counted.window_ms, counted.clocks.len()), (0, 720, 0));
    let verdict = Speed::default().judge(report(&counted), &Settings::default());
    assert!(matches!(verdict, Verdict::Warn { .. }));
    assert!(!are_columns_right(&counted) && tray.letters().is_empty());
    mechanism.clear();
    head.print(&job("1")).expect("the letter is still at the sensor");
}

/// Every print is judged by the one number that is wrong with it.
#[test]
fn the_verdict_follows_the_speed_whatever_it_is() {
    for slowed_permille in 0..1000 {
        let (verdict, are_columns_right) = judged(slowed_permille);
        match slowed_permille {
            0..=19 => assert_eq!(verdict, Verdict::InOrder, "{slowed_permille}"),
            23..=99 => assert!(matches!(verdict, Verdict::Correct { .. }), "{slowed_permille}: {verdict:?}"),
            102.. => assert!(matches!(verdict, Verdict::Warn { .. }), "{slowed_permille}: {verdict:?}"),
            // Where pulses are rounded, either neighbour may be right.
            _ => assert!(!matches!(verdict, Verdict::Block)),
        }
        // 1000 clocks become 1150 at 870 thousandths of the speed.
        assert_eq!(are_columns_right, slowed_permille <= 130, "{slowed_permille}");
    }
}

//! The control unit at the other end: pairing, interrogation, print reports.

use crate::meter::{IDENTITY, Meter, Place, frank, frank_one, order, request, serial};
use psd::supervision::interrogation::{AnswerError, PairingKey, Question, Span, code_for};
use psd::supervision::printing::{PrintReport, Verdict};
use psd::{Block, Columns, Error, ErrorKind, Finding, Psd, Task};

type Unit = Meter<4>;

fn key(place: &Place) -> PairingKey {
    place.key.borrow().clone().unwrap()
}

fn code(place: &Place, question: &Question) -> [u8; 16] {
    code_for(question, &key(place), serial(), &IDENTITY)
}

fn wait(place: &Place, ms: u64) {
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + ms);
}

/// Goes on to the next question.
fn asked(place: &Place, meter: &mut Unit) -> Question {
    for _ in 0..1000 {
        if let Some(question) = meter.tick().unwrap() {
            return question;
        }
        wait(place, 100);
    }
    panic!("nothing was asked for 100 seconds")
}

fn franks(meter: &mut Unit, id: u64) -> Result<usize, Error> {
    frank(meter, &[request(id, 10)]).map(|indicia| indicia.len())
}

/// Claim: A1, A4, A5, A7
#[test]
fn without_an_answer_in_time_the_device_is_inactive_and_a_later_right_one_reactivates_it() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    assert_eq!(franks(&mut meter, 1), Ok(1));
    wait(&place, 60_001);
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Inactive)));
    assert_eq!(meter.fetch(imprint::numbers::RequestId(1)).err(), Some(Error::Stopped(Block::Inactive)));
    let question = asked(&place, &mut meter);
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Inactive)), "a question is no answer");
    meter.answer(question.number, &code(&place, &question)).unwrap();
    assert_eq!(franks(&mut meter, 2), Ok(1), "and nothing was delayed until then");
    assert_eq!(meter.registers().r8, 2);
}

/// Claim: A4, A9
#[test]
fn a_wrong_answer_deactivates_at_once_and_an_old_right_one_is_worthless() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let first = asked(&place, &mut meter);
    let recorded = code(&place, &first);
    meter.answer(first.number, &recorded).unwrap();
    assert_eq!(meter.answer(first.number, &recorded), Err(Error::Answer(AnswerError::NothingAsked)));
    let second = asked(&place, &mut meter);
    let late = meter.answer(first.number, &recorded);
    assert_eq!(late, Err(Error::Answer(AnswerError::OutOfOrder { open: second.number })));
    assert_eq!(franks(&mut meter, 1), Ok(1), "what is out of order changes nothing");
    assert_eq!(meter.answer(second.number, &recorded), Err(Error::Answer(AnswerError::WrongCode)));
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Inactive)));
    assert_eq!(meter.status().errors.of(ErrorKind::Interrogation), 1);
    let third = asked(&place, &mut meter);
    assert!(first.nonce != second.nonce && second.nonce != third.nonce);
}

/// Claim: A8
#[test]
fn the_answer_rests_on_the_hardware_that_was_paired() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let question = asked(&place, &mut meter);
    let elsewhere = code_for(&question, &key(&place), serial(), &[0x2e; 32]);
    assert_eq!(meter.answer(question.number, &elsewhere), Err(Error::Answer(AnswerError::WrongCode)));
    assert_eq!(meter.pair([0x2e; 32]).err(), Some(Error::PairedAlready));
    meter.order(&order(1, Task::Unpair)).unwrap();
    assert_eq!(franks(&mut meter, 1), Err(Error::NotPaired));
    let key = meter.pair([0x2e; 32]).unwrap();
    let question = asked(&place, &mut meter);
    meter.answer(question.number, &code_for(&question, &key, serial(), &[0x2e; 32])).unwrap();
    assert_eq!(franks(&mut meter, 1), Ok(1));
}

/// The times between questions, and the times that an answer was good for, over many rounds.
fn spans(interval: Span, allowed: Span) -> (Vec<u64>, Vec<u64>) {
    let mut place = Place::p1::<4>();
    place.settings.interrogation.interval = interval;
    place.settings.interrogation.allowed = allowed;
    let mut meter = place.funded::<4>(1000);
    let (mut between, mut good) = (Vec::new(), Vec::new());
    let mut last_ms = place.board.elapsed_ms.get();
    for _ in 0..40 {
        let question = loop {
            wait(&place, 1);
            if let Some(question) = meter.tick().unwrap() {
                break question;
            }
        };
        let now_ms = place.board.elapsed_ms.get();
        between.push(now_ms - last_ms);
        last_ms = now_ms;
        meter.answer(question.number, &code(&place, &question)).unwrap();
        // A device on the same memory, which nobody asks any more, says how long the answer is good for.
        while meter.is_active() {
            wait(&place, 1);
        }
        good.push(place.board.elapsed_ms.get() - now_ms);
        place.board.elapsed_ms.set(now_ms);
        // The run time never goes back for a device: the rest is lived by a new start.
        drop(meter);
        meter = place.open::<4>().unwrap();
    }
    (between, good)
}

/// Claim: A2, A3, A6
#[test]
fn questions_and_the_time_allowed_are_regular_or_irregular_as_set() {
    let (_, good) = spans(Span::regular(50), Span::regular(80));
    assert!(good.iter().all(|ms| *ms == 80), "{good:?}");
    let (_, good) = spans(Span::regular(50), Span { min_ms: 60, max_ms: 200 });
    assert!(good.iter().all(|ms| (60..=200).contains(ms)), "{good:?}");
    assert!(good.iter().collect::<std::collections::BTreeSet<_>>().len() > 10, "{good:?}");
    for (interval, kinds) in [(Span::regular(50), 1), (Span { min_ms: 20, max_ms: 120 }, 10)] {
        let mut place = Place::p1::<4>();
        place.settings.interrogation.interval = interval;
        place.settings.interrogation.allowed = Span::regular(500);
        let mut meter = place.funded::<4>(1000);
        let mut between = Vec::new();
        let mut last_ms = place.board.elapsed_ms.get();
        while between.len() < 40 {
            wait(&place, 1);
            if let Some(question) = meter.tick().unwrap() {
                meter.answer(question.number, &code(&place, &question)).unwrap();
                between.push(place.board.elapsed_ms.get() - last_ms);
                last_ms = place.board.elapsed_ms.get();
            }
            assert!(meter.is_active(), "who answers stays active");
        }
        let range = u64::from(interval.min_ms)..=u64::from(interval.max_ms);
        assert!(between.iter().all(|ms| range.contains(ms)), "{between:?}");
        let different: std::collections::BTreeSet<_> = between.iter().collect();
        assert!(different.len() >= kinds && (kinds > 1 || different.len() == 1), "{between:?}");
    }
}

#[test]
fn a_device_is_inactive_from_its_start_and_asks_at_once() {
    let place = Place::p1::<4>();
    drop(place.funded::<4>(1000));
    let mut meter: Unit = place.open_alone().unwrap();
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::Inactive)));
    assert_eq!(meter.status().block, Some(Block::Inactive));
    assert!(meter.tick().unwrap().is_some());
    let unpaired = Place::p1::<4>();
    let mut fresh = Psd::<_, _, 4>::personalise(
        unpaired.medium.clone(),
        &crate::meter::memory_key(),
        crate::meter::personalisation(unpaired.profile.clone()),
        unpaired.board.clone(),
    )
    .unwrap();
    assert_eq!(franks(&mut fresh, 1), Err(Error::NotPaired));
}

/// Claim: B13
#[test]
fn a_print_out_of_its_speed_is_corrected_then_warned_of_then_blocked_until_it_is_right_again() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let settings = place.settings.printing.clone();
    let expected = settings.pulses_per_second / 10;
    let report = |pulses| PrintReport { pulses, window_ms: 100 };
    assert_eq!(meter.report_speed(report(expected)), Ok(Verdict::InOrder));
    let slow = meter.report_speed(report(expected - expected / 10)).unwrap();
    assert!(matches!(slow, Verdict::Correct { motor_permille } if motor_permille > 0), "{slow:?}");
    for left in (0..settings.warnings).rev() {
        assert_eq!(meter.report_speed(report(1)), Ok(Verdict::Warn { warnings_left: left }));
        assert_eq!(franks(&mut meter, u64::from(left)), Ok(1), "a warning stops nothing");
    }
    assert_eq!(meter.report_speed(report(1)), Ok(Verdict::Block));
    assert_eq!(franks(&mut meter, 100), Err(Error::Stopped(Block::PrintSpeed)));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 100), Err(Error::Stopped(Block::PrintSpeed)), "a new start lifts nothing");
    assert!(meter.findings().any(|finding| finding.kind == Finding::PRINT_SPEED));
    assert_eq!(meter.report_speed(report(1)), Ok(Verdict::Block), "nor does it begin to warn anew");
    assert_eq!(meter.report_speed(report(expected)), Ok(Verdict::InOrder));
    assert_eq!(franks(&mut meter, 100), Ok(1), "its cause is gone");
}

/// Claim: B13
#[test]
fn a_column_with_changing_data_out_of_its_time_blocks() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let clocks = place.settings.printing.clocks_per_column;
    assert_eq!(meter.report_columns(Columns { clocks: [clocks; 3], expected: 3 }), Ok(()));
    let late = [clocks, clocks * 3, clocks];
    let blocked = meter.report_columns(Columns { clocks: late, expected: 3 });
    assert_eq!(blocked, Err(Error::Stopped(Block::Kill1)));
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::Kill1)));
    let found = meter.findings().last().unwrap();
    assert_eq!((found.kind, found.detail), (Finding::COLUMNS, u64::from(clocks * 3)));
    assert_eq!(frank_one(&mut Place::p1::<4>().funded::<4>(100), 1, 10).mv, 1, "another meter goes on");
}

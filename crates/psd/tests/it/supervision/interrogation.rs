//! The interrogation: who answers rightly and in time is active, and nobody else.

use crate::meter::serial;
use proptest::prelude::*;
use psd::supervision::interrogation::{
    AnswerError, Code, Identity, Interrogation, Pairing, PairingKey, Question, Settings, Span, code_for,
};
use psd::{PartFault, Randomness};
use terms::Serial;

/// Random numbers that repeat with their seed, or none.
struct Random(Option<u64>);

impl Randomness for Random {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
        let state = self.0.as_mut().ok_or(PartFault)?;
        for byte in bytes {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (*state >> 56) as u8;
        }
        Ok(())
    }
}

/// The two ends: the device's interrogation, and the control unit with the same key.
struct Ends {
    interrogation: Interrogation,
    random: Random,
    key: PairingKey,
    identity: Identity,
}

fn ends(settings: Settings, seed: u64) -> Ends {
    assert_eq!(settings.check(), Ok(()));
    Ends {
        interrogation: Interrogation::new(settings),
        random: Random(Some(seed)),
        key: PairingKey::new([3; 32]),
        identity: [4; 32],
    }
}

impl Ends {
    fn tick(&mut self, elapsed_ms: u64) -> Option<Question> {
        self.interrogation.tick(elapsed_ms, &mut self.random).unwrap()
    }

    fn code(&self, question: &Question) -> Code {
        code_for(question, &self.key, serial(), &self.identity)
    }

    fn answer(&mut self, elapsed_ms: u64, number: u32, code: &Code) -> Result<(), AnswerError> {
        let pairing = Pairing { key: &self.key, serial: serial(), identity: &self.identity };
        self.interrogation.answer(number, code, pairing, elapsed_ms, &mut self.random)
    }

    fn answer_rightly(&mut self, elapsed_ms: u64, question: Question) {
        let code = self.code(&question);
        assert_eq!(self.answer(elapsed_ms, question.number, &code), Ok(()));
    }

    fn is_active(&self, elapsed_ms: u64) -> bool {
        self.interrogation.is_active(elapsed_ms)
    }
}

fn regular() -> Settings {
    Settings { interval: Span::regular(1000), allowed: Span::regular(2500) }
}

#[test]
fn it_starts_inactive_and_asks_at_once() {
    let mut ends = ends(Settings::default(), 1);
    assert!(!ends.is_active(0));
    let question = ends.tick(0).unwrap();
    assert_eq!(question.number, 1);
    assert!(!ends.is_active(0));
    ends.answer_rightly(3, question);
    assert!(ends.is_active(3));
}

#[test]
fn it_asks_again_and_again_at_regular_intervals_whether_active_or_not() {
    for answers in [true, false] {
        let mut ends = ends(regular(), 1);
        let mut asked_ms = Vec::new();
        for now_ms in (500..20_000).step_by(10) {
            let Some(question) = ends.tick(now_ms) else { continue };
            asked_ms.push(now_ms);
            assert_eq!(question.number as usize, asked_ms.len());
            if answers {
                ends.answer_rightly(now_ms, question);
            }
        }
        let expected: Vec<u64> = (0..20).map(|count| 500 + 1000 * count).collect();
        assert_eq!(asked_ms, expected);
        assert_eq!(ends.is_active(20_000), answers);
    }
}

#[test]
fn irregular_intervals_and_allowed_times_take_every_value_of_their_range_about_as_often() {
    let settings =
        Settings { interval: Span { min_ms: 100, max_ms: 109 }, allowed: Span { min_ms: 200, max_ms: 206 } };
    let mut ends = ends(settings, 7);
    let mut intervals = [0_u32; 10];
    let mut allowed = [0_u32; 7];
    let mut now_ms = 0;
    for _ in 0..7000 {
        let question = ends.tick(now_ms).unwrap();
        ends.answer_rightly(now_ms, question);
        let until_ms = (200..).find(|time| !ends.is_active(now_ms + time)).unwrap();
        allowed[until_ms as usize - 200] += 1;
        let next_ms = ends.interrogation.next_ms();
        intervals[(next_ms - now_ms) as usize - 100] += 1;
        now_ms = next_ms;
    }
    assert!(intervals.iter().all(|count| (600..800).contains(count)), "{intervals:?}");
    assert!(allowed.iter().all(|count| (880..1120).contains(count)), "{allowed:?}");
}

#[test]
fn a_wrong_answer_deactivates_at_once_and_a_later_right_one_reactivates() {
    let mut ends = ends(regular(), 1);
    let first = ends.tick(0).unwrap();
    ends.answer_rightly(0, first);
    let second = ends.tick(1000).unwrap();
    let mut code = ends.code(&second);
    code[15] ^= 1;
    assert_eq!(ends.answer(1000, 2, &code), Err(AnswerError::WrongCode));
    assert!(!ends.is_active(1000));
    code[15] ^= 1;
    assert_eq!(ends.answer(1001, 2, &code), Err(AnswerError::NothingAsked), "one answer to a question");
    assert!(!ends.is_active(1001));
    let third = ends.tick(2000).unwrap();
    ends.answer_rightly(2000, third);
    assert!(ends.is_active(2000));
}

#[test]
fn without_an_answer_the_devices_own_timer_deactivates_it() {
    let mut ends = ends(regular(), 1);
    let question = ends.tick(0).unwrap();
    ends.answer_rightly(10, question);
    assert!(ends.is_active(2509));
    assert!(!ends.is_active(2510));
    assert!(ends.tick(2510).is_some());
    assert!(!ends.is_active(2509), "what has run out has run out, whatever the clock says later");
    let question = ends.tick(3510).unwrap();
    ends.answer_rightly(3520, question);
    assert!(ends.is_active(3520));
}

#[test]
fn a_recorded_answer_is_worthless() {
    let mut ends = ends(regular(), 1);
    let mut recorded: Vec<(u32, Code)> = Vec::new();
    for now_ms in (0..100_000).step_by(1000) {
        let question = ends.tick(now_ms).unwrap();
        for (number, code) in recorded.iter().rev().take(3).copied().collect::<Vec<_>>() {
            let open = question.number;
            assert_eq!(ends.answer(now_ms, number, &code), Err(AnswerError::OutOfOrder { open }));
        }
        let code = ends.code(&question);
        assert!(recorded.iter().all(|(_, earlier)| *earlier != code));
        assert_eq!(ends.answer(now_ms, question.number, &code), Ok(()));
        assert_eq!(ends.answer(now_ms, question.number, &code), Err(AnswerError::NothingAsked));
        recorded.push((question.number, code));
        let question = ends.tick(now_ms + 500);
        assert_eq!(question, None);
    }
    let question = ends.tick(100_000).unwrap();
    for (_, code) in recorded {
        ends.interrogation.ask_at_once();
        let question = ends.tick(100_000).unwrap();
        assert_eq!(ends.answer(100_000, question.number, &code), Err(AnswerError::WrongCode));
        assert!(!ends.is_active(100_000));
    }
    assert_eq!(ends.answer(100_000, question.number, &[0; 16]), Err(AnswerError::NothingAsked));
}

#[test]
fn an_answer_to_an_older_or_a_coming_question_counts_for_nothing() {
    let mut ends = ends(regular(), 1);
    let first = ends.tick(0).unwrap();
    let second = ends.tick(1000).unwrap();
    let late = ends.code(&first);
    assert_eq!(ends.answer(1000, 1, &late), Err(AnswerError::OutOfOrder { open: 2 }));
    assert_eq!(ends.answer(1000, 3, &late), Err(AnswerError::OutOfOrder { open: 2 }));
    assert!(!ends.is_active(1000));
    ends.answer_rightly(1000, second);
}

#[test]
fn another_key_meter_hardware_number_or_nonce_gives_another_code() {
    let ends = ends(regular(), 1);
    let question = Question { number: 1, nonce: [5; 16] };
    let right = ends.code(&question);
    let other_serial = Serial::new(serial().value() + 1).unwrap();
    for code in [
        code_for(&question, &PairingKey::new([2; 32]), serial(), &ends.identity),
        code_for(&question, &ends.key, other_serial, &ends.identity),
        code_for(&question, &ends.key, serial(), &[5; 32]),
        code_for(&Question { number: 2, ..question }, &ends.key, serial(), &ends.identity),
        code_for(&Question { nonce: [6; 16], ..question }, &ends.key, serial(), &ends.identity),
    ] {
        assert_ne!(code, right);
    }
}

#[test]
fn the_code_stays_as_control_units_in_service_make_it() {
    let question = Question { number: 0x0102_0304, nonce: [5; 16] };
    let code = code_for(&question, &PairingKey::new([3; 32]), serial(), &[4; 32]);
    let code: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
    // What `openssl mac -cipher AES-256-CBC -macopt hexkey:0303.. CMAC` gives over the same 72 bytes.
    assert_eq!(code, "af931691573d53ce8d33ce6af6cf384c");
}

#[test]
fn a_new_control_unit_is_asked_at_once_and_the_old_question_is_void() {
    let mut ends = ends(regular(), 1);
    let first = ends.tick(0).unwrap();
    let code = ends.code(&first);
    ends.interrogation.ask_at_once();
    assert_eq!(ends.answer(1, 1, &code), Err(AnswerError::NothingAsked));
    let second = ends.tick(1).unwrap();
    assert_eq!(second.number, 2);
    ends.answer_rightly(1, second);
}

#[test]
fn without_random_numbers_it_asks_nothing_and_the_timer_goes_on() {
    let mut ends = ends(Settings::default(), 1);
    let question = ends.tick(0).unwrap();
    ends.answer_rightly(0, question);
    ends.random = Random(None);
    for now_ms in (15_000..100_000).step_by(1000) {
        assert_eq!(ends.interrogation.tick(now_ms, &mut ends.random), Err(PartFault));
    }
    assert!(!ends.is_active(100_000));
    ends.random = Random(Some(2));
    let question = ends.tick(100_000).unwrap();
    let code = ends.code(&question);
    ends.random = Random(None);
    assert_eq!(ends.answer(100_000, question.number, &code), Err(AnswerError::Random));
    assert!(!ends.is_active(100_000));
}

#[test]
fn random_numbers_that_never_fit_a_range_are_a_fault_and_no_endless_loop() {
    struct Zeros;
    impl Randomness for Zeros {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
            bytes.fill(0);
            Ok(())
        }
    }
    let mut interrogation = Interrogation::new(Settings::default());
    assert_eq!(interrogation.tick(0, &mut Zeros), Err(PartFault));
}

#[test]
fn a_key_does_not_show_its_bytes() {
    assert_eq!(format!("{:?}", PairingKey::new([3; 32])), "PairingKey(..)");
}

#[test]
fn settings_under_which_an_honest_control_unit_would_drop_out_are_refused() {
    assert_eq!((Settings::default().check(), regular().check()), (Ok(()), Ok(())));
    let span = |min_ms, max_ms| Span { min_ms, max_ms };
    for (interval, allowed) in [
        (span(0, 10), span(20, 30)),
        (span(10, 9), span(20, 30)),
        (span(10, 10), span(30, 20)),
        (span(10, 20), span(20, 30)),
        (span(10, 20), span(21, 86_400_001)),
    ] {
        assert!(Settings { interval, allowed }.check().is_err(), "{interval:?} {allowed:?}");
    }
}

/// What the control unit does when it is asked, or out of nothing.
#[derive(Clone, Debug)]
enum Move {
    Wait(u64),
    Tick,
    Right,
    Wrong,
    Replay,
    OldRight,
    Reconnect,
    ClockBack(u64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let a_move = prop_oneof![
        4 => (0..1500_u64).prop_map(Move::Wait),
        6 => Just(Move::Tick),
        5 => Just(Move::Right),
        1 => Just(Move::Wrong),
        1 => Just(Move::Replay),
        1 => Just(Move::OldRight),
        1 => Just(Move::Reconnect),
        1 => (0..5000_u64).prop_map(Move::ClockBack),
    ];
    prop::collection::vec(a_move, 1..120)
}

fn settings() -> impl Strategy<Value = Settings> {
    (1..2000_u32, 0..2000_u32, 1..3000_u32, 0..3000_u32).prop_map(|(interval, more, beyond, spread)| {
        let interval = Span { min_ms: interval, max_ms: interval + more };
        let min_ms = interval.max_ms + beyond;
        Settings { interval, allowed: Span { min_ms, max_ms: min_ms + spread } }
    })
}

proptest! {
    /// An observer that knows only the rules: active at most as long as the last right answer allows, never after
    /// a wrong one, and surely as long as the least time allowed.
    #[test]
    fn under_any_schedule_activity_follows_the_last_right_answer(
        settings in settings(),
        seed in any::<u64>(),
        moves in moves(),
    ) {
        let allowed = settings.allowed;
        let mut ends = ends(settings, seed);
        let (mut now_ms, mut told_ms) = (0_u64, 0_u64);
        let mut open: Option<Question> = None;
        let mut seen: Vec<Question> = Vec::new();
        let mut right_ms: Option<u64> = None;
        for a_move in moves {
            match a_move {
                Move::Wait(ms) => now_ms += ms,
                Move::ClockBack(ms) => now_ms = now_ms.saturating_sub(ms),
                Move::Tick => {
                    told_ms = told_ms.max(now_ms);
                    if let Some(question) = ends.tick(now_ms) {
                        prop_assert!(seen.iter().all(|earlier| earlier.nonce != question.nonce));
                        prop_assert!(seen.last().is_none_or(|last| last.number + 1 == question.number));
                        seen.push(question);
                        open = Some(question);
                    }
                }
                Move::Right => {
                    let Some(question) = open.take() else { continue };
                    ends.answer_rightly(now_ms, question);
                    told_ms = told_ms.max(now_ms);
                    right_ms = Some(told_ms);
                }
                Move::Wrong => {
                    let Some(question) = open.take() else { continue };
                    told_ms = told_ms.max(now_ms);
                    let mut code = ends.code(&question);
                    code[seed as usize % 16] ^= 1 << (seed % 8);
                    prop_assert_eq!(
                        ends.answer(now_ms, question.number, &code),
                        Err(AnswerError::WrongCode)
                    );
                    right_ms = None;
                }
                Move::Replay => {
                    let answered = seen.last().filter(|_| open.is_none()).copied();
                    let Some(question) = answered else { continue };
                    told_ms = told_ms.max(now_ms);
                    let code = ends.code(&question);
                    let replayed = ends.answer(now_ms, question.number, &code);
                    prop_assert_eq!(replayed, Err(AnswerError::NothingAsked));
                }
                Move::OldRight => {
                    let (Some(question), Some(current)) = (seen.iter().rev().nth(1).copied(), open) else {
                        continue;
                    };
                    told_ms = told_ms.max(now_ms);
                    let code = ends.code(&question);
                    let old = ends.answer(now_ms, question.number, &code);
                    prop_assert_eq!(old, Err(AnswerError::OutOfOrder { open: current.number }));
                }
                Move::Reconnect => {
                    ends.interrogation.ask_at_once();
                    open = None;
                }
            }
            let since_ms = right_ms.map(|right_ms| told_ms.max(now_ms) - right_ms);
            if ends.is_active(now_ms) {
                prop_assert!(since_ms.is_some_and(|since_ms| since_ms < u64::from(allowed.max_ms)));
            } else {
                prop_assert!(since_ms.is_none_or(|since_ms| since_ms >= u64::from(allowed.min_ms)));
            }
        }
    }

    #[test]
    fn a_control_unit_that_answers_every_question_is_never_inactive(
        settings in settings(),
        seed in any::<u64>(),
    ) {
        let mut ends = ends(settings, seed);
        let mut now_ms = 0;
        for _ in 0..50 {
            let question = ends.tick(now_ms).unwrap();
            ends.answer_rightly(now_ms, question);
            let next_ms = ends.interrogation.next_ms();
            prop_assert!(next_ms > now_ms && ends.is_active(next_ms));
            now_ms = next_ms;
        }
    }
}

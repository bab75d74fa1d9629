//! What a modem is told and when, word for word, without a terminal.

use line::Times;
use line::modem::{Action, Code, Codes, Dialler, Event, Failure, Farewell, Goal, farewell};
use proptest::collection::vec;
use proptest::prelude::*;

/// What is told to a modem, after each of these.
fn told(goal: Goal, events: &[Event<'_>]) -> Vec<String> {
    let mut dialler = Dialler::new(goal, &Times::default());
    let mut actions = Vec::new();
    for event in events {
        dialler.handle(*event, &mut actions);
    }
    let word = |action: &Action| match action {
        Action::Write(text) => Some(text.replace('\r', "|")),
        Action::Wait(_) => None,
        other => Some(format!("{other:?}")),
    };
    actions.iter().filter_map(word).collect()
}

fn call() -> Goal {
    Goal::Call { prefix: String::new(), digits: "12345".into() }
}

const OK: Event<'static> = Event::Read(b"\r\nOK\r\n");
const SET_UP: [Event<'static>; 8] = [Event::Start, OK, OK, OK, OK, OK, OK, OK];

#[test]
fn a_modem_is_set_up_and_dialled_word_for_word() {
    let events = [&SET_UP[..], &[Event::Read(b"\r\nCONNECT 9600\r\n\n\x00rest")]].concat();
    let expected = ["ATZ|", "ATE0|", "ATV1|", "ATX4|", "AT&C1|", "AT&D2|", "ATS0=0|", "ATDT12345|"];
    let told = told(call(), &events);
    assert_eq!(told[..8], expected);
    assert_eq!(
        told[8..],
        [format!("{:?}", Action::Connected(b"\n\x00rest".to_vec()))],
        "a line feed may be data"
    );
}

#[test]
fn a_modem_that_does_not_answer_is_brought_back_from_a_call_once() {
    let silence =
        [Event::Start, Event::Elapsed, Event::Elapsed, Event::Elapsed, Event::Elapsed, Event::Elapsed];
    let failed = format!("{:?}", Action::Failed(Failure::NoModem));
    assert_eq!(told(call(), &silence), ["ATZ|", "+++", "ATH|", "ATZ|", &failed]);
}

#[test]
fn codes_that_belong_to_no_question_are_passed_over() {
    let events = [Event::Start, Event::Read(b"\r\nCONNECT\r\n\r\nBUSY\r\n\r\nRING\r\n\r\nNO CARRIER\r\n")];
    assert_eq!(told(call(), &events), ["ATZ|"]);
}

#[test]
fn a_ring_is_answered_and_a_caller_who_is_gone_by_then_is_no_end() {
    let ring = Event::Read(b"\r\nRING\r\n");
    let events =
        [&SET_UP[..], &[ring, Event::Read(b"\r\nNO CARRIER\r\n"), ring, Event::Elapsed, ring]].concat();
    let told = told(Goal::Answer, &events);
    assert_eq!(told[7..], ["Listen", "ATA|", "Listen", "ATA|", "|", "Listen", "ATA|"]);
}

#[test]
fn an_end_is_the_end() {
    let events = [&SET_UP[..], &[Event::Read(b"\r\nBUSY\r\n"), OK, Event::Elapsed, Event::Start]].concat();
    let told = told(call(), &events);
    assert_eq!(told.last(), Some(&format!("{:?}", Action::Failed(Failure::Refused(Code::Busy)))));
    assert_eq!(told.len(), 9);
}

#[test]
fn a_modems_last_word_is_known_only_where_a_frame_should_begin() {
    assert_eq!(farewell(b"\r\nNO CARRIER\r\n"), Farewell::Whole);
    assert_eq!(farewell(b"\r\nNO CARR"), Farewell::Begun);
    for bytes in [&b""[..], b"\r", b"\r\nOK\r\n", b"NO CARRIER", b"\x03\x00+++"] {
        assert_eq!(farewell(bytes), Farewell::None, "{bytes:?}");
    }
}

#[test]
fn a_line_longer_than_any_code_is_none_even_if_it_ends_like_one() {
    let mut codes = Codes::default();
    let long = [vec![b'x'; 10_000], b"OK\r\n".to_vec()].concat();
    assert!(long.iter().all(|byte| codes.push(*byte).is_none()));
    assert_eq!(b"OK\r\n".iter().find_map(|byte| codes.push(*byte)), Some(Code::Ok), "the next one is");
}

proptest! {
    #[test]
    fn whatever_a_modem_says_and_whenever_nothing_but_its_own_commands_are_told(
        pieces in vec(prop_oneof![
            vec(any::<u8>(), 0..40),
            prop_oneof![Just("OK"), Just("ERROR"), Just("RING"), Just("CONNECT"), Just("NO CARRIER"), Just("BUSY")]
                .prop_map(|word| format!("\r\n{word}\r\n").into_bytes()),
        ], 0..40),
        silences in vec(any::<bool>(), 40),
        answers in any::<bool>(),
    ) {
        let goal = if answers { Goal::Answer } else { call() };
        let mut dialler = Dialler::new(goal, &Times::default());
        let mut actions = Vec::new();
        dialler.handle(Event::Start, &mut actions);
        for (piece, is_silent) in pieces.iter().zip(silences) {
            dialler.handle(if is_silent { Event::Elapsed } else { Event::Read(piece) }, &mut actions);
        }
        let ends = actions.iter().position(|action| matches!(action, Action::Connected(_) | Action::Failed(_)));
        prop_assert!(ends.is_none_or(|place| place + 1 == actions.len()), "after its end nothing happens");
        for action in &actions {
            if let Action::Write(text) = action {
                prop_assert!(text == "+++" || text == "\r" || (text.starts_with("AT") && text.ends_with('\r')));
            }
        }
    }
}

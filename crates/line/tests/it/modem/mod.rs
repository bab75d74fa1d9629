//! Calls by modem, over pseudo-terminals and an exchange of the test's own.

mod conversation;
mod exchange;

use crate::{SOON, frame};
use exchange::{Exchange, Habits};
use line::{DialError, Line, ListenError, Listener, Number, Received, Times, dial};
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

const HALF: Duration = Duration::from_millis(500);

fn times() -> Times {
    Times { carrier: SOON, command: SOON, guard: HALF, ..Times::default() }
}

fn fair() -> Exchange {
    Exchange::new([Habits::default(), Habits::default()])
}

fn number(exchange: &Exchange, digits: &str) -> Number {
    format!("modem:{},0,{digits}", exchange.device(0)).parse().expect("it is a number")
}

fn listener(exchange: &Exchange) -> Listener {
    let own = format!("modem:{}", exchange.device(1)).parse().expect("it is a number");
    Listener::open(&own, &times()).expect("the modem can be set up")
}

/// Both ends of a call.
fn call(exchange: &Exchange, listener: &mut Listener) -> (Box<dyn Line>, Box<dyn Line>) {
    let number = number(exchange, "12345");
    let calling = thread::spawn(move || dial(&number, &times()).expect("the call comes through"));
    let answerer = listener.next(SOON).expect("it listens").expect("somebody calls");
    (calling.join().expect("the call comes through"), answerer)
}

#[test]
fn a_whole_call_runs_through_and_the_next_one_too() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    for _ in 0..2 {
        let (mut caller, mut answerer) = call(&exchange, &mut listener);
        let every_byte: Vec<u8> = (0..2048).map(|index| index as u8).collect();
        for content in [&every_byte[..], b"\r\nNO CARRIER\r\n", b"+++", b"+++ATH\r", &[0x11, 0x13, 0xff, 0]] {
            caller.send(content).expect("the line is open");
            assert_eq!(frame(&mut *answerer), content);
            answerer.send(content).expect("the line is open");
            assert_eq!(frame(&mut *caller), content);
        }
        caller.hang_up();
        assert_eq!(answerer.receive(SOON), Received::Closed);
        assert_eq!(caller.receive(SOON), Received::Closed);
    }
    let commands = exchange.commands(0);
    assert!(commands.contains(&"ATDT0,12345".into()), "the outside line comes first: {commands:?}");
    assert!(commands.ends_with(&["+++".into(), "ATH".into()]), "{commands:?}");
    let answered = exchange.commands(1);
    assert!(!answered.contains(&"ATH".into()), "the modem said that the carrier is gone: {answered:?}");
}

#[test]
fn the_one_who_was_called_may_hang_up_too() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let (mut caller, mut answerer) = call(&exchange, &mut listener);
    answerer.send(b"last words").expect("the line is open");
    drop(answerer);
    assert_eq!(frame(&mut *caller), b"last words");
    assert_eq!(caller.receive(SOON), Received::Closed);
}

#[test]
fn what_the_modem_says_of_a_call_is_what_the_caller_learns() {
    let exchange = fair();
    let learnt = |digits| dial(&number(&exchange, digits), &times()).err().expect("nobody is reached");
    let redialled = |digits| {
        let error = learnt(digits);
        assert!(error.is_communication_error(), "{error:?}");
        error
    };
    assert!(matches!(redialled("100"), DialError::Busy));
    assert!(matches!(redialled("101"), DialError::NoAnswer));
    assert!(matches!(redialled("102"), DialError::NoDialTone));
    assert!(matches!(redialled("103"), DialError::NoCarrier));
    assert!(matches!(learnt("104"), DialError::NoModem(_)));
}

#[test]
fn a_call_that_nobody_takes_is_given_up_in_time_and_the_modem_is_free_again() {
    let exchange = fair();
    let short = Times { carrier: HALF, ..times() };
    let error = dial(&number(&exchange, "999"), &short).err().expect("nobody is reached");
    assert!(matches!(error, DialError::TimedOut) && error.is_communication_error(), "{error:?}");
    let error = dial(&number(&exchange, "100"), &short).err().expect("it is engaged");
    assert!(matches!(error, DialError::Busy), "{error:?}");
}

#[test]
fn a_carrier_lost_between_frames_closes_the_line_at_once() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let (mut caller, mut answerer) = call(&exchange, &mut listener);
    caller.send(b"before").expect("the line is open");
    assert_eq!(frame(&mut *answerer), b"before");
    exchange.cut();
    assert_eq!(caller.receive(SOON), Received::Closed);
    assert_eq!(answerer.receive(SOON), Received::Closed);
}

#[test]
fn a_carrier_lost_within_a_frame_is_never_taken_for_data_that_was_sent() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let (mut caller, _answerer) = call(&exchange, &mut listener);
    exchange.disturb(0, &[100, 0, 1, 2, 3]);
    assert_eq!(caller.receive(HALF), Received::TimedOut);
    exchange.cut();
    assert_eq!(caller.receive(HALF), Received::TimedOut, "the modem's word may be the frame's");
}

#[test]
fn a_carrier_that_is_lost_without_a_word_is_a_time_out() {
    let silent = Habits { keeps_silent_about_carrier: true, ..Habits::default() };
    let exchange = Exchange::new([silent, Habits::default()]);
    let mut listener = listener(&exchange);
    let (mut caller, _answerer) = call(&exchange, &mut listener);
    exchange.cut();
    let begin = Instant::now();
    assert_eq!(caller.receive(HALF), Received::TimedOut);
    assert!(begin.elapsed() < SOON);
}

#[test]
fn garbage_on_the_line_ends_the_call_and_the_modem_is_hung_up() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let (mut caller, mut answerer) = call(&exchange, &mut listener);
    exchange.disturb(0, &[0xff; 300]);
    assert_eq!(caller.receive(SOON), Received::Garbled);
    assert_eq!(answerer.receive(SOON), Received::Closed);
    assert!(exchange.commands(0).ends_with(&["+++".into(), "ATH".into()]));
}

#[test]
fn a_modem_that_is_used_is_not_dialled_with() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let (_caller, _answerer) = call(&exchange, &mut listener);
    let error = dial(&number(&exchange, "100"), &times()).err().expect("somebody has the device");
    assert!(matches!(error, DialError::Device(..)) && !error.is_communication_error(), "{error:?}");
}

#[test]
fn a_modem_that_a_killed_program_left_in_a_call_is_brought_back_before_it_dials() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let device = exchange.device(0).to_owned();
    let killed = thread::spawn(move || {
        let mut terminal = OpenOptions::new().read(true).write(true).open(device).expect("it opens");
        terminal.write_all(b"ATE0\rATDT12345\r").expect("it is taken");
        let mut said = String::new();
        while !said.ends_with("CONNECT 33600\r\n") {
            let mut byte = [0];
            terminal.read_exact(&mut byte).expect("it says something");
            said.push(byte[0].into());
        }
    });
    let mut answerer = listener.next(SOON).expect("it listens").expect("somebody calls");
    killed.join().expect("the call comes through");
    let short = Times { command: HALF, ..times() };
    let error = dial(&number(&exchange, "100"), &short).err().expect("it is engaged");
    assert!(matches!(error, DialError::Busy), "{error:?}");
    assert_eq!(answerer.receive(SOON), Received::Garbled, "the first reset came as data");
}

#[test]
fn a_modem_that_refuses_what_is_not_needed_is_used_all_the_same() {
    let plain = Habits { refuses: vec!["ATX4", "AT&C1", "AT&D2", "ATS0=0"], ..Habits::default() };
    let exchange = Exchange::new([plain.clone(), plain]);
    let mut listener = listener(&exchange);
    let (mut caller, mut answerer) = call(&exchange, &mut listener);
    caller.send(b"hello").expect("the line is open");
    assert_eq!(frame(&mut *answerer), b"hello");
}

#[test]
fn noise_before_the_modems_answers_does_not_hide_them() {
    let noisy = Habits { noise: "\u{7f}~x{\r\nRINGING\r\nCARRIER 33600", ..Habits::default() };
    let exchange = Exchange::new([noisy.clone(), noisy]);
    let mut listener = listener(&exchange);
    let (mut caller, mut answerer) = call(&exchange, &mut listener);
    caller.send(b"hello").expect("the line is open");
    assert_eq!(frame(&mut *answerer), b"hello");
}

/// What dialling and listening at a broken modem come to.
fn check_no_modem(habits: Habits) {
    let exchange = Exchange::new([habits.clone(), habits]);
    let moment = Duration::from_millis(100);
    let short = Times { command: moment, guard: moment, ..times() };
    let begin = Instant::now();
    let error = dial(&number(&exchange, "12345"), &short).err().expect("no modem answers");
    assert!(matches!(error, DialError::NoModem(_)) && !error.is_communication_error(), "{error:?}");
    let own = format!("modem:{}", exchange.device(1)).parse().expect("it is a number");
    let error = Listener::open(&own, &short).expect_err("no modem answers");
    assert!(matches!(error, ListenError::NoModem(_)), "{error:?}");
    assert!(begin.elapsed() < 2 * SOON);
}

#[test]
fn a_dead_modem_is_noticed_in_time() {
    check_no_modem(Habits { is_dead: true, ..Habits::default() });
}

#[test]
fn a_modem_that_refuses_to_answer_in_words_is_none() {
    check_no_modem(Habits { refuses: vec!["ATV1"], ..Habits::default() });
}

#[test]
fn a_modem_that_babbles_without_end_is_none() {
    check_no_modem(Habits { babbles: Some("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), ..Habits::default() });
    check_no_modem(Habits { babbles: Some("\r\nRING\r\nBUSY\r\nCONNECT\r\n"), ..Habits::default() });
}

#[test]
fn a_listener_waits_no_longer_than_it_was_told_and_still_hears_the_next_call() {
    let exchange = fair();
    let mut listener = listener(&exchange);
    let begin = Instant::now();
    assert!(listener.next(HALF).expect("it listens").is_none());
    assert!(begin.elapsed() >= HALF && begin.elapsed() < SOON);
    let (mut caller, mut answerer) = call(&exchange, &mut listener);
    caller.send(b"hello").expect("the line is open");
    assert_eq!(frame(&mut *answerer), b"hello");
    assert!(listener.next(HALF).expect("the call has the modem").is_none());
}

#[test]
fn a_device_that_is_not_there_and_a_number_without_digits_cannot_be_dialled() {
    let dial =
        |number: &str| dial(&number.parse().expect("it is a number"), &times()).err().expect("it cannot be");
    assert!(matches!(dial("modem:/dev/no-such-line,,1"), DialError::Device(..)));
    assert!(matches!(dial("modem:/dev/ttyS0"), DialError::NotDialable(_)));
    assert!(matches!(dial("tel:12345"), DialError::NotDialable(_)));
}

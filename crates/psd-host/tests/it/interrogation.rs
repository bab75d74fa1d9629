//! The interrogation in real time over real sockets: silence, recordings, and a client that answers by itself.

use crate::server::{Raw, Station, code, frame, frank, frank_frame, limits};
use crate::{identity, request};
use psd::protocol::{Answer, Command, NUMBER_PUSHED};
use psd::supervision::interrogation::{AnswerError, Code, PairingKey, Question, Span, code_for};
use psd::{Block, Error, Settings};
use std::thread;
use std::time::{Duration, Instant};

const INACTIVE: u16 = Block::Inactive.code();

/// A meter that asks every 100 ms, and is active for 1.5 s after an answer.
fn station() -> Station {
    let mut settings = Settings::default();
    settings.interrogation.interval = Span::regular(100);
    settings.interrogation.allowed = Span::regular(1500);
    Station::of(settings, limits(), None)
}

fn right_code(station: &Station, question: &Question) -> Code {
    let pairing = &station.mailroom.pairing;
    let key = PairingKey::new(*pairing.key.bytes());
    code_for(question, &key, pairing.serial, &identity().hash)
}

/// The next question, past whatever else comes.
fn question(raw: &mut Raw) -> Question {
    loop {
        match raw.read() {
            Some((NUMBER_PUSHED, Answer::Question(question))) => return question,
            Some(_) => {}
            None => panic!("the stream has ended"),
        }
    }
}

/// How a command ended, past the questions that come meanwhile.
fn ending(raw: &mut Raw, number: u32) -> Result<(), u16> {
    loop {
        match raw.read() {
            Some((answered, Answer::Done)) if answered == number => return Ok(()),
            Some((answered, Answer::Refused(refusal))) if answered == number => return Err(refusal.code),
            Some(_) => {}
            None => panic!("the stream has ended"),
        }
    }
}

/// Claim: A2, A4
#[test]
fn a_client_answers_by_itself_for_as_long_as_it_lives() {
    let station = station();
    let mut client = station.control_unit();
    for id in 0..20 {
        thread::sleep(Duration::from_millis(100));
        assert_eq!(frank(&mut client, &[request(id, 1)]).unwrap().len(), 1);
    }
}

/// Claim: A4, A5, A7
#[test]
fn a_silent_control_unit_is_refused_and_franks_again_after_its_next_answer() {
    let station = station();
    let mut raw = station.raw();
    raw.write(&frame(1, Command::Attach));
    let first = question(&mut raw);
    assert_eq!(ending(&mut raw, 1), Ok(()));
    raw.write(&frank_frame(2, &[request(1, 1)]));
    assert_eq!(ending(&mut raw, 2), Err(INACTIVE), "not before its first answer");
    raw.write(&frame(3, Command::Reply { number: first.number, code: right_code(&station, &first) }));
    let answered = ending(&mut raw, 3);
    raw.write(&frank_frame(4, &[request(1, 1)]));
    assert_eq!((answered, ending(&mut raw, 4)), (Ok(()), Ok(())));
    thread::sleep(Duration::from_millis(1700));
    raw.write(&frank_frame(5, &[request(2, 1)]));
    let begin = Instant::now();
    assert_eq!(ending(&mut raw, 5), Err(INACTIVE));
    assert!(begin.elapsed() < Duration::from_secs(1), "refused and not delayed");
    let next = question(&mut raw);
    raw.write(&frame(6, Command::Reply { number: next.number, code: right_code(&station, &next) }));
    raw.write(&frank_frame(7, &[request(2, 1)]));
    assert_eq!((ending(&mut raw, 6), ending(&mut raw, 7)), (Ok(()), Ok(())));
    assert_eq!(station.client().registers().unwrap().r8, 2);
}

/// Claim: A4
#[test]
fn a_wrong_answer_makes_it_inactive_at_once() {
    let station = station();
    let mut raw = station.raw();
    raw.write(&frame(1, Command::Attach));
    let first = question(&mut raw);
    raw.write(&frame(2, Command::Reply { number: first.number, code: right_code(&station, &first) }));
    assert_eq!(ending(&mut raw, 2), Ok(()));
    let second = question(&mut raw);
    raw.write(&frame(3, Command::Reply { number: second.number, code: [0; 16] }));
    raw.write(&frank_frame(4, &[request(1, 1)]));
    assert_eq!(ending(&mut raw, 3), Err(Error::Answer(AnswerError::WrongCode).code()));
    assert_eq!(ending(&mut raw, 4), Err(INACTIVE));
}

/// Claim: A9
#[test]
fn a_recorded_session_played_again_franks_nothing() {
    let station = station();
    let mut recorded = vec![frame(1, Command::Attach)];
    let mut raw = station.raw();
    raw.write(&recorded[0]);
    let first = question(&mut raw);
    recorded.push(frame(2, Command::Reply { number: first.number, code: right_code(&station, &first) }));
    recorded.push(frank_frame(3, &[request(1, 1)]));
    recorded[1..].iter().for_each(|frame| raw.write(frame));
    assert_eq!((ending(&mut raw, 2), ending(&mut raw, 3)), (Ok(()), Ok(())));
    drop(raw);
    let mut played = station.raw();
    let begin = Instant::now();
    loop {
        played.write(&recorded[0]);
        match ending(&mut played, 1) {
            Ok(()) => break,
            Err(_) if begin.elapsed() < Duration::from_secs(5) => played = station.raw(),
            Err(code) => panic!("the role is not free: {code}"),
        }
    }
    recorded[1..].iter().for_each(|frame| played.write(frame));
    let refused = ending(&mut played, 2).unwrap_err();
    assert!((700..800).contains(&refused), "the answer belongs to another question: {refused}");
    assert_eq!(ending(&mut played, 3), Err(INACTIVE));
    // The same frames with other numbers, in another order.
    played.write(&frank_frame(4, &[request(2, 1)]));
    played.write(&frame(5, Command::Reply { number: first.number, code: right_code(&station, &first) }));
    assert_eq!(ending(&mut played, 4), Err(INACTIVE));
    assert!(ending(&mut played, 5).is_err());
    assert_eq!(station.client().registers().unwrap().r8, 1);
}

/// Claim: A8
#[test]
fn a_pairing_copied_to_other_hardware_franks_nothing() {
    let station = station();
    let other = psd_host::Identity::of_value(psd_host::IdentitySource::MachineId, b"another computer");
    let mut client = station.client();
    client.attend(psd_host::client::Attendant::new(&station.mailroom.pairing, &other));
    client.attach().unwrap();
    assert_eq!(code(frank(&mut client, &[request(1, 1)])), INACTIVE);
}

#[test]
fn whoever_takes_over_from_an_active_control_unit_begins_inactive() {
    let station = station();
    let mut client = station.control_unit();
    assert_eq!(frank(&mut client, &[request(1, 1)]).unwrap().len(), 1);
    client.detach().unwrap();
    let mut raw = station.raw();
    raw.write(&frame(1, Command::Attach));
    raw.write(&frank_frame(2, &[request(2, 1)]));
    assert_eq!((ending(&mut raw, 1), ending(&mut raw, 2)), (Ok(()), Err(INACTIVE)));
}

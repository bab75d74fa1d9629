//! The interrogation as a control unit meets it: questions pushed, answers of every wrong kind, and none.

use crate::desk::{BATCH, Desk, ask, code};
use crate::meter::{IDENTITY, Place, request};
use psd::protocol::{Answer, Command, Fault};
use psd::supervision::interrogation::{AnswerError, PairingKey, Span};
use psd::{Block, Error};

const INACTIVE: u16 = Block::Inactive.code();
const WRONG_CODE: u16 = Error::Answer(AnswerError::WrongCode).code();

/// A meter that asks every ten seconds, and is active for thirty.
fn regular() -> Desk {
    let mut place = Place::p1::<BATCH>();
    place.settings.interrogation.interval = Span::regular(10_000);
    place.settings.interrogation.allowed = Span::regular(30_000);
    Desk::at(place)
}

/// Claim: A2, A4
#[test]
fn the_control_unit_is_asked_at_once_and_again_and_answers_keep_the_device_active() {
    let mut desk = regular();
    desk.attend();
    for round in 1..=12 {
        assert_eq!(desk.tick_after(9_999), None);
        let question = desk.tick_after(1).expect("a question every ten seconds");
        assert_eq!(desk.reply(&question), [Answer::Done]);
        assert_eq!(desk.frank(&[request(round, 10)]).len(), 2);
    }
}

/// Claim: A4, A5
#[test]
fn a_control_unit_that_falls_silent_is_refused_in_its_time_and_nothing_is_debited() {
    let mut desk = regular();
    desk.attend();
    assert_eq!(desk.frank(&[request(1, 10)]).len(), 2);
    for _ in 0..2 {
        assert!(desk.tick_after(10_000).is_some());
        assert_eq!(desk.frank(&[request(2, 0)]).len(), 2, "the time is not over");
    }
    assert!(desk.tick_after(10_000).is_some());
    assert_eq!(code(&desk.frank(&[request(3, 10)])), INACTIVE);
    assert!(
        matches!(&desk.ask(Command::Registers)[..], [Answer::Registers(registers), _] if registers.r8 == 2)
    );
}

/// Claim: A7
#[test]
fn a_right_answer_makes_it_active_again_by_itself() {
    let mut desk = regular();
    desk.attend();
    let question = (0..5).filter_map(|_| desk.tick_after(10_000)).last().expect("it keeps asking");
    assert_eq!(code(&desk.frank(&[request(1, 10)])), INACTIVE);
    assert_eq!(desk.reply(&question), [Answer::Done]);
    assert_eq!(desk.frank(&[request(1, 10)]).len(), 2);
}

/// Claim: A4
#[test]
fn a_wrong_answer_makes_it_inactive_at_once() {
    let mut desk = regular();
    desk.attend();
    let question = desk.tick_after(10_000).unwrap();
    let mut wrong = desk.code(&question);
    wrong[7] ^= 1;
    assert_eq!(code(&desk.ask(Command::Reply { number: question.number, code: wrong })), WRONG_CODE);
    assert_eq!(code(&desk.frank(&[request(1, 10)])), INACTIVE);
    // The question is spent: only the next one counts.
    let spent = Error::Answer(AnswerError::NothingAsked).code();
    assert_eq!(code(&desk.reply(&question)), spent);
    let next = desk.tick_after(10_000).unwrap();
    assert_eq!(desk.reply(&next), [Answer::Done]);
}

/// Claim: A8
#[test]
fn other_hardware_and_another_key_give_wrong_answers() {
    let key = |desk: &Desk| desk.place.key.borrow().clone().unwrap();
    let mut desk = regular();
    desk.attend();
    let question = desk.tick_after(10_000).unwrap();
    let (own, mut other) = (key(&desk), IDENTITY);
    other[31] ^= 0x80;
    assert_eq!(code(&desk.reply_as(&question, &own, &other)), WRONG_CODE);
    let question = desk.tick_after(10_000).unwrap();
    assert_eq!(code(&desk.reply_as(&question, &PairingKey::new([9; 32]), &IDENTITY)), WRONG_CODE);
    assert_eq!(code(&desk.frank(&[request(1, 10)])), INACTIVE);
}

/// Claim: A9
#[test]
fn recorded_answers_and_answers_out_of_their_order_are_worthless() {
    let mut desk = regular();
    desk.attend();
    let first = desk.tick_after(10_000).unwrap();
    let recorded = desk.code(&first);
    assert_eq!(desk.reply(&first), [Answer::Done]);
    let replay = Command::Reply { number: first.number, code: recorded };
    assert_eq!(code(&desk.ask(replay.clone())), Error::Answer(AnswerError::NothingAsked).code());
    // The next question: its number with the old code, the old number with the old code.
    let second = desk.tick_after(10_000).unwrap();
    assert_ne!(first.nonce, second.nonce);
    let out_of_order = Error::Answer(AnswerError::OutOfOrder { open: second.number }).code();
    assert_eq!(code(&desk.ask(replay)), out_of_order);
    assert_eq!(code(&desk.ask(Command::Reply { number: second.number, code: recorded })), WRONG_CODE);
    // A question that went unanswered is no longer open once the next was asked.
    let third = desk.tick_after(10_000).unwrap();
    let fourth = desk.tick_after(10_000).unwrap();
    assert_eq!(code(&desk.reply(&third)), out_of_order);
    assert_eq!(desk.reply(&fourth), [Answer::Done]);
}

#[test]
fn a_question_goes_to_the_control_unit_alone() {
    let mut desk = regular();
    assert_eq!(desk.tick_after(60_000), None, "nobody is there to be asked");
    desk.attend();
    let mut other = desk.service.open(2);
    let (refused, questions) = ask(&mut desk.service, &mut other, 1, Command::Attach);
    assert_eq!((code(&refused), questions.len()), (Fault::RoleTaken.code(), 0));
    let reply = Command::Reply { number: 1, code: [0; 16] };
    let (refused, _) = ask(&mut desk.service, &mut other, 2, reply);
    assert_eq!(code(&refused), Fault::NotControlUnit.code(), "nobody else can spoil its answers");
    assert!(desk.tick_after(10_000).is_some());
}

/// Claim: A4
#[test]
fn whoever_takes_the_role_over_begins_inactive() {
    let mut desk = regular();
    desk.attend();
    desk.service.close(&desk.session);
    desk.session = desk.service.open(2);
    desk.number = 0;
    assert_eq!(desk.ask(Command::Attach), [Answer::Done]);
    assert_eq!(code(&desk.frank(&[request(1, 10)])), INACTIVE);
    let question = desk.questions.pop().unwrap();
    assert_eq!(desk.reply(&question), [Answer::Done]);
    assert_eq!(desk.frank(&[request(1, 10)]).len(), 2);
}

#[test]
fn a_device_is_paired_once_and_only_its_control_unit_is_given_the_key() {
    let mut desk = regular();
    assert_eq!(code(&desk.ask(Command::Pair { identity: [5; 32] })), Fault::NotControlUnit.code());
    desk.attend();
    assert_eq!(code(&desk.ask(Command::Pair { identity: [5; 32] })), Error::PairedAlready.code());
}

//! The security device's protocol: whatever frames its peers send, each is answered to its end, R3 = R1 + R2 holds, and
//! no credit comes into being.
#![no_main]

mod meter;

use libfuzzer_sys::fuzz_target;
use meter::{KEY, answer, paired};
use psd::protocol::{Answer, Command, Frame, LENGTH_BYTES, VERSION};
use psd::service::{Service, Session};
use psd::supervision::interrogation::PairingKey;
use psd::{Image, Psd, SECTOR_BYTES, Stillness, TRIAL_BATCH, sectors_needed};
use std::sync::OnceLock;
use terms::Money;

type Trial = Service<Image<Vec<u8>>, Stillness, TRIAL_BATCH>;

// Each step: a byte of flags, a byte of length, so many bytes.
fuzz_target!(|bytes: &[u8]| {
    let (memory, board, key) = device();
    let psd = Psd::open(Image(memory.clone()), &KEY, board.clone()).expect("its own memory");
    let mut service = Trial::new(psd);
    let mut sessions = [service.open(1), service.open(2)];
    attend(&mut service, &mut sessions[0], key);
    let mut number = 2_u32;
    let mut rest = bytes;
    while let [flags, length, tail @ ..] = rest {
        let (body, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        let session = &mut sessions[usize::from(flags >> 1 & 1)];
        if flags & 4 != 0 {
            service.close(session);
            *session = service.open(3);
        }
        if flags & 1 == 0 {
            ask(&mut service, session, body);
        } else {
            number += 1;
            ask(&mut service, session, &[&[VERSION], &number.to_le_bytes()[..], body].concat());
        }
    }
    check(&mut service);
});

/// Sends a frame, and checks that one answer ends the others.
fn ask(service: &mut Trial, session: &mut Session, frame: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    service.handle(frame, session, &mut |frame| {
        let frame = Frame::parse(&frame[LENGTH_BYTES..]).expect("a frame of its own");
        answers.push(frame.answer().expect("an answer"));
    });
    let (last, others) = answers.split_last().expect("an answer");
    assert!(last.is_last() && !others.iter().any(Answer::is_last));
    answers
}

fn check(service: &mut Trial) {
    let mut session = service.open(4);
    // Command 4: the registers.
    let answers = ask(service, &mut session, &[VERSION, 1, 0, 0, 0, 4]);
    let [Answer::Registers(registers), Answer::Done] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(registers.check(), Ok(()));
    assert_eq!(registers.r3, Money::ZERO, "nobody signed any credit");
}

/// The first peer becomes the control unit and answers, so that frankings are tried too.
fn attend(service: &mut Trial, session: &mut Session, key: &PairingKey) {
    // Command 1: attach.
    let answers = ask(service, session, &[VERSION, 1, 0, 0, 0, 1]);
    let [Answer::Question(question), Answer::Done] = &answers[..] else { panic!("{answers:?}") };
    let command = Command::Reply { number: question.number, code: answer(question, key) };
    let mut buffer = [0; 64];
    let frame = Frame::write(2, &command, &mut buffer).expect("a short command");
    assert_eq!(ask(service, session, &frame[LENGTH_BYTES..]), [Answer::Done]);
}

/// The memory of a new device, its board and the key of its pairing.
fn device() -> &'static (Vec<u8>, Stillness, PairingKey) {
    static DEVICE: OnceLock<(Vec<u8>, Stillness, PairingKey)> = OnceLock::new();
    DEVICE.get_or_init(|| {
        let mut memory = vec![0; sectors_needed(TRIAL_BATCH) * SECTOR_BYTES];
        let (mut psd, key) = paired(Image(&mut memory[..]));
        let board = psd.board_mut().clone();
        drop(psd);
        (memory, board, key)
    })
}

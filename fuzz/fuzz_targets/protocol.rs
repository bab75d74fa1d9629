//! The security device's protocol: whatever frames its peers send, each is answered to its end, R3 = R1 + R2 holds, and
//! no credit comes into being.
#![no_main]

mod meter;

use libfuzzer_sys::fuzz_target;
use meter::{KEY, personalisation};
use psd::protocol::{Answer, Frame, LENGTH_BYTES, VERSION};
use psd::service::{Service, Session};
use psd::{Image, Psd, SECTOR_BYTES, Stillness, TRIAL_BATCH, sectors_needed};
use std::sync::OnceLock;
use terms::Money;

type Trial = Service<Image<Vec<u8>>, Stillness, TRIAL_BATCH>;

// Each step: a byte of flags, a byte of length, so many bytes.
fuzz_target!(|bytes: &[u8]| {
    let psd = Psd::open(Image(memory().clone()), &KEY, Stillness::default()).expect("its own memory");
    let mut service = Trial::new(psd);
    let mut sessions = [service.open(1), service.open(2)];
    let mut number = 0_u32;
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

/// The memory of a new device.
fn memory() -> &'static Vec<u8> {
    static MEMORY: OnceLock<Vec<u8>> = OnceLock::new();
    MEMORY.get_or_init(|| {
        let mut memory = vec![0; sectors_needed(TRIAL_BATCH) * SECTOR_BYTES];
        let board = Stillness::default();
        drop(Psd::<_, _, TRIAL_BATCH>::personalise(Image(&mut memory[..]), &KEY, personalisation(), board));
        memory
    })
}

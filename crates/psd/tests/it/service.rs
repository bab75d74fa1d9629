//! The service: what comes back for each frame, who may ask for what, and frames that are none.

use crate::desk::{BATCH, Desk, ask, code, handle, parse};
use crate::inspection::inspection;
use crate::meter::{Place, frank_one, grant, mark, request, serial};
use imprint::numbers::{Indicium, LayoutId, RequestId, Row, SecondRow, SetId, Suspicion};
use proptest::prelude::*;
use psd::protocol::{
    ANSWER_BYTES_MAX, Answer, Command, FRAME_BYTES_MAX, Fault, Frame, LENGTH_BYTES, PIECES_MAX, Requests,
    SENTENCE_BYTES_MAX, VERSION,
};
use psd::service::refuse;
use psd::{Error, Request};
use terms::{Money, Registers};

#[test]
fn the_answers_are_the_devices_own() {
    let mut desk = Desk::attached();
    let place = Place::p1::<BATCH>();
    let mut device = place.funded::<BATCH>(2000);
    let expected = frank_one(&mut device, 7, 110);
    assert_eq!(desk.frank(&[request(7, 110)]), [Answer::Indicium(expected.clone()), Answer::Done]);
    assert_eq!(desk.ask(Command::fetch(RequestId(7))), [Answer::Indicium(expected), Answer::Done]);
    assert_eq!(desk.ask(Command::Registers), [Answer::Registers(device.registers()), Answer::Done]);
    assert_eq!(desk.ask(Command::Status), [Answer::Status(device.status()), Answer::Done]);
    assert_eq!(desk.ask(Command::Findings), [Answer::Done]);
    let [Answer::Hello(hello), Answer::Done] = &desk.ask(Command::Hello)[..] else { panic!("no hello") };
    assert_eq!((hello.serial, hello.batch, hello.is_attached), (serial(), BATCH as u16, true));
}

#[test]
fn a_franking_gives_one_indicium_a_frame_in_the_order_asked_for() {
    let mut desk = Desk::attached();
    let answers = desk.frank(&[request(3, 10), request(1, 20), request(2, 0)]);
    let ids: Vec<u64> = answers
        .iter()
        .filter_map(|answer| match answer {
            Answer::Indicium(indicium) => Some(indicium.request.0),
            _ => None,
        })
        .collect();
    assert_eq!((ids, answers.last()), (vec![3, 1, 2], Some(&Answer::Done)));
}

#[test]
fn refusals_carry_the_devices_code_and_sentence_and_nothing_else_comes() {
    let mut desk = Desk::attached();
    let answers = desk.frank(&[request(1, 5000)]);
    let [Answer::Refused(refusal)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(refusal.code, Error::CreditTooLow { available: Money::ZERO }.code());
    assert_eq!(refusal.sentence, "the credit of 20.00 does not suffice");
    let many: Vec<_> = (0..=BATCH as u64).map(|id| request(id, 10)).collect();
    assert_eq!(code(&desk.frank(&many)), Error::TooManyRequests { limit: BATCH }.code());
    assert_eq!(code(&desk.frank(&[])), Error::NoRequest.code());
    let half = request(1, 10).to_bytes();
    let half = Command::Frank { requests: Requests::new(&half[1..]) };
    assert_eq!(code(&desk.ask(half)), Fault::Malformed.code());
    let no_date = [0xff; Request::BYTES];
    let no_date = Command::Frank { requests: Requests::new(&no_date) };
    assert_eq!(code(&desk.ask(no_date)), Fault::Malformed.code());
}

/// Claim: A1
#[test]
fn only_the_control_unit_franks_and_there_is_one_at_a_time() {
    let mut desk = Desk::new();
    assert_eq!(code(&desk.frank(&[request(1, 10)])), Fault::NotControlUnit.code());
    assert_eq!(code(&desk.ask(Command::fetch(RequestId(1)))), Fault::NotControlUnit.code());
    desk.attend();
    assert_eq!(desk.ask(Command::Attach), [Answer::Done], "the same peer again is asked again");
    let question = desk.questions.pop().unwrap();
    assert_eq!(desk.reply(&question), [Answer::Done]);
    let mut other = desk.service.open(2);
    let mut number = 0;
    let mut ask_as_other = |desk: &mut Desk, command: Command<'_>| {
        number += 1;
        ask(&mut desk.service, &mut other, number, command).0
    };
    assert_eq!(code(&ask_as_other(&mut desk, Command::Attach)), Fault::RoleTaken.code());
    assert_eq!(code(&ask_as_other(&mut desk, Command::Detach)), Fault::NotControlUnit.code());
    assert_eq!(desk.frank(&[request(1, 10)]).last(), Some(&Answer::Done));
    let third = desk.service.open(3);
    desk.service.close(&third);
    assert_eq!(desk.frank(&[request(2, 10)]).last(), Some(&Answer::Done), "another's end is not its own");
    desk.service.close(&desk.session);
    assert_eq!(ask_as_other(&mut desk, Command::Attach), [Answer::Done]);
    assert_eq!(code(&desk.frank(&[request(3, 10)])), Fault::NotControlUnit.code());
}

#[test]
fn anybody_may_read_and_hand_in_what_the_issuer_signed() {
    let mut desk = Desk::new();
    for command in [Command::Hello, Command::Status, Command::Registers, Command::Findings] {
        assert_eq!(desk.ask(command.clone()).last(), Some(&Answer::Done), "{command:?}");
    }
    let grant = grant(2, 300, 2000);
    let answers = desk.ask(Command::Grant(grant));
    assert!(
        matches!(answers[..], [Answer::Granted { before: false, registers }, _] if registers.r1.minor() == 2300)
    );
    let answers = desk.ask(Command::Grant(grant));
    assert!(matches!(answers[..], [Answer::Granted { before: true, .. }, Answer::Done]));
    assert_eq!(desk.ask(Command::Order(mark(1, true))), [Answer::Done]);
    let mut forged = mark(2, false);
    forged.signature[40] ^= 1;
    assert_eq!(code(&desk.ask(Command::Order(forged))), Error::Signature.code());
}

#[test]
fn a_number_that_is_not_greater_than_the_last_is_refused_and_nothing_is_done() {
    let mut desk = Desk::attached();
    let bytes = request(1, 10).to_bytes();
    let frank = Command::Frank { requests: Requests::new(&bytes) };
    for number in [0, 1] {
        let (answers, _) = ask(&mut desk.service, &mut desk.session, number, frank.clone());
        assert_eq!(code(&answers), Fault::Order.code(), "number {number}");
    }
    assert_eq!(ask(&mut desk.service, &mut desk.session, 9, Command::Findings).0, [Answer::Done]);
    let (answers, _) = ask(&mut desk.service, &mut desk.session, 8, frank);
    assert_eq!(code(&answers), Fault::Order.code());
    let mut other = desk.service.open(2);
    let (registers, _) = ask(&mut desk.service, &mut other, 1, Command::Registers);
    assert!(matches!(registers[..], [Answer::Registers(Registers { r8: 0, .. }), Answer::Done]));
    let (status, _) = ask(&mut desk.service, &mut other, 2, Command::Status);
    let [Answer::Status(status), Answer::Done] = &status[..] else { panic!("no status") };
    assert_eq!(status.errors.of(psd::ErrorKind::Frames), 3, "each is counted");
}

#[test]
fn another_version_an_unknown_command_and_bytes_too_many_are_refused() {
    let mut desk = Desk::new();
    let check = |desk: &mut Desk, frame: &[u8], number: u32, fault: Fault| {
        let answers = handle(&mut desk.service, &mut desk.session, frame);
        assert!(
            matches!(&answers[..], [(answered, Answer::Refused(refusal))]
            if *answered == number && refusal.code == fault.code()),
            "{frame:?}: {answers:?}"
        );
    };
    check(&mut desk, &[], 0, Fault::Malformed);
    check(&mut desk, &[VERSION, 1, 0, 0], 0, Fault::Malformed);
    check(&mut desk, &[VERSION + 1, 1, 0, 0, 0, 0], 1, Fault::Version);
    check(&mut desk, &[VERSION, 1, 0, 0, 0], 1, Fault::Malformed);
    check(&mut desk, &[VERSION, 2, 0, 0, 0, 250], 2, Fault::Malformed);
    check(&mut desk, &[VERSION, 3, 0, 0, 0, 0, 0], 3, Fault::Malformed);
    desk.number = 3;
    assert_eq!(desk.ask(Command::Hello).len(), 2, "the session goes on");
}

#[test]
fn a_memory_that_failed_asks_for_a_new_start_and_a_refusal_does_not() {
    let mut desk = Desk::attached();
    assert_eq!(code(&desk.frank(&[request(1, 5000)])), Error::CreditTooLow { available: Money::ZERO }.code());
    assert!(!desk.service.needs_new_start());
    desk.place.medium.cut_after(0);
    assert_eq!(code(&desk.frank(&[request(1, 10)])), Error::MemoryFailed.code());
    assert!(desk.service.needs_new_start());
}

#[test]
fn a_fault_of_the_stream_is_told_under_no_commands_number() {
    let mut told = Vec::new();
    refuse(Fault::Oversized, &mut |frame| told.push(parse(frame)));
    assert!(matches!(&told[..], [(0, Answer::Refused(refusal))] if refusal.code == 903), "{told:?}");
}

/// The numbers of commands and answers, and how their fields lie, stay as clients in service have them.
#[test]
fn the_bytes_of_frames_stay() {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let mut buffer = [0; 256];
    let mut check = |command: Command<'_>, expected: &str| {
        assert_eq!(hex(Frame::write(0x102, &command, &mut buffer).unwrap()), expected, "{command:?}");
    };
    check(Command::Hello, "06000000010201000000");
    check(Command::Attach, "06000000010201000001");
    check(Command::Detach, "06000000010201000002");
    check(Command::Status, "06000000010201000003");
    check(Command::Registers, "06000000010201000004");
    check(Command::Findings, "06000000010201000005");
    let bytes = request(5, 110).to_bytes();
    check(
        Command::Frank { requests: Requests::new(&bytes) },
        "1e000000010201000006170500000000000000\
6e000000000000005d260000000000",
    );
    check(Command::fetch(RequestId(300)), "08000000010201000007ac02");
    let mut visit = inspection(1, None);
    visit.signature = [0xee; 64];
    let expected = format!("54000000010201000019cec2f10501{}{}", "80897ab51f00000000", "ee".repeat(64));
    check(Command::Inspect(visit), &expected);
    let mut answer = |answer: Answer, expected: &str| {
        assert_eq!(hex(Frame::write(1, &answer, &mut buffer).unwrap()), expected, "{answer:?}");
    };
    answer(Answer::Done, "06000000010100000000");
    answer(
        Answer::Refused(Fault::Oversized.into()),
        &format!("2c000000010100000001870723{}", hex(b"the frame is longer than any may be")),
    );
}

#[test]
fn the_longest_answer_of_each_kind_fits_its_frame() {
    let row = || Row::from_slice(&[39; 28]).unwrap();
    let longest = Indicium {
        version: u16::MAX,
        request: RequestId(u64::MAX),
        profile: "sixteen letters.".try_into().unwrap(),
        epoch: u16::MAX,
        serial: serial(),
        date: terms::Date::LAST,
        postage: Money::from_minor(u64::MAX),
        mv: u64::MAX,
        second: Some(u64::MAX),
        shown_count: Some(u32::MAX),
        suspicion: Suspicion::Manipulated,
        layout: LayoutId::E,
        set: SetId::S40,
        symbols: row(),
        second_row: Some(SecondRow { set: SetId::S40, symbols: row() }),
        cliche_number: u16::MAX,
    };
    let mut buffer = [0; LENGTH_BYTES + ANSWER_BYTES_MAX];
    assert!(Frame::write(u32::MAX, &Answer::Indicium(longest), &mut buffer).is_some());
    let long = Error::Personalisation("there is not one key for each slot that the profile uses");
    assert!(Frame::write(u32::MAX, &Answer::Refused(long.into()), &mut buffer).is_some());
    const { assert!(SENTENCE_BYTES_MAX + 64 < ANSWER_BYTES_MAX) };
}

#[test]
fn the_most_requests_fit_one_frame() {
    let bytes = vec![0; PIECES_MAX * Request::BYTES];
    let mut buffer = vec![0; LENGTH_BYTES + FRAME_BYTES_MAX];
    assert!(Frame::write(1, &Command::Frank { requests: Requests::new(&bytes) }, &mut buffer).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_answered_and_the_registers_stay_sound(
        frames in prop::collection::vec(any_frame(), 1..8),
    ) {
        let mut desk = Desk::attached();
        for frame in &frames {
            handle(&mut desk.service, &mut desk.session, frame);
        }
        let mut other = desk.service.open(2);
        let (registers, _) = ask(&mut desk.service, &mut other, 1, Command::Registers);
        let [Answer::Registers(registers), Answer::Done] = &registers[..] else { panic!("{registers:?}") };
        prop_assert_eq!(registers.check(), Ok(()));
        prop_assert_eq!(registers.r3.minor(), 2000, "no bytes add credit");
    }
}

/// Bytes of any kind: as they come, behind a right head, or a command with a byte changed.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..80);
    let head = |number: u8| vec![VERSION, number, 0, 0, 0];
    let headed = (any::<u8>(), 0..12_u8, bytes())
        .prop_map(move |(number, kind, body)| [head(number), vec![kind], body].concat());
    let altered =
        (any::<u8>(), 0..400_u64, 0..30_usize, any::<u8>()).prop_map(|(number, postage, place, value)| {
            let bytes = request(u64::from(number), postage).to_bytes();
            let mut buffer = [0; 64];
            let command = Command::Frank { requests: Requests::new(&bytes) };
            let frame = Frame::write(u32::from(number), &command, &mut buffer).unwrap();
            let mut frame = frame[LENGTH_BYTES..].to_vec();
            if let Some(byte) = frame.get_mut(place) {
                *byte = value;
            }
            frame
        });
    prop_oneof![bytes(), headed, altered]
}

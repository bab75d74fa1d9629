//! A device that halted at its start, as its peers meet it: it says why, reports, and takes the service reset.

use crate::desk::{BATCH, Desk, Service, code};
use crate::inspection::{count_and_data, marking, visit, with_inspection_data};
use crate::meter::{link_key, memory_key, order, request, signed};
use psd::protocol::{Answer, Command};
use psd::{
    Block, Codeword, Error, Fault, Inspection, Proven, Report, ReportKey, Rescue, Reset, Task, open_report,
    wrap_codeword,
};
use std::cell::Cell;
use terms::{Money, Registers};

const ALL_COPIES: u16 = Error::Blocked(Fault::AllCopies).code();

/// A meter with 20.00 of which 0.50 were spent, after damage to all copies of its newest registers.
fn halted() -> Desk {
    damaged(0)
}

/// The same after damage to this many records before them, too.
fn damaged(more: u64) -> Desk {
    damage(Desk::attached(), more)
}

fn damage(mut desk: Desk, more: u64) -> Desk {
    let before = desk.place.medium.durable();
    for id in 0..more {
        assert_eq!(desk.frank(&[request(100 + id, 0)]).len(), 2);
    }
    assert_eq!(desk.frank(&[request(1, 50)]).len(), 2);
    let after = desk.place.medium.durable();
    for sector in (0..after.len()).filter(|sector| before[*sector] != after[*sector]) {
        desk.place.medium.tamper(sector, |sector| sector[100] ^= 1);
    }
    let place = desk.place;
    let fault = place.open_alone::<BATCH>().err().expect("it halts");
    assert_eq!(fault.code(), ALL_COPIES);
    let rescue = Rescue::open(place.medium.clone(), &memory_key(), place.board.clone(), fault)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut service = Service::halted(rescue, memory_key());
    let session = service.open(1);
    Desk { place, service, session, number: 0, questions: Vec::new() }
}

fn report(desk: &mut Desk) -> (Report, ReportKey) {
    let answers = desk.ask(Command::Report { challenge: [4; 16] });
    let [Answer::Report(sealed), Answer::Done] = &answers[..] else { panic!("{answers:?}") };
    open_report(sealed, &link_key(), &[4; 16]).expect("sealed with its link key")
}

/// The service reset that mends a fault with these registers.
fn reset(faulted_at: u64, r2: u64) -> Command<'static> {
    thread_local!(static NUMBER: Cell<u64> = const { Cell::new(0) });
    let number = NUMBER.with(|number| number.replace(number.get() + 1)) + 1;
    let money = Money::from_minor;
    let registers = Registers { r1: money(2000 - r2), r2: money(r2), r3: money(2000), r4: 1, r8: 1 };
    let codeword = wrap_codeword(&link_key(), &Codeword::new([6; 16]));
    let registers = Some(Proven { registers, grant: 1 });
    Command::Order(order(number, Task::Reset(Reset { faulted_at, codeword, registers })))
}

/// Claim: B23
#[test]
fn a_device_that_halted_says_who_it_is_and_why_and_does_nothing_else() {
    let mut desk = halted();
    let hello = desk.ask(Command::Hello);
    assert!(
        matches!(&hello[..], [Answer::Hello(hello), _] if hello.code == ALL_COPIES && !hello.is_attached)
    );
    for command in [
        Command::Attach,
        Command::Status,
        Command::Registers,
        Command::Findings,
        Command::Order(order(1, Task::Stop(false))),
    ] {
        assert_eq!(code(&desk.ask(command.clone())), ALL_COPIES, "{command:?}");
    }
    let (report, key) = report(&mut desk);
    assert_eq!((report.code, key), (ALL_COPIES, ReportKey::Original));
}

/// Claim: B28
#[test]
fn the_service_reset_of_this_fault_starts_it_again_with_the_centres_registers() {
    let mut desk = halted();
    let faulted_at = report(&mut desk).0.faulted_at;
    let other_fault = Error::OtherFault { faulted_at }.code();
    assert_eq!(code(&desk.ask(reset(faulted_at + 1, 50))), other_fault, "the log is read first");
    assert_eq!(desk.ask(reset(faulted_at, 50)), [Answer::Done]);
    desk.attend();
    let answers = desk.frank(&[request(2, 10)]);
    assert!(
        matches!(&answers[..], [Answer::Indicium(indicium), Answer::Done] if indicium.mv == 2),
        "{answers:?}"
    );
    let status = desk.ask(Command::Status);
    assert!(matches!(&status[..], [Answer::Status(status), _]
        if status.block.is_none() && status.registers.r2.minor() == 60));
    assert_eq!(code(&desk.ask(reset(faulted_at, 50))), Error::OtherFault { faulted_at: 0 }.code(), "once");
}

/// Claim: D8
#[test]
fn what_an_inspection_exchanged_outlives_damage_to_the_registers() {
    let mut desk = Desk::attached();
    assert_eq!(desk.frank(&[request(50, 0)]).len(), 2);
    let new = marking(2, with_inspection_data());
    let asked = Inspection { marking: Some(new.clone()), seal: Some(777), notes_pieces: true, ..visit(1) };
    assert_eq!(desk.ask(Command::Inspect(signed(asked))), [Answer::Done]);
    let mut desk = damage(desk, 0);
    let (report, _) = report(&mut desk);
    assert_eq!((report.seal, report.inspection, report.epoch), (777, 1, 2));
    assert_eq!(desk.ask(reset(report.faulted_at, 50)), [Answer::Done]);
    desk.attend();
    let answers = desk.frank(&[request(2, 10)]);
    let [Answer::Indicium(indicium), Answer::Done] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((indicium.epoch, count_and_data(indicium, &new.profile)), (2, (2, 1)));
}

/// Claim: B28
#[test]
fn one_service_reset_mends_any_number_of_damaged_records() {
    for more in 1..6 {
        let mut desk = damaged(more);
        let faulted_at = report(&mut desk).0.faulted_at;
        assert_eq!(desk.ask(reset(faulted_at, 50)), [Answer::Done], "{more} more");
        desk.attend();
        assert_eq!(desk.frank(&[request(2, 10)]).len(), 2);
        desk.place.open_alone::<BATCH>().map(drop).unwrap();
    }
}

/// Claim: B24
#[test]
fn a_device_blocked_by_a_flag_still_answers_whatever_does_not_frank() {
    let mut desk = Desk::attached();
    desk.place.board.watched.set(true);
    assert_eq!(desk.tick_after(100), None);
    assert_eq!(code(&desk.frank(&[request(1, 10)])), Block::Kill1.code());
    for command in [Command::Hello, Command::Status, Command::Registers, Command::Findings, Command::SelfTest]
    {
        assert_eq!(desk.ask(command.clone()).last(), Some(&Answer::Done), "{command:?}");
    }
    let (report, key) = report(&mut desk);
    assert!(
        report.blocks.contains(&Block::Kill1) && key == ReportKey::Changed,
        "the centre knows it by that"
    );
}

//! The link: whatever frames come, the device's end gives nothing away and takes nothing, and the centre's end books
//! nothing, unless they were sealed with the link key; and both go on or end, and never fail otherwise.
#![no_main]

use imprint::numbers::Key;
use libfuzzer_sys::fuzz_target;
use link::call::centre::{Action, Event, Judgement};
use link::call::{CallHands, CallOutcome, CentreCall, DeviceCall, Opening, Trigger};
use link::{ErrorCounts, Grant, Order, Report, Signed};
use terms::{Money, Registers, Serial};

/// A device to which nothing must come.
struct Guarded;

impl CallHands for Guarded {
    fn report(&mut self) -> Report {
        report()
    }
    fn agree(&mut self, _: Money) -> Result<(), u16> {
        panic!("nobody with the key agreed on anything")
    }
    fn take_grant(&mut self, _: &Signed<Grant>, _: bool) -> Result<(), u16> {
        panic!("nobody with the key granted anything")
    }
    fn carry_out(&mut self, _: &Signed<Order>) -> Result<(), u16> {
        panic!("nobody with the key ordered anything")
    }
}

// Each step: a byte of flags, a byte of length, so many bytes.
fuzz_target!(|bytes: &[u8]| {
    let link = Key::new([7; 32]);
    let opening = Opening {
        trigger: Trigger::Manual,
        dialled: "tcp:centre:1".parse().expect("a number"),
        report: report(),
    };
    let mut device = DeviceCall::default();
    let opened = device.open(&link, 1, [1; 16], &opening).expect("an opening");
    let mut centre = CentreCall::default();
    let mut rest = bytes;
    while let [flags, length, tail @ ..] = rest {
        let (frame, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        if flags & 1 == 0 {
            match device.take(&link, frame, &mut Guarded) {
                Err(_) | Ok(CallOutcome::RefusedInClear(_) | CallOutcome::Send(_)) => {}
                Ok(other) => panic!("{other:?}"),
            }
        } else {
            // A genuine opening may have been recorded: it must lead to no booking either.
            listen(&mut centre, Event::Received(if flags & 2 == 0 { frame } else { &opened }), &link);
        }
    }
});

fn listen(call: &mut CentreCall, event: Event<'_>, link: &Key) {
    let mut actions = Vec::new();
    call.handle(event, &mut |action| actions.push(action));
    for action in actions {
        match action {
            Action::LookUp { .. } => listen(call, Event::Known(Some(link.clone()), [2; 16]), link),
            Action::Judge(_) => listen(call, Event::Judged(Judgement::Proceed), link),
            Action::Book(_) | Action::Settle(_) | Action::MarkChangedKey => panic!("booked without the key"),
            Action::Send(_) | Action::HangUp | Action::Record { .. } => {}
        }
    }
}

fn report() -> Report {
    Report {
        serial: Serial::new(12_345_678).expect("a serial"),
        seal: 0,
        commit: 1,
        faulted_at: 0,
        code: 0,
        registers: Registers::default(),
        grant: 0,
        order: 0,
        usual: Money::ZERO,
        tenths: 0,
        has_next_codeword: false,
        blocks: heapless::Vec::new(),
        errors: ErrorCounts::default(),
        findings: heapless::Vec::new(),
    }
}

//! The security device's memory: any bytes, and any edits of a device's own memory, with and without right MACs over
//! them, open with sound registers or are refused.
#![no_main]

mod meter;

use imprint::numbers::RequestId;
use libfuzzer_sys::fuzz_target;
use meter::{KEY, answer, paired};
use psd::{EPOCH, Frame, Image, Request, TRIAL_BATCH, open_any, sectors_needed};
use std::sync::OnceLock;
use terms::Money;

/// An edit: two bytes of place, one of value.
const EDIT_BYTES: usize = 3;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let mut memory = if kind & 2 == 0 { rest.to_vec() } else { edited(rest) };
    if let Ok(status) = open_any(&mut memory, &KEY, kind & 1 == 1) {
        let registers = status.registers;
        assert_eq!(Ok(registers.r3), registers.r1.checked_add(registers.r2).ok_or(()), "R3 = R1 + R2");
    }
});

/// The memory of a device after three frankings, with edits.
fn edited(edits: &[u8]) -> Vec<u8> {
    static DEVICE: OnceLock<Vec<u8>> = OnceLock::new();
    let mut memory = DEVICE.get_or_init(device).clone();
    for edit in edits.chunks_exact(EDIT_BYTES) {
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % memory.len();
        memory[place] = edit[2];
    }
    memory
}

fn device() -> Vec<u8> {
    let mut memory = vec![0; sectors_needed(TRIAL_BATCH) * psd::SECTOR_BYTES];
    let (mut psd, key) = paired(Image(&mut memory[..]));
    let question = psd.tick().expect("it asks").expect("it asks at once");
    psd.answer(question.number, &answer(&question, &key)).expect("a right answer");
    for id in 1..=3 {
        let request = Request {
            id: RequestId(id),
            postage: Money::from_minor(0),
            date: EPOCH,
            frame: Frame::default(),
        };
        psd.frank(&[request], |_| ()).expect("a zero value needs no credit");
    }
    drop(psd);
    memory
}

//! The security device's memory: any bytes, and any edits of a device's own memory, with and without right MACs over
//! them, open with sound registers or are refused.
#![no_main]

use imprint::numbers::{Key, Profile, RequestId};
use libfuzzer_sys::fuzz_target;
use psd::{
    EPOCH, Frame, Image, KeySlot, MemoryKey, Personalisation, Psd, Request, Stillness, TRIAL_BATCH, open_any, sectors_needed,
};
use std::sync::OnceLock;
use terms::{Money, Serial};

const KEY: MemoryKey = MemoryKey::new([7; 32]);
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
    let mut psd = Psd::<_, _, TRIAL_BATCH>::personalise(
        Image(&mut memory[..]),
        &KEY,
        personalisation(),
        Stillness::default(),
    )
    .expect("a fresh memory");
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

fn personalisation() -> Personalisation {
    let keys = [1, 2].map(|slot| KeySlot { slot, key: Key::new([slot; 32]) });
    Personalisation {
        serial: Serial::new(12_345_678).expect("eight digits"),
        call_number: 1,
        seal: 1,
        value_min: Money::from_minor(1),
        value_max: Money::from_minor(9999),
        days_ahead: 30,
        // A point of the curve, as a verifying key has to be: that of the secret key of 32 nines.
        issuer: ISSUER,
        profile: Profile::named("p1").expect("built in"),
        keys: keys.into_iter().collect(),
    }
}

/// The issuer's verifying key.
const ISSUER: [u8; 32] = [
    0xfd, 0x17, 0x24, 0x38, 0x5a, 0xa0, 0xc7, 0x5b, 0x64, 0xfb, 0x78, 0xcd, 0x60, 0x2f, 0xa1, 0xd9, 0x91,
    0xfd, 0xeb, 0xf7, 0x6b, 0x13, 0xc5, 0x8e, 0xd7, 0x02, 0xea, 0xc8, 0x35, 0xe9, 0xf6, 0x18,
];

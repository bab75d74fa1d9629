//! The meter under trial.

use imprint::numbers::{Key, Profile};
use psd::supervision::interrogation::{PairingKey, Question, code_for};
use psd::{KeySlot, Memory, MemoryKey, Personalisation, Psd, Settings, Stillness, TRIAL_BATCH};
use terms::{Money, Serial};

/// The key of its memory.
pub const KEY: MemoryKey = MemoryKey::new([7; 32]);

/// Who it is.
pub fn personalisation() -> Personalisation {
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
        link: Key::new([3; 32]),
        settings: Settings::default(),
    }
}

/// What its control unit shows of its hardware.
const IDENTITY: [u8; 32] = [1; 32];

/// A new device on this memory, paired, and the key it shares with its control unit.
pub fn paired<M: Memory>(memory: M) -> (Psd<M, Stillness, TRIAL_BATCH>, PairingKey) {
    let personalised = Psd::personalise(memory, &KEY, personalisation(), Stillness::default());
    let mut psd = personalised.expect("a fresh memory");
    let key = psd.pair(IDENTITY).expect("not paired yet");
    (psd, key)
}

/// The right answer to a question.
pub fn answer(question: &Question, key: &PairingKey) -> [u8; 16] {
    code_for(question, key, personalisation().serial, &IDENTITY)
}

/// The issuer's verifying key.
const ISSUER: [u8; 32] = [
    0xfd, 0x17, 0x24, 0x38, 0x5a, 0xa0, 0xc7, 0x5b, 0x64, 0xfb, 0x78, 0xcd, 0x60, 0x2f, 0xa1, 0xd9, 0x91,
    0xfd, 0xeb, 0xf7, 0x6b, 0x13, 0xc5, 0x8e, 0xd7, 0x02, 0xea, 0xc8, 0x35, 0xe9, 0xf6, 0x18,
];

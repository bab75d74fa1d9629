//! The meter under trial.

use imprint::numbers::{Key, Profile};
use psd::{KeySlot, MemoryKey, Personalisation};
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
    }
}

/// The issuer's verifying key.
const ISSUER: [u8; 32] = [
    0xfd, 0x17, 0x24, 0x38, 0x5a, 0xa0, 0xc7, 0x5b, 0x64, 0xfb, 0x78, 0xcd, 0x60, 0x2f, 0xa1, 0xd9, 0x91,
    0xfd, 0xeb, 0xf7, 0x6b, 0x13, 0xc5, 0x8e, 0xd7, 0x02, 0xea, 0xc8, 0x35, 0xe9, 0xf6, 0x18,
];

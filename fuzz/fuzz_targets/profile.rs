//! Profiles and indicium documents from outside: whatever passes their checks can be encoded with, and what was
//! encoded decodes to the same.
#![no_main]

use imprint::numbers::{Cipher, Indicium, Key, OpenData, Profile, Quantities, decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(indicium) = serde_json::from_slice::<Indicium>(bytes) {
        let _ = indicium.check();
    }
    let Ok(profile) = serde_json::from_slice::<Profile>(bytes) else { return };
    if profile.check().is_err() {
        return;
    }
    let Ok(serial) = "12345678".parse() else { return };
    let (Ok(postage), Ok(date)) = ("110".parse(), "2026-11-21".parse()) else { return };
    let cipher = Cipher::new(profile.cipher, &Key::new([7; 32]));
    let mut quantities = Quantities::new(serial, postage, 42);
    quantities.date = Some(date);
    quantities.second = Some(3);
    if let Ok(marking) = encode(&profile, &cipher, &quantities) {
        let open = OpenData { serial, date: Some(date), postage: Some(postage) };
        let decoded = decode(&profile, &cipher, &open, &marking.row).expect("a row just made decodes");
        assert_eq!(decoded.koz, marking.koz);
    }
});

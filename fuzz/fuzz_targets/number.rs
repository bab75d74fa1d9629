//! Numbers: any text is none, or reads back as it is shown and carries no command.
#![no_main]

use libfuzzer_sys::fuzz_target;
use line::{NUMBER_BYTES_MAX, Number};

fuzz_target!(|text: &str| {
    let Ok(number) = text.parse::<Number>() else { return };
    let shown = number.to_string();
    assert!(shown.len() <= NUMBER_BYTES_MAX && !shown.chars().any(char::is_control));
    assert_eq!(shown.parse(), Ok(number.clone()), "it reads back as it is shown");
    if let Number::Modem { device, prefix, digits } = &number {
        // Two dots within a name lead nowhere.
        assert!(device.starts_with("/dev/") && device.split('/').all(|part| part != ".."));
        assert!(prefix.bytes().chain(digits.bytes()).all(|byte| b"0123456789*#".contains(&byte)));
    }
});

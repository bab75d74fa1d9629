//! Carried files: any bytes are no turn, or the very bytes that the turn is written as; with and without a right sum.
#![no_main]

use libfuzzer_sys::fuzz_target;
use line::turn::{TURN_BYTES_MAX, Turn};
use sha2::{Digest, Sha256};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    check(&[bytes, Sha256::digest(bytes).as_slice()].concat());
});

fn check(bytes: &[u8]) {
    if let Some(turn) = Turn::parse(bytes) {
        assert!(bytes.len() <= TURN_BYTES_MAX);
        assert_eq!(turn.to_bytes().as_deref(), Some(bytes));
    }
}

//! The crypto number of one imprint: FF1 over sixteen decimal digits with AES-256.

use crate::clock::cpu_each;
use crate::figures::Figures;
use fpe::ff1::{FF1, FlexibleNumeralString};
use imprint::numbers::{Cipher, CipherKind, Key, Profile, Quantities, encode};
use std::error::Error;
use std::hint::black_box;
use terms::{Money, Serial};

const KEY: [u8; 32] = [7; 32];
const BATCH: u32 = 20_000;

/// Times quantities → row beside the reference crate's cipher alone.
pub fn measure(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let profile = Profile::named("p1")?;
    let serial: Serial = "12345678".parse()?;
    let cipher = Cipher::new(CipherKind::Ff1, &Key::new(KEY));
    let ours = cpu_each(BATCH, |index| {
        let quantities = Quantities::new(serial, Money::from_minor(110), u64::from(index));
        let _ = black_box(encode(&profile, &cipher, &quantities));
    });
    let reference = FF1::<aes::Aes256>::new(&KEY, 10)?;
    let tweak = b"p1\x0012345678";
    let peer = cpu_each(BATCH, |index| {
        let digits: Vec<u16> = format!("{index:016}").bytes().map(|digit| u16::from(digit - b'0')).collect();
        let _ = black_box(reference.encrypt(tweak, &FlexibleNumeralString::from(digits)));
    });
    figures.times("quantities to row of symbols (ours) beside FF1 alone (peer)", ours, &[("fpe 0.7", peer)]);
    Ok(())
}

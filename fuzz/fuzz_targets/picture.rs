//! Picture files from outside: any bytes are refused or judged, and nothing drawn at random is called genuine or an
//! accusation.
#![no_main]

use libfuzzer_sys::fuzz_target;
use post::judge::{Circumstances, Verdict};
use post::list::{KnownMeters, MeterList};
use post::read::Picture;

fuzz_target!(|bytes: &[u8]| {
    let Ok(list) = KnownMeters::new(MeterList::empty()) else { return };
    if let Ok(picture) = Picture::decode(bytes) {
        let judgement = post::examine(&picture, &list, &Circumstances::default()).judgement;
        assert!(!judgement.verdict.accuses() && judgement.verdict != Verdict::Genuine, "no meter is known");
    }
});

//! The post's list of meters: any bytes are refused or give a list that can be judged with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use post::list::{KnownMeters, MeterList};

fuzz_target!(|bytes: &[u8]| {
    let Ok(list) = serde_json::from_slice::<MeterList>(bytes) else { return };
    let serials: Vec<_> = list.meters.iter().map(|meter| meter.serial).collect();
    if let Ok(known) = KnownMeters::new(list) {
        assert!(serials.iter().all(|serial| known.meter(*serial).is_some()), "a meter was lost");
    }
});

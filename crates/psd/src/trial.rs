//! A device on any bytes whatever: the entry for fuzzers and for tests of hostile memory.

use crate::clock::{EPOCH, NoGauge, Now};
use crate::device::{Psd, Status};
use crate::error::Error;
use crate::memory::{Image, MemoryKey, SECTOR_BYTES, reseal};

/// Debits of one commit of the device on trial.
pub const TRIAL_BATCH: usize = 4;

/// Opens a device on these bytes, whatever they are. With `seal`, every sector first gets a right MAC over the header
/// and payload that stand there, as only somebody with the key could write it: then what lies behind the MAC is
/// tried too.
pub fn open_any(bytes: &mut [u8], key: &MemoryKey, seal: bool) -> Result<Status, Error> {
    if seal {
        let (sectors, _) = bytes.as_chunks_mut::<SECTOR_BYTES>();
        sectors.iter_mut().for_each(|sector| reseal(sector, key));
    }
    let clock = || Ok(Now { tenths: 0, today: EPOCH });
    let psd = Psd::<_, _, _, TRIAL_BATCH>::open(Image(bytes), key, clock, NoGauge)?;
    Ok(psd.status())
}

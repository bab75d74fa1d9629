//! A device on any bytes whatever: the entry for fuzzers and for tests of hostile memory.

use crate::board::{
    Clock, ClockError, CommitCounter, Gauge, Now, PartFault, ProgramImage, Randomness, RunTime, Sensor,
    TamperMemory,
};
use crate::device::{Psd, Status};
use crate::error::Error;
use crate::memory::{Image, MemoryKey, SECTOR_BYTES, reseal};
use access::{HashFault, PasswordHash};
use link::{Codeword, EPOCH};
use zeroize::Zeroizing;

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
    let psd = Psd::<_, _, TRIAL_BATCH>::open(Image(bytes), key, Stillness::default())?;
    Ok(psd.status())
}

/// A board on which nothing moves: its clock stands, its random numbers repeat, and its tamper memory lasts no longer
/// than it does.
#[derive(Clone, Debug, Default)]
pub struct Stillness {
    codeword: Option<Codeword>,
}

impl Clock for Stillness {
    fn now(&mut self) -> Result<Now, ClockError> {
        Ok(Now { tenths: 0, today: EPOCH, minute: 0 })
    }
}

impl Gauge for Stillness {}
impl Sensor for Stillness {}
impl ProgramImage for Stillness {}
impl CommitCounter for Stillness {}

impl RunTime for Stillness {
    fn elapsed_ms(&mut self) -> u64 {
        0
    }

    fn processor_ns(&mut self) -> u64 {
        0
    }
}

impl Randomness for Stillness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
        bytes.iter_mut().zip(1..).for_each(|(byte, value)| *byte = value);
        Ok(())
    }
}

impl PasswordHash for Stillness {
    /// Not slow, and no protection: for trials alone.
    fn derive(&mut self, password: &[u8], salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, HashFault> {
        let mut derived = Zeroizing::new([0; 32]);
        for (place, byte) in derived.iter_mut().zip(salt.iter().chain(password)) {
            *place = *byte;
        }
        Ok(derived)
    }
}

impl TamperMemory for Stillness {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        Ok(self.codeword.clone())
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        self.codeword = Some(codeword.clone());
        Ok(())
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        self.codeword = None;
        Ok(())
    }
}

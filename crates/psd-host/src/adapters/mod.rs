//! What touches the world: files, the system's clock, its randomness.

mod clock;
mod files;
mod memory;
mod tamper;

pub use clock::SystemClock;
pub use memory::FileMemory;
pub use tamper::TamperFile;

pub(crate) use files::{create_private, lock, publish, read_bounded, read_json, remove, replace};

use crate::HostError;

/// Nanoseconds the processor has worked for this thread.
pub(crate) fn processor_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Fills bytes with the system's randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), HostError> {
    getrandom::fill(bytes).map_err(|_| HostError::Randomness)
}

//! What touches the world: files, the system's clock, its randomness.

mod clock;
mod files;
mod memory;

pub use clock::SystemClock;
pub use memory::FileMemory;

pub(crate) use files::{create_private, lock, publish, read_bounded, read_json, remove, replace};

use crate::HostError;

/// Fills bytes with the system's randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), HostError> {
    getrandom::fill(bytes).map_err(|_| HostError::Randomness)
}

//! The examiner's station through its public functions.

mod judge;
mod read;
#[cfg(feature = "sightings")]
mod sightings;

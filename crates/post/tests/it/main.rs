//! The examiner's station through its public functions.

mod judge;
#[cfg(feature = "sightings")]
mod sightings;

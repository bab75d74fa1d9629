//! The examiner's station through its public functions.

mod judge;
mod read;
mod samples;
#[cfg(feature = "sightings")]
mod sightings;

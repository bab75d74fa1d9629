//! The examiner's station through its public functions.

mod judge;
mod sightings;

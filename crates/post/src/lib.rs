//! The examiner's station: from a picture to a row to a verdict.
//!
//! What always holds: any bytes may be offered as a picture; nothing here panics on them, and memory stays
//! bounded by the stated limits. A reading never claims more certainty than the picture carries: what is
//! covered, blurred or erased reads as "could be anything".

mod examine;
mod explain;
pub mod judge;
pub mod list;
pub mod read;
pub mod reading;
#[cfg(feature = "sightings")]
pub mod sightings;

pub use examine::{Examined, examine};
pub use explain::explain;

//! The data centre.

pub mod audit;
pub mod decisions;
mod hex;
pub mod plausibility;

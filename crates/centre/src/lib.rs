//! The data centre.

pub mod account;
pub mod audit;
pub mod decisions;
pub mod deposits;
mod hex;
pub mod plausibility;

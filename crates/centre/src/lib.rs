//! The data centre.

pub mod account;
pub mod audit;
pub mod decisions;
pub mod deposits;
pub mod dossier;
mod hex;
pub mod plausibility;

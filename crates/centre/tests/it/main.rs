//! What the centre promises, tested through its public interface.

mod account;
mod account_device;
mod audit;
mod decisions;
mod deposits;
mod dossier;
mod plausibility;

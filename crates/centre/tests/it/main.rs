//! What the centre promises, tested through its public interface.

mod account;
mod account_device;
mod api;
mod audit;
mod books;
mod caller;
mod calls;
mod catalogue;
mod databases;
mod decisions;
mod deposits;
mod dossier;
mod keys;
mod model;
mod people;
mod office_desk;
mod plausibility;

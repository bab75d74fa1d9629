//! What the centre promises, tested through its public interface.

mod account;
mod account_device;
mod api;
mod audit;
mod books;
mod caller;
mod calls;
mod catalogue;
mod console;
mod console_desk;
mod databases;
mod decisions;
mod deposits;
mod dossier;
mod exchange;
mod keys;
mod migrations;
mod model;
mod needs_chromium;
mod office_desk;
mod people;
mod plausibility;
mod post_desk;
mod post_station;
mod refunds;
mod together;

//! The data centre.

pub mod account;
pub mod api;
pub mod app;
pub mod audit;
pub mod books;
pub mod calls;
pub mod catalogue;
pub mod console;
pub mod decisions;
pub mod deposits;
pub mod dossier;
mod hex;
pub mod keys;
pub mod office;
pub mod people;
pub mod plausibility;
pub mod post;
pub mod refunds;
pub mod service;

/// The tables, in the order in which they came to be.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

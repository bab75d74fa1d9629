//! The data centre.

pub mod audit;
mod hex;

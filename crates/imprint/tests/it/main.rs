//! The imprint through its public functions.

mod numbers;
mod picture;
mod symbols;

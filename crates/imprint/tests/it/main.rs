//! The imprint through its public functions.

mod numbers;

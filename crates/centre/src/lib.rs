//! The data centre.

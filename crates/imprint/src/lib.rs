//! The security imprint of EP 0 660 270: its numbers, its symbols and its print image.
//!
//! What always holds: nothing here knows a clock, a file or a source of randomness; no input panics; every
//! function that can fail says why in a typed error. The numbers need no heap; symbols and picture need `alloc`.
#![no_std]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod numbers;
#[cfg(feature = "alloc")]
pub mod picture;
#[cfg(feature = "alloc")]
pub mod symbols;

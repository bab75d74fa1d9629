//! Tests of the crate `cards`, over emulated chips: in memory, in files, and in the system's PC/SC service.

mod applications;
mod drawn;
mod fixture;
mod identification;
#[cfg(feature = "pcsc")]
mod needs_pcsc;
mod pins;
mod pulling;
mod recognition;
mod swapping;

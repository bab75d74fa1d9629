//! The lock from outside: decisions, log-ins, changes, counts, bytes; and cards and cost centres.

#[cfg(feature = "cards")]
mod cards;
mod changes;
mod encoding;
mod franking;
mod log_in;
mod shop;
mod times;
mod usage;

//! The lock from outside: decisions, log-ins, changes, counts, bytes.

mod changes;
mod encoding;
mod franking;
mod log_in;
mod shop;
mod times;
mod usage;

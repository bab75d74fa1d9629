//! The field's words as types, and the sources' equations, for every other crate.
//!
//! What always holds: an amount is a whole number of the currency's minor unit, arithmetic on amounts is
//! checked, a serial number has at most eight digits, a date is a day that exists. No heap, no clock, no
//! floating point.
#![no_std]

pub mod bytes;
mod card;
mod date;
pub mod equations;
mod money;
mod registers;
mod serial;
mod spoil;

pub use card::{CardNumber, CardNumberError, Running, RunningError};
pub use date::{Date, DateError};
pub use money::{Money, MoneyError};
pub use registers::{RegisterFault, Registers};
pub use serial::{Serial, SerialError};
pub use spoil::SpoilReason;

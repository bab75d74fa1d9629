//! The control unit: one routine, and the adapters that touch the world.
//!
//! | module | holds |
//! |---|---|
//! | `routine` | everything the machine does, as a state machine without input or output |
//! | `machine` | the routine with what it is connected to: device, journal, printer, cards, scale, calls |
//! | `calls` | calls to the centre |
//! | `batch` | a file of letters, franked in one go and resumable |
//! | `configuration` | the settings file, and the machine that it describes |
//! | `panel` | the pages that behave like the machine |
//!
//! What it must never do: debit. The security device does, and believes nothing that is said here.

pub mod batch;
pub mod calls;
pub mod configuration;
pub mod machine;
pub mod panel;
pub mod routine;

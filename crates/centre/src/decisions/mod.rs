//! What the centre thinks of each meter, and what it does about it (EP 0 660 269, [143], [144], [150] to [157];
//! EP 0 660 270, first variant of the check).
//!
//! What always holds: a decision is a pure function of what is known ([`Facts`]), of what the operator has set
//! ([`Settings`]) and of the time it is given; every decision carries its reasons as sentences; the equations are those
//! of `terms::equations`. A suspect meter is marked and reported, and franks on unhindered.
//!
//! What it must never do: stop a meter (only an operator orders that), touch a database, read a clock, or accuse by
//! arithmetic: with the default thresholds no meter that never franked less than its least postage is suspect by V.

mod facts;
mod forecast;
mod profile;
mod reaction;
mod reason;
mod registers;
mod release;
mod settings;

pub use facts::{Books, Facts, HandMark, PostFinding};
pub use forecast::Forecast;
pub use profile::{Profile, judge};
pub use reaction::{Before, Cause, Reaction, ReactionKind, reactions};
pub use reason::{Period, PiecesRegister, Reason};
pub use registers::{compare_registers, registers_after_refill, registers_against_books};
pub use release::{Release, release};
pub use settings::{AutomaticCalls, ErrorLimit, Preset, Settings, SettingsError};
pub use terms::equations::{OverdueRule, RefillHistory};

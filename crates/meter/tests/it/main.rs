//! The control unit with a real device, journal and printer.

mod cards;
#[path = "../../../centre/tests/it/chromium.rs"]
mod chromium;
mod contents;
mod franking;
mod mailroom;
mod panel;
mod power_cut;
mod sleeping;

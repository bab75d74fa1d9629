//! The control unit with a real device, journal and printer.

mod cards;
mod contents;
mod franking;
mod mailroom;
mod panel;
mod power_cut;
mod ready;
mod sleeping;

//! The panel over a real device.

mod accounts;
mod contents;
mod desk;
mod door;
mod keys;
mod needs_chromium;
mod people;
mod shelves;

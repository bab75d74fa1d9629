//! The panel over a real device.

mod desk;
mod needs_chromium;

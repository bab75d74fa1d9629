//! What touches the world: sockets, serial lines, files.

mod files;
pub mod listener;
mod serial;
mod tcp;

//! What touches the world: sockets, serial lines, files.

pub mod listener;
mod serial;
mod tcp;

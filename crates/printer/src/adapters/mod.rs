//! The printers themselves.

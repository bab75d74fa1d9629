//! The shell all pages share.

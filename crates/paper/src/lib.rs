//! Puts an imprint on paper: a picture file at its true size, a page with an envelope, or the columns for a head.
//!
//! What always holds: a dot stays a dot (nothing is scaled or smoothed), sizes in files are those on paper, and
//! inputs from outside are bounded before anything is read into memory.

pub mod picture;

pub use picture::write_png;

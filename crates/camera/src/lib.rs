//! Photographs an imprint: from a bitmap as the print head lays it down to the grey picture that a scanner or a
//! hand-held camera would deliver, with the true corners of the imprint in that picture.
//!
//! Every disturbance is a parameter ([`Disturbances`]); the same bitmap, parameters and seed give the same picture.
//! A development crate: the demo, the tests and the benchmarks need pictures whose truth is known. No part of the
//! running system depends on it.

mod blur;
mod disturbances;
mod grey;
mod homography;
mod lens;
mod noise;
mod paper;
mod photograph;

pub use disturbances::{Class, DeadLines, Direction, Disturbances, Framing, Preset, UnknownName};
pub use grey::{Grey, PictureError};
pub use homography::{Homography, Point};
pub use photograph::{Photograph, photograph};

/// Resolution of the print head whose dots the bitmaps hold, in dots per inch.
pub const HEAD_DPI: f64 = 240.0;

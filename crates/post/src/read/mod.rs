//! Reads an imprint from a picture: find, geometry, light, cells, features, candidates with likelihoods.
//!
//! What always holds: the picture is looked at along sparse lines and where the imprint's fields are, never as
//! a whole; no reading claims more than the picture shows (see [`crate::reading`]). Nothing here decides
//! whether an imprint is genuine.

mod anchors;
mod cells;
mod columns;
mod digits;
mod evidence;
pub mod features;
mod figures;
mod frame;
pub mod geometry;
mod layouts;
mod light;
mod locate;
mod mark;
mod patch;
mod picture;
mod posterior;
pub mod recognise;
mod refine;
mod register;
mod row;
mod scan;

pub use columns::{ColumnError, ColumnStream};
pub use evidence::ReadImprint;
pub use layouts::{KnownLayouts, LayoutFit};
pub use locate::{Located, find};
pub use patch::Patch;
pub use picture::{PIXELS_AT_MOST, Picture, PictureError, SIDE_AT_MOST};

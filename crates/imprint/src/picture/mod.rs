//! The print image: run-length records, windows, layouts, figures and the routines that make columns of them
//! (EP 0 660 270, Fig. 3a-3e, 5-9c, 11-13).
//!
//! What always holds: coordinates are dots on paper, x to the right, y downwards, with (0, 0) at the top left of
//! the stamps; a cliché lies left of it at negative x. Columns in records and streams come in printing order,
//! the rightmost on paper first. Nothing here paints outside of the place it was given.

pub mod art;
mod bitmap;
pub mod clear;
pub mod cliche;
pub mod compose;
pub mod content;
pub mod font;
pub mod gallery;
pub mod layout;
pub mod painter;
pub mod record;
mod rect;

pub use bitmap::Bitmap;
pub use cliche::Cliche;
pub use content::{Code, Content, Issuer};
pub use layout::{Layout, LayoutId};
pub use painter::paint;
pub use rect::Rect;

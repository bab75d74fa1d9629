//! Puts an imprint on paper: a picture file at its true size, a page with an envelope, or the columns for a head.
//! And the other way round: a cliché from a picture.
//!
//! What always holds: a dot stays a dot (an imprint is never scaled or smoothed), sizes in files are those on
//! paper, and pictures from outside are bounded before they are decoded.

mod arrangement;
mod cliche;
mod code;
mod envelope;
mod picture;
mod raster;

pub use arrangement::{Arrangement, ArrangementError, Beside, ClearCode};
pub use cliche::{Conversion, ImportError, import_cliche};
pub use code::{CodeError, bar_code, data_matrix};
pub use envelope::{Envelope, Offset, PageError, write_pdf};
pub use picture::{PictureError, write_png};
pub use raster::write_raster;

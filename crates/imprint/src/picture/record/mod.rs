//! Run-length records: how frames, clichés and windows are stored (EP 0 660 270, Fig. 7, 8 and 9a).
//!
//! | byte        | meaning                                              |
//! |-------------|------------------------------------------------------|
//! | `01`..`F0`  | a run of that many dots                              |
//! | `00`        | colour change without a run                          |
//! | `F1`..`FD`  | window 1..13 begins here                             |
//! | `FE`        | end of the column                                    |
//! | `FF`        | end of the image                                     |
//!
//! A colour flip-flop starts every column at "not coloured"; every byte toggles it before it is looked at, a run
//! is painted in the colour then set. Columns come in printing order, the rightmost on paper first; a column
//! runs from the top to the bottom. A window's own record is its columns, each ended by `FE`, without `FF`.
//!
//! What always holds: reading never panics and never goes beyond the bytes or the column; what is wrong with a
//! record is told with the offset of the byte that showed it.

mod encode;
mod error;
mod frame;
mod window;

pub use encode::{EncodeError, encode_frame, encode_window};
pub use error::{Fault, RecordError};
pub use frame::{FrameShape, FrameVisitor, Heights, WindowPlace, read_frame};
pub use window::{WindowShape, read_window};

use super::layout::Window;

/// Colour change without a run.
pub const COLOUR_CHANGE: u8 = 0x00;
/// The longest run a single byte can say.
pub const LONGEST_RUN: u8 = 0xF0;
/// Window 1 begins; the others follow.
pub const FIRST_WINDOW: u8 = 0xF1;
/// End of a column.
pub const COLUMN_END: u8 = 0xFE;
/// End of the image.
pub const IMAGE_END: u8 = 0xFF;

/// The most columns a frame may have: more than ten of the widest imprints.
pub const MOST_COLUMNS: u32 = 16_384;
/// The most dots a column may have.
pub const MOST_DOTS: u32 = 4_096;

/// What a byte says once its colour is known. Colour changes say nothing by themselves and do not appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// So many dots of one colour.
    Run {
        /// The colour.
        black: bool,
        /// How many, 1 to 240.
        dots: u32,
    },
    /// A column of this window begins here.
    Window(Window),
    /// The column ends.
    ColumnEnd,
    /// The image ends.
    ImageEnd,
}

/// The pieces of a record, each with the offset of its byte.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    bytes: &'a [u8],
    offset: usize,
    coloured: bool,
}

impl<'a> Pieces<'a> {
    /// The pieces from the start of a column on.
    pub fn new(bytes: &'a [u8]) -> Pieces<'a> {
        Pieces { bytes, offset: 0, coloured: false }
    }
}

impl Iterator for Pieces<'_> {
    type Item = (usize, Piece);

    fn next(&mut self) -> Option<(usize, Piece)> {
        loop {
            let byte = *self.bytes.get(self.offset)?;
            let offset = self.offset;
            self.offset += 1;
            self.coloured = !self.coloured;
            let piece = match byte {
                COLOUR_CHANGE => continue,
                COLUMN_END => {
                    self.coloured = false;
                    Piece::ColumnEnd
                }
                IMAGE_END => Piece::ImageEnd,
                run => match Window::from_number(run.saturating_sub(LONGEST_RUN)) {
                    Some(window) => Piece::Window(window),
                    None => Piece::Run { black: self.coloured, dots: run.into() },
                },
            };
            return Some((offset, piece));
        }
    }
}

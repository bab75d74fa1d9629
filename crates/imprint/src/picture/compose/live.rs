//! Windows that are merged while the print register loads, and that register (Fig. 12 and 13).

use super::Columns;
use crate::picture::layout::Window;
use crate::picture::record::{Piece, Pieces, WindowPlace, WindowShape, read_window};
use alloc::vec;
use alloc::vec::Vec;

/// The register of the print control: takes a column dot by dot.
#[derive(Clone, Debug)]
pub(super) struct Register {
    bytes: Vec<u8>,
    dots: u32,
    loaded: u32,
}

impl Register {
    pub(super) fn new(dots: u32) -> Register {
        Register { bytes: vec![0; dots.div_ceil(8) as usize], dots, loaded: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.fill(0);
        self.loaded = 0;
    }

    /// The dot that is loaded next; `None` when the register is full.
    pub(super) fn next_dot(&self) -> Option<u32> {
        (self.loaded < self.dots).then_some(self.loaded)
    }

    pub(super) fn shift_in(&mut self, black: bool) {
        if let Some(byte) = self.bytes.get_mut(self.loaded as usize / 8) {
            *byte |= u8::from(black) << (7 - self.loaded % 8);
        }
        self.loaded += 1;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A window and where printing has come to in it.
#[derive(Clone, Debug)]
pub(super) struct Live {
    place: WindowPlace,
    dots: u32,
    source: Source,
    /// P counted upwards: columns already loaded.
    column: u32,
}

/// Where the dots of a window come from.
#[derive(Clone, Debug)]
enum Source {
    /// Pixel area II: decoded beforehand.
    Area(Columns),
    /// The record itself, and the source address of the next byte.
    Record { bytes: Vec<u8>, next: usize },
}

impl Live {
    /// A window with a record that was found to fill its place.
    pub(super) fn new(place: WindowPlace, record: &[u8], decoded: bool, dots: u32) -> Live {
        let source = if decoded {
            Source::Area(decode(place, record))
        } else {
            Source::Record { bytes: record.to_vec(), next: 0 }
        };
        Live { place, dots, source, column: 0 }
    }

    pub(super) fn window(&self) -> Window {
        self.place.window
    }

    /// Back to the first column (step 471).
    pub(super) fn rewind(&mut self) {
        self.column = 0;
        if let Source::Record { next, .. } = &mut self.source {
            *next = 0;
        }
    }

    /// Whether the next column of this window begins at this address (step 483 or 493).
    pub(super) fn begins_at(&self, address: usize) -> bool {
        let here = self.place.address(self.dots) + self.column as usize * self.dots as usize;
        self.column < self.place.columns && address == here
    }

    /// Loads one column of the window into the register (steps 4891 to 4895 or 4990 to 4999).
    pub(super) fn load(&mut self, register: &mut Register) {
        match &mut self.source {
            Source::Area(area) => {
                for dot in 0..self.place.height {
                    register.shift_in(area.is_black(self.column, dot));
                }
            }
            Source::Record { bytes, next } => {
                let rest = bytes.get(*next..).unwrap_or_default();
                for (offset, piece) in Pieces::new(rest) {
                    match piece {
                        Piece::Run { black, dots } => (0..dots).for_each(|_| register.shift_in(black)),
                        _ => {
                            *next += offset + 1;
                            break;
                        }
                    }
                }
            }
        }
        self.column += 1;
    }
}

/// Step 46: the record's dots in a pixel area of their own (Fig. 11).
fn decode(place: WindowPlace, record: &[u8]) -> Columns {
    let mut area = Columns::new(place.height, place.columns);
    let expected = WindowShape { columns: place.columns, height: place.height };
    let outcome = read_window(record, Some(expected), |column, dot, dots, black| {
        area.fill(column, dot, dots, black);
    });
    debug_assert!(outcome.is_ok(), "the record was read before");
    area
}

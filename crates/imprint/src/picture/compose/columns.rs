//! A pixel area: columns in printing order, eight dots a byte, the topmost dot in the highest bit.

use crate::picture::{Bitmap, Rect};
use alloc::vec;
use alloc::vec::Vec;

/// Bytes behind the last column, so that eight bytes can be taken at once from any of them.
const SPARE: usize = 8;
/// The most dots [`Columns::put`] takes: eight bytes less the bits before the first dot.
pub const PUT_MOST: u32 = 57;

/// Packed columns of equal length, as a print head takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    dots: u32,
    count: u32,
    stride: usize,
    bytes: Vec<u8>,
}

impl Columns {
    /// `count` white columns of `dots` dots.
    pub fn new(dots: u32, count: u32) -> Columns {
        let stride = dots.div_ceil(8) as usize;
        Columns { dots, count, stride, bytes: vec![0; stride * count as usize + SPARE] }
    }

    /// The columns of a bitmap, the rightmost first.
    pub fn from_bitmap(bitmap: &Bitmap) -> Columns {
        let Rect { x, y, width, height } = bitmap.area();
        let mut columns = Columns::new(height, width);
        for column in 0..width {
            for dot in 0..height {
                let (at_x, at_y) = (x + (width - 1 - column) as i32, y + dot as i32);
                if bitmap.is_black(at_x, at_y) {
                    columns.fill(column, dot, 1, true);
                }
            }
        }
        columns
    }

    /// Dots of a column.
    pub fn dots(&self) -> u32 {
        self.dots
    }

    /// How many columns there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Bytes of a column.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// All columns one after the other: the stream for a print head.
    pub fn stream(&self) -> &[u8] {
        self.bytes.get(..self.bytes.len().saturating_sub(SPARE)).unwrap_or_default()
    }

    /// A column's bytes; empty if there is no such column.
    pub fn column(&self, column: u32) -> &[u8] {
        let start = column as usize * self.stride;
        self.stream().get(start..start + self.stride).unwrap_or_default()
    }

    /// Whether a dot is black; there are only white ones outside.
    pub fn is_black(&self, column: u32, dot: u32) -> bool {
        let byte = self.column(column).get(dot as usize / 8).copied().unwrap_or(0);
        dot < self.dots && byte << (dot % 8) & 0x80 != 0
    }

    /// Colours a run of dots; what lies outside of the column is left out.
    pub fn fill(&mut self, column: u32, dot: u32, dots: u32, black: bool) {
        let end = dot.saturating_add(dots).min(self.dots);
        let mut at = dot;
        while at < end {
            let step = (end - at).min(PUT_MOST);
            self.put(column, at, step, if black { u64::MAX } else { 0 });
            at += step;
        }
    }

    /// Replaces `dots` dots (at most [`PUT_MOST`]) from `dot` on by the highest bits of `bits`.
    #[inline]
    pub fn put(&mut self, column: u32, dot: u32, dots: u32, bits: u64) {
        if column >= self.count || dot >= self.dots || dots == 0 {
            return;
        }
        let dots = dots.min(self.dots - dot).min(PUT_MOST);
        let start = column as usize * self.stride + dot as usize / 8;
        let Some(place) = self.bytes.get_mut(start..).and_then(|rest| rest.first_chunk_mut::<8>()) else {
            return;
        };
        let mask = (u64::MAX << (64 - dots)) >> (dot % 8);
        let old = u64::from_be_bytes(*place);
        *place = ((old & !mask) | ((bits >> (dot % 8)) & mask)).to_be_bytes();
    }
}

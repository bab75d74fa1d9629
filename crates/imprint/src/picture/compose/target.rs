//! What the press draws straight into packed columns: figures from a sheet, symbols and codes from their modules.

use super::{Columns, PUT_MOST};
use crate::picture::Rect;
use crate::picture::font::{self, Alignment, FigureSize, FontError};
use crate::picture::layout::{Field, MODULES_HIGH, MODULES_WIDE};
use crate::picture::painter::CodeGrid;
use alloc::vec::Vec;
use core::fmt::Write;

/// The stream as paper: places with x to the right.
pub(super) struct Target<'a> {
    pub(super) columns: &'a mut Columns,
    pub(super) right: i32,
}

impl Target<'_> {
    #[inline]
    fn put(&mut self, x: i32, y: i32, height: u32, bits: u64) {
        let column = (self.right - 1 - x) as u32;
        self.columns.put(column, y as u32, height, bits);
    }
}

/// A symbol's place and what it showed last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol {
    place: Rect,
    side: u32,
    shown: Option<u32>,
}

impl Symbol {
    /// A symbol at this place that showed nothing yet.
    pub(super) fn new(place: Rect) -> Symbol {
        Symbol { place, side: place.width / MODULES_WIDE, shown: None }
    }

    /// Draws it, if it is not the one shown.
    pub(super) fn write(&mut self, target: &mut Target<'_>, modules: u32) {
        if self.shown.replace(modules) == Some(modules) {
            return;
        }
        let side = self.side;
        for column in 0..MODULES_WIDE {
            let black = |row: u32| modules >> (row * MODULES_WIDE + column) & 1 == 1;
            let bits = column_bits((0..MODULES_HIGH).map(black), side);
            for step in 0..side {
                let x = self.place.x + (column * side + step) as i32;
                target.put(x, self.place.y, self.place.height, bits);
            }
        }
    }
}

/// A code's grid: each column of modules is drawn in pieces of as many rows as one [`Columns::put`] takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeField {
    grid: CodeGrid,
}

impl CodeField {
    /// The place of codes of this shape.
    pub(super) fn new(grid: CodeGrid) -> CodeField {
        CodeField { grid }
    }

    /// How many modules such a code has.
    pub(super) fn modules(&self) -> usize {
        self.grid.columns as usize * self.grid.rows as usize
    }

    /// Draws a code of this shape.
    pub(super) fn write(&self, target: &mut Target<'_>, black: &[bool]) {
        let CodeGrid { corner, columns, rows, side, high } = self.grid;
        let at_once = (PUT_MOST / high).max(1);
        for column in 0..columns {
            for first in (0..rows).step_by(at_once as usize) {
                let count = at_once.min(rows - first);
                let modules = (0..count).map(|row| (first + row) * columns + column);
                let bits = column_bits(modules.map(|module| black.get(module as usize) == Some(&true)), high);
                let y = corner.1 + (first * high) as i32;
                for step in 0..side {
                    target.put(corner.0 + (column * side + step) as i32, y, count * high, bits);
                }
            }
        }
    }
}

/// Modules below each other, each `high` dots, the first in the highest bits.
fn column_bits(modules: impl Iterator<Item = bool>, high: u32) -> u64 {
    let black = u64::MAX << (64 - high.clamp(1, 64));
    let place = |(row, module): (usize, bool)| if module { black >> (row as u32 * high) } else { 0 };
    modules.enumerate().map(place).fold(0, |bits, own| bits | own)
}

/// The most characters a field of figures takes.
const TEXT_MOST: usize = 16;
/// The characters a sheet holds.
const ON_SHEET: &[u8; 12] = b"0123456789.-";

/// A field of figures with a sheet of its characters.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    field: Rect,
    alignment: Alignment,
    gap: u32,
    height: u32,
    /// For each character of [`ON_SHEET`] its columns from left to right, the topmost dot in the highest bit.
    sheet: Vec<Vec<u64>>,
    shown: Text,
}

impl Figures {
    /// An empty field; `None` if it holds no figures.
    pub(super) fn new(field: &Field) -> Result<Option<Figures>, FontError> {
        let Some(size) = field.figures else { return Ok(None) };
        let sheet: Result<Vec<Vec<u64>>, FontError> =
            ON_SHEET.iter().map(|byte| packed_glyph(char::from(*byte), size)).collect();
        Ok(Some(Figures {
            field: field.place.centred(field.place.width, size.height),
            alignment: field.alignment,
            gap: size.gap,
            height: size.height,
            sheet: sheet?,
            shown: Text::default(),
        }))
    }

    /// The whole field.
    pub(super) fn field(&self) -> Rect {
        self.field
    }

    /// Sets a text, if it fits, without drawing it.
    pub(super) fn set(&self, text: core::fmt::Arguments<'_>) -> Result<Text, FontError> {
        let wrong = |needed| FontError::TooWide { needed, available: self.field.width };
        let mut fresh = Text::default();
        fresh.write_fmt(text).map_err(|_| wrong(u32::MAX))?;
        let columns: usize = fresh.bytes().iter().map(|byte| self.glyph(*byte).len()).sum();
        fresh.width = columns as u32 + self.gap * (fresh.length as u32).saturating_sub(1);
        if fresh.width > self.field.width { Err(wrong(fresh.width)) } else { Ok(fresh) }
    }

    /// Draws a text that was set, if it is not the one shown.
    pub(super) fn write(&mut self, target: &mut Target<'_>, text: Text) {
        if text != self.shown {
            self.draw(target, &text);
            self.shown = text;
        }
    }

    /// Draws the field from left to right, each of its columns once.
    fn draw(&self, target: &mut Target<'_>, text: &Text) {
        let width = text.width;
        let spare = self.field.width - width;
        let left = match self.alignment {
            Alignment::Left => 0,
            Alignment::Centre => spare / 2,
            Alignment::Right => spare,
        };
        let mut x = self.field.x;
        let mut column = |bits: u64| {
            target.put(x, self.field.y, self.height, bits);
            x += 1;
        };
        (0..left).for_each(|_| column(0));
        for (index, byte) in text.bytes().iter().enumerate() {
            if index > 0 {
                (0..self.gap).for_each(|_| column(0));
            }
            self.glyph(*byte).iter().for_each(|bits| column(*bits));
        }
        (left + width..self.field.width).for_each(|_| column(0));
    }

    fn glyph(&self, byte: u8) -> &[u64] {
        let place = ON_SHEET.iter().position(|own| *own == byte);
        place.and_then(|place| self.sheet.get(place)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn packed_glyph(character: char, size: FigureSize) -> Result<Vec<u64>, FontError> {
    let glyph = font::glyph(character, size)?;
    let area = glyph.area();
    let column = |x: i32| {
        let bit = |y: i32| u64::from(glyph.is_black(x, y)) << (63 - y);
        (0..area.height.min(64) as i32).map(bit).sum()
    };
    Ok((0..area.width as i32).map(column).collect())
}

/// A short text without a heap, set in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    bytes: [u8; TEXT_MOST],
    length: usize,
    /// Columns it takes.
    width: u32,
}

impl Text {
    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(core::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

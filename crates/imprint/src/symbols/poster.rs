//! The picture of a set: each symbol large and at its printed size, with its number and its name.

use super::symbol::{COLUMNS, ROWS, Symbol};
use super::{SetId, SymbolSet};
use crate::picture::font::{self, Alignment, FigureSize, FontError, Lettering};
use crate::picture::{Bitmap, Rect};

/// The place of one symbol and its writing.
const CELL: Rect = Rect::new(0, 0, 188, 208);
/// White around all cells.
const MARGIN: u32 = 16;
/// The side of a module of the large drawing, in dots.
const LARGE: u32 = 24;
/// The side of a module on a mailpiece, in dots.
const PRINTED: u32 = 4;
/// White between the large drawing and the thin line around it.
const BREADTH: u32 = 8;
const LINE: u32 = 2;
/// What lies above the large drawing: the number and the symbol at its printed size.
const HEAD: u32 = 36;
const NAME: Lettering = Lettering { height: 22, stroke: 3, spacing: 4 };

impl SymbolSet {
    /// The picture of the set, for a wall or a page; an examiner finds each symbol by its number and name.
    pub fn poster(&self) -> Result<Bitmap, FontError> {
        let across = across(self.id());
        let down = self.id().base().div_ceil(across);
        let area = Rect::new(0, 0, across * CELL.width + 2 * MARGIN, down * CELL.height + 2 * MARGIN);
        let mut bitmap = Bitmap::new(area);
        for (index, symbol) in (0..).zip(self.symbols()) {
            let x = (MARGIN + index % across * CELL.width) as i32;
            let y = (MARGIN + index / across * CELL.height) as i32;
            draw_cell(&mut bitmap, index, symbol, Rect { x, y, ..CELL })?;
        }
        Ok(bitmap)
    }
}

/// How many symbols stand side by side.
const fn across(set: SetId) -> u32 {
    match set {
        SetId::S5 | SetId::S10 => 5,
        SetId::S14 => 7,
        SetId::S16 | SetId::S22 | SetId::S40 => 8,
    }
}

fn draw_cell(bitmap: &mut Bitmap, index: u32, symbol: &Symbol, cell: Rect) -> Result<(), FontError> {
    let (width, height) = (COLUMNS * LARGE, ROWS * LARGE);
    let x = cell.x + (cell.width - width) as i32 / 2;
    let y = cell.y + (HEAD + BREADTH) as i32;
    let around = Rect {
        x: x - BREADTH as i32,
        y: y - BREADTH as i32,
        width: width + 2 * BREADTH,
        height: height + 2 * BREADTH,
    };
    bitmap.outline(around, LINE);
    draw_symbol(bitmap, symbol, x, y, LARGE);
    let printed = around.right() - (COLUMNS * PRINTED) as i32;
    draw_symbol(bitmap, symbol, printed, cell.y + 10, PRINTED);
    let number = Rect { y: cell.y, height: HEAD, ..around };
    font::draw(bitmap, &alloc::format!("{index}"), FigureSize::SERIAL, number, Alignment::Left)?;
    NAME.write(bitmap, symbol.name(), Rect { y: around.bottom() + 6, height: 28, ..cell })
}

/// Draws a symbol with its top left dot at `(x, y)` and modules of `side` by `side` dots.
fn draw_symbol(bitmap: &mut Bitmap, symbol: &Symbol, x: i32, y: i32, side: u32) {
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let (left, top) = (x + (column * side) as i32, y + (row * side) as i32);
            bitmap.fill(Rect::new(left, top, side, side), symbol.is_black(column, row));
        }
    }
}

//! Fields for marking symbols: where each symbol of a row stands.
//!
//! A symbol is 5 modules wide and 4 high; a module is printed as a square of 4 dots, or of 3 where more symbols
//! must fit, and neighbours are one module apart. A row that is too long for one line stands in two.

use super::Window;
use crate::picture::Rect;
use alloc::vec::Vec;
use core::fmt;

/// Modules a symbol is wide.
pub const MODULES_WIDE: u32 = 5;
/// Modules a symbol is high.
pub const MODULES_HIGH: u32 = 4;
/// Dots a module may measure, the best first.
const MODULE_DOTS: [u32; 2] = [4, 3];

/// Which way a row runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Direction {
    /// Left to right.
    Across,
    /// Top to bottom.
    Down,
}

/// How the marking row is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Lines {
    /// One line if it fits, else two.
    #[default]
    Fitting,
    /// Two lines in FE6.
    Two,
    /// The first half in FE6, the second in FE10.
    Split,
}

/// A place for marking symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MarkingField {
    /// The window it fills.
    pub window: Window,
    /// Its place on paper.
    pub place: Rect,
    /// Which way its lines run.
    pub direction: Direction,
    /// The fewest lines a row is set in: 1 or 2.
    pub lines: u32,
}

impl MarkingField {
    /// The place of each of `count` symbols in the order of the row; a symbol's module is `width / 5` dots.
    pub fn cells(&self, count: usize) -> Result<Vec<Rect>, RowError> {
        let refusal = RowError { symbols: count, window: self.window };
        let symbols = u32::try_from(count).map_err(|_| refusal)?;
        for lines in self.lines..=2 {
            for dots in MODULE_DOTS {
                let per_line = symbols.div_ceil(lines);
                if self.holds(lines, per_line, dots) {
                    return Ok(self.set(symbols, lines, dots));
                }
            }
        }
        Err(refusal)
    }

    fn holds(&self, lines: u32, per_line: u32, dots: u32) -> bool {
        let (length, depth) = match self.direction {
            Direction::Across => (self.place.width, self.place.height),
            Direction::Down => (self.place.height, self.place.width),
        };
        let (along, aside) = self.modules();
        let fits = |count: u32, modules: u32, room: u32| match count.checked_mul(modules + 1) {
            Some(needed) => needed.saturating_sub(1).saturating_mul(dots) <= room,
            None => false,
        };
        fits(per_line, along, length) && fits(lines, aside, depth)
    }

    /// The extent of a symbol in modules along the line and across it.
    fn modules(&self) -> (u32, u32) {
        match self.direction {
            Direction::Across => (MODULES_WIDE, MODULES_HIGH),
            Direction::Down => (MODULES_HIGH, MODULES_WIDE),
        }
    }

    fn set(&self, symbols: u32, lines: u32, dots: u32) -> Vec<Rect> {
        let per_line = symbols.div_ceil(lines).max(1);
        let (along, aside) = self.modules();
        let (length, depth) = (((along + 1) * per_line - 1) * dots, ((aside + 1) * lines - 1) * dots);
        let block = match self.direction {
            Direction::Across => self.place.centred(length, depth),
            Direction::Down => self.place.centred(depth, length),
        };
        let cell = |symbol: u32| {
            let forward = (symbol % per_line * (along + 1) * dots) as i32;
            let aside = (symbol / per_line * (aside + 1) * dots) as i32;
            let (right, down) = match self.direction {
                Direction::Across => (forward, aside),
                Direction::Down => (aside, forward),
            };
            Rect::new(block.x + right, block.y + down, MODULES_WIDE * dots, MODULES_HIGH * dots)
        };
        (0..symbols).map(cell).collect()
    }
}

/// The cells of a row over several fields, which share it evenly: the first halves first.
pub(super) fn cells_over(fields: &[MarkingField], count: usize) -> Result<Vec<Rect>, RowError> {
    let mut cells = Vec::new();
    let mut rest = count;
    for (index, field) in fields.iter().enumerate() {
        let share = rest.div_ceil(fields.len() - index);
        cells.extend(field.cells(share)?);
        rest -= share;
    }
    if rest > 0 { Err(RowError { symbols: count, window: Window::SecondRow }) } else { Ok(cells) }
}

/// A row of marking symbols does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowError {
    /// How many symbols were to be printed there.
    pub symbols: usize,
    /// The window they were meant for.
    pub window: Window,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a row of {} symbols does not fit {} of this layout", self.symbols, self.window)
    }
}

impl core::error::Error for RowError {}

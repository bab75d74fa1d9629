//! The imprint's own lettering: figures of equal width that a reader knows dot by dot, and capitals for names.
//!
//! What always holds: a figure at a given size is the same bitmap everywhere, so that a reader can compare it
//! with what it sees; every figure of a text has its own cell, given by [`cells`].

mod lettering;
mod pen;
mod strokes;

pub use lettering::{Arc, Lettering};

use super::{Bitmap, Rect};
use alloc::vec::Vec;
use core::fmt;
use pen::Point;

/// The size of figures: all figures are equally wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FigureSize {
    /// Height in dots.
    pub height: u32,
    /// Width of a figure in dots.
    pub width: u32,
    /// Width of the pen in dots.
    pub stroke: u32,
    /// White columns between two characters.
    pub gap: u32,
}

impl FigureSize {
    /// The postage in FE1: 40 dots high as in Fig. 8.
    pub const POSTAGE: FigureSize = FigureSize { height: 40, width: 24, stroke: 6, gap: 5 };
    /// The date in FE4.
    pub const DATE: FigureSize = FigureSize { height: 26, width: 16, stroke: 4, gap: 4 };
    /// Serial number (FE2, FE3) and cliché number (FE9).
    pub const SERIAL: FigureSize = FigureSize { height: 24, width: 15, stroke: 4, gap: 4 };
    /// The time count in FE8.
    pub const TIME: FigureSize = FigureSize { height: 20, width: 12, stroke: 3, gap: 3 };

    /// How many columns a character takes, without the gap after it; `None` if the font does not have it.
    pub fn character_width(self, character: char) -> Option<u32> {
        let shape = strokes::shape(character)?;
        if character.is_ascii_digit() {
            return Some(self.width);
        }
        let units = u32::from(shape.width.unsigned_abs());
        Some((units * self.height.saturating_sub(self.stroke)).div_ceil(100) + self.stroke)
    }

    /// How many columns a text takes.
    pub fn text_width(self, text: &str) -> Result<u32, FontError> {
        let mut width = 0;
        for character in text.chars() {
            let own = self.character_width(character).ok_or(FontError::NoCharacter(character))?;
            width += own + if width > 0 { self.gap } else { 0 };
        }
        Ok(width)
    }
}

/// Where a text stands within its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Alignment {
    /// From the left edge.
    Left,
    /// In the middle.
    Centre,
    /// Up to the right edge.
    Right,
}

/// One character of a text and its place on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The character.
    pub character: char,
    /// Its place: as wide as the character, without gaps.
    pub place: Rect,
}

/// The place of each character of `text` in `field`. The text stands in the middle of the field's height.
pub fn cells(
    text: &str,
    size: FigureSize,
    field: Rect,
    alignment: Alignment,
) -> Result<Vec<Cell>, FontError> {
    let width = size.text_width(text)?;
    if width > field.width || size.height > field.height {
        return Err(FontError::TooWide { needed: width, available: field.width });
    }
    let spare = (field.width - width) as i32;
    let mut x = match alignment {
        Alignment::Left => field.x,
        Alignment::Centre => field.x + spare / 2,
        Alignment::Right => field.x + spare,
    };
    let y = field.y + (field.height - size.height) as i32 / 2;
    let mut cells = Vec::new();
    for character in text.chars() {
        let own = size.character_width(character).ok_or(FontError::NoCharacter(character))?;
        cells.push(Cell { character, place: Rect::new(x, y, own, size.height) });
        x += (own + size.gap) as i32;
    }
    Ok(cells)
}

/// A character as dots: the pattern a reader compares with. Its area starts at (0, 0).
pub fn glyph(character: char, size: FigureSize) -> Result<Bitmap, FontError> {
    let width = size.character_width(character).ok_or(FontError::NoCharacter(character))?;
    let mut bitmap = Bitmap::new(Rect::new(0, 0, width, size.height));
    draw_character(&mut bitmap, character, size, Rect::new(0, 0, width, size.height))?;
    Ok(bitmap)
}

/// Draws a text of figures into its field.
pub fn draw(
    bitmap: &mut Bitmap,
    text: &str,
    size: FigureSize,
    field: Rect,
    alignment: Alignment,
) -> Result<(), FontError> {
    for cell in cells(text, size, field, alignment)? {
        draw_character(bitmap, cell.character, size, cell.place)?;
    }
    Ok(())
}

fn draw_character(
    bitmap: &mut Bitmap,
    character: char,
    size: FigureSize,
    place: Rect,
) -> Result<(), FontError> {
    let shape = strokes::shape(character).ok_or(FontError::NoCharacter(character))?;
    let mut own = Bitmap::new(place);
    let scale = Scale::fit(&shape, place, size.stroke);
    pen::trace(&mut own, &shape, size.stroke as f32, &|x, y| scale.place(x, y));
    bitmap.lay(&own);
    Ok(())
}

/// How a shape's field is laid over a rectangle of dots, with its points moved onto whole pen positions, so that
/// all stems of a figure are equally thick.
struct Scale {
    left: f32,
    top: f32,
    per_unit_x: f32,
    per_unit_y: f32,
    snap: f32,
}

impl Scale {
    fn fit(shape: &strokes::Shape, place: Rect, stroke: u32) -> Scale {
        let half = stroke as f32 / 2.0;
        let across = place.width.saturating_sub(stroke) as f32;
        let down = place.height.saturating_sub(stroke) as f32;
        Scale {
            left: place.x as f32 + half,
            top: place.y as f32 + half,
            per_unit_x: across / f32::from(shape.width.max(1)),
            per_unit_y: down / 100.0,
            snap: if stroke.is_multiple_of(2) { 0.0 } else { 0.5 },
        }
    }

    fn place(&self, x: i16, y: i16) -> Point {
        let snapped = |value: f32| pen::floor(value - self.snap + 0.5) as f32 + self.snap;
        Point {
            x: snapped(self.left + f32::from(x) * self.per_unit_x),
            y: snapped(self.top + f32::from(y) * self.per_unit_y),
        }
    }
}

/// Why a text cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FontError {
    /// The font has no such character.
    NoCharacter(char),
    /// The text needs more columns than its field has.
    TooWide {
        /// Columns the text needs.
        needed: u32,
        /// Columns the field has.
        available: u32,
    },
}

impl fmt::Display for FontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FontError::NoCharacter(character) => {
                write!(f, "the imprint's font has no character {character:?}")
            }
            FontError::TooWide { needed, available } => {
                write!(f, "the text needs {needed} columns and its field has {available}")
            }
        }
    }
}

impl core::error::Error for FontError {}

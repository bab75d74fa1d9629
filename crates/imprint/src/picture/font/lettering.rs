//! Names in capitals: on a line or around a town circle, spaced out to look even and narrowed to fit.

use super::pen::{self, Point};
use super::strokes::{self, Shape};
use super::{FontError, Scale};
use crate::picture::{Bitmap, Rect};
use alloc::vec::Vec;

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lettering {
    /// Height of a capital in dots.
    pub height: u32,
    /// Width of the pen in dots.
    pub stroke: u32,
    /// White columns between two letters.
    pub spacing: u32,
}

/// The circle a name runs around.
#[derive(Clone, Copy, Debug)]
pub struct Arc {
    /// Its middle.
    pub centre: (i32, i32),
    /// From the middle to half the height of the letters.
    pub radius: u32,
    /// The widest angle the name may take, in degrees.
    pub degrees: u32,
    /// Whether the name stands on the lower half (its feet outwards) instead of the upper.
    pub below: bool,
}

/// A name is narrowed to this share of its width, in percent, before it is refused.
const NARROWEST: u32 = 45;

impl Lettering {
    /// Writes `text` in the middle of `field`, narrowed if it must be.
    pub fn write(self, bitmap: &mut Bitmap, text: &str, field: Rect) -> Result<(), FontError> {
        let line = self.set(text, field.width)?;
        let top = field.y + (field.height as i32 - self.height as i32) / 2;
        let mut x = field.x + (field.width as i32 - line.width as i32) / 2;
        for (shape, width) in &line.letters {
            let place = Rect::new(x, top, *width, self.height);
            let scale = Scale::fit(shape, place, self.stroke);
            pen::trace(bitmap, shape, self.stroke as f32, &|x, y| scale.place(x, y));
            x += (*width + line.spacing) as i32;
        }
        Ok(())
    }

    /// Writes `text` around a circle, narrowed if it must be.
    pub fn write_around(self, bitmap: &mut Bitmap, text: &str, arc: Arc) -> Result<(), FontError> {
        let available = arc.degrees * arc.radius * 355 / (180 * 113);
        let line = self.set(text, available)?;
        let radius = arc.radius as f32;
        let mut x = -(line.width as f32) / 2.0;
        for (shape, width) in &line.letters {
            let wide = *width as f32;
            let turned = Turned::new(arc, (x + wide / 2.0) / radius);
            let across = (wide - self.stroke as f32) / f32::from(shape.width.max(1));
            let down = (self.height.saturating_sub(self.stroke)) as f32 / 100.0;
            let middle = f32::from(shape.width) / 2.0;
            pen::trace(bitmap, shape, self.stroke as f32, &|x, y| {
                turned.place((f32::from(x) - middle) * across, (f32::from(y) - 50.0) * down)
            });
            x += wide + line.spacing as f32;
        }
        Ok(())
    }

    /// How many columns a text takes when it is not narrowed.
    pub fn text_width(self, text: &str) -> Result<u32, FontError> {
        self.set(text, u32::MAX).map(|line| line.width)
    }

    /// Sets a line that is at most `available` columns wide.
    fn set(self, text: &str, available: u32) -> Result<Line, FontError> {
        let mut percent = 100;
        loop {
            let line = self.set_narrowed(text, percent)?;
            if line.width <= available {
                return Ok(line);
            }
            if percent <= NARROWEST {
                return Err(FontError::TooWide { needed: line.width, available });
            }
            percent -= 5;
        }
    }

    fn set_narrowed(self, text: &str, percent: u32) -> Result<Line, FontError> {
        let spacing = (self.spacing * percent / 100).max(2);
        let body = self.height.saturating_sub(self.stroke);
        let mut line = Line { letters: Vec::new(), spacing, width: 0 };
        for character in text.chars() {
            let shape = strokes::shape(character).ok_or(FontError::NoCharacter(character))?;
            let units = u32::from(shape.width.unsigned_abs());
            let width = units * body * percent / 10_000 + self.stroke;
            line.width += width + if line.letters.is_empty() { 0 } else { spacing };
            line.letters.push((shape, width));
        }
        Ok(line)
    }
}

/// A line of letters with the width of each.
struct Line {
    letters: Vec<(Shape, u32)>,
    spacing: u32,
    width: u32,
}

/// Where a letter on a circle stands and how it is turned.
struct Turned {
    middle: Point,
    along: Point,
    down: Point,
}

impl Turned {
    fn new(arc: Arc, angle: f32) -> Turned {
        let (sine, cosine) = pen::sine_cosine(angle);
        let side = if arc.below { 1.0 } else { -1.0 };
        let radius = arc.radius as f32;
        Turned {
            middle: Point {
                x: arc.centre.0 as f32 + radius * sine,
                y: arc.centre.1 as f32 + side * radius * cosine,
            },
            along: Point { x: cosine, y: -side * sine },
            down: Point { x: side * sine, y: cosine },
        }
    }

    fn place(&self, x: f32, y: f32) -> Point {
        Point {
            x: self.middle.x + self.along.x * x + self.down.x * y,
            y: self.middle.y + self.along.y * x + self.down.y * y,
        }
    }
}

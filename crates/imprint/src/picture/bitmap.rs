//! A piece of paper with black and white dots, to paint on. Dots outside of it are never touched and are white.

use super::Rect;
use alloc::vec;
use alloc::vec::Vec;

/// Black and white dots over a rectangle of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    area: Rect,
    /// Row by row, one byte a dot.
    dots: Vec<bool>,
}

impl Bitmap {
    /// White paper over `area`.
    pub fn new(area: Rect) -> Bitmap {
        Bitmap { area, dots: vec![false; area.width as usize * area.height as usize] }
    }

    /// The rectangle of paper it covers.
    pub fn area(&self) -> Rect {
        self.area
    }

    /// Whether the dot at `(x, y)` on paper is black.
    pub fn is_black(&self, x: i32, y: i32) -> bool {
        self.place(x, y).and_then(|place| self.dots.get(place)).copied().unwrap_or(false)
    }

    /// Colours the dot at `(x, y)`, if the bitmap covers it.
    pub fn set(&mut self, x: i32, y: i32, black: bool) {
        if let Some(dot) = self.place(x, y).and_then(|place| self.dots.get_mut(place)) {
            *dot = black;
        }
    }

    /// Colours a rectangle.
    pub fn fill(&mut self, rect: Rect, black: bool) {
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                self.set(x, y, black);
            }
        }
    }

    /// Draws the edge of a rectangle, `thickness` dots wide, inside of it.
    pub fn outline(&mut self, rect: Rect, thickness: u32) {
        let side = thickness as i32;
        self.fill(Rect { height: thickness, ..rect }, true);
        self.fill(Rect { y: rect.bottom() - side, height: thickness, ..rect }, true);
        self.fill(Rect { width: thickness, ..rect }, true);
        self.fill(Rect { x: rect.right() - side, width: thickness, ..rect }, true);
    }

    /// Copies `other` over it where the two cover the same paper, white dots too.
    pub fn lay(&mut self, other: &Bitmap) {
        for y in other.area.y..other.area.bottom() {
            for x in other.area.x..other.area.right() {
                self.set(x, y, other.is_black(x, y));
            }
        }
    }

    /// How many dots are black.
    pub fn black_dots(&self) -> usize {
        self.dots.iter().filter(|dot| **dot).count()
    }

    fn place(&self, x: i32, y: i32) -> Option<usize> {
        let inside = self.area.contains(x, y);
        inside.then(|| {
            let row = (y - self.area.y) as usize * self.area.width as usize;
            row + (x - self.area.x) as usize
        })
    }
}

//! A rectangle of the imprint resampled to dots, as blackness: 0 is paper, 1 is ink.

use super::geometry::Homography;
use super::light::Light;
use super::picture::Picture;
use imprint::picture::Rect;

/// Blackness of the dots of a rectangle, row by row.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Dots across.
    pub width: usize,
    /// Dots down.
    pub height: usize,
    /// One value per dot, about 0 for paper and 1 for ink.
    pub dots: Vec<f32>,
}

impl Patch {
    /// Samples the rectangle into this patch, whose memory is used again. Beyond the picture is paper.
    pub(crate) fn sample(&mut self, picture: &Picture, map: &Homography, light: &Light, rect: Rect) {
        self.width = rect.width as usize;
        self.height = rect.height as usize;
        self.dots.clear();
        self.dots.resize(self.width * self.height, 0.0);
        if self.dots.is_empty() {
            return;
        }
        let (left, right) = (f64::from(rect.x) + 0.5, f64::from(rect.right()) - 0.5);
        let (top, bottom) = (f64::from(rect.y) + 0.5, f64::from(rect.bottom()) - 0.5);
        let level = |x: f64, y: f64| light.at(x as f32, y as f32);
        let above = (level(left, top), level(right, top));
        let below = (level(left, bottom), level(right, bottom));
        let per_row = 1.0 / (self.height.max(2) - 1) as f32;
        let per_dot = 1.0 / (self.width.max(2) - 1) as f32;
        for (row, dots) in self.dots.chunks_exact_mut(self.width).enumerate() {
            let y = top + row as f64;
            let share = row as f32 * per_row;
            let (from, to) = (above.0.towards(below.0, share), above.1.towards(below.1, share));
            picture.sample_line(map.apply(left, y), map.apply(right, y), from.light, dots);
            // Within a patch the contrast hardly changes from left to right; the lightness may.
            let per_grey = 1.0 / ((from.light + to.light - from.dark - to.dark) / 2.0).max(1.0);
            let step = (to.light - from.light) * per_dot;
            for (column, dot) in dots.iter_mut().enumerate() {
                *dot = (from.light + step * column as f32 - *dot) * per_grey;
            }
        }
    }

    /// One row of dots.
    pub fn row(&self, y: usize) -> &[f32] {
        self.dots.get(y * self.width..(y + 1) * self.width).unwrap_or(&[])
    }

    /// The blackness of one dot; paper outside of the patch.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        if x < self.width { self.dots.get(y * self.width + x).copied().unwrap_or(0.0) } else { 0.0 }
    }
}

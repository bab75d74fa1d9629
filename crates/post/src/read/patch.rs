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
        let [a, b, c, d, e, f, g, h, i] = *map.numbers();
        for row in 0..rect.height {
            let y = f64::from(rect.y) + f64::from(row) + 0.5;
            let x = f64::from(rect.x) + 0.5;
            let (mut across, mut down, mut depth) = (a * x + b * y + c, d * x + e * y + f, g * x + h * y + i);
            let from = light.at(x as f32, y as f32);
            let to = light.at(x as f32 + rect.width as f32, y as f32);
            let per_dot = 1.0 / rect.width.max(1) as f32;
            for column in 0..rect.width {
                let share = column as f32 * per_dot;
                let paper = from.light + (to.light - from.light) * share;
                let ink = from.dark + (to.dark - from.dark) * share;
                let (px, py) = (across / depth, down / depth);
                let inside = picture.contains(px, py);
                let value = if inside { picture.sample(px as f32, py as f32) } else { paper };
                self.dots.push((paper - value) / (paper - ink).max(1.0));
                (across, down, depth) = (across + a, down + d, depth + g);
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

//! Which grey is paper and which is ink, at every place of the imprint.
//!
//! The anchors' bars show both at many heights on the left and on the right; between them light and dark change
//! evenly (EP 0 660 270: the threshold follows a reference field of bars). The same bars, black over the whole
//! height, show which rows a dead print element left white.

use super::anchors::ANCHOR_DISTANCE;
use super::picture::Picture;
use super::register::{HEIGHTS, Level, Registration};
use imprint::picture::layout::DOTS;

/// Least difference between paper and ink, in grey levels, at which something can be read.
const CONTRAST_AT_LEAST: f32 = 10.0;

/// Paper and ink over the imprint, interpolated from the anchors.
#[derive(Clone, Debug)]
pub struct Light {
    levels: [[Level; HEIGHTS]; 2],
}

impl Light {
    /// The levels seen at the anchors without what a dead row, a stroke or a speck did to one of them.
    pub(crate) fn from_levels(levels: &[[Level; HEIGHTS]; 2]) -> Light {
        let smooth = |side: &[Level; HEIGHTS]| {
            let mut smoothed = [Level::default(); HEIGHTS];
            for (index, level) in smoothed.iter_mut().enumerate() {
                let first = index.saturating_sub(3).min(HEIGHTS - 7);
                let around = &side[first..first + 7];
                level.light = trimmed(around, |level| level.light);
                level.dark = trimmed(around, |level| level.dark);
                level.dark = level.dark.min(level.light - CONTRAST_AT_LEAST);
            }
            smoothed
        };
        Light { levels: [smooth(&levels[0]), smooth(&levels[1])] }
    }

    /// Paper and ink at a dot.
    #[inline]
    pub(crate) fn at(&self, x: f32, y: f32) -> Level {
        let (left, right) = (self.beside(0, y), self.beside(1, y));
        let share = (x - 12.0) / ANCHOR_DISTANCE as f32;
        Level {
            light: left.light + (right.light - left.light) * share,
            dark: left.dark + (right.dark - left.dark) * share,
        }
    }

    fn beside(&self, side: usize, y: f32) -> Level {
        let place = (y * (HEIGHTS as f32 / DOTS as f32) - 0.5).clamp(0.0, (HEIGHTS - 1) as f32);
        let above = (place as usize).min(HEIGHTS - 2);
        let share = place - above as f32;
        let (a, b) = (self.levels[side][above], self.levels[side][above + 1]);
        Level { light: a.light + (b.light - a.light) * share, dark: a.dark + (b.dark - a.dark) * share }
    }
}

/// The mean of the middle three of seven.
fn trimmed(levels: &[Level], value: impl Fn(&Level) -> f32) -> f32 {
    let mut values = [0.0; 7];
    for (slot, level) in values.iter_mut().zip(levels) {
        *slot = value(level);
    }
    values.sort_by(f32::total_cmp);
    (values[2] + values[3] + values[4]) / 3.0
}

/// How much of each row of dots is printed: 1 where the anchors are black, 0 where a print element is dead.
pub(crate) fn printed_rows(
    picture: &Picture,
    registration: &Registration,
    light: &Light,
) -> [f32; DOTS as usize] {
    let mut printed = [1.0; DOTS as usize];
    for (row, share) in printed.iter_mut().enumerate() {
        let y = row as f64 + 0.5;
        let mut blackness = [0.0; 2];
        for (sum, left) in blackness.iter_mut().zip([0.0, ANCHOR_DISTANCE]) {
            for bar in [3.0, 5.0, 14.0, 22.0] {
                let x = left + bar;
                let (px, py) = registration.map.apply(x, y);
                let level = light.at(x as f32, y as f32);
                let value = picture.sample(px as f32, py as f32);
                *sum += 0.25 * ((level.light - value) / (level.light - level.dark)).clamp(0.0, 1.0);
            }
        }
        // A dead element shows in both anchors; ink or dirt in a single one says nothing about the other.
        *share = blackness[0].max(blackness[1]);
    }
    printed
}

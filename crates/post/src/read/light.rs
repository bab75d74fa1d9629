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
                // Dead rows and strokes make a bar paler or the paper darker, hardly ever the other way round.
                level.light = ranked(around, |level| level.light, 4);
                level.dark = ranked(around, |level| level.dark, 1);
                level.dark = level.dark.min(level.light - CONTRAST_AT_LEAST);
            }
            smoothed
        };
        Light { levels: [smooth(&levels[0]), smooth(&levels[1])] }
    }

    /// Paper and ink at a dot.
    #[inline]
    pub(crate) fn at(&self, x: f32, y: f32) -> Level {
        self.beside(0, y).towards(self.beside(1, y), (x - 12.0) / ANCHOR_DISTANCE as f32)
    }

    fn beside(&self, side: usize, y: f32) -> Level {
        let place = (y * (HEIGHTS as f32 / DOTS as f32) - 0.5).clamp(0.0, (HEIGHTS - 1) as f32);
        let above = (place as usize).min(HEIGHTS - 2);
        let share = place - above as f32;
        self.levels[side][above].towards(self.levels[side][above + 1], share)
    }
}

/// The mean of two of seven values, that of a rank and the next greater one.
fn ranked(levels: &[Level], value: impl Fn(&Level) -> f32, rank: usize) -> f32 {
    let mut values = [0.0; 7];
    for (slot, level) in values.iter_mut().zip(levels) {
        *slot = value(level);
    }
    values.sort_by(f32::total_cmp);
    values.get(rank..rank + 2).map_or(0.0, |two| two.iter().sum::<f32>() / 2.0)
}

/// How much of each row of dots is printed: 1 where the anchors are black, 0 where a print element is dead.
pub(crate) fn printed_rows(
    picture: &Picture,
    registration: &Registration,
    light: &Light,
) -> [f32; DOTS as usize] {
    const ROWS: usize = DOTS as usize;
    let mut blackness = [[0.0f32; ROWS]; 2];
    for (sums, left) in blackness.iter_mut().zip([0.0, ANCHOR_DISTANCE]) {
        for bar in [3.0, 5.5] {
            let x = left + bar;
            let mut line = [0.0; ROWS];
            // In four pieces, since a camera does not see equal steps as equal.
            for (piece, values) in line.chunks_exact_mut(ROWS / 4).enumerate() {
                let first = (piece * ROWS / 4) as f64 + 0.5;
                let last = first + (ROWS / 4 - 1) as f64;
                let (from, to) = (registration.map.apply(x, first), registration.map.apply(x, last));
                picture.sample_line(from, to, 0.0, values);
            }
            for (row, (sum, value)) in sums.iter_mut().zip(line).enumerate() {
                let level = light.at(x as f32, row as f32 + 0.5);
                *sum += ((level.light - value) / (level.light - level.dark)).clamp(0.0, 1.0) / 2.0;
            }
        }
    }
    let mut printed = [1.0; ROWS];
    for (share, (left, right)) in printed.iter_mut().zip(blackness[0].iter().zip(&blackness[1])) {
        // A dead element shows in both anchors; ink or dirt in a single one says nothing about the other.
        *share = ((left.max(*right) - 0.6) / 0.25).clamp(0.0, 1.0);
    }
    printed
}

//! The open suspicious mark: printed or not.
//!
//! The mark is made of spots of 6 dots on a grid of three by three, 9 dots apart: every other one for the
//! suspicious mode, all of them for a manipulation. What counts is how black each spot's middle is.

use super::locate::Located;
use crate::reading::MarkReading;
use imprint::picture::Rect;

/// Spots of the mark.
const SPOTS: usize = 9;
/// Dots from one spot to the next.
const PITCH: i32 = 9;
/// Dots of a spot's middle, and from its edge to it.
const MIDDLE: u32 = 4;
const EDGE: i32 = 1;
/// Squared standard deviation of a spot's blackness.
const VARIANCE: f32 = 0.03;
/// Squared departure, in standard deviations, beyond which a spot says no more.
const DEPARTURE_AT_MOST: f32 = 12.0;
/// The least probability that remains for the other answer.
const FLOOR: f32 = 1e-7;

impl Located<'_> {
    /// Whether the mark is printed at its place.
    pub fn mark(&self, place: Rect) -> MarkReading {
        let spots: [f32; SPOTS] = std::array::from_fn(|spot| {
            let (column, row) = (spot as i32 % 3, spot as i32 / 3);
            let (x, y) = (place.x + column * PITCH + EDGE, place.y + row * PITCH + EDGE);
            let patch = self.patch(Rect::new(x, y, MIDDLE, MIDDLE));
            patch.dots.iter().sum::<f32>() / patch.dots.len().max(1) as f32
        });
        let departure = |expected: &dyn Fn(usize) -> f32| {
            let gaps = spots
                .iter()
                .enumerate()
                .map(|(spot, black)| ((black - expected(spot)).powi(2) / VARIANCE).min(DEPARTURE_AT_MOST));
            0.5 * gaps.sum::<f32>()
        };
        let absent = departure(&|_| 0.0);
        let suspicious = departure(&|spot| if spot % 2 == 0 { 1.0 } else { 0.0 });
        let manipulated = departure(&|_| 1.0);
        let present = suspicious.min(manipulated);
        // A place that looks like neither says little about either.
        let floor = (FLOOR * (0.5 * present.min(absent)).exp()).min(0.4);
        let sure = 1.0 / (1.0 + (0.5 * (present - absent)).exp());
        let sure = sure * (1.0 - 2.0 * floor) + floor;
        MarkReading { present: sure.ln(), absent: (1.0 - sure).ln() }
    }
}

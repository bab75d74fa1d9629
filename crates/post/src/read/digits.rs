//! Printed digits, compared point by point with the imprint's own figures.
//!
//! A figure is blurred and spread as the anchors are and laid over its place; every point that departs counts up
//! to a limit. Points that depart together, because blur and noise of a camera reach over several, count less.
//! Rows that the anchors show as dead are not looked at; a light column may be a dead print element.

use super::figures::{BLANK, Figures, INK, PAPER, Points, ROWS, STRIDE};
use super::posterior::posterior;
use crate::reading::DigitReading;

/// Departure of a point's blackness beyond which it says no more, in steps of [`INK`].
const DEPARTURE_AT_MOST: u8 = 115;
/// What an erased column of points costs for each point of its height, in the same steps.
const ERASED_POINT: u32 = 21;
/// Evidence of one dot's full departure, as a logarithm of probability; dots depart together, so it is small.
const EVIDENCE: f32 = 0.9;
/// The same for a point that stands for four dots.
const EVIDENCE_OF_FOUR: f32 = 2.4;
/// Share of a figure's ink that must be there.
const INK_AT_LEAST: f32 = 0.55;
/// Mean departure of a point beyond which a place is covered or spoilt.
const SPOILT: f32 = 0.3;

impl Figures {
    /// The likelihood of every digit from the points of its place and how much of each row of dots is printed. A
    /// `leading` digit may be blank, which is a zero that is not printed. `doubt` comes from the geometry.
    pub(crate) fn compare(
        &self,
        points: &Points,
        printed: &[f32],
        leading: bool,
        doubt: f32,
    ) -> DigitReading {
        let mut reading = DigitReading::illegible();
        let mut rows = [false; ROWS];
        for (row, dots) in rows.iter_mut().zip(printed.chunks(self.step)).take(self.height) {
            *row = dots.iter().all(|&share| share > 0.5);
        }
        let rows = rows.get(..self.height).unwrap_or(&rows);
        let seen = rows.iter().filter(|&&row| row).count();
        let erased = departures(points, &[[PAPER; STRIDE]; ROWS], rows, self.width);
        let mut costs = [f32::INFINITY; 11];
        for (cost, predicted) in costs.iter_mut().zip(&self.predicted) {
            *cost = self.departure(&departures(points, predicted, rows, self.width), &erased, seen as u32);
        }
        if !leading {
            costs[BLANK] = f32::INFINITY;
        }
        let best = (0..11).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
        costs[0] = costs[0].min(costs[BLANK]);
        let per_point = costs[best] / (self.width * seen.max(1)) as f32;
        let inked = best == BLANK || self.inked(points, best, rows) > INK_AT_LEAST;
        let seen = seen as f32 / self.height.max(1) as f32;
        reading.legible = seen > 0.4 && inked && per_point < SPOILT;
        if reading.legible {
            let evidence = if self.step > 1 { EVIDENCE_OF_FOUR } else { EVIDENCE };
            let scaled = costs.map(|cost| cost * evidence);
            posterior(&mut reading.log_likelihood, &scaled, 10, floor(per_point, seen, doubt));
        }
        reading
    }

    /// The sum of the columns' departures, the cheaper of "printed" and "erased" for each, in points.
    fn departure(&self, printed: &[u16; STRIDE], erased: &[u16; STRIDE], rows: u32) -> f32 {
        let price = ERASED_POINT * rows;
        let columns = printed.iter().zip(erased).take(self.width);
        let sum: u32 =
            columns.map(|(&printed, &erased)| u32::from(printed).min(u32::from(erased) + price)).sum();
        sum as f32 / f32::from(INK)
    }

    /// The share of a figure's ink that the points show, rows that are not printed left out.
    fn inked(&self, points: &Points, digit: usize, rows: &[bool]) -> f32 {
        const HALF: u8 = PAPER + INK / 2;
        const PALE: u8 = PAPER + INK / 5 * 2;
        let Some(predicted) = self.predicted.get(digit) else { return 0.0 };
        let (mut found, mut expected) = (0u32, 0u32);
        for ((points, predicted), _) in points.iter().zip(predicted).zip(rows).filter(|(_, row)| **row) {
            let (mut seen, mut black) = (0u8, 0u8);
            for (&point, &pattern) in points.iter().zip(predicted) {
                seen += u8::from(pattern > HALF) & u8::from(point > PALE);
                black += u8::from(pattern > HALF);
            }
            (found, expected) = (found + u32::from(seen), expected + u32::from(black));
        }
        found as f32 / expected.max(1) as f32
    }
}

/// For each column the sum of the dots' departures, each limited, rows that are not printed left out.
fn departures(dots: &Points, predicted: &Points, rows: &[bool], width: usize) -> [u16; STRIDE] {
    let mut sums = [0u16; STRIDE];
    if width <= STRIDE / 2 {
        let (narrow, _) = sums.split_at_mut(STRIDE / 2);
        if let Ok(narrow) = narrow.try_into() {
            add_departures::<{ STRIDE / 2 }>(dots, predicted, rows, narrow);
        }
    } else {
        add_departures::<STRIDE>(dots, predicted, rows, &mut sums);
    }
    sums
}

fn add_departures<const WIDTH: usize>(
    dots: &Points,
    predicted: &Points,
    rows: &[bool],
    sums: &mut [u16; WIDTH],
) {
    let mut own = [0u16; WIDTH];
    for ((dots, predicted), &printed) in dots.iter().zip(predicted).zip(rows) {
        if printed {
            for column in 0..WIDTH {
                own[column] += u16::from(dots[column].abs_diff(predicted[column]).min(DEPARTURE_AT_MOST));
            }
        }
    }
    *sums = own;
}

/// The probability that is spread over all digits whatever the picture seems to say.
fn floor(per_point: f32, seen: f32, doubt: f32) -> f32 {
    let doubt = doubt + (per_point - 0.06).max(0.0) * 60.0 + (1.0 - seen) * 12.0;
    (1e-8 * doubt.exp()).min(0.5)
}

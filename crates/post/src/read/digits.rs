//! Printed digits, compared dot by dot with the imprint's own figures.
//!
//! A figure is blurred and spread as the anchors are and laid over its place; every dot that departs counts up
//! to a limit. Dots that depart together, because blur and noise of a camera reach over several, count less.
//! Rows that the anchors show as dead are not looked at; a light column may be a dead print element.

use super::patch::Patch;
use super::posterior::posterior;
use crate::reading::DigitReading;
use imprint::picture::font::{FigureSize, glyph};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Departure of a dot's blackness beyond which it says no more, in steps of [`INK`].
const DEPARTURE_AT_MOST: u8 = 115;
/// What an erased column of dots costs for each dot of its height, in the same steps.
const ERASED_DOT: u32 = 21;
/// Evidence of one dot's full departure, as a logarithm of probability; dots depart together, so it is small.
const EVIDENCE: f32 = 0.9;
/// Share of a figure's ink that must be there.
const INK_AT_LEAST: f32 = 0.55;
/// Mean departure of a dot beyond which a place is covered or spoilt.
const SPOILT: f32 = 0.3;
/// Dots a row of a figure takes in memory: the widest figure's width, rounded up to what compares quickly.
const STRIDE: usize = 32;
/// Rows of the highest figure.
const ROWS: usize = 48;
/// How paper and how much darker ink is stored.
const PAPER: f32 = 40.0;
const INK: f32 = 175.0;

/// Dots of a figure's place, blackness in steps of [`INK`] above [`PAPER`].
type Dots = [[u8; STRIDE]; ROWS];

/// Steps per dot in which blur and spread are told apart.
const STEPS: f32 = 5.0;

/// The ten figures of one size as they look under some blur and spread, and blank paper.
#[derive(Debug)]
pub(crate) struct Figures {
    width: usize,
    height: usize,
    predicted: Vec<Dots>,
}

/// A blank place, beside the ten digits.
const BLANK: usize = 10;

/// Size of figures, blur and spread in steps.
type Key = (FigureSize, u8, i8);

static FIGURES: RwLock<Option<HashMap<Key, Arc<Figures>>>> = RwLock::new(None);
/// Most combinations that are kept.
const KEPT_AT_MOST: usize = 512;

impl Figures {
    /// The figures of a size under blur and spread, both in dots; kept for the next picture.
    pub(crate) fn seen(size: FigureSize, blur: f32, spread: f32) -> Arc<Figures> {
        let blur = (blur.clamp(0.0, 3.0) * STEPS).round() as u8;
        let spread = (spread.clamp(-1.6, 2.4) * STEPS / 2.0).round() as i8;
        let key = (size, blur, spread);
        let kept = FIGURES.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = kept.as_ref().and_then(|kept| kept.get(&key)) {
            return Arc::clone(figures);
        }
        drop(kept);
        let drawn = Arc::new(Figures::draw(size, f32::from(blur) / STEPS, f32::from(spread) * 2.0 / STEPS));
        let mut kept = FIGURES.write().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_default();
        if kept.len() < KEPT_AT_MOST {
            kept.insert(key, Arc::clone(&drawn));
        }
        drawn
    }

    fn draw(size: FigureSize, blur: f32, spread: f32) -> Figures {
        let (width, height) = ((size.width as usize).min(STRIDE), (size.height as usize).min(ROWS));
        let mut predicted = Vec::with_capacity(11);
        for digit in '0'..='9' {
            let mut dots = vec![0.0; width * height];
            if let Ok(bitmap) = glyph(digit, size) {
                for (index, dot) in dots.iter_mut().enumerate() {
                    let (x, y) = ((index % width.max(1)) as i32, (index / width.max(1)) as i32);
                    *dot = if bitmap.is_black(x, y) { 1.0 } else { 0.0 };
                }
            }
            run(&mut dots, width, spread);
            blurred(&mut dots, width, height, blur);
            predicted.push(stored(&dots, width));
        }
        predicted.push(stored(&vec![0.0; width * height], width));
        Figures { width, height, predicted }
    }

    /// The likelihood of every digit in a patch of the figures' size. A `leading` digit may be blank, which is a
    /// zero that is not printed.
    pub(crate) fn compare(&self, patch: &Patch, printed: &[f32], leading: bool) -> DigitReading {
        let mut reading = DigitReading::illegible();
        if (patch.width, patch.height) != (self.width, self.height) || patch.dots.is_empty() {
            return reading;
        }
        let dots = stored(&patch.dots, self.width);
        let rows: Vec<bool> =
            (0..self.height).map(|row| printed.get(row).is_none_or(|&share| share > 0.5)).collect();
        let seen = rows.iter().filter(|&&row| row).count();
        let erased = departures(&dots, self.predicted.get(BLANK).unwrap_or(&dots), &rows, self.width);
        let mut costs = [f32::INFINITY; 11];
        for (cost, predicted) in costs.iter_mut().zip(&self.predicted) {
            *cost = self.departure(&departures(&dots, predicted, &rows, self.width), &erased, seen as u32);
        }
        if !leading {
            costs[BLANK] = f32::INFINITY;
        }
        let best = (0..11).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
        costs[0] = costs[0].min(costs[BLANK]);
        let per_dot = costs[best] / (self.width * seen.max(1)) as f32;
        let inked = best == BLANK || self.inked(&dots, best, &rows) > INK_AT_LEAST;
        let seen = seen as f32 / self.height as f32;
        reading.legible = seen > 0.4 && inked && per_dot < SPOILT;
        if reading.legible {
            let scaled = costs.map(|cost| cost * EVIDENCE);
            posterior(&mut reading.log_likelihood, &scaled, 10, floor(per_dot, seen));
        }
        reading
    }

    /// The sum of the columns' departures, the cheaper of "printed" and "erased" for each, in dots.
    fn departure(&self, printed: &[u16; STRIDE], erased: &[u16; STRIDE], rows: u32) -> f32 {
        let price = ERASED_DOT * rows;
        let columns = printed.iter().zip(erased).take(self.width);
        let sum: u32 =
            columns.map(|(&printed, &erased)| u32::from(printed).min(u32::from(erased) + price)).sum();
        sum as f32 / INK
    }

    /// The share of a figure's ink that the dots show, rows that are not printed left out.
    fn inked(&self, dots: &Dots, digit: usize, rows: &[bool]) -> f32 {
        const HALF: u8 = (PAPER + INK / 2.0) as u8;
        const PALE: u8 = (PAPER + INK * 0.4) as u8;
        let Some(predicted) = self.predicted.get(digit) else { return 0.0 };
        let (mut found, mut expected) = (0u32, 0u32);
        for ((dots, predicted), _) in dots.iter().zip(predicted).zip(rows).filter(|(_, row)| **row) {
            let (mut seen, mut black) = (0u8, 0u8);
            for (&dot, &pattern) in dots.iter().zip(predicted) {
                seen += u8::from(pattern > HALF) & u8::from(dot > PALE);
                black += u8::from(pattern > HALF);
            }
            (found, expected) = (found + u32::from(seen), expected + u32::from(black));
        }
        found as f32 / expected.max(1) as f32
    }
}

/// Blackness as it is stored; beyond the width is paper.
fn stored(dots: &[f32], width: usize) -> Dots {
    let mut stored = [[PAPER as u8; STRIDE]; ROWS];
    for (row, dots) in stored.iter_mut().zip(dots.chunks_exact(width.max(1))) {
        for (value, dot) in row.iter_mut().zip(dots) {
            *value = (PAPER + INK * dot) as u8;
        }
    }
    stored
}

/// For each column the sum of the dots' departures, each limited, rows that are not printed left out.
fn departures(dots: &Dots, predicted: &Dots, rows: &[bool], width: usize) -> [u16; STRIDE] {
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

fn add_departures<const WIDTH: usize>(dots: &Dots, predicted: &Dots, rows: &[bool], sums: &mut [u16; WIDTH]) {
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
fn floor(per_dot: f32, seen: f32) -> f32 {
    let doubt = (per_dot - 0.06).max(0.0) * 60.0 + (1.0 - seen) * 12.0;
    (1e-8 * doubt.exp()).min(0.5)
}

/// Ink runs `spread` dots wide in all, half of it to either side.
fn run(dots: &mut [f32], width: usize, spread: f32) {
    let original = dots.to_vec();
    let at = |x: usize, y: usize| if x < width { original.get(y * width + x).copied() } else { None };
    let share = (spread.abs() / 2.0).min(1.0);
    for (index, dot) in dots.iter_mut().enumerate() {
        let (x, y) = (index % width.max(1), index / width.max(1));
        let around = [
            x.checked_sub(1).and_then(|x| at(x, y)),
            at(x + 1, y),
            y.checked_sub(1).and_then(|y| at(x, y)),
            at(x, y + 1),
        ];
        let around = around.into_iter().map(|dot| dot.unwrap_or(0.0));
        if spread > 0.0 {
            *dot = dot.max(around.fold(0.0, f32::max) * share);
        } else {
            let lightest = around.fold(1.0, f32::min);
            *dot = dot.min(lightest + (1.0 - lightest) * (1.0 - share));
        }
    }
}

/// Blurs by a Gaussian, white beyond the edges.
fn blurred(dots: &mut [f32], width: usize, height: usize, blur: f32) {
    if blur < 0.15 {
        return;
    }
    let reach = (blur * 2.5).ceil() as i32;
    let weights: Vec<f32> =
        (-reach..=reach).map(|step| (-0.5 * (step as f32 / blur).powi(2)).exp()).collect();
    let total: f32 = weights.iter().sum();
    for (across, down) in [(1, 0), (0, 1)] {
        let original = dots.to_vec();
        for (index, dot) in dots.iter_mut().enumerate() {
            let (x, y) = ((index % width) as i32, (index / width) as i32);
            let steps = (-reach..=reach).zip(&weights);
            let sum: f32 = steps
                .map(|(step, weight)| {
                    let (x, y) = (x + step * across, y + step * down);
                    let inside = x >= 0 && y >= 0 && x < width as i32 && y < height as i32;
                    if inside { weight * original[y as usize * width + x as usize] } else { 0.0 }
                })
                .sum();
            *dot = sum / total;
        }
    }
}

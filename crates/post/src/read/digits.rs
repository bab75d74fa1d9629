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

/// Standard deviation of a dot's blackness about its figure.
const NOISE: f32 = 0.22;
/// Squared departure, in standard deviations, beyond which a dot says no more.
const DEPARTURE_AT_MOST: f32 = 9.0;
/// What an erased column of dots costs, in squared standard deviations per dot of height.
const ERASED_COLUMN: f32 = 1.6;
/// Share of a figure's ink that must be there.
const INK_AT_LEAST: f32 = 0.55;
/// Steps per dot in which blur and spread are told apart.
const STEPS: f32 = 5.0;

/// The ten figures of one size as they look under some blur and spread.
#[derive(Debug)]
pub(crate) struct Figures {
    width: usize,
    height: usize,
    predicted: Vec<Vec<f32>>,
    ink: Vec<f32>,
}

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
        let (width, height) = (size.width as usize, size.height as usize);
        let mut predicted = Vec::with_capacity(10);
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
            predicted.push(dots);
        }
        let ink = predicted.iter().map(|dots| dots.iter().sum()).collect();
        Figures { width, height, predicted, ink }
    }

    /// The likelihood of every digit in a patch of the figures' size. A `leading` digit may be blank, which is a
    /// zero that is not printed.
    pub(crate) fn compare(&self, patch: &Patch, printed: &[f32], leading: bool) -> DigitReading {
        let mut reading = DigitReading::illegible();
        if (patch.width, patch.height) != (self.width, self.height) || patch.dots.is_empty() {
            return reading;
        }
        let mut costs = [f32::INFINITY; 10];
        for (cost, predicted) in costs.iter_mut().zip(&self.predicted) {
            *cost = self.departure(patch, predicted, printed);
        }
        let best = (0..10).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
        let mut inked = self.inked(patch, best, printed);
        if leading {
            let blank = self.departure(patch, &vec![0.0; self.width * self.height], printed);
            inked = if blank < costs[best] { 1.0 } else { inked };
            costs[0] = costs[0].min(blank);
        }
        let best = costs.iter().copied().fold(f32::INFINITY, f32::min);
        let seen = printed.iter().take(self.height).sum::<f32>() / self.height as f32;
        let per_dot = best / (self.width * self.height) as f32 / seen.max(0.1);
        reading.legible = seen > 0.4 && inked > INK_AT_LEAST && per_dot < 2.2;
        if reading.legible {
            let together = 1.0 / 14.0;
            let scaled = costs.map(|cost| cost * together);
            posterior(&mut reading.log_likelihood, &scaled, 10, floor(per_dot, seen));
        }
        reading
    }

    /// The sum of squared departures, each limited, the cheaper of "printed" and "erased" for each column.
    fn departure(&self, patch: &Patch, predicted: &[f32], printed: &[f32]) -> f32 {
        let scale = 1.0 / (NOISE * NOISE);
        let mut whole = [0.0f32; 64];
        let mut erased = [0.0f32; 64];
        let width = self.width.min(64);
        let rows = patch.dots.chunks_exact(self.width).zip(predicted.chunks_exact(self.width));
        for (row, (dots, pattern)) in rows.enumerate() {
            let seen = printed.get(row).copied().unwrap_or(1.0) * scale;
            let limit = printed.get(row).copied().unwrap_or(1.0) * DEPARTURE_AT_MOST;
            for column in 0..width {
                let gap = dots[column] - pattern[column];
                whole[column] += (gap * gap * seen).min(limit);
                let ink = dots[column].max(0.0);
                erased[column] += (ink * ink * seen).min(limit);
            }
        }
        let price = ERASED_COLUMN * self.height as f32;
        whole[..width].iter().zip(&erased[..width]).map(|(whole, erased)| whole.min(erased + price)).sum()
    }

    /// The share of a figure's ink that the patch shows, rows that are not printed left out.
    fn inked(&self, patch: &Patch, digit: usize, printed: &[f32]) -> f32 {
        let Some(predicted) = self.predicted.get(digit) else { return 0.0 };
        let (mut found, mut expected) = (0.0, 0.0);
        for (index, (dot, pattern)) in patch.dots.iter().zip(predicted).enumerate() {
            let seen = printed.get(index / self.width).copied().unwrap_or(1.0);
            found += seen * pattern * dot.clamp(0.0, 1.0);
            expected += seen * pattern * pattern;
        }
        if self.ink.get(digit).copied().unwrap_or(0.0) > 0.0 { found / expected.max(1e-3) } else { 0.0 }
    }
}

/// The probability that is spread over all digits whatever the picture seems to say.
fn floor(per_dot: f32, seen: f32) -> f32 {
    let doubt = per_dot * 4.0 + (1.0 - seen) * 6.0;
    (1e-8 * (doubt * 2.3).exp()).min(0.5)
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

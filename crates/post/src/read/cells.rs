//! From the modules of a cell to the likelihood of each symbol.
//!
//! A pattern predicts how black each of the twenty modules should look, blurred and spread as the anchors are.
//! What departs from it counts up to a limit, so that a speck or a stroke costs the true symbol little; a
//! column of modules that is light although the pattern has black in it may be a dead print element and is
//! then left out at a price. Dots known not to be printed are not looked at.

use super::features::{MODULES_ACROSS, MODULES_DOWN};
use super::patch::Patch;
use super::posterior::posterior;
use crate::reading::{CellReading, SYMBOLS_AT_MOST};
use imprint::numbers::SetId;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Modules of a symbol.
pub(crate) const MODULES: usize = MODULES_ACROSS * MODULES_DOWN;
/// What a column of modules erased by a dead print element costs, in squared standard deviations.
const ERASED_COLUMN: f32 = 12.0;
/// Squared departure, in standard deviations, beyond which a module says no more.
const DEPARTURE_AT_MOST: f32 = 12.0;
/// What a cell that is all black or all white costs, beside its departures.
const FLAT_PRICE: f32 = 14.0;
/// What a cell that shows anything at all costs.
const ANYTHING: f32 = 26.0;
/// The scale for the nearest pattern, when the picture's own deviation is not known yet.
const FIRST_SCALE: f32 = 25.0;
/// Steps per module in which blur and spread are told apart.
const STEPS: f32 = 16.0;
/// Most combinations of set, blur and spread that are kept.
const KEPT_AT_MOST: usize = 512;

/// How black each module of a cell is, and how much of it could be seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Modules {
    pub blackness: [f32; MODULES],
    pub seen: [f32; MODULES],
}

/// The predicted modules of every symbol of a set: for each module a value per symbol.
#[derive(Debug)]
pub(crate) struct Patterns {
    set: SetId,
    predicted: [[f32; SYMBOLS_AT_MOST]; MODULES],
}

/// Set, blur and spread in steps.
type Key = (SetId, u8, i8);

static PATTERNS: RwLock<Option<HashMap<Key, Arc<Patterns>>>> = RwLock::new(None);

impl Modules {
    /// Averages dots over modules; the dots in a module's middle count more, unprinted rows and columns nothing.
    pub(crate) fn measure(cell: &Patch, printed_rows: &[f32], printed_columns: &[f32]) -> Modules {
        let module = (cell.width / MODULES_ACROSS).max(1);
        let mut modules = Modules::default();
        let weights: Vec<f32> = (0..cell.width)
            .map(|x| middle_weight(x % module, module) * printed_columns.get(x).copied().unwrap_or(1.0))
            .collect();
        let mut rows_seen = [0.0f32; MODULES_DOWN];
        for (y, dots) in cell.dots.chunks_exact(cell.width.max(1)).enumerate() {
            let weight = middle_weight(y % module, module) * printed_rows.get(y).copied().unwrap_or(1.0);
            let row = (y / module).min(MODULES_DOWN - 1);
            rows_seen[row] += weight;
            let groups = dots.chunks_exact(module).zip(weights.chunks_exact(module));
            let sums = modules.blackness.iter_mut().skip(row * MODULES_ACROSS).take(MODULES_ACROSS);
            for (sum, (dots, weights)) in sums.zip(groups) {
                *sum += weight * dots.iter().zip(weights).map(|(dot, weight)| dot * weight).sum::<f32>();
            }
        }
        let whole: f32 = (0..module).map(|place| middle_weight(place, module)).sum();
        for (column, weights) in weights.chunks_exact(module).enumerate().take(MODULES_ACROSS) {
            let columns_seen: f32 = weights.iter().sum();
            for (row, rows_seen) in rows_seen.iter().enumerate() {
                let index = row * MODULES_ACROSS + column;
                let seen = columns_seen * rows_seen;
                let enough = seen > 0.2 * whole * whole;
                let value = modules.blackness[index] / seen.max(1e-6);
                modules.blackness[index] = if enough { value.clamp(-0.3, 1.3) } else { 0.0 };
                modules.seen[index] = if enough { seen / (whole * whole) } else { 0.0 };
            }
        }
        modules
    }
}

fn middle_weight(place: usize, module: usize) -> f32 {
    if place == 0 || place + 1 == module { 0.6 } else { 1.0 }
}

impl Patterns {
    /// What the symbols of a set look like under blur and spread, both in modules; kept for the next picture.
    pub(crate) fn seen(set: SetId, blur: f32, spread: f32) -> Arc<Patterns> {
        let blur = (blur.clamp(0.0, 3.0) * STEPS).round() as u8;
        let spread = (spread.clamp(-0.5, 0.75) * STEPS).round() as i8;
        let key = (set, blur, spread);
        let kept = PATTERNS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(patterns) = kept.as_ref().and_then(|kept| kept.get(&key)) {
            return Arc::clone(patterns);
        }
        drop(kept);
        let patterns = Arc::new(Patterns::new(set, f32::from(blur) / STEPS, f32::from(spread) / STEPS));
        let mut kept = PATTERNS.write().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_default();
        if kept.len() < KEPT_AT_MOST {
            kept.insert(key, Arc::clone(&patterns));
        }
        patterns
    }

    fn new(set: SetId, blur: f32, spread: f32) -> Patterns {
        let mut predicted = [[0.0; SYMBOLS_AT_MOST]; MODULES];
        for (index, symbol) in set.set().symbols().iter().enumerate() {
            let modules = predict(symbol.modules(), blur, spread);
            for (values, value) in predicted.iter_mut().zip(modules) {
                if let Some(slot) = values.get_mut(index) {
                    *slot = value;
                }
            }
        }
        Patterns { set, predicted }
    }

    /// The likelihood of every symbol, `noise` being the usual departure of a module from its pattern; `doubt`
    /// comes from the geometry.
    pub(crate) fn compare(&self, modules: &Modules, noise: f32, doubt: f32) -> CellReading {
        let base = self.set.base();
        let mut reading = CellReading::illegible(base);
        let costs = self.departures(modules, 1.0 / (noise * noise));
        let least = costs.iter().take(base as usize).copied().fold(f32::INFINITY, f32::min);
        let seen: f32 = modules.seen.iter().sum::<f32>() / MODULES as f32;
        let spoilt = self.spoilt(modules, 1.0 / (noise * noise), least);
        let floor = floor(spoilt, seen, noise, doubt);
        reading.legible = seen > 0.3 && floor < 0.5;
        if reading.legible {
            posterior(&mut reading.log_likelihood, &costs, base as usize, floor);
        }
        reading
    }

    /// The probability that the cell shows no symbol: covered, left white, or something else, given what the
    /// nearest pattern costs.
    fn spoilt(&self, modules: &Modules, scale: f32, least: f32) -> f32 {
        let flat = |shade: f32| {
            let gaps = modules.blackness.iter().zip(&modules.seen);
            let cost = gaps.map(|(value, seen)| {
                let gap = if shade > 0.5 { (shade - value).max(0.0) } else { (value - shade).max(0.0) };
                seen * (gap * gap * scale).min(DEPARTURE_AT_MOST)
            });
            0.5 * cost.sum::<f32>() + FLAT_PRICE
        };
        let other = flat(1.0).min(flat(0.0)).min(ANYTHING);
        1.0 / (1.0 + (0.5 * (other - least)).exp())
    }

    /// The mean square of the departure from the nearest pattern.
    pub(crate) fn nearest_departure(&self, modules: &Modules) -> f32 {
        let seen: f32 = modules.seen.iter().sum::<f32>().max(1.0);
        let costs = self.departures(modules, FIRST_SCALE);
        let least = costs.iter().take(self.set.base() as usize).copied().fold(f32::INFINITY, f32::min);
        2.0 * least / FIRST_SCALE / seen
    }

    /// For each symbol half the sum of squared departures, each limited, the cheaper of "printed" and "erased"
    /// for each column.
    fn departures(&self, modules: &Modules, scale: f32) -> [f32; SYMBOLS_AT_MOST] {
        let mut sums = [0.0; SYMBOLS_AT_MOST];
        for column in 0..MODULES_ACROSS {
            let mut printed = [0.0f32; SYMBOLS_AT_MOST];
            let mut erased = ERASED_COLUMN;
            for index in (column..MODULES).step_by(MODULES_ACROSS) {
                let (value, seen) = (modules.blackness[index], modules.seen[index]);
                let (weight, limit) = (seen * scale, seen * DEPARTURE_AT_MOST);
                for (cost, predicted) in printed.iter_mut().zip(&self.predicted[index]) {
                    let gap = value - predicted;
                    *cost += (gap * gap * weight).min(limit);
                }
                let white = value.max(0.0);
                erased += (white * white * weight).min(limit);
            }
            for (sum, printed) in sums.iter_mut().zip(printed) {
                *sum += 0.5 * printed.min(erased);
            }
        }
        sums
    }
}

/// Each module's blackness once its neighbours' ink has run or blurred into it.
fn predict(bits: u32, blur: f32, spread: f32) -> [f32; MODULES] {
    let leak = (0.085 * blur).min(0.25);
    let run = (spread / 2.0 * 0.9).clamp(-0.3, 0.3);
    let black = |column: i32, row: i32| {
        let inside = (0..MODULES_ACROSS as i32).contains(&column) && (0..MODULES_DOWN as i32).contains(&row);
        if inside && bits >> (row * MODULES_ACROSS as i32 + column) & 1 == 1 { 1.0 } else { 0.0 }
    };
    let inked = |column: i32, row: i32| {
        let own: f32 = black(column, row);
        let sides =
            [black(column - 1, row), black(column + 1, row), black(column, row - 1), black(column, row + 1)];
        let black_sides: f32 = sides.iter().sum();
        let gain = if run > 0.0 { (1.0 - own) * black_sides } else { own * (4.0 - black_sides) };
        (own + run * gain).clamp(0.0, 1.0)
    };
    let mut predicted = [0.0; MODULES];
    for (index, value) in predicted.iter_mut().enumerate() {
        let (column, row) = ((index % MODULES_ACROSS) as i32, (index / MODULES_ACROSS) as i32);
        for down in -1..=1 {
            for across in -1..=1 {
                let share = |step: i32| if step == 0 { 1.0 - 2.0 * leak } else { leak };
                *value += share(across) * share(down) * inked(column + across, row + down);
            }
        }
    }
    predicted
}

/// The probability that is spread over all symbols whatever the picture seems to say.
fn floor(spoilt: f32, seen: f32, noise: f32, doubt: f32) -> f32 {
    let doubt = doubt + (1.0 - seen) * 14.0 + (noise - 0.15).max(0.0) * 20.0;
    (1e-7 * doubt.exp() + spoilt).min(0.9)
}

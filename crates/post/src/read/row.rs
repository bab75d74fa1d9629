//! A marking row: its cells, the likelihood of each symbol, and what the source's features say.

use super::cells::{Modules, Patterns};
use super::features::{self, MODULES_ACROSS};
use super::locate::Located;
use super::patch::Patch;
use crate::reading::{CellReading, RowReading};
use imprint::numbers::SetId;
use imprint::picture::Rect;

/// Least standard deviation of a module about its pattern.
const NOISE_AT_LEAST: f32 = 0.12;
/// Cells below each other that must agree on a column for it to count as dead.
const CELLS_AT_LEAST: usize = 5;
/// Blackness that a column with ink in it reaches.
const INK_REACHES: f32 = 0.4;
/// Blackness that a column beside a dead one must reach to be looked at.
const SOUND: f32 = 0.75;

impl Located<'_> {
    /// Reads the cells at the given places as symbols of a set.
    pub fn row(&self, cells: &[Rect], set: SetId) -> RowReading {
        let registration = &self.registration;
        let module = cells.first().map_or(4.0, |cell| (cell.width / 5).max(1) as f32);
        let spread = registration.spread;
        let patterns = Patterns::seen(set, registration.blur / module, spread / module);
        let patches: Vec<Patch> = cells.iter().map(|cell| self.patch(*cell)).collect();
        let dead = dead_columns(cells, &patches);
        let modules: Vec<Modules> = cells
            .iter()
            .zip(&patches)
            .zip(&dead)
            .map(|((cell, patch), dead)| Modules::measure(patch, self.printed_in(*cell), dead))
            .collect();
        let noise = usual_departure(&patterns, &modules).max(NOISE_AT_LEAST);
        let doubt = self.doubt();
        let reading = |(patch, modules): (&Patch, &Modules)| CellReading {
            blackening: features::blackening(patch),
            edges: features::edges(patch),
            ..patterns.compare(modules, noise, doubt)
        };
        RowReading { set, cells: patches.iter().zip(&modules).map(reading).collect() }
    }
}

/// The root of the median mean square of the cells' departure from their nearest pattern.
fn usual_departure(patterns: &Patterns, modules: &[Modules]) -> f32 {
    let mut squares: Vec<f32> = modules.iter().map(|cell| patterns.nearest_departure(cell)).collect();
    squares.sort_by(f32::total_cmp);
    squares.get(squares.len() / 2).copied().unwrap_or(0.0).sqrt()
}

/// For each cell which of its columns of dots are printed (1) or dead (0). A dead element's line runs through all
/// cells that stand below each other; in a cell that stands alone it shows where part of a module's columns is
/// white and the rest is not.
fn dead_columns(cells: &[Rect], patches: &[Patch]) -> Vec<Vec<f32>> {
    let darkest: Vec<Vec<f32>> = patches.iter().map(darkest_of_columns).collect();
    let mut joint: Option<(i32, Vec<f32>)> = None;
    let mut printed = Vec::with_capacity(cells.len());
    for (cell, own) in cells.iter().zip(&darkest) {
        if joint.as_ref().is_none_or(|(x, _)| *x != cell.x) {
            joint = Some((cell.x, darkest_below(cells, &darkest, cell.x)));
        }
        let over_all = joint.as_ref().map_or(&[][..], |(_, over_all)| over_all);
        let mut column: Vec<f32> = vec![1.0; own.len()];
        let module = (own.len() / MODULES_ACROSS).max(1);
        for (group, dark) in own.chunks(module).enumerate() {
            let inked = dark.iter().copied().fold(0.0, f32::max) > SOUND;
            for (offset, &dark) in dark.iter().enumerate() {
                let x = group * module + offset;
                let all_dead = over_all.get(x).is_some_and(|&dark| dark < INK_REACHES);
                if all_dead || (inked && dark < INK_REACHES) {
                    mark_dead(&mut column, if all_dead { over_all } else { own }, x);
                }
            }
        }
        printed.push(column);
    }
    printed
}

/// The darkest that each column of dots is in any of the cells at the same place from the left; nothing if these
/// are too few to tell.
fn darkest_below(cells: &[Rect], darkest: &[Vec<f32>], x: i32) -> Vec<f32> {
    let below: Vec<&Vec<f32>> =
        cells.iter().zip(darkest).filter(|(cell, _)| cell.x == x).map(|(_, dark)| dark).collect();
    if below.len() < CELLS_AT_LEAST {
        return Vec::new();
    }
    let width = below.iter().map(|dark| dark.len()).max().unwrap_or(0);
    let mut over_all = vec![0.0f32; width];
    for dark in below {
        over_all.iter_mut().zip(dark).for_each(|(most, dark)| *most = most.max(*dark));
    }
    over_all
}

/// Marks a column as dead, and its neighbours as far as they are pale.
fn mark_dead(printed: &mut [f32], darkest: &[f32], x: usize) {
    for near in [Some(x), x.checked_sub(1), Some(x + 1)].into_iter().flatten() {
        let pale = darkest.get(near).is_some_and(|&dark| dark < SOUND);
        if let (Some(slot), true) = (printed.get_mut(near), pale || near == x) {
            *slot = 0.0;
        }
    }
}

/// The second darkest dot of each column, so that a single speck does not hide a dead one.
fn darkest_of_columns(patch: &Patch) -> Vec<f32> {
    let mut extremes = vec![(0.0f32, 0.0f32); patch.width];
    for row in patch.dots.chunks_exact(patch.width.max(1)) {
        for ((first, second), &dot) in extremes.iter_mut().zip(row) {
            *second = second.max(dot.min(*first));
            *first = first.max(dot);
        }
    }
    extremes.into_iter().map(|(_, second)| second).collect()
}

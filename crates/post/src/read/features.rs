//! What a marking symbol shows: its share of black, and from each column the first change from white to black
//! and the next back, 2n numbers (EP 0 660 270, Fig. 4c, claims 67 and 68).

use super::patch::Patch;

/// Modules across a symbol.
pub const MODULES_ACROSS: usize = 5;
/// Modules down a symbol.
pub const MODULES_DOWN: usize = 4;
/// The place of an edge that is not there.
pub const NO_EDGE: f32 = MODULES_DOWN as f32;

/// Edges of each column, in modules from the top.
pub type Edges = [(f32, f32); MODULES_ACROSS];

/// The share of black in a cell.
pub fn blackening(cell: &Patch) -> f32 {
    let sum: f32 = cell.dots.iter().map(|value| value.clamp(0.0, 1.0)).sum();
    sum / cell.dots.len().max(1) as f32
}

/// The first two edges of each column of modules, between dots where the blackness crosses the middle.
pub fn edges(cell: &Patch) -> Edges {
    let module = cell.width as f32 / MODULES_ACROSS as f32;
    let mut edges = [(NO_EDGE, NO_EDGE); MODULES_ACROSS];
    for (column, pair) in edges.iter_mut().enumerate() {
        let first = (column as f32 * module + 0.2 * module).round() as usize;
        let last = (((column + 1) as f32 * module - 0.2 * module).round() as usize).max(first + 1);
        let down = |y: usize| {
            let dots = cell.row(y).get(first..last).unwrap_or(&[]);
            dots.iter().sum::<f32>() / (last - first) as f32
        };
        let height = module * MODULES_DOWN as f32;
        let mut found = [NO_EDGE; 2];
        let mut next = 0;
        let mut previous = 0.0;
        for y in 0..cell.height {
            let value = down(y);
            let wants_black = next == 0;
            if next < 2 && (value >= 0.5) == wants_black {
                let share = if y == 0 { 0.5 } else { (0.5 - previous) / (value - previous) };
                let place = (y as f32 - 0.5 + share.clamp(0.0, 1.0)) / height * MODULES_DOWN as f32;
                found[next] = place.clamp(0.0, NO_EDGE);
                next += 1;
            }
            previous = value;
        }
        *pair = (found[0], found[1]);
    }
    edges
}

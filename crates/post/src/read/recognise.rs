//! The source's two ways to know a symbol, each working alone (EP 0 660 270, Fig. 4c, claims 67 and 68): the
//! share of black, which suffices for the sets of five and ten, and the nearest stored pattern by its edges.
//! Neither says how sure it is; the reader's own comparison does.

use super::features::{Edges, MODULES_ACROSS, MODULES_DOWN};
use imprint::numbers::SetId;
use imprint::symbols::Symbol;

/// The symbols of a set by how near their share of black is, the nearest first, each with the difference.
pub fn by_blackening(set: SetId, blackening: f32) -> Vec<(u8, f32)> {
    ranked(set, |symbol| {
        let modules = (MODULES_ACROSS * MODULES_DOWN) as f32;
        (symbol.black_modules() as f32 / modules - blackening).abs()
    })
}

/// The symbols of a set by how near their edges are, the nearest first, each with the sum of the differences.
pub fn by_edges(set: SetId, edges: &Edges) -> Vec<(u8, f32)> {
    ranked(set, |symbol| {
        let stored = symbol.edges();
        let pairs = stored.iter().zip(edges);
        pairs.map(|(a, b)| (f32::from(a.0) - b.0).abs() + (f32::from(a.1) - b.1).abs()).sum()
    })
}

fn ranked(set: SetId, distance: impl Fn(&Symbol) -> f32) -> Vec<(u8, f32)> {
    let symbols = (0..).zip(set.set().symbols());
    let mut ranked: Vec<(u8, f32)> = symbols.map(|(index, symbol)| (index, distance(symbol))).collect();
    ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
    ranked
}

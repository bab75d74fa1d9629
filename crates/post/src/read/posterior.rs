//! From costs to probabilities.

/// Neighbouring places depart together: their evidence counts as that of half as many.
const INDEPENDENT: f32 = 0.5;

/// Turns costs into logarithms of probabilities over `base` alternatives, with a floor spread over all.
pub(crate) fn posterior(log: &mut [f32], costs: &[f32], base: usize, floor: f32) {
    let least = costs.iter().take(base).copied().fold(f32::INFINITY, f32::min);
    let weight = |cost: f32| (-(cost - least) * INDEPENDENT).exp();
    let total: f32 = costs.iter().take(base).map(|&cost| weight(cost)).sum();
    for (log, &cost) in log.iter_mut().zip(costs).take(base) {
        *log = ((1.0 - floor) * weight(cost) / total + floor / base as f32).ln();
    }
}

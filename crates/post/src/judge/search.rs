//! Readings in falling probability: what doubt leaves open is tried most probable first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Most places in one reading.
pub const PLACES_MAX: usize = 28;

/// Alternatives less probable than this are never tried; their mass counts as untried.
const LOG_NEGLIGIBLE: f64 = -30.0;

/// Enumerates the combinations of independent alternatives, one for each place, in falling probability.
pub struct Falling {
    /// For each place its alternatives, the most probable first, with the logarithm of the probability.
    places: Vec<Vec<(u8, f64)>>,
    waiting: BinaryHeap<Waiting>,
}

/// A combination that waits for its turn: for each place which alternative.
struct Waiting {
    log_probability: f64,
    choice: [u8; PLACES_MAX],
    /// Places before this one are not varied any more, so that each combination is reached once.
    from: u8,
}

impl Falling {
    /// Takes for each place the logarithms of the probabilities of its alternatives 0, 1, ….
    ///
    /// More than [`PLACES_MAX`] places give no combination at all.
    pub fn new<'a>(places: impl Iterator<Item = &'a [f32]>) -> Falling {
        let places: Vec<Vec<(u8, f64)>> = places.map(sorted).collect();
        let mut waiting = BinaryHeap::new();
        if places.len() <= PLACES_MAX && places.iter().all(|place| !place.is_empty()) {
            let log_probability = places.iter().filter_map(|place| place.first()).map(|best| best.1).sum();
            waiting.push(Waiting { log_probability, choice: [0; PLACES_MAX], from: 0 });
        }
        Falling { places, waiting }
    }
}

fn sorted(logs: &[f32]) -> Vec<(u8, f64)> {
    let mut place: Vec<(u8, f64)> = (0..).zip(logs.iter().map(|&log| f64::from(log))).collect();
    place.retain(|alternative| alternative.1 > LOG_NEGLIGIBLE);
    place.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    place
}

impl Iterator for Falling {
    /// A combination and the logarithm of its probability.
    type Item = (Vec<u8>, f64);

    fn next(&mut self) -> Option<(Vec<u8>, f64)> {
        let Waiting { log_probability, choice, from } = self.waiting.pop()?;
        for place in usize::from(from)..self.places.len() {
            let at = usize::from(choice[place]);
            let alternatives = &self.places[place];
            let Some(next) = alternatives.get(at + 1) else { continue };
            let mut choice = choice;
            choice[place] += 1;
            let log_probability = log_probability - alternatives[at].1 + next.1;
            self.waiting.push(Waiting { log_probability, choice, from: place as u8 });
        }
        let symbols = self.places.iter().zip(choice).map(|(place, at)| place[usize::from(at)].0).collect();
        Some((symbols, log_probability))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> Ordering {
        self.log_probability.total_cmp(&other.log_probability).then_with(|| other.choice.cmp(&self.choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_once_and_in_falling_probability() {
        let place = |weights: [f32; 3]| weights.map(f32::ln);
        let places = [place([0.5, 0.2, 0.3]), place([0.1, 0.1, 0.8]), place([0.34, 0.33, 0.33])];
        let all: Vec<_> = Falling::new(places.iter().map(|place| &place[..])).collect();
        assert_eq!(all.len(), 27);
        assert_eq!(all[0].0, [0, 2, 0]);
        assert!(all.windows(2).all(|pair| pair[0].1 >= pair[1].1 - 1e-9));
        let distinct: std::collections::HashSet<_> = all.iter().map(|(choice, _)| choice).collect();
        assert_eq!(distinct.len(), 27);
        let mass: f64 = all.iter().map(|(_, log)| log.exp()).sum();
        assert!((mass - 1.0).abs() < 1e-6);
    }
}

//! The plane of the paper seen by a camera: a homography from dots of the imprint to pixels.
//!
//! What always holds: a homography here is finite and maps the imprint's corners to points in front of the
//! camera; a degenerate set of points gives none.

/// A projective map of the plane, row by row; the last number is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography([f64; 9]);

impl Homography {
    /// The map that takes each `from` to the `to` beside it; none if three of the points lie on a line.
    pub fn through(from: [(f64, f64); 4], to: [(f64, f64); 4]) -> Option<Homography> {
        let mut system = [[0.0; 9]; 8];
        for (index, ((x, y), (u, v))) in from.into_iter().zip(to).enumerate() {
            system[2 * index] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
            system[2 * index + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
        }
        let [a, b, c, d, e, f, g, h] = solve(system)?;
        Homography([a, b, c, d, e, f, g, h, 1.0]).checked()
    }

    /// Where a point goes.
    #[inline]
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let depth = g * x + h * y + i;
        ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)
    }

    /// First this map's argument goes through `inner`.
    pub fn after(&self, inner: &Homography) -> Option<Homography> {
        let (outer, inner) = (&self.0, &inner.0);
        let mut product = [0.0; 9];
        for (index, value) in product.iter_mut().enumerate() {
            let (row, column) = (index / 3, index % 3);
            *value = (0..3).map(|k| outer[row * 3 + k] * inner[k * 3 + column]).sum();
        }
        Homography(product).checked()
    }

    /// The map back.
    pub fn inverse(&self) -> Option<Homography> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        Homography(adjugate).checked()
    }

    /// A small correction of the plane: shift, stretch, shear and perspective, linear in its eight numbers:
    /// `x' = (x + a + b x + c y) / (1 - p x - q y)`, `y' = (y + d + e x + f y) / (1 - p x - q y)`.
    pub fn correction([a, b, c, d, e, f, p, q]: [f64; 8]) -> Option<Homography> {
        Homography([1.0 + b, c, a, e, 1.0 + f, d, -p, -q, 1.0]).checked()
    }

    /// How many pixels one dot is long at a place, across and down.
    pub fn scale_at(&self, x: f64, y: f64) -> (f64, f64) {
        let length = |from: (f64, f64), to: (f64, f64)| (to.0 - from.0).hypot(to.1 - from.1);
        let across = length(self.apply(x - 0.5, y), self.apply(x + 0.5, y));
        let down = length(self.apply(x, y - 0.5), self.apply(x, y + 0.5));
        (across, down)
    }

    fn checked(self) -> Option<Homography> {
        let last = self.0[8];
        if !last.is_finite() || last.abs() < 1e-12 {
            return None;
        }
        let scaled = self.0.map(|value| value / last);
        scaled.iter().all(|value| value.is_finite()).then_some(Homography(scaled))
    }
}

/// Solves `N` linear equations, each given as its coefficients; the last column (`M = N + 1`) is the right
/// side. None if they do not determine the unknowns.
pub(crate) fn solve<const N: usize, const M: usize>(mut system: [[f64; M]; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|&a, &b| system[a][column].abs().total_cmp(&system[b][column].abs()))?;
        system.swap(column, pivot);
        let head = system[column][column];
        if !head.is_finite() || head.abs() < 1e-12 {
            return None;
        }
        let pivot_row = system[column];
        for (index, row) in system.iter_mut().enumerate() {
            if index != column && row[column] != 0.0 {
                let factor = row[column] / head;
                row.iter_mut().zip(pivot_row).for_each(|(value, pivot)| *value -= factor * pivot);
            }
        }
    }
    let mut solution = [0.0; N];
    for (index, value) in solution.iter_mut().enumerate() {
        *value = system[index][N] / system[index][index];
    }
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_points_determine_the_map_and_its_inverse_leads_back() {
        let from = [(0.0, 0.0), (720.0, 0.0), (720.0, 240.0), (0.0, 240.0)];
        let to = [(100.0, 80.0), (990.0, 130.0), (960.0, 460.0), (90.0, 370.0)];
        let map = Homography::through(from, to).unwrap();
        let back = map.inverse().unwrap();
        for ((x, y), (u, v)) in from.into_iter().zip(to) {
            let (s, t) = map.apply(x, y);
            assert!((s - u).abs() < 1e-6 && (t - v).abs() < 1e-6);
            let (s, t) = back.apply(u, v);
            assert!((s - x).abs() < 1e-6 && (t - y).abs() < 1e-6);
        }
    }

    #[test]
    fn points_on_a_line_determine_nothing() {
        let from = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)];
        assert_eq!(Homography::through(from, from), None);
    }
}

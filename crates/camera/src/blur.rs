//! Planes of lightness as real numbers, and the separable Gaussian blur over them.

/// A picture under way: lightness as real numbers, rows from the top.
#[derive(Clone)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// A plane of one value.
    pub fn filled(width: usize, height: usize, value: f32) -> Plane {
        Plane { width, height, values: vec![value; width * height] }
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..(y + 1) * self.width]
    }

    /// One row, to change.
    pub fn row_mut(&mut self, y: usize) -> &mut [f32] {
        &mut self.values[y * self.width..(y + 1) * self.width]
    }

    /// Blurs by a Gaussian of the given deviation; the edge pixels continue outside.
    pub fn blur(&mut self, sigma_px: f64) {
        if sigma_px < 0.05 || self.values.is_empty() {
            return;
        }
        let kernel = kernel(sigma_px);
        self.blur_rows(&kernel);
        self.blur_columns(&kernel);
    }

    fn blur_rows(&mut self, kernel: &[f32]) {
        let radius = kernel.len() / 2;
        let width = self.width;
        let mut padded = vec![0.0; width + 2 * radius];
        for row in self.values.chunks_exact_mut(width) {
            padded[..radius].fill(row[0]);
            padded[radius..radius + width].copy_from_slice(row);
            padded[radius + width..].fill(row[width - 1]);
            row.fill(0.0);
            for (offset, weight) in kernel.iter().enumerate() {
                add_weighted(row, &padded[offset..offset + width], *weight);
            }
        }
    }

    fn blur_columns(&mut self, kernel: &[f32]) {
        let radius = kernel.len() / 2;
        let source = self.values.clone();
        for y in 0..self.height {
            let target = &mut self.values[y * self.width..(y + 1) * self.width];
            target.fill(0.0);
            for (offset, weight) in kernel.iter().enumerate() {
                let from = (y + offset).saturating_sub(radius).min(self.height - 1);
                add_weighted(target, &source[from * self.width..(from + 1) * self.width], *weight);
            }
        }
    }
}

fn add_weighted(target: &mut [f32], source: &[f32], weight: f32) {
    for (sum, value) in target.iter_mut().zip(source) {
        *sum += weight * value;
    }
}

/// The Gaussian's weights out to three deviations, with a sum of one.
fn kernel(sigma_px: f64) -> Vec<f32> {
    let radius = (3.0 * sigma_px).ceil() as i32;
    let weights: Vec<f64> =
        (-radius..=radius).map(|x| (-0.5 * (f64::from(x) / sigma_px).powi(2)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| (weight / sum) as f32).collect()
}

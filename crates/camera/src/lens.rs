//! The lens: how the sheet lands on the sensor, resampled by bicubic interpolation.

use crate::blur::Plane;
use crate::homography::{Homography, Point};

/// Steps between two pixels for which interpolation weights are kept.
const PHASES: usize = 64;
/// The sharpness of the interpolation; the usual value of picture libraries.
const SHARPNESS: f64 = -0.75;

/// The picture of a sheet through a map from sheet to picture; what lies beside the sheet has one lightness.
pub fn project(sheet: &Plane, map: Homography, width: usize, height: usize, beside: f32) -> Plane {
    let mut picture = Plane::filled(width, height, beside);
    let Some(back) = map.inverse() else {
        return picture;
    };
    let weights = weights();
    let step = back.step_right();
    for y in 0..height {
        let mut place = back.numerators(Point { x: 0.5, y: y as f64 + 0.5 });
        for pixel in picture.row_mut(y) {
            let scale = 1.0 / place[2];
            if let Some(value) = interpolate(sheet, place[0] * scale - 0.5, place[1] * scale - 0.5, &weights)
            {
                *pixel = value;
            }
            for (coordinate, change) in place.iter_mut().zip(step) {
                *coordinate += change;
            }
        }
    }
    picture
}

/// The value between the pixels; `None` outside the sheet. The outermost pixels continue by one.
fn interpolate(sheet: &Plane, x: f64, y: f64, weights: &[[f32; 4]]) -> Option<f32> {
    let inside = x > -0.5 && y > -0.5 && x < sheet.width as f64 - 0.5 && y < sheet.height as f64 - 0.5;
    if !inside {
        return None;
    }
    let (left, across) = phase(x);
    let (top, down) = phase(y);
    let (across, down) = (&weights[across], &weights[down]);
    let mut sum = 0.0;
    if left >= 1 && top >= 1 && left + 2 < sheet.width as isize && top + 2 < sheet.height as isize {
        let start = (top - 1) as usize * sheet.width + (left - 1) as usize;
        for (line, weight) in down.iter().enumerate() {
            let from = start + line * sheet.width;
            let [a, b, c, d] = sheet.values[from..from + 4] else { continue };
            sum += weight * (a * across[0] + b * across[1] + c * across[2] + d * across[3]);
        }
    } else {
        for (line, weight) in down.iter().enumerate() {
            let row = sheet.row((top - 1 + line as isize).clamp(0, sheet.height as isize - 1) as usize);
            for (place, share) in across.iter().enumerate() {
                let column = (left - 1 + place as isize).clamp(0, sheet.width as isize - 1) as usize;
                sum += weight * share * row[column];
            }
        }
    }
    Some(sum)
}

/// The pixel at or before a coordinate, and which of the kept weights serves what is left over.
fn phase(coordinate: f64) -> (isize, usize) {
    let steps = ((coordinate + 1.0) * PHASES as f64).round() as usize;
    ((steps / PHASES) as isize - 1, steps % PHASES)
}

fn weights() -> Vec<[f32; 4]> {
    let near = |t: f64| ((SHARPNESS + 2.0) * t - (SHARPNESS + 3.0)) * t * t + 1.0;
    let far = |t: f64| SHARPNESS * (((t - 5.0) * t + 8.0) * t - 4.0);
    (0..PHASES)
        .map(|phase| {
            let t = phase as f64 / PHASES as f64;
            [far(1.0 + t) as f32, near(t) as f32, near(1.0 - t) as f32, far(2.0 - t) as f32]
        })
        .collect()
}

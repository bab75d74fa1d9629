//! The sheet: paper with its fibres, the imprint in ink with its faults, an address, strokes of a pen.

use crate::HEAD_DPI;
use crate::blur::Plane;
use crate::disturbances::{DeadLines, Direction, Disturbances, Framing};
use crate::grey::Grey;
use crate::homography::Point;
use crate::noise::{between, generator, normal};
use fastrand::Rng;

/// A printed sheet at the picture's resolution, and where the imprint lies on it.
pub struct Sheet {
    pub plane: Plane,
    /// Top left corner of the imprint.
    pub origin: Point,
    /// Width and height of the imprint, not yet rounded to pixels.
    pub size: Point,
}

/// Distance of the imprint from the top and right edges of an envelope.
const EDGE_MM: f64 = 6.0;
/// Side of the square of fibres that is laid out over the paper again and again.
const FIBRE_TILE_PX: usize = 256;

/// Prints the imprint on paper.
pub fn print(imprint: &Grey, disturbances: &Disturbances, seed: u64) -> Sheet {
    let ink = Ink::laid_down(imprint, disturbances, seed);
    let mm = disturbances.dpi / 25.4;
    let (width, height, left, top) = match disturbances.framing {
        Framing::Crop { margin_mm } => {
            let margin = (margin_mm * mm).round() as usize;
            (ink.width + 2 * margin, ink.height + 2 * margin, margin, margin)
        }
        Framing::Envelope { width_mm, height_mm, .. } => {
            let edge = (EDGE_MM * mm).round() as usize;
            let width = ((width_mm * mm) as usize).max(ink.width + 2 * edge);
            let height = ((height_mm * mm) as usize).max(ink.height + 2 * edge);
            (width, height, width - ink.width - edge, edge)
        }
    };
    let mut plane = blank(width, height, disturbances, seed);
    ink.paint(&mut plane, left, top, disturbances.ink, seed);
    if let Framing::Envelope { .. } = disturbances.framing {
        write_address(&mut plane, disturbances, seed);
    }
    let scale = disturbances.dpi / HEAD_DPI;
    let sheet = Sheet {
        plane,
        origin: Point { x: left as f64, y: top as f64 },
        size: Point { x: imprint.width() as f64 * scale, y: imprint.height() as f64 * scale },
    };
    with_strokes(sheet, disturbances, seed)
}

/// Paper with fibres.
fn blank(width: usize, height: usize, disturbances: &Disturbances, seed: u64) -> Plane {
    let random = &mut generator(seed, "fibre");
    let mut tile = Plane::filled(FIBRE_TILE_PX, FIBRE_TILE_PX, 0.0);
    tile.values.fill_with(|| normal(random));
    tile.blur(2.5);
    let deviation = (tile.values.iter().map(|v| v * v).sum::<f32>() / tile.values.len() as f32).sqrt();
    let strength = (disturbances.paper * disturbances.fibre) as f32 / deviation.max(1e-6);
    for value in &mut tile.values {
        *value = disturbances.paper as f32 + *value * strength;
    }
    let mut plane = Plane::filled(width, height, 0.0);
    for y in 0..height {
        for (piece, target) in plane.row_mut(y).chunks_mut(FIBRE_TILE_PX).enumerate() {
            // Every repetition lies a little lower, so that the tiles show no grid.
            let from = tile.row((y + 97 * piece) % FIBRE_TILE_PX);
            target.copy_from_slice(&from[..target.len()]);
        }
    }
    plane
}

/// How much of each pixel of the imprint is covered with ink, from 0 to 1.
struct Ink {
    width: usize,
    height: usize,
    coverage: Vec<f32>,
}

impl Ink {
    fn laid_down(imprint: &Grey, disturbances: &Disturbances, seed: u64) -> Ink {
        let mut ink = Ink::resampled(imprint, disturbances.dpi / HEAD_DPI);
        if let Some(lines) = disturbances.dead {
            ink.leave_white(lines, &mut generator(seed, "dead"));
        }
        ink.spread(disturbances.spread_px);
        ink
    }

    /// The head's dots at another resolution: crisp where the picture is finer than the head, as covered area where
    /// it is coarser.
    fn resampled(imprint: &Grey, scale: f64) -> Ink {
        let width = (imprint.width() as f64 * scale).round().max(1.0) as usize;
        let height = (imprint.height() as f64 * scale).round().max(1.0) as usize;
        let columns = taps(width, imprint.width(), scale);
        let rows = taps(height, imprint.height(), scale);
        let mut coverage = Vec::with_capacity(width * height);
        let mut line = vec![0.0; imprint.width()];
        for row in &rows {
            line.fill(0.0);
            for (y, weight) in row {
                let start = y * imprint.width();
                let dots = &imprint.pixels()[start..start + imprint.width()];
                for (sum, dot) in line.iter_mut().zip(dots) {
                    *sum += weight * (1.0 - f32::from(*dot) / 255.0);
                }
            }
            coverage.extend(columns.iter().map(|column| {
                let covered: f32 = column.iter().map(|(x, weight)| weight * line[*x]).sum();
                if scale >= 1.0 { f32::from(u8::from(covered > 0.5)) } else { covered }
            }));
        }
        Ink { width, height, coverage }
    }

    fn leave_white(&mut self, lines: DeadLines, random: &mut Rng) {
        let extent = match lines.direction {
            Direction::Row => self.height,
            Direction::Column => self.width,
        };
        let (low, high) = lines.within;
        let last = (high * extent as f64 - lines.width_px as f64).max(low * extent as f64);
        for _ in 0..lines.count {
            let start = between(random, low * extent as f64, last) as usize;
            for place in start..(start + lines.width_px).min(extent) {
                match lines.direction {
                    Direction::Row => self.coverage[place * self.width..(place + 1) * self.width].fill(0.0),
                    Direction::Column => {
                        for row in self.coverage.chunks_exact_mut(self.width) {
                            row[place] = 0.0;
                        }
                    }
                }
            }
        }
    }

    fn spread(&mut self, spread_px: usize) {
        for _ in 0..spread_px {
            for row in self.coverage.chunks_exact_mut(self.width) {
                for x in (1..row.len()).rev() {
                    row[x] = row[x].max(row[x - 1]);
                }
            }
            for y in (1..self.height).rev() {
                let (above, below) = self.coverage.split_at_mut(y * self.width);
                for (low, high) in below[..self.width].iter_mut().zip(&above[(y - 1) * self.width..]) {
                    *low = low.max(*high);
                }
            }
        }
    }

    fn paint(&self, plane: &mut Plane, left: usize, top: usize, lightness: f64, seed: u64) {
        let random = &mut generator(seed, "ink");
        for (y, row) in self.coverage.chunks_exact(self.width).enumerate() {
            let target = &mut plane.row_mut(top + y)[left..left + self.width];
            for (paper, coverage) in target.iter_mut().zip(row) {
                if *coverage > 0.0 {
                    let ink = lightness as f32 + 3.0 * normal(random);
                    *paper += coverage * (ink - *paper);
                }
            }
        }
    }
}

/// For each of `count` samples the places of the source it draws on, with their weights (sum one): two neighbours
/// when enlarging, all covered ones when reducing.
fn taps(count: usize, source: usize, scale: f64) -> Vec<Vec<(usize, f32)>> {
    let last = source.saturating_sub(1);
    let sample = |index: usize| -> Vec<(usize, f32)> {
        if scale >= 1.0 {
            let place = ((index as f64 + 0.5) / scale - 0.5).max(0.0);
            let share = place.fract() as f32;
            let near = (place as usize).min(last);
            return vec![(near, 1.0 - share), ((near + 1).min(last), share)];
        }
        let (from, to) = (index as f64 / scale, (index as f64 + 1.0) / scale);
        let covered = |place: usize| (to.min(place as f64 + 1.0) - from.max(place as f64)).max(0.0);
        (from as usize..=(to as usize).min(last))
            .map(|place| (place, (covered(place) * scale) as f32))
            .collect()
    };
    (0..count).map(sample).collect()
}

/// Three lines of an address. The letters are strokes like writing, and say nothing.
fn write_address(plane: &mut Plane, disturbances: &Disturbances, seed: u64) {
    let random = &mut generator(seed, "address");
    let em = disturbances.dpi * 0.11;
    let thickness = (disturbances.dpi / 150.0).max(1.0);
    for (line, letters) in [25_usize, 17, 17].into_iter().enumerate() {
        let base = plane.height as f64 * 0.55 + line as f64 * disturbances.dpi * 0.22;
        let mut x = plane.width as f64 * 0.42;
        for _ in 0..letters {
            if random.u8(..6) > 0 {
                let mut from = corner_of_letter(random, x, base, em);
                for _ in 0..3 {
                    let to = corner_of_letter(random, x, base, em);
                    draw_line(plane, from, to, thickness, disturbances.ink);
                    from = to;
                }
            }
            x += em * 0.85;
        }
    }
}

fn corner_of_letter(random: &mut Rng, x: f64, base: f64, em: f64) -> Point {
    Point { x: x + f64::from(random.u8(..3)) * 0.3 * em, y: base - f64::from(random.u8(..3)) * 0.5 * em }
}

fn with_strokes(mut sheet: Sheet, disturbances: &Disturbances, seed: u64) -> Sheet {
    let random = &mut generator(seed, "strokes");
    for _ in 0..disturbances.strokes {
        let from = Point {
            x: sheet.origin.x + random.f64() * sheet.size.x,
            y: sheet.origin.y + random.f64() * sheet.size.y,
        };
        let to = Point {
            x: from.x + f64::from(normal(random)) * sheet.size.x * 0.2,
            y: from.y + f64::from(normal(random)) * sheet.size.y * 0.5,
        };
        draw_line(&mut sheet.plane, from, to, 2.0, disturbances.ink + 60.0);
    }
    sheet
}

/// Draws a straight stroke with soft edges.
fn draw_line(plane: &mut Plane, from: Point, to: Point, thickness: f64, lightness: f64) {
    let reach = thickness / 2.0 + 1.0;
    let clamp = |value: f64, most: usize| value.clamp(0.0, most as f64) as usize;
    let (left, right) =
        (clamp(from.x.min(to.x) - reach, plane.width), clamp(from.x.max(to.x) + reach, plane.width));
    let (top, bottom) =
        (clamp(from.y.min(to.y) - reach, plane.height), clamp(from.y.max(to.y) + reach, plane.height));
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let squared = (dx * dx + dy * dy).max(1e-9);
    for y in top..bottom {
        for (x, value) in plane.row_mut(y).iter_mut().enumerate().take(right).skip(left) {
            let (px, py) = (x as f64 + 0.5 - from.x, y as f64 + 0.5 - from.y);
            let along = ((px * dx + py * dy) / squared).clamp(0.0, 1.0);
            let distance = (px - along * dx).hypot(py - along * dy);
            let coverage = (thickness / 2.0 + 0.5 - distance).clamp(0.0, 1.0) as f32;
            *value += coverage * (lightness as f32 - *value).min(0.0);
        }
    }
}

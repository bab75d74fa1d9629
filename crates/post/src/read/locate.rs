//! An imprint found in a picture.

use super::anchors::{ANCHOR_DISTANCE, is_promising, rough_maps};
use super::figures::Figures;
use super::geometry::Homography;
use super::light::{Light, printed_rows};
use super::patch::Patch;
use super::picture::Picture;
use super::refine::{FrameLine, SETTLED, moved, refine};
use super::register::{Registration, bars_end, register};
use super::scan::{Along, Hit, crossings};
use crate::reading::FieldReading;
use imprint::picture::Rect;
use imprint::picture::layout::{COLUMNS, DOTS, Field};

/// Pixels from one scan line to the next.
const STEP: usize = 48;
/// Rounds of the sub-pixel fit.
const ROUNDS: usize = 2;
/// Share of the anchors' edges that must lie where they belong.
const SUPPORT_AT_LEAST: f32 = 0.35;
/// Root mean square distance of edges from the fit, in dots, that a hard photograph still has.
const RESIDUAL_USUAL: f32 = 0.25;
/// Of the five bars' ends at a corner, how many must be seen for it to be known.
const ENDS_AT_LEAST: u32 = 2;

/// An imprint found in a picture: where each of its dots lies, and how light and dark look there.
#[derive(Clone, Debug)]
pub struct Located<'p> {
    pub(crate) picture: &'p Picture,
    pub(crate) registration: Registration,
    pub(crate) light: Light,
    pub(crate) printed: [f32; DOTS as usize],
}

/// The imprints in a picture, the most plausible first; usually one or none.
///
/// Few lines along the rows usually suffice; lines along the columns find an imprint on its side. Only where
/// something looked like a part of an anchor more lines are drawn, and anchors with a damaged bar are accepted.
pub fn find(picture: &Picture) -> Vec<Located<'_>> {
    let mut seen = Vec::new();
    for along in [Along::Rows, Along::Columns] {
        let crossings = crossings(picture, along, STEP / 2, STEP);
        let found = found_at(picture, along, STEP, &crossings.whole);
        if !found.is_empty() {
            return found;
        }
        seen.push((along, crossings));
    }
    for (along, mut crossings) in seen {
        if !is_promising(&crossings, STEP) {
            continue;
        }
        let between = self::crossings(picture, along, 0, STEP);
        crossings.whole.extend(between.whole);
        crossings.damaged.extend(between.damaged);
        for with_damaged in [false, true] {
            if with_damaged {
                crossings.whole.append(&mut crossings.damaged);
            }
            crossings.whole.sort_by(|a, b| a.line.total_cmp(&b.line));
            let found = found_at(picture, along, STEP / 2, &crossings.whole);
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

fn found_at<'p>(picture: &'p Picture, along: Along, step: usize, hits: &[Hit]) -> Vec<Located<'p>> {
    let mut found: Vec<Located<'p>> = Vec::new();
    for map in rough_maps(picture, along, step, hits) {
        let known = found.iter().any(|other| same_place(&map, &other.registration.map));
        if !known {
            found.extend(Located::at(picture, &map));
        }
    }
    found.sort_by(|a, b| b.plausibility().total_cmp(&a.plausibility()));
    found
}

/// True if two maps put the imprint's middle at about the same pixel.
fn same_place(a: &Homography, b: &Homography) -> bool {
    let (x, y) = (f64::from(COLUMNS) / 2.0, f64::from(DOTS) / 2.0);
    let ((px, py), (qx, qy)) = (a.apply(x, y), b.apply(x, y));
    let scale = a.scale_at(x, y).0;
    (px - qx).hypot(py - qy) < 40.0 * scale
}

/// The fit from a rough map. Where the bars' ends are missing at a corner, they are looked for along the bars; and
/// if that does not help, the corner is guessed from the other three.
fn fitted(picture: &Picture, rough: &Homography) -> Option<Registration> {
    let first = register(picture, rough, ROUNDS)?;
    let Some(missing) = first.ends.iter().position(|&found| found < ENDS_AT_LEAST) else {
        return Some(first);
    };
    let guesses = [searched(picture, &first), completed(rough, missing), completed(&first.map, missing)];
    let fits = guesses.into_iter().flatten().filter_map(|guess| register(picture, &guess, ROUNDS + 1));
    fits.chain([first.clone()]).max_by(|a, b| quality(a).total_cmp(&quality(b)))
}

/// The map with the corners where bars were seen to end.
fn searched(picture: &Picture, fit: &Registration) -> Option<Homography> {
    let bottom = f64::from(DOTS);
    let corners = [(0.0, 0.0), (0.0, bottom), (ANCHOR_DISTANCE, 0.0), (ANCHOR_DISTANCE, bottom)];
    let mut dots = [(0.0, 0.0); 4];
    let mut pixels = dots;
    for (index, (left, y)) in corners.into_iter().enumerate() {
        let known = fit.ends.get(index).is_some_and(|&found| found >= ENDS_AT_LEAST);
        let seen = if known { y } else { bars_end(picture, &fit.map, left, y)? };
        *dots.get_mut(index)? = (left + 12.0, y);
        *pixels.get_mut(index)? = fit.map.apply(left + 12.0, seen);
    }
    Homography::through(dots, pixels)
}

/// The map with one corner moved to complete a parallelogram.
fn completed(map: &Homography, missing: usize) -> Option<Homography> {
    let (right, bottom) = (f64::from(COLUMNS), f64::from(DOTS));
    let dots = [(0.0, 0.0), (0.0, bottom), (right, 0.0), (right, bottom)];
    let mut pixels = dots.map(|(x, y)| map.apply(x, y));
    let at = |index: usize| pixels.get(index).copied();
    let (opposite, beside, other) = (at(3 - missing)?, at(missing ^ 1)?, at(missing ^ 2)?);
    let corner = (beside.0 + other.0 - opposite.0, beside.1 + other.1 - opposite.1);
    *pixels.get_mut(missing)? = corner;
    Homography::through(dots, pixels)
}

/// How much of the anchors was found, and how exactly.
fn quality(fit: &Registration) -> f32 {
    let ends = fit.ends.iter().filter(|&&found| found >= ENDS_AT_LEAST).count();
    fit.support / (1.0 + fit.residual) + 0.1 * ends as f32
}

impl<'p> Located<'p> {
    /// Fits the geometry from a rough map; none if there is no imprint.
    pub(crate) fn at(picture: &'p Picture, rough: &Homography) -> Option<Located<'p>> {
        let registration = fitted(picture, rough)?;
        if registration.support < SUPPORT_AT_LEAST {
            return None;
        }
        let light = Light::from_levels(&registration.levels);
        let printed = printed_rows(picture, &registration, &light);
        Some(Located { picture, registration, light, printed })
    }

    /// The same imprint with its geometry fitted to a layout's lines too, which tells where the imprint ends if
    /// dead print elements have cut the anchors short.
    pub(crate) fn refined(self, lines: &[FrameLine]) -> Located<'p> {
        let Some(registration) = refine(self.picture, &self.registration, &self.light, lines) else {
            return self;
        };
        let light = Light::from_levels(&registration.levels);
        let settled = moved(&self.registration.map, &registration.map) < SETTLED;
        let printed = if settled { self.printed } else { printed_rows(self.picture, &registration, &light) };
        Located { registration, light, printed, ..self }
    }

    /// The map from dots of the imprint to pixels.
    pub fn map(&self) -> &Homography {
        &self.registration.map
    }

    /// The imprint's corners in the picture: top left, top right, bottom right, bottom left.
    pub fn corners(&self) -> [(f64, f64); 4] {
        let (right, bottom) = (f64::from(COLUMNS), f64::from(DOTS));
        [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)].map(|(x, y)| self.map().apply(x, y))
    }

    /// How well the anchors fit; 0 to about 1.4.
    pub fn plausibility(&self) -> f32 {
        quality(&self.registration)
    }

    /// By how many powers of e a misreading is more probable because the geometry fits badly.
    pub(crate) fn doubt(&self) -> f32 {
        let lost_ends = self.registration.ends.iter().filter(|&&found| found < ENDS_AT_LEAST).count();
        (self.registration.residual - RESIDUAL_USUAL).max(0.0) * 20.0 + lost_ends as f32
    }

    /// A rectangle of the imprint, resampled to dots.
    pub fn patch(&self, rect: Rect) -> Patch {
        let mut patch = Patch::default();
        patch.sample(self.picture, self.map(), &self.light, rect);
        patch
    }

    /// The digits of a window that shows a text like `format`, whose digits stand for any digit: `0000-00-00`.
    /// One reading per digit of the format; none if the field holds no figures or the format does not fit.
    pub fn digits(&self, field: &Field, format: &str) -> FieldReading {
        self.digits_after_blanks(field, format, 0)
    }

    /// The digits of an amount of minor units, most significant first, in as many places as the field has. The
    /// places before the last three may be blank and then read as zero.
    pub fn amount(&self, field: &Field) -> FieldReading {
        let formats = ["0000.00", "000.00", "00.00", "0.00"];
        let fitting = formats.into_iter().find(|format| field.cells(format).is_ok());
        fitting.map_or(FieldReading::default(), |format| {
            self.digits_after_blanks(field, format, format.len().saturating_sub("0.00".len()))
        })
    }

    fn digits_after_blanks(&self, field: &Field, format: &str, blanks: usize) -> FieldReading {
        let mut reading = FieldReading::default();
        let (Some(size), Ok(cells)) = (field.figures, field.cells(format)) else { return reading };
        let spread = self.registration.spread;
        let figures = Figures::seen(size, self.registration.blur, spread);
        for cell in cells.iter().filter(|cell| cell.character.is_ascii_digit()) {
            let points = figures.sample(self.picture, self.map(), &self.light, cell.place);
            let leading = reading.digits.len() < blanks;
            reading.digits.push(figures.compare(&points, self.printed_in(cell.place), leading, self.doubt()));
        }
        reading
    }

    /// How much of each row of dots of a place is printed.
    pub(crate) fn printed_in(&self, place: Rect) -> &[f32] {
        let first = usize::try_from(place.y).unwrap_or(0);
        self.printed.get(first..(first + place.height as usize).min(self.printed.len())).unwrap_or(&[])
    }
}

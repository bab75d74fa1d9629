//! The imprint's own figures as they look in a picture: blurred, spread, and as coarse as is enough.

use super::geometry::Homography;
use super::light::Light;
use super::picture::Picture;
use imprint::picture::Rect;
use imprint::picture::font::{FigureSize, glyph};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Points a row of a figure takes in memory: the widest figure's width, rounded up to what compares quickly.
pub(crate) const STRIDE: usize = 32;
/// Rows of the highest figure.
pub(crate) const ROWS: usize = 48;
/// How paper is stored, and how much darker ink.
pub(crate) const PAPER: u8 = 40;
pub(crate) const INK: u8 = 175;
/// Figures at least this high are looked at every other dot only.
const COARSE_FROM: u32 = 36;
/// Steps per dot in which blur and spread are told apart.
const STEPS: f32 = 5.0;
/// Most combinations of size, blur and spread that are kept.
const KEPT_AT_MOST: usize = 512;

/// Points of a figure's place: blackness in steps of [`INK`] above [`PAPER`].
pub(crate) type Points = [[u8; STRIDE]; ROWS];

/// The ten figures of one size as they look under some blur and spread, and blank paper.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Points across and down.
    pub width: usize,
    pub height: usize,
    /// Dots from one point to the next.
    pub step: usize,
    /// The ten digits, then blank paper.
    pub predicted: Vec<Points>,
}

/// A blank place, beside the ten digits.
pub(crate) const BLANK: usize = 10;

/// Size of figures, blur and spread in steps.
type Key = (FigureSize, u8, i8);

static FIGURES: RwLock<Option<HashMap<Key, Arc<Figures>>>> = RwLock::new(None);

impl Figures {
    /// The figures of a size under blur and spread, both in dots; kept for the next picture.
    pub(crate) fn seen(size: FigureSize, blur: f32, spread: f32) -> Arc<Figures> {
        let blur = (blur.clamp(0.0, 3.0) * STEPS).round() as u8;
        let spread = (spread.clamp(-1.6, 2.4) * STEPS / 2.0).round() as i8;
        let key = (size, blur, spread);
        let kept = FIGURES.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = kept.as_ref().and_then(|kept| kept.get(&key)) {
            return Arc::clone(figures);
        }
        drop(kept);
        let drawn = Arc::new(Figures::draw(size, f32::from(blur) / STEPS, f32::from(spread) * 2.0 / STEPS));
        let mut kept = FIGURES.write().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_default();
        if kept.len() < KEPT_AT_MOST {
            kept.insert(key, Arc::clone(&drawn));
        }
        drawn
    }

    fn draw(size: FigureSize, blur: f32, spread: f32) -> Figures {
        let step = if size.height >= COARSE_FROM { 2 } else { 1 };
        let (across, down) = (size.width as usize, size.height as usize);
        let (width, height) = ((across / step).min(STRIDE), (down / step).min(ROWS));
        let mut predicted = Vec::with_capacity(11);
        for digit in '0'..='9' {
            let mut dots = vec![0.0; across * down];
            if let Ok(bitmap) = glyph(digit, size) {
                for (index, dot) in dots.iter_mut().enumerate() {
                    let (x, y) = ((index % across.max(1)) as i32, (index / across.max(1)) as i32);
                    *dot = if bitmap.is_black(x, y) { 1.0 } else { 0.0 };
                }
            }
            run(&mut dots, across, spread);
            blurred(&mut dots, across, down, blur);
            predicted.push(thinned(&dots, across, step));
        }
        predicted.push([[PAPER; STRIDE]; ROWS]);
        Figures { width, height, step, predicted }
    }

    /// What the picture shows at a figure's place. Beyond the picture is paper.
    pub(crate) fn sample(&self, picture: &Picture, map: &Homography, light: &Light, place: Rect) -> Points {
        let mut points = [[PAPER; STRIDE]; ROWS];
        let middle = self.step as f64 / 2.0;
        let (left, top) = (f64::from(place.x) + middle, f64::from(place.y) + middle);
        let right = left + (self.width.max(1) - 1) as f64 * self.step as f64;
        let bottom = top + (self.height.max(1) - 1) as f64 * self.step as f64;
        let level = |x: f64, y: f64| light.at(x as f32, y as f32);
        let (from, to) = (level(left, (top + bottom) / 2.0), level(right, (top + bottom) / 2.0));
        let (above, below) = (level(left, top), level(left, bottom));
        let per_point = (to.light - from.light) / self.width.max(2) as f32;
        let mut paper = [0i16; STRIDE];
        for (column, paper) in paper.iter_mut().enumerate() {
            *paper = (from.light - above.light + per_point * column as f32) as i16;
        }
        let contrast = (from.light + to.light - from.dark - to.dark) / 2.0;
        let gain = (64.0 * f32::from(INK) / contrast.max(10.0)) as i16;
        let per_row = (below.light - above.light) / self.height.max(2) as f32;
        for (row, points) in points.iter_mut().enumerate().take(self.height) {
            let y = top + (row * self.step) as f64;
            let lightness = above.light + per_row * row as f32;
            let Some(values) = points.get_mut(..self.width) else { continue };
            picture.sample_greys(map.apply(left, y), map.apply(right, y), lightness as u8, values);
            blacken(points, &paper, lightness as i16, gain);
        }
        points
    }
}

/// Turns grey values into blackness.
fn blacken(points: &mut [u8; STRIDE], paper: &[i16; STRIDE], lightness: i16, gain: i16) {
    for (point, paper) in points.iter_mut().zip(paper) {
        let darker = paper + lightness - i16::from(*point);
        let black = (i32::from(darker) * i32::from(gain)) >> 6;
        *point = (i32::from(PAPER) + black).clamp(0, 255) as u8;
    }
}

/// Blackness as it is stored, averaged over squares of `step` dots; beyond the width is paper.
fn thinned(dots: &[f32], across: usize, step: usize) -> Points {
    let mut points = [[PAPER; STRIDE]; ROWS];
    let at = |x: usize, y: usize| if x < across { dots.get(y * across + x).copied() } else { None };
    for (row, points) in points.iter_mut().enumerate() {
        for (column, point) in points.iter_mut().enumerate() {
            let square = (0..step * step).map(|n| at(column * step + n % step, row * step + n / step));
            let black: f32 = square.map(|dot| dot.unwrap_or(0.0)).sum::<f32>() / (step * step) as f32;
            *point = (f32::from(PAPER) + f32::from(INK) * black) as u8;
        }
    }
    points
}

/// Ink runs `spread` dots wide in all, half of it to either side.
fn run(dots: &mut [f32], width: usize, spread: f32) {
    let original = dots.to_vec();
    let at = |x: usize, y: usize| if x < width { original.get(y * width + x).copied() } else { None };
    let share = (spread.abs() / 2.0).min(1.0);
    for (index, dot) in dots.iter_mut().enumerate() {
        let (x, y) = (index % width.max(1), index / width.max(1));
        let around = [
            x.checked_sub(1).and_then(|x| at(x, y)),
            at(x + 1, y),
            y.checked_sub(1).and_then(|y| at(x, y)),
            at(x, y + 1),
        ];
        let around = around.into_iter().map(|dot| dot.unwrap_or(0.0));
        if spread > 0.0 {
            *dot = dot.max(around.fold(0.0, f32::max) * share);
        } else {
            let lightest = around.fold(1.0, f32::min);
            *dot = dot.min(lightest + (1.0 - lightest) * (1.0 - share));
        }
    }
}

/// Blurs by a Gaussian, white beyond the edges.
fn blurred(dots: &mut [f32], width: usize, height: usize, blur: f32) {
    if blur < 0.15 {
        return;
    }
    let reach = (blur * 2.5).ceil() as i32;
    let weights: Vec<f32> =
        (-reach..=reach).map(|step| (-0.5 * (step as f32 / blur).powi(2)).exp()).collect();
    let total: f32 = weights.iter().sum();
    for (across, down) in [(1, 0), (0, 1)] {
        let original = dots.to_vec();
        for (index, dot) in dots.iter_mut().enumerate() {
            let (x, y) = ((index % width) as i32, (index / width) as i32);
            let steps = (-reach..=reach).zip(&weights);
            let sum: f32 = steps
                .map(|(step, weight)| {
                    let (x, y) = (x + step * across, y + step * down);
                    let inside = x >= 0 && y >= 0 && x < width as i32 && y < height as i32;
                    if inside { weight * original[y as usize * width + x as usize] } else { 0.0 }
                })
                .sum();
            *dot = sum / total;
        }
    }
}

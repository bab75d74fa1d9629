//! From crossings of single scan lines to pairs of anchors with four ends: the first, rough geometry.
//!
//! Crossings that follow each other along a straight bar make a chain; two chains at the distance of the
//! imprint's two anchors make a pair; walking along the bars until they end gives the corners.

use super::geometry::Homography;
use super::picture::Picture;
use super::scan::{Along, Crossings, Hit};
use imprint::picture::layout::{COLUMNS, DOTS};

/// Dots from one anchor to the other.
pub(crate) const ANCHOR_DISTANCE: f64 = COLUMNS as f64 - 24.0;
/// Dots from an anchor's left to the middle between its outermost edges.
const MIDDLE: f64 = 12.0;
/// Scan lines a chain may jump over.
const GAP_AT_MOST: f32 = 4.5;
/// Pairs that are followed up.
const PAIRS_AT_MOST: usize = 4;

/// A point of the picture.
type Point = (f64, f64);

/// An anchor as a straight line: the place of its middle along the scan line grows evenly.
#[derive(Clone, Debug)]
struct Chain {
    hits: Vec<Hit>,
    start: f64,
    slope: f64,
    unit: f64,
}

/// Rough maps from dots to pixels, the most plausible first.
pub(crate) fn rough_maps(picture: &Picture, along: Along, step: usize, hits: &[Hit]) -> Vec<Homography> {
    let chains = chains(hits, step as f32);
    let mut pairs = Vec::new();
    for left in &chains {
        for right in &chains {
            pairs.extend(plausibility(left, right).map(|score| (score, left, right)));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let maps = pairs.iter().take(PAIRS_AT_MOST);
    maps.filter_map(|(_, left, right)| corners(picture, along, left, right)).collect()
}

/// Whether some crossings continue each other like a bar, so that more scan lines may show an anchor.
pub(crate) fn is_promising(crossings: &Crossings, step: usize) -> bool {
    let bar = |hits: &[Hit]| chains(hits, step as f32).iter().any(|chain| chain.hits.len() >= 2);
    bar(&crossings.whole) || bar(&crossings.damaged)
}

fn middle(hit: &Hit) -> f64 {
    f64::from(hit.edges[0] + hit.edges[5]) / 2.0
}

/// Joins hits that continue each other; hits come line by line.
fn chains(hits: &[Hit], step: f32) -> Vec<Chain> {
    let mut chains: Vec<Vec<Hit>> = Vec::new();
    // Chains whose last hit is near enough to be continued.
    let mut open: Vec<usize> = Vec::new();
    let mut line = f32::NEG_INFINITY;
    for hit in hits {
        if hit.line > line {
            line = hit.line;
            let is_near =
                |chain: &Vec<Hit>| chain.last().is_some_and(|last| line - last.line < GAP_AT_MOST * step);
            open.retain(|&index| chains.get(index).is_some_and(is_near));
        }
        let nearest = open
            .iter()
            .filter_map(|&index| Some((continues(chains.get(index)?, hit, step)?, index)))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest.and_then(|(_, index)| chains.get_mut(index)) {
            Some(chain) => chain.push(*hit),
            None => {
                open.push(chains.len());
                chains.push(vec![*hit]);
            }
        }
    }
    chains.into_iter().filter(|hits| hits.len() >= 2).map(Chain::new).collect()
}

/// How far the hit lies beside where the chain leads, in pixels, if it can belong to the same bar.
fn continues(chain: &[Hit], hit: &Hit, step: f32) -> Option<f64> {
    let last = chain.last()?;
    let down = hit.line - last.line;
    let unit = hit.unit.abs();
    let same_size = (hit.unit - last.unit).abs() < 0.12 * unit + 0.1;
    let same_ink = (0.55..1.8).contains(&(hit.contrast / last.contrast));
    if down < 0.5 || down > GAP_AT_MOST * step || !same_size || !same_ink {
        return None;
    }
    let before = chain.len().checked_sub(2).and_then(|index| chain.get(index));
    let (slope, allowed) = match before {
        Some(before) => {
            let slope = (middle(last) - middle(before)) / f64::from(last.line - before.line);
            (slope, f64::from(1.5 * unit + 0.06 * down))
        }
        None => (0.0, f64::from(0.6 * down + unit)),
    };
    let aside = (middle(hit) - middle(last) - slope * f64::from(down)).abs();
    (aside < allowed).then_some(aside + f64::from(down) * 0.1)
}

impl Chain {
    fn new(hits: Vec<Hit>) -> Chain {
        let count = hits.len() as f64;
        let line = hits.iter().map(|hit| f64::from(hit.line)).sum::<f64>() / count;
        let place = hits.iter().map(middle).sum::<f64>() / count;
        let unit = hits.iter().map(|hit| f64::from(hit.unit)).sum::<f64>() / count;
        let (mut covariance, mut variance) = (0.0, 1e-9);
        for hit in &hits {
            covariance += (f64::from(hit.line) - line) * (middle(hit) - place);
            variance += (f64::from(hit.line) - line).powi(2);
        }
        let slope = covariance / variance;
        Chain { hits, start: place - slope * line, slope, unit }
    }

    fn place(&self, line: f64) -> f64 {
        self.start + self.slope * line
    }

    fn ends(&self) -> (f64, f64) {
        let line = |hit: Option<&Hit>| hit.map_or(0.0, |hit| f64::from(hit.line));
        (line(self.hits.first()), line(self.hits.last()))
    }
}

/// How well two chains are the imprint's left and right anchor; none if they cannot be.
fn plausibility(left: &Chain, right: &Chain) -> Option<f64> {
    let ratio = right.unit / left.unit;
    if !(0.6..1.6).contains(&ratio) {
        return None;
    }
    let (a, b) = (left.ends(), right.ends());
    let line = (a.0 + a.1 + b.0 + b.1) / 4.0;
    let distance = right.place(line) - left.place(line);
    let dots = distance * 2.0 / (left.unit + right.unit);
    let stretch = dots / ANCHOR_DISTANCE;
    let height = 300.0 * (left.unit + right.unit).abs() / 2.0;
    let skew = height * 1.3;
    let apart = ((a.0 + a.1) - (b.0 + b.1)).abs() / 2.0;
    let possible = (0.8..1.25).contains(&stretch) && apart < skew + distance.abs() * 0.4;
    let score = (left.hits.len() + right.hits.len()) as f64 - 20.0 * stretch.ln().abs();
    possible.then_some(score)
}

/// Walks along both anchors to their ends.
fn corners(picture: &Picture, along: Along, left: &Chain, right: &Chain) -> Option<Homography> {
    let point = |place: f64, line: f64| if along == Along::Rows { (place, line) } else { (line, place) };
    let centre = |chain: &Chain| {
        let (first, last) = chain.ends();
        let line = (first + last) / 2.0;
        (point(chain.place(line), line), (last - first) / 2.0)
    };
    let ((from, reach_left), (to, reach_right)) = (centre(left), centre(right));
    let mut ends = [(from, to); 2];
    for (chain, centre, reach, is_left) in [(left, from, reach_left, true), (right, to, reach_right, false)] {
        let across = difference_per_dot(chain, along);
        let direction = point(chain.slope, 1.0);
        let length = direction.0.hypot(direction.1);
        let turns_right = across.0 * direction.1 - across.1 * direction.0 > 0.0;
        let per_dot = upright_unit(across, direction) / length * if turns_right { 1.0 } else { -1.0 };
        let down = (direction.0 * per_dot, direction.1 * per_dot);
        let (above, below) = walk(picture, centre, across, down, (reach / per_dot.abs()) as i32)?;
        let end = |dots: f64| (centre.0 + down.0 * dots, centre.1 + down.1 * dots);
        if is_left {
            (ends[0].0, ends[1].0) = (end(above), end(below));
        } else {
            (ends[0].1, ends[1].1) = (end(above), end(below));
        }
    }
    let bottom = f64::from(DOTS);
    let right_middle = ANCHOR_DISTANCE + MIDDLE;
    Homography::through(
        [(MIDDLE, 0.0), (right_middle, 0.0), (right_middle, bottom), (MIDDLE, bottom)],
        [ends[0].0, ends[0].1, ends[1].1, ends[1].0],
    )
}

/// The way across the anchor's bars along the scan line, for one dot.
fn difference_per_dot(chain: &Chain, along: Along) -> Point {
    if along == Along::Rows { (chain.unit, 0.0) } else { (0.0, chain.unit) }
}

/// Pixels per dot upright to the bars.
fn upright_unit(across: Point, direction: Point) -> f64 {
    (across.0 * direction.1 - across.1 * direction.0).abs() / direction.0.hypot(direction.1)
}

/// How many dots the bars reach up and down from the centre; they are known to reach `known` dots.
fn walk(picture: &Picture, centre: Point, across: Point, down: Point, known: i32) -> Option<(f64, f64)> {
    let contrast = |dots: i32| bars_contrast(picture, centre, across, down, f64::from(dots));
    let step = 2;
    let known = known.clamp(4, 120);
    let mut levels: Vec<f32> = (-known..=known).step_by(8).map(contrast).collect();
    levels.sort_by(f32::total_cmp);
    let least = 0.45 * levels.get(levels.len() / 2).copied()?;
    if least < 4.0 {
        return None;
    }
    let end = |sign: i32| {
        let (mut last, mut dots) = (known, known);
        while dots < last + 14 && dots < 340 {
            dots += step;
            if contrast(sign * dots) > least {
                last = dots;
            }
        }
        f64::from(last) + 1.0
    };
    let (above, below) = (-end(-1), end(1));
    (below - above > 120.0 && below - above < 420.0).then_some((above, below))
}

/// How much lighter the gaps are than the bars, at a number of dots from the centre.
fn bars_contrast(picture: &Picture, centre: Point, across: Point, down: Point, dots: f64) -> f32 {
    let at = |x: f64| {
        let x = x - MIDDLE;
        let px = centre.0 + across.0 * x + down.0 * dots;
        let py = centre.1 + across.1 * x + down.1 * dots;
        if picture.contains(px, py) { picture.sample(px as f32, py as f32) } else { 255.0 }
    };
    let light = at(10.0).min(at(18.0)).min(at(28.0)).min(at(-4.0));
    // One of the bars may be damaged.
    let mut bars = [at(2.0), at(6.0), at(14.0), at(22.0)];
    bars.sort_by(f32::total_cmp);
    light - (bars[0] + bars[1] + bars[2]) / 3.0
}

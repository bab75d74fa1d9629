//! Sub-pixel fit of the geometry to the anchors' edges.
//!
//! At many heights a line of samples across each anchor finds its six edges; at both ends lines along the bars
//! find where they stop. The correction of the plane that explains all of them is solved by least squares,
//! edges far from the others left out; how far the ink has spread is an unknown of its own.

use super::anchors::ANCHOR_DISTANCE;
use super::geometry::{Homography, solve};
use super::picture::Picture;
use super::scan::ANCHOR_EDGES;
use imprint::picture::layout::DOTS;

/// Heights at which an anchor is crossed.
pub(crate) const HEIGHTS: usize = 16;
/// Dots between two samples of a line.
const SAMPLE: f64 = 0.5;
/// How far from its place an edge is looked for, in dots.
const REACH: f64 = 2.6;
/// Unknowns: eight of the plane and the spread of the ink. Ink spreads alike in all directions, and must, since the
/// bars' two ends alone could not tell a higher imprint from a wider spread.
const UNKNOWNS: usize = 9;
/// Least number of edges for a fit.
const EDGES_AT_LEAST: usize = 24;
/// Weight of a bar's end beside that of a line elsewhere.
const DOUBTFUL_END: f64 = 0.2;
/// Dots that scale coordinates to about one.
const SCALE: f64 = 360.0;

/// Lightness of paper and ink beside an anchor at one height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Level {
    pub light: f32,
    pub dark: f32,
}

impl Level {
    /// Part of the way to another level.
    pub(crate) fn towards(self, other: Level, share: f32) -> Level {
        Level {
            light: self.light + (other.light - self.light) * share,
            dark: self.dark + (other.dark - self.dark) * share,
        }
    }
}

/// The fitted geometry and what was seen at the anchors.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub map: Homography,
    /// Left and right anchor, from the top.
    pub levels: [[Level; HEIGHTS]; 2],
    /// Standard deviation of the blur in dots.
    pub blur: f32,
    /// How much wider and higher black is than drawn, in dots.
    pub spread: f32,
    /// Share of the edges that were found where they were expected.
    pub support: f32,
    /// Root mean square of the edges' distance from the fit, in dots.
    pub residual: f32,
    /// How many of the five bars' ends were found at each corner: left top, left bottom, right top, right bottom.
    pub ends: [u32; 4],
}

/// One equation: an edge seen beside its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub x: f64,
    pub y: f64,
    /// Distance along x if `across`, else along y, in dots.
    pub distance: f64,
    pub across: bool,
    /// 1 if black begins here, -1 if it ends, 0 for the middle of a line.
    pub side: f64,
    pub weight: f64,
    /// Change of lightness per dot, as a share of the contrast.
    pub steepness: f64,
}

/// The height of level `index`, in dots.
pub(crate) fn height(index: usize) -> f64 {
    (index as f64 + 0.5) * f64::from(DOTS) / HEIGHTS as f64
}

/// Fits the rough map to the picture. None if what lies there is not a pair of anchors.
pub(crate) fn register(picture: &Picture, rough: &Homography, rounds: usize) -> Option<Registration> {
    let mut map = *rough;
    let mut last = None;
    for round in 1..=rounds.max(1) {
        // The first rounds only have to come near: a few heights are enough for them.
        let every = if round == rounds { 2 } else { 4 };
        let fitted = one_round(picture, &map, every, &[])?;
        map = fitted.map;
        last = Some(fitted);
    }
    last
}

/// One fit to the anchors and to edges seen elsewhere.
pub(crate) fn one_round(
    picture: &Picture,
    map: &Homography,
    every: usize,
    elsewhere: &[Edge],
) -> Option<Registration> {
    let mut edges = Vec::with_capacity(12 * HEIGHTS + 20 + elsewhere.len());
    let levels = edges_across(picture, map, every, &mut edges);
    let crossings = (12 * HEIGHTS / every + 12) as f32;
    edges_down(picture, map, &levels, &mut edges);
    if !elsewhere.is_empty() {
        // Lines elsewhere cannot be cut short; the bars' ends can.
        edges.iter_mut().filter(|edge| !edge.across).for_each(|edge| edge.weight = DOUBTFUL_END);
    }
    edges.extend_from_slice(elsewhere);
    let (solution, residual) = fit(&mut edges)?;
    let map = map.after(&plane(&solution)?)?;
    let spread = solution[8] as f32;
    edges.retain(|edge| edge.side != 0.0);
    let support = edges.len() as f32 / crossings;
    let (blur, ends) = (blur(&edges), ends(&edges));
    Some(Registration { map, levels, blur, spread, support, residual: residual as f32, ends })
}

/// Samples of a line across an anchor, and dots from its start to the anchor's left edge.
const ACROSS: usize = 64;
const BEFORE: f64 = 4.0;

/// Crosses both anchors at many heights: paper and ink there, and the edges.
fn edges_across(
    picture: &Picture,
    map: &Homography,
    every: usize,
    edges: &mut Vec<Edge>,
) -> [[Level; HEIGHTS]; 2] {
    let mut levels = [[Level::default(); HEIGHTS]; 2];
    for (levels, left) in levels.iter_mut().zip([0.0, ANCHOR_DISTANCE]) {
        for index in (0..HEIGHTS).step_by(every) {
            let y = height(index);
            let mut line = [0.0; ACROSS];
            let first = left - BEFORE;
            let last = first + (ACROSS - 1) as f64 * SAMPLE;
            picture.sample_line(map.apply(first, y), map.apply(last, y), 255.0, &mut line);
            let level = level_of(&line, left == 0.0);
            for other in levels.iter_mut().skip(index).take(every) {
                *other = level;
            }
            blacken(&mut line, level);
            for (edge, place) in ANCHOR_EDGES.into_iter().enumerate() {
                let begins = edge % 2 == 0;
                let place = f64::from(place);
                if let Some((distance, steepness)) = crossing(&line, place + BEFORE, begins) {
                    let side = if begins { 1.0 } else { -1.0 };
                    edges.push(Edge {
                        x: left + place,
                        y,
                        distance,
                        across: true,
                        side,
                        weight: 1.0,
                        steepness,
                    });
                }
            }
        }
    }
    levels
}

/// Paper beside the anchor, on the side where the stamps are, and ink in its bars.
fn level_of(line: &[f32; ACROSS], stamps_are_right: bool) -> Level {
    let at = |dots: f64| line.get(((dots + BEFORE) / SAMPLE) as usize).copied().unwrap_or(255.0);
    let paper = if stamps_are_right { [26.5, 27.0, 27.5] } else { [-3.5, -3.0, -2.5] };
    // The darkest but one: one of the bars may be damaged, one of the values be noise.
    let mut ink = [2.0, 4.0, 6.0, 14.0, 22.0].map(at);
    ink.sort_by(f32::total_cmp);
    Level { light: median(paper.map(at)), dark: ink[1] }
}

/// Turns grey values into blackness: 0 for paper, 1 for ink.
fn blacken(line: &mut [f32], level: Level) {
    let per_grey = 1.0 / (level.light - level.dark).max(1.0);
    line.iter_mut().for_each(|value| *value = (level.light - *value) * per_grey);
}

fn median([a, b, c]: [f32; 3]) -> f32 {
    a.max(b).min(a.min(b).max(c))
}

/// Where the bars end, at the top and at the bottom. A dead element cuts all bars at the same height, so that all
/// ends of one side are taken alike: as what is left beyond a gap if that is seen at several bars.
fn edges_down(picture: &Picture, map: &Homography, levels: &[[Level; HEIGHTS]; 2], edges: &mut Vec<Edge>) {
    const COUNT: usize = 33;
    const REACHED: f64 = (COUNT - 1) as f64 * SAMPLE / 2.0;
    for (y, begins, index) in [(0.0, true, 0), (f64::from(DOTS), false, HEIGHTS - 1)] {
        let first = edges.len();
        let mut beyond_gap = 0;
        for (levels, left) in levels.iter().zip([0.0, ANCHOR_DISTANCE]) {
            let level = levels.get(index).copied().unwrap_or_default();
            for bar in [2.0, 4.0, 6.0, 14.0, 22.0] {
                let x = left + bar;
                let mut line = [0.0; COUNT];
                let (from, to) = (map.apply(x, y - REACHED), map.apply(x, y + REACHED));
                picture.sample_line(from, to, 255.0, &mut line);
                blacken(&mut line, level);
                if let Some((distance, steepness)) = end(&line, REACHED, begins) {
                    let side = if begins { 1.0 } else { -1.0 };
                    beyond_gap += usize::from(steepness == BEYOND_GAP);
                    edges.push(Edge { x, y, distance, across: false, side, weight: 3.0, steepness });
                }
            }
        }
        let alike = beyond_gap >= 3;
        let mut place = 0;
        edges.retain(|edge| {
            place += 1;
            place <= first || (edge.steepness == BEYOND_GAP) == alike
        });
    }
}

/// Dots on either side of an expected end where the bars' end is looked for.
const SEARCHED: usize = 48;
/// Dots on either side of an end that tell it.
const BESIDE_END: usize = 10;

/// Where an anchor's bars end, looked for far around `y`: between gaps and bars of different lightness on one side
/// and none on the other.
pub(crate) fn bars_end(picture: &Picture, map: &Homography, left: f64, y: f64) -> Option<f64> {
    const COUNT: usize = 2 * SEARCHED + 1;
    let (first, last) = (y - SEARCHED as f64, y + SEARCHED as f64);
    let mut contrast = [0.0f32; COUNT];
    for (x, sign) in [(2.0, -0.5), (6.0, -0.5), (14.0, -1.0), (10.0, 1.0), (18.0, 1.0)] {
        let mut line = [0.0; COUNT];
        let x = left + x;
        picture.sample_line(map.apply(x, first), map.apply(x, last), 255.0, &mut line);
        contrast.iter_mut().zip(line).for_each(|(sum, value)| *sum += sign * value);
    }
    let inside_is_after = y == 0.0;
    let mut best: Option<(f32, usize)> = None;
    for place in BESIDE_END..COUNT - BESIDE_END {
        let before: f32 = contrast[place - BESIDE_END..place].iter().sum();
        let after: f32 = contrast[place..place + BESIDE_END].iter().sum();
        let step = if inside_is_after { after - before } else { before - after };
        if best.is_none_or(|(most, _)| step > most) {
            best = Some((step, place));
        }
    }
    best.map(|(_, place)| first + place as f64 - 0.5)
}

/// Where a bar ends, seen from outside, where nothing is printed: a dead element may have left a thin line of it
/// beyond a gap. Distance from `place` and steepness.
fn end(line: &[f32], place: f64, begins: bool) -> Option<(f64, f64)> {
    let mut outwards = [0.0; 64];
    let count = line.len().min(outwards.len());
    for (index, value) in outwards.iter_mut().enumerate().take(count) {
        *value = if begins { line[index] } else { line[count - 1 - index] };
    }
    let inwards = &outwards[..count];
    let first = inwards.windows(2).position(|pair| pair[0] > FAINT && pair[1] > FAINT)?;
    if first == 0 {
        return crossing(line, place, begins);
    }
    let mut peak = first;
    while peak + 1 < count && inwards[peak] < 0.5 && inwards[peak + 1] >= inwards[peak] {
        peak += 1;
    }
    let (before, at) = (f64::from(inwards[peak - 1]), f64::from(inwards[peak]));
    let (edge, steepness) = if at >= 0.5 {
        (peak as f64 - 1.0 + (0.5 - before) / (at - before), (at - before) / SAMPLE)
    } else {
        (peak as f64 - 0.5 / SAMPLE, BEYOND_GAP)
    };
    let next = inwards.get(peak..(peak + GAP).min(count)).unwrap_or(&[]);
    let gap = next.iter().any(|&black| black < 0.3);
    let edge = edge * SAMPLE;
    let from_start = if begins { edge } else { (count - 1) as f64 * SAMPLE - edge };
    Some((from_start - place, if gap { BEYOND_GAP } else { steepness }))
}

/// Samples within which a gap after the outermost line is looked for.
const GAP: usize = 12;
/// Stands for the steepness of an end that is left beyond a gap.
const BEYOND_GAP: f64 = 0.1;

/// Blackness of the thin line that a dead element may leave at a bar's end.
const FAINT: f32 = 0.22;

/// The crossing of the middle nearest to `place` (dots from the line's start): its distance and steepness.
fn crossing(line: &[f32], place: f64, begins: bool) -> Option<(f64, f64)> {
    let mut nearest: Option<(f64, f64)> = None;
    let first = (((place - REACH) / SAMPLE).floor().max(0.0)) as usize;
    let last = ((place + REACH) / SAMPLE).ceil() as usize;
    for (index, pair) in line.windows(2).enumerate().take(last).skip(first) {
        let (from, to) = (f64::from(pair[0]), f64::from(pair[1]));
        let crosses = if begins { from < 0.5 && to >= 0.5 } else { from >= 0.5 && to < 0.5 };
        if crosses {
            let distance = (index as f64 + (0.5 - from) / (to - from)) * SAMPLE - place;
            if nearest.is_none_or(|(other, _)| distance.abs() < other.abs()) {
                nearest = Some((distance, (to - from).abs() / SAMPLE));
            }
        }
    }
    nearest.filter(|(distance, _)| distance.abs() < REACH)
}

/// How many ends of bars were found at each corner.
fn ends(edges: &[Edge]) -> [u32; 4] {
    let mut ends = [0; 4];
    for edge in edges.iter().filter(|edge| !edge.across) {
        let corner = 2 * usize::from(edge.x > ANCHOR_DISTANCE) + usize::from(edge.y > 0.0);
        ends[corner] += 1;
    }
    ends
}

/// Least squares, twice more without the edges that lie far from the rest. Leaves the edges that count.
fn fit(edges: &mut Vec<Edge>) -> Option<([f64; UNKNOWNS], f64)> {
    let mut solution = None;
    for round in 0..3 {
        let across = edges.iter().filter(|edge| edge.across).count();
        let ends = [0.0, f64::from(DOTS)].map(|y| edges.iter().any(|edge| !edge.across && edge.y == y));
        if edges.len() < EDGES_AT_LEAST || across < EDGES_AT_LEAST / 2 || !ends[0] || !ends[1] {
            break;
        }
        let unknowns = least_squares(edges)?;
        let squares: f64 = edges.iter().map(|edge| residual(edge, &unknowns).powi(2)).sum();
        solution = Some((unknowns, (squares / edges.len() as f64).sqrt()));
        if round < 2 {
            // A bar's end is seen less exactly than its side, and there are fewer of them.
            let beside = usual_residual(edges, &unknowns, true).max(0.06) * 4.0;
            let ends = usual_residual(edges, &unknowns, false).max(0.15) * 4.0;
            edges.retain(|edge| residual(edge, &unknowns).abs() < if edge.across { beside } else { ends });
        }
    }
    solution
}

/// The median distance of the edges from the fit, of those across or those at the ends.
fn usual_residual(edges: &[Edge], unknowns: &[f64; UNKNOWNS], across: bool) -> f64 {
    let chosen = edges.iter().filter(|edge| edge.across == across);
    let mut sorted: Vec<f64> = chosen.map(|edge| residual(edge, unknowns).abs()).collect();
    let middle = sorted.len() / 2;
    if sorted.is_empty() { 0.0 } else { *sorted.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// Unknowns of an equation: those of its direction, the perspective's, the spread's.
const TERMS: usize = 6;
/// Which unknowns they are, along x and along y.
const ALONG_X: [usize; TERMS] = [0, 1, 2, 6, 7, 8];
const ALONG_Y: [usize; TERMS] = [3, 4, 5, 6, 7, 8];

/// The coefficients of an edge's equation.
fn equation(edge: &Edge) -> [f64; TERMS] {
    let (x, y) = (edge.x / SCALE - 1.0, edge.y / SCALE - 1.0 / 3.0);
    let own = if edge.across { x } else { y };
    [1.0, x, y, own * x, own * y, -0.5 * edge.side]
}

fn residual(edge: &Edge, unknowns: &[f64; UNKNOWNS]) -> f64 {
    let places = if edge.across { ALONG_X } else { ALONG_Y };
    let expected: f64 = equation(edge).iter().zip(places).map(|(a, place)| a * unknowns[place]).sum();
    edge.distance - expected
}

fn least_squares(edges: &[Edge]) -> Option<[f64; UNKNOWNS]> {
    const WIDTH: usize = UNKNOWNS + 1;
    let mut sums = [[[0.0; TERMS + 1]; TERMS]; 2];
    for edge in edges {
        let row = equation(edge);
        let sums = &mut sums[usize::from(edge.across)];
        for (line, a) in sums.iter_mut().zip(row) {
            let weighted = edge.weight * a;
            for (value, b) in line.iter_mut().zip(row) {
                *value += weighted * b;
            }
            line[TERMS] += weighted * edge.distance;
        }
    }
    let mut system = [[0.0; WIDTH]; UNKNOWNS];
    for (sums, places) in sums.iter().zip([ALONG_Y, ALONG_X]) {
        for (line, row) in sums.iter().zip(places) {
            for (value, column) in line.iter().zip(places) {
                system[row][column] += value;
            }
            system[row][UNKNOWNS] += line[TERMS];
        }
    }
    for (index, line) in system.iter_mut().enumerate() {
        line[index] += 1e-6;
    }
    solve(system)
}

/// The solved unknowns as a map of dots, undoing the scaling.
fn plane(unknowns: &[f64; UNKNOWNS]) -> Option<Homography> {
    let [a, b, c, d, e, f, p, q, ..] = unknowns.map(|value| value / SCALE);
    let inner = Homography::correction([a, b, c, d, e, f, p, q])?;
    let (x, y) = (1.0, 1.0 / 3.0);
    let unit = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let dots = unit.map(|(s, t)| ((s + x) * SCALE, (t + y) * SCALE));
    let scaled = Homography::through(dots, unit)?;
    scaled.inverse()?.after(&inner)?.after(&scaled)
}

/// Blur from the steepness of the edges, the steeper half of them.
fn blur(edges: &[Edge]) -> f32 {
    let mut steepness: Vec<f64> = edges.iter().map(|edge| edge.steepness).collect();
    let two_thirds = steepness.len() * 2 / 3;
    let usual = if steepness.is_empty() {
        1.0
    } else {
        *steepness.select_nth_unstable_by(two_thirds, f64::total_cmp).1
    };
    (0.399 / usual.max(0.05)).clamp(0.2, 3.0) as f32
}

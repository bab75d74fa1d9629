//! Fits the geometry to the lines of a known layout, beside the anchors.
//!
//! A dead print element near the top or the bottom cuts all bars of the anchors short, and nothing about the
//! anchors tells. The thin straight lines of the frame, the rings and the emblem then say where the imprint is:
//! the middle of a line does not move when ink spreads or the picture is blurred.

use super::frame::Frame;
use super::geometry::Homography;
use super::light::Light;
use super::picture::Picture;
use super::register::{Edge, Registration, one_round};
use imprint::picture::layout::{COLUMNS, DOTS};

/// Dots looked at on either side of a line.
const BESIDE: i32 = 4;
/// Thickest line that is used.
const THICKNESS_AT_MOST: i32 = 7;
/// Dots along a line that must look alike.
const LENGTH: i32 = 5;
/// Size of the tiles that give one line of each direction.
const TILE: (i32, i32) = (48, 24);
/// Dots between samples.
const SAMPLE: f64 = 0.5;
/// Least number of lines along each direction that are worth another fit.
const LINES_AT_LEAST: usize = 6;

/// A short piece of a straight line that is there in every imprint of a layout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameLine {
    /// The middle of the piece, in dots.
    x: f64,
    y: f64,
    thickness: f64,
    /// True if it is upright, so that its place along x is seen.
    upright: bool,
}

/// The line pieces of a frame, spread over its area.
pub(crate) fn frame_lines(frame: &Frame) -> Vec<FrameLine> {
    let (columns, rows) = frame.size();
    let mut lines = Vec::new();
    for top in (0..rows).step_by(TILE.1 as usize) {
        for left in (30..columns - 30).step_by(TILE.0 as usize) {
            for upright in [false, true] {
                let mut places = (top..top + TILE.1).flat_map(|y| (left..left + TILE.0).map(move |x| (x, y)));
                lines.extend(places.find_map(|(x, y)| line_at(frame, (x, y), upright)));
            }
        }
    }
    lines
}

/// The line piece whose first dots across begin at a place, if there is one with white on both sides.
fn line_at(frame: &Frame, (x, y): (i32, i32), upright: bool) -> Option<FrameLine> {
    let at = |along: i32, across: i32| {
        if upright { frame.at(x + across, y + along) } else { frame.at(x + along, y + across) }
    };
    if at(0, 0) != Some(true) || at(0, -1) != Some(false) {
        return None;
    }
    let thickness = (1..=THICKNESS_AT_MOST).find(|&across| at(0, across) == Some(false))?;
    for along in 0..LENGTH {
        for across in -BESIDE..thickness + BESIDE {
            if at(along, across) != Some((0..thickness).contains(&across)) {
                return None;
            }
        }
    }
    let (along, across) = (f64::from(LENGTH) / 2.0, f64::from(thickness) / 2.0);
    let (x, y) = (f64::from(x), f64::from(y));
    let (x, y) = if upright { (x + across, y + along) } else { (x + along, y + across) };
    Some(FrameLine { x, y, thickness: f64::from(thickness), upright })
}

/// Fits the geometry once more to anchors and lines together; none if too few lines were seen.
pub(crate) fn refine(
    picture: &Picture,
    registration: &Registration,
    light: &Light,
    lines: &[FrameLine],
) -> Option<Registration> {
    let see = |registration: &Registration| -> Option<Vec<Edge>> {
        let seen: Vec<Edge> =
            lines.iter().filter_map(|line| seen(picture, registration, light, line)).collect();
        let upright = seen.iter().filter(|edge| edge.across).count();
        (upright >= LINES_AT_LEAST && seen.len() - upright >= LINES_AT_LEAST).then_some(seen)
    };
    let first = one_round(picture, &registration.map, 2, &see(registration)?)?;
    if moved(&registration.map, &first.map) < SETTLED {
        Some(first)
    } else {
        one_round(picture, &first.map, 1, &see(&first)?)
    }
}

/// How far the corners lie apart under two maps, in pixels.
pub(crate) fn moved(from: &Homography, to: &Homography) -> f64 {
    let (right, bottom) = (f64::from(COLUMNS), f64::from(DOTS));
    let corners = [(0.0, 0.0), (right, 0.0), (0.0, bottom), (right, bottom)];
    let distance = |(x, y)| {
        let (a, b) = (from.apply(x, y), to.apply(x, y));
        (a.0 - b.0).hypot(a.1 - b.1)
    };
    corners.into_iter().map(distance).fold(0.0, f64::max)
}

/// Pixels below which a fit has settled.
pub(crate) const SETTLED: f64 = 0.5;

/// Where the middle of a line is seen.
fn seen(picture: &Picture, registration: &Registration, light: &Light, line: &FrameLine) -> Option<Edge> {
    const MOST: usize = 2 * (THICKNESS_AT_MOST + 2 * BESIDE) as usize + 1;
    let reach = line.thickness / 2.0 + f64::from(BESIDE);
    let count = ((2.0 * reach / SAMPLE) as usize + 1).min(MOST);
    let (across, down) = if line.upright { (reach, 0.0) } else { (0.0, reach) };
    let from = registration.map.apply(line.x - across, line.y - down);
    let to = registration.map.apply(line.x + across, line.y + down);
    let mut values = [0.0; MOST];
    let values = values.get_mut(..count)?;
    picture.sample_line(from, to, 255.0, values);
    let level = light.at(line.x as f32, line.y as f32);
    let (mut ink, mut moment) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let black = f64::from((level.light - value) / (level.light - level.dark).max(1.0));
        let black = if black > 0.15 { black.min(1.2) } else { 0.0 };
        ink += black;
        moment += black * (index as f64 * SAMPLE - reach);
    }
    let thickness = ink * SAMPLE;
    let expected = line.thickness + f64::from(registration.spread);
    let plausible = thickness > 0.5 * expected && thickness < 1.6 * expected + 0.5;
    plausible.then_some(Edge {
        x: line.x,
        y: line.y,
        distance: moment / ink,
        across: line.upright,
        side: 0.0,
        weight: 1.0,
        steepness: 0.0,
    })
}

//! The pen: turns the movements of a shape into black dots. A dot is black when its middle lies within half a
//! stroke of the pen's way, which gives round ends and even strokes at every size.

use super::strokes::{Shape, Step};
use crate::picture::Bitmap;

/// A point on paper in dots and parts of dots.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// How far the control points of a quarter turn lie towards its corner; 0.55 would be an ellipse, a little more
/// keeps small counters open.
const ROUNDNESS: f32 = 0.6;
/// Straight pieces that make a quarter turn.
const PIECES: u8 = 10;

/// Draws a shape; `place` says where a point of the shape's field lies on paper.
pub(super) fn trace(bitmap: &mut Bitmap, shape: &Shape, stroke: f32, place: &dyn Fn(i16, i16) -> Point) {
    let radius = stroke / 2.0;
    let mut at = Point { x: 0.0, y: 0.0 };
    for step in shape.steps {
        match *step {
            Step::Move(x, y) => at = place(x, y),
            Step::Line(x, y) => {
                let end = place(x, y);
                line(bitmap, at, end, radius);
                at = end;
            }
            Step::Turn(corner_x, corner_y, x, y) => {
                let end = place(x, y);
                turn(bitmap, at, place(corner_x, corner_y), end, radius);
                at = end;
            }
        }
    }
}

fn turn(bitmap: &mut Bitmap, start: Point, corner: Point, end: Point, radius: f32) {
    let near_start = between(start, corner, ROUNDNESS);
    let near_end = between(end, corner, ROUNDNESS);
    let mut at = start;
    for piece in 1..=PIECES {
        let t = f32::from(piece) / f32::from(PIECES);
        let (a, b, c) =
            (between(start, near_start, t), between(near_start, near_end, t), between(near_end, end, t));
        let next = between(between(a, b, t), between(b, c, t), t);
        line(bitmap, at, next, radius);
        at = next;
    }
}

/// Blackens every dot whose middle is within `radius` of the line from `start` to `end`.
pub(super) fn line(bitmap: &mut Bitmap, start: Point, end: Point, radius: f32) {
    let (left, right) = (start.x.min(end.x) - radius, start.x.max(end.x) + radius);
    let (top, bottom) = (start.y.min(end.y) - radius, start.y.max(end.y) + radius);
    for y in floor(top)..=floor(bottom) {
        for x in floor(left)..=floor(right) {
            let middle = Point { x: x as f32 + 0.5, y: y as f32 + 0.5 };
            if square_distance(middle, start, end) <= radius * radius {
                bitmap.set(x, y, true);
            }
        }
    }
}

fn between(start: Point, end: Point, share: f32) -> Point {
    Point { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share }
}

fn square_distance(point: Point, start: Point, end: Point) -> f32 {
    let (along_x, along_y) = (end.x - start.x, end.y - start.y);
    let length = along_x * along_x + along_y * along_y;
    let share = (point.x - start.x) * along_x + (point.y - start.y) * along_y;
    let share = if length > 0.0 { (share / length).clamp(0.0, 1.0) } else { 0.0 };
    let nearest = between(start, end, share);
    let (away_x, away_y) = (point.x - nearest.x, point.y - nearest.y);
    away_x * away_x + away_y * away_y
}

/// The greatest whole number not above `value` (`f32::floor` needs the standard library).
pub(super) fn floor(value: f32) -> i32 {
    let whole = value as i32;
    if whole as f32 > value { whole - 1 } else { whole }
}

/// Sine and cosine by their series, good to a millionth for angles between -π and π.
pub(super) fn sine_cosine(angle: f32) -> (f32, f32) {
    let (mut sine, mut cosine) = (0.0_f64, 0.0_f64);
    let mut term = 1.0_f64;
    for order in 0..20_u32 {
        match order % 4 {
            0 => cosine += term,
            1 => sine += term,
            2 => cosine -= term,
            _ => sine -= term,
        }
        term *= f64::from(angle) / f64::from(order + 1);
    }
    (sine as f32, cosine as f32)
}

//! Line charts over time as SVG: axes, a legend, title and description for screen readers, and the same figures as a
//! table. Drawn twice, wide and narrow, because a drawing that is only scaled down cannot be read on a phone; the style
//! sheet shows one.
//!
//! What always holds: every coordinate lies within the drawing, whatever the values are.

use maud::{Markup, html};
use std::fmt::Write;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Steps between marks on the axis of time.
const TIME_STEPS_MS: [i64; 14] = [
    HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
    28 * DAY_MS,
    56 * DAY_MS,
    91 * DAY_MS,
    182 * DAY_MS,
    364 * DAY_MS,
    5 * 364 * DAY_MS,
];
/// No chart has more lines than the style sheet tells apart.
const LINES_MAX: usize = 4;

/// One line.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// What it shows.
    pub name: &'a str,
    /// Time in milliseconds and value, in the order of time.
    pub points: Vec<(i64, i64)>,
}

/// Lines over time.
pub struct LineChart<'a> {
    /// Tells this chart's parts from those of others on the page.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// What there is to see, for who cannot see it.
    pub description: &'a str,
    /// The lines, four at most.
    pub lines: &'a [Line<'a>],
    /// A time as it stands on the axis.
    pub time: &'a dyn Fn(i64) -> String,
    /// A value as it stands on the axis.
    pub value: &'a dyn Fn(i64) -> String,
}

/// The drawing's size and the room left beside the axes.
struct Size {
    class: &'static str,
    width: i64,
    height: i64,
    left: i64,
    right: i64,
    top: i64,
    bottom: i64,
    /// How many marks the axis of time may carry.
    marks: i64,
}

const WIDE: Size =
    Size { class: "wide", width: 960, height: 300, left: 88, right: 16, top: 14, bottom: 34, marks: 8 };
const NARROW: Size =
    Size { class: "narrow", width: 360, height: 240, left: 64, right: 10, top: 12, bottom: 32, marks: 3 };

/// What is drawn: from when to when, from how little to how much.
struct Range {
    times: (i64, i64),
    values: (i64, i64),
    step: i64,
}

impl LineChart<'_> {
    /// The chart, or a sentence where there is nothing to draw.
    pub fn markup(&self) -> Markup {
        let Some(range) = self.range() else {
            return crate::empty("Nothing has been reported yet.");
        };
        html! {
            figure class="chart" {
                (self.legend())
                (self.drawing(&WIDE, &range))
                (self.drawing(&NARROW, &range))
                (self.figures())
            }
        }
    }

    fn lines(&self) -> impl Iterator<Item = (usize, &Line<'_>)> {
        self.lines.iter().take(LINES_MAX).enumerate()
    }

    fn range(&self) -> Option<Range> {
        let points = || self.lines().flat_map(|(_, line)| line.points.iter());
        let first = points().map(|point| point.0).min()?;
        let last = points().map(|point| point.0).max()?;
        let least = points().map(|point| point.1).min()?.min(0);
        let most = points().map(|point| point.1).max()?.max(0);
        let step = value_step(i128::from(most) - i128::from(least));
        // Whole steps around the values; where there are none so far out, the values themselves.
        let floor = least.div_euclid(step).checked_mul(step).unwrap_or(least);
        let ceiling = most
            .checked_add(step - 1)
            .map_or(most, |most| most.div_euclid(step) * step)
            .max(floor.saturating_add(1));
        Some(Range { times: (first, last.max(first.saturating_add(1))), values: (floor, ceiling), step })
    }

    fn legend(&self) -> Markup {
        html! {
            figcaption {
                @for (at, line) in self.lines() {
                    span class={ "key line-" (at) } {
                        svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true" { path d="M1 5H27" {} }
                        (line.name)
                    }
                }
            }
        }
    }

    fn drawing(&self, size: &Size, range: &Range) -> Markup {
        let (title, description) =
            (format!("{}-{}-title", self.id, size.class), format!("{}-{}-desc", self.id, size.class));
        html! {
            svg class=(size.class) viewBox={ "0 0 " (size.width) " " (size.height) } role="img"
                aria-labelledby={ (title) " " (description) } {
                title id=(title) { (self.title) }
                desc id=(description) { (self.description) }
                (self.value_axis(size, range))
                (self.time_axis(size, range))
                @for (at, line) in self.lines() {
                    path class={ "line line-" (at) } d=(size.path(&line.points, range)) {}
                    @if line.points.len() < 40 {
                        @for &(time, value) in &line.points {
                            circle class={ "dot line-" (at) } cx=(size.x(time, range)) cy=(size.y(value, range)) r="3" {}
                        }
                    }
                }
            }
        }
    }

    fn value_axis(&self, size: &Size, range: &Range) -> Markup {
        let (floor, ceiling) = range.values;
        let marks = (0..=10)
            .filter_map(|at| range.step.checked_mul(at)?.checked_add(floor))
            .filter(|&mark| mark <= ceiling);
        html! {
            @for mark in marks {
                line class="grid" x1=(size.left) x2=(size.width - size.right) y1=(size.y(mark, range)) y2=(size.y(mark, range)) {}
                text class="axis" x=(size.left - 8) y=(size.y(mark, range) + 4) text-anchor="end" { ((self.value)(mark)) }
            }
        }
    }

    fn time_axis(&self, size: &Size, range: &Range) -> Markup {
        let foot = size.height - size.bottom;
        html! {
            line class="base" x1=(size.left) x2=(size.width - size.right) y1=(foot) y2=(foot) {}
            @for mark in time_marks(range.times, size.marks) {
                line class="base" x1=(size.x(mark, range)) x2=(size.x(mark, range)) y1=(foot) y2=(foot + 5) {}
                text class="axis" x=(size.x(mark, range)) y=(foot + 20) text-anchor=(size.anchor(mark, range)) {
                    ((self.time)(mark))
                }
            }
        }
    }

    /// The last figures as a table: for who cannot see the drawing, and for who wants to know exactly.
    fn figures(&self) -> Markup {
        let mut times: Vec<i64> =
            self.lines().flat_map(|(_, line)| line.points.iter().map(|point| point.0)).collect();
        times.sort_unstable();
        times.dedup();
        let at = |line: &Line<'_>, time: i64| {
            line.points.iter().rev().find(|point| point.0 == time).map(|point| point.1)
        };
        html! {
            details {
                summary { "These figures as a table" }
                div class="table" {
                    table {
                        caption { (self.title) }
                        thead { tr { th scope="col" { "When" } @for (_, line) in self.lines() { th scope="col" class="figures" { (line.name) } } } }
                        tbody {
                            @for &time in times.iter().rev().take(50) {
                                tr {
                                    th scope="row" data-label="When" { ((self.time)(time)) }
                                    @for (_, line) in self.lines() {
                                        td class="figures" data-label=(line.name) { (at(line, time).map(self.value).unwrap_or_default()) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Size {
    fn x(&self, time: i64, range: &Range) -> i64 {
        place(time, range.times, self.left, self.width - self.right)
    }

    fn y(&self, value: i64, range: &Range) -> i64 {
        place(value, range.values, self.height - self.bottom, self.top)
    }

    /// Words at either end of the axis stay within the drawing.
    fn anchor(&self, time: i64, range: &Range) -> &'static str {
        let x = self.x(time, range);
        match (x < self.left + 20, x > self.width - self.right - 36) {
            (true, _) => "start",
            (_, true) => "end",
            _ => "middle",
        }
    }

    fn path(&self, points: &[(i64, i64)], range: &Range) -> String {
        let mut path = String::new();
        for (at, &(time, value)) in points.iter().enumerate() {
            let letter = if at == 0 { 'M' } else { 'L' };
            // Writing into a string cannot fail.
            let _ = write!(path, "{letter}{} {}", self.x(time, range), self.y(value, range));
        }
        path
    }
}

/// Where `value` of `from` lies between `start` and `end`.
fn place(value: i64, (least, most): (i64, i64), start: i64, end: i64) -> i64 {
    let span = (i128::from(most) - i128::from(least)).max(1);
    let part = (i128::from(value) - i128::from(least)).clamp(0, span);
    // A part of the way between two small numbers is a small number.
    start + i64::try_from(i128::from(end - start) * part / span).unwrap_or(0)
}

/// The step of 1, 2 or 5 times a power of ten that divides this span into five parts or so.
fn value_step(span: i128) -> i64 {
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            match power.checked_mul(factor) {
                Some(step) if span <= i128::from(step) * 5 => return step,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        match power.checked_mul(10) {
            Some(next) => power = next,
            None => return i64::MAX,
        }
    }
}

/// Whole steps of time within the range, as many as there is room for.
fn time_marks((first, last): (i64, i64), room: i64) -> Vec<i64> {
    let span = i128::from(last) - i128::from(first);
    let fits = |step: &&i64| span <= i128::from(**step) * i128::from(room);
    let Some(&step) = TIME_STEPS_MS.iter().find(fits) else {
        return vec![first, last];
    };
    let start = first.div_euclid(step).checked_add(1).and_then(|whole| whole.checked_mul(step));
    let marks = std::iter::successors(start, |mark| mark.checked_add(step));
    let marks: Vec<i64> = marks.take_while(|&mark| mark <= last).collect();
    if marks.is_empty() { vec![first] } else { marks }
}

//! Looks for the imprint's anchors along sparse lines of the picture.
//!
//! An anchor is a group of bars, 8 black, 4 white, 4 black, 4 white, 4 black dots, as high as the imprint. A
//! line across it meets six edges in known proportions whatever the resolution, and their order says which
//! way is up. Only one line in [`STEP`] is looked at; the threshold follows the lightness around each place.
//! Nothing here knows a layout.

use super::picture::Picture;

/// Pixels from one scan line to the next.
pub(crate) const STEP: usize = 24;
/// Rows added up for one scan line, against noise.
const ROWS: usize = 4;
/// Pixels per block of the local threshold.
const BLOCK: usize = 16;
/// Blocks on either side that take part in the local threshold.
const REACH: usize = 2;
/// Least difference between light and dark, in grey levels.
const CONTRAST_AT_LEAST: u16 = 14;

/// Which way the scan lines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Along {
    /// From left to right.
    Rows,
    /// From top to bottom.
    Columns,
}

/// An anchor crossed by a scan line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Pixels along the scan line of the six edges, in the order of the imprint (the broad bar first).
    pub edges: [f32; 6],
    /// Pixels across the scan lines, at the line's centre.
    pub line: f32,
    /// Pixels per dot along the scan line; negative if the imprint's left is at the line's far end.
    pub unit: f32,
    /// How much darker the bars are than the gaps, in grey levels.
    pub contrast: f32,
}

/// Dots of an anchor's six edges from its left.
pub(crate) const ANCHOR_EDGES: [f32; 6] = [0.0, 8.0, 12.0, 16.0, 20.0, 24.0];

/// Where scan lines cross something like an anchor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crossings {
    /// In an anchor's proportions.
    pub whole: Vec<Hit>,
    /// In its proportions but for one bar, which a dead print element's line may have split or erased.
    pub damaged: Vec<Hit>,
}

/// All places where a scan line crosses something like an anchor.
pub(crate) fn crossings(picture: &Picture, along: Along, step: usize) -> Crossings {
    let lines = if along == Along::Rows { picture.height() } else { picture.width() };
    let mut scan = Scan::default();
    let mut found = Crossings::default();
    let first = (step / 2).min(lines / 2);
    for line in (first..lines).step_by(step.max(1)) {
        let rows = ROWS.min(lines - line);
        scan.load(picture, along, line, rows);
        scan.find_edges();
        let centre = line as f32 + rows as f32 / 2.0;
        scan.find_whole(centre, &mut found.whole);
        scan.find_damaged(centre, &mut found.damaged);
    }
    found
}

/// One scan line and the buffers it needs.
#[derive(Default)]
struct Scan {
    values: Vec<u16>,
    blocks: Vec<(u16, u16)>,
    edges: Vec<f32>,
    rows: u16,
}

impl Scan {
    fn load(&mut self, picture: &Picture, along: Along, line: usize, rows: usize) {
        self.values.clear();
        self.rows = rows as u16;
        match along {
            Along::Rows => {
                self.values.extend(picture.row(line).iter().map(|&value| u16::from(value)));
                for row in line + 1..line + rows {
                    for (sum, &value) in self.values.iter_mut().zip(picture.row(row)) {
                        *sum += u16::from(value);
                    }
                }
            }
            Along::Columns => {
                let rows = picture.pixels().chunks_exact(picture.width()).map(|row| {
                    row.get(line..line + rows)
                        .unwrap_or(&[])
                        .iter()
                        .map(|&value| u16::from(value))
                        .sum::<u16>()
                });
                self.values.extend(rows);
            }
        }
    }

    /// Where the line crosses the middle between the lightest and the darkest around.
    fn find_edges(&mut self) {
        self.blocks.clear();
        self.blocks.extend(self.values.chunks(BLOCK).map(|block| {
            block.iter().fold((u16::MAX, 0), |(low, high), &value| (low.min(value), high.max(value)))
        }));
        self.edges.clear();
        let mut dark = false;
        let mut previous = self.values.first().copied().unwrap_or(0);
        for (index, block) in self.values.chunks(BLOCK).enumerate() {
            let around =
                &self.blocks[index.saturating_sub(REACH)..(index + REACH + 1).min(self.blocks.len())];
            let (low, high) =
                around.iter().fold((u16::MAX, 0), |range, each| (range.0.min(each.0), range.1.max(each.1)));
            if high - low < CONTRAST_AT_LEAST * self.rows {
                if dark {
                    self.edges.push((index * BLOCK) as f32);
                    dark = false;
                }
                previous = block.last().copied().unwrap_or(previous);
                continue;
            }
            let threshold = low + (high - low) / 2;
            for (offset, &value) in block.iter().enumerate() {
                if (value < threshold) != dark {
                    dark = !dark;
                    let place = (index * BLOCK + offset) as f32;
                    let (from, to) = (f32::from(previous), f32::from(value));
                    let share = if from == to { 1.0 } else { (from - f32::from(threshold)) / (from - to) };
                    self.edges.push(place - 0.5 + share.clamp(0.0, 1.0));
                }
                previous = value;
            }
        }
        if dark {
            self.edges.push(self.values.len() as f32);
        }
    }

    /// Edges alternate: even ones lead from light to dark.
    fn find_whole(&self, line: f32, found: &mut Vec<Hit>) {
        let end = self.values.len() as f32;
        for (index, six) in self.edges.windows(6).enumerate().step_by(2) {
            let before = if index == 0 { f32::NEG_INFINITY } else { self.edges[index - 1] };
            let after = self.edges.get(index + 6).copied().unwrap_or(f32::INFINITY);
            let [a, b, c, d, e, f] = [six[0], six[1], six[2], six[3], six[4], six[5]];
            let reversed = f - e > b - a;
            let upright =
                if reversed { [f, e, d, c, b, a].map(|edge| end - edge) } else { [a, b, c, d, e, f] };
            let (before, after) = if reversed { (end - after, end - before) } else { (before, after) };
            let Some(unit) = unit_of(&upright, before, after) else { continue };
            let Some(contrast) = self.contrast(six) else { continue };
            let edges = if reversed { upright.map(|edge| end - edge) } else { upright };
            found.push(Hit { edges, line, unit: if reversed { -unit } else { unit }, contrast });
        }
    }

    /// Pairs of edges as an anchor's outermost, or with its last bar missing, whatever lies between as long as
    /// light and dark are where they belong.
    fn find_damaged(&self, line: f32, found: &mut Vec<Hit>) {
        for begin in (0..self.edges.len()).step_by(2) {
            for end in (begin + 3..self.edges.len().min(begin + 10)).step_by(2) {
                for dots in [24.0, 16.0] {
                    for reversed in [false, true] {
                        found.extend(self.damaged(begin, end, dots, reversed, line));
                    }
                }
            }
        }
    }

    fn damaged(&self, begin: usize, end: usize, dots: f32, reversed: bool, line: f32) -> Option<Hit> {
        let (left, right) = (*self.edges.get(begin)?, *self.edges.get(end)?);
        let unit = (right - left) / dots;
        let before = begin.checked_sub(1).and_then(|index| self.edges.get(index)).copied();
        let after = self.edges.get(end + 1).copied();
        let quiet = left - before.unwrap_or(f32::NEG_INFINITY) > 3.5 * unit
            && after.unwrap_or(f32::INFINITY) - right > 3.5 * unit;
        if !(0.5..=8.0).contains(&unit) || !quiet {
            return None;
        }
        let (origin, unit) = if reversed { (right, -unit) } else { (left, unit) };
        let at = |dots: f32| {
            let value = self.values.get((origin + unit * dots).max(0.0) as usize).copied();
            value.map_or(f32::MAX, f32::from)
        };
        let bars = [at(2.0), at(6.0), at(14.0), at(22.0)];
        let light = at(10.0).min(if dots > 20.0 { at(18.0) } else { f32::MAX });
        let darkest = bars.iter().copied().fold(f32::MAX, f32::min);
        let middle = (light + darkest) / 2.0;
        let dark_bars = bars.iter().filter(|&&bar| bar < middle).count();
        let rows = f32::from(self.rows.max(1));
        let contrast = (light - darkest) / rows;
        let edges = ANCHOR_EDGES.map(|dots| origin + unit * dots);
        let enough = dark_bars >= 3 && contrast > 20.0 && contrast < 256.0;
        enough.then_some(Hit { edges, line, unit, contrast })
    }

    /// The mean difference between neighbouring bars and gaps; none if they are too unequal for printed bars.
    fn contrast(&self, edges: &[f32]) -> Option<f32> {
        let mut extremes = [0.0; 5];
        for (index, (extreme, pair)) in extremes.iter_mut().zip(edges.windows(2)).enumerate() {
            let first = pair[0].max(0.0) as usize;
            let last = (pair[1].ceil() as usize).clamp(first + 1, self.values.len().max(first + 1));
            let values = self.values.get(first..last)?.iter().copied();
            let value = if index % 2 == 0 { values.min() } else { values.max() };
            *extreme = f32::from(value?);
        }
        let [bar, gap, middle_bar, other_gap, last_bar] = extremes;
        let steps = [gap - bar, gap - middle_bar, other_gap - middle_bar, other_gap - last_bar];
        let (least, most) = steps.iter().fold((f32::MAX, 0.0f32), |r, s| (r.0.min(*s), r.1.max(*s)));
        let rows = f32::from(self.rows.max(1));
        (least > 0.4 * most && least > 8.0 * rows).then(|| steps.iter().sum::<f32>() / 4.0 / rows)
    }
}

/// Pixels per dot if the edges are in an anchor's proportions. Distances between edges of the same kind do not
/// depend on how far the ink has spread.
fn unit_of(edges: &[f32; 6], before: f32, after: f32) -> Option<f32> {
    let [a, b, c, d, e, f] = *edges;
    let unit = ((c - a) + (d - b) + (e - c) + (f - d)) / 36.0;
    let tolerance = unit + 0.6;
    let near = |distance: f32, dots: f32| (distance - dots * unit).abs() < tolerance;
    let spread = ((b - a) + (d - c) + (f - e) - 16.0 * unit) / 3.0;
    let proportions = near(c - a, 12.0) && near(e - c, 8.0) && near(d - b, 8.0) && near(f - d, 8.0);
    let bars = near(b - a - spread, 8.0) && near(d - c - spread, 4.0) && near(f - e - spread, 4.0);
    let quiet = a - before > 3.5 * unit && after - f > 3.5 * unit;
    (unit > 0.5 && spread.abs() < 2.6 * unit && proportions && bars && quiet).then_some(unit)
}

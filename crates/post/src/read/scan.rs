//! Looks for the imprint's anchors along sparse lines of the picture.
//!
//! An anchor is a group of bars, 8 black, 4 white, 4 black, 4 white, 4 black dots, as high as the imprint. A
//! line across it meets six edges in known proportions whatever the resolution, and their order says which
//! way is up. Only one line in many is looked at; the threshold follows the lightness around each place.
//! Nothing here knows a layout.

use super::picture::Picture;

/// Rows added up for one scan line, against noise.
const ROWS: usize = 4;
/// Pixels added up for one value: two along the line in each row.
const SUMMED: usize = 2 * ROWS;
/// Pixels per block of the local threshold.
const BLOCK: usize = 32;
/// Blocks on either side that take part in the local threshold.
const REACH: usize = 1;
/// Least difference between light and dark, in grey levels.
const CONTRAST_AT_LEAST: i16 = 14;
/// Differences beyond this, in grey levels, are never taken for noise.
const NOISE_AT_MOST: i16 = 40;

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

/// All places where a scan line crosses something like an anchor; scan lines are `step` pixels apart.
pub(crate) fn crossings(picture: &Picture, along: Along, first: usize, step: usize) -> Crossings {
    let (length, breadth) = match along {
        Along::Rows => (picture.width(), picture.height()),
        Along::Columns => (picture.height(), picture.width()),
    };
    let mut found = Crossings::default();
    if breadth < ROWS {
        return found;
    }
    let lines: Vec<usize> =
        (first..breadth).step_by(step.max(1)).map(|line| line.min(breadth - ROWS)).collect();
    let mut scan =
        Scan { values: vec![0; length], blocks: Vec::new(), ranges: Vec::new(), edges: Vec::new() };
    let columns = if along == Along::Columns { columns_at(picture, &lines) } else { Vec::new() };
    for (index, &line) in lines.iter().enumerate() {
        match along {
            Along::Rows => scan.load_rows(picture, line),
            Along::Columns => {
                scan.values.clear();
                scan.values
                    .extend_from_slice(columns.get(index * length..(index + 1) * length).unwrap_or(&[]));
            }
        }
        scan.smooth();
        scan.find_edges();
        let centre = line as f32 + ROWS as f32 / 2.0;
        scan.find_whole(centre, &mut found.whole);
        scan.find_damaged(centre, &mut found.damaged);
    }
    found
}

/// The values of upright scan lines, one line after the other. The picture is passed through once, row by row,
/// since that is how it lies in memory.
fn columns_at(picture: &Picture, lines: &[usize]) -> Vec<i16> {
    let height = picture.height();
    let mut values = vec![0; lines.len() * height];
    for (y, row) in picture.pixels().chunks_exact(picture.width()).enumerate() {
        for (index, &line) in lines.iter().enumerate() {
            if let (Some(four), Some(value)) =
                (row.get(line..line + ROWS), values.get_mut(index * height + y))
            {
                *value = four.iter().map(|&value| i16::from(value)).sum();
            }
        }
    }
    values
}

/// One scan line and the buffers it needs. Values are sums over [`SUMMED`] pixels.
struct Scan {
    values: Vec<i16>,
    blocks: Vec<(i16, i16)>,
    ranges: Vec<i16>,
    edges: Vec<f32>,
}

impl Scan {
    fn load_rows(&mut self, picture: &Picture, line: usize) {
        let rows = (picture.row(line).iter().zip(picture.row(line + 1)))
            .zip(picture.row(line + 2).iter().zip(picture.row(line + 3)));
        for (value, ((a, b), (c, d))) in self.values.iter_mut().zip(rows) {
            *value = i16::from(*a) + i16::from(*b) + i16::from(*c) + i16::from(*d);
        }
    }

    /// The difference between light and dark that is more than noise: a part of a line is plain paper or
    /// whatever the letter lies on, and shows how much that is.
    fn contrast_at_least(&mut self) -> i16 {
        self.ranges.clear();
        self.ranges.extend(self.blocks.iter().map(|(low, high)| high - low));
        let part = self.ranges.len() / 6;
        let noise = if self.ranges.is_empty() { 0 } else { *self.ranges.select_nth_unstable(part).1 };
        let (least, most) = (CONTRAST_AT_LEAST * SUMMED as i16, NOISE_AT_MOST * SUMMED as i16);
        (noise + noise / 2).clamp(least, most)
    }

    /// Adds each value's neighbour to it, against noise once more.
    fn smooth(&mut self) {
        let mut values = self.values.as_mut_slice();
        while let [first, rest @ ..] = values {
            *first += rest.first().copied().unwrap_or(*first);
            values = rest;
        }
    }

    /// Where the line crosses the middle between the lightest and the darkest around.
    fn find_edges(&mut self) {
        self.blocks.clear();
        self.blocks.extend(self.values.chunks(BLOCK).map(extremes));
        self.edges.clear();
        let least = self.contrast_at_least();
        let mut dark = false;
        for (index, block) in self.values.chunks(BLOCK).enumerate() {
            let around =
                &self.blocks[index.saturating_sub(REACH)..(index + REACH + 1).min(self.blocks.len())];
            let (low, high) =
                around.iter().fold((i16::MAX, 0), |range, each| (range.0.min(each.0), range.1.max(each.1)));
            let place = index * BLOCK;
            if high - low < least {
                if dark {
                    self.edges.push(place as f32);
                    dark = false;
                }
                continue;
            }
            let threshold = low + (high - low) / 2;
            let own = self.blocks[index];
            if if dark { own.1 < threshold } else { own.0 >= threshold } {
                continue;
            }
            let mut previous = place.checked_sub(1).and_then(|before| self.values.get(before)).copied();
            for (offset, &value) in block.iter().enumerate() {
                if (value < threshold) != dark {
                    dark = !dark;
                    let (from, to) = (f32::from(previous.unwrap_or(value)), f32::from(value));
                    let share = if from == to { 1.0 } else { (from - f32::from(threshold)) / (from - to) };
                    self.edges.push((place + offset) as f32 + share.clamp(0.0, 1.0));
                }
                previous = Some(value);
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
                if !self.is_quiet_around(begin, end) {
                    continue;
                }
                for dots in [24.0, 16.0] {
                    for reversed in [false, true] {
                        found.extend(self.damaged(begin, end, dots, reversed, line));
                    }
                }
            }
        }
    }

    /// Whether the white on both sides could be an anchor's.
    fn is_quiet_around(&self, begin: usize, end: usize) -> bool {
        let at = |index: usize| self.edges.get(index).copied();
        let (Some(left), Some(right)) = (at(begin), at(end)) else { return false };
        let least = (right - left) * (3.5 / 24.0);
        let before = begin.checked_sub(1).and_then(at).is_none_or(|before| left - before > least);
        before && at(end + 1).is_none_or(|after| after - right > least)
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
        let rows = SUMMED as f32;
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
        let rows = SUMMED as f32;
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

/// The least and the greatest value of a block.
fn extremes(block: &[i16]) -> (i16, i16) {
    const LANES: usize = 8;
    let (mut low, mut high) = ([i16::MAX; LANES], [i16::MIN; LANES]);
    let eights = block.chunks_exact(LANES);
    for &value in eights.remainder() {
        (low[0], high[0]) = (low[0].min(value), high[0].max(value));
    }
    for eight in eights {
        for lane in 0..LANES {
            low[lane] = low[lane].min(eight[lane]);
            high[lane] = high[lane].max(eight[lane]);
        }
    }
    let least = low.into_iter().fold(i16::MAX, i16::min);
    (least, high.into_iter().fold(i16::MIN, i16::max))
}

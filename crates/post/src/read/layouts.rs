//! Which of the known layouts an imprint has, from the parts of the frame in which they differ.

use super::frame::Frame;
use super::locate::Located;
use super::refine::{FrameLine, frame_lines};
use imprint::picture::Layout;
use imprint::picture::layout::{LayoutId, Options};
use std::sync::OnceLock;

/// Places that are looked at to tell one layout from another, at most.
const SIGNS_PER_PAIR: usize = 28;
/// Most layouts that are told apart at once.
const LAYOUTS_AT_MOST: usize = 32;
/// What a dot that both layouts know says at most, as a logarithm; neighbouring dots are not independent.
const EVIDENCE: f32 = 0.6;
/// What ink says at most at a dot where one layout has a window and the other one white paper.
const INK_IN_WINDOW: f32 = 0.15;
/// What white paper says at such a dot.
const PAPER_IN_WINDOW: f32 = -0.01;

/// Layouts and the places that tell them apart.
#[derive(Clone, Debug)]
pub struct KnownLayouts {
    layouts: Vec<Layout>,
    lines: Vec<Vec<FrameLine>>,
    /// The dots that are looked at.
    places: Vec<(i32, i32)>,
    pairs: Vec<Pair>,
}

/// Two layouts and the dots that tell them apart.
#[derive(Clone, Debug)]
struct Pair {
    first: usize,
    second: usize,
    signs: Vec<Sign>,
}

/// What ink at a place says about a pair.
#[derive(Clone, Copy, Debug)]
struct Sign {
    place: usize,
    /// 1 if ink speaks for the first layout, -1 if for the second.
    side: f32,
    /// True if the other layout has white paper there, false if one of the two has a window.
    both_know: bool,
}

/// How well a layout fits.
#[derive(Clone, Debug)]
pub struct LayoutFit<'k> {
    /// The layout.
    pub layout: &'k Layout,
    /// Logarithm of its probability among the known ones.
    pub log_likelihood: f32,
}

impl KnownLayouts {
    /// The five layouts as they are printed by default.
    pub fn five() -> &'static KnownLayouts {
        static FIVE: OnceLock<KnownLayouts> = OnceLock::new();
        FIVE.get_or_init(|| {
            let layouts = LayoutId::ALL.into_iter();
            KnownLayouts::new(layouts.filter_map(|id| Layout::new(id, Options::default()).ok()).collect())
        })
    }

    /// Finds out where layouts differ, whatever stands in their windows; at most 32 of them.
    pub fn new(mut layouts: Vec<Layout>) -> KnownLayouts {
        layouts.truncate(LAYOUTS_AT_MOST);
        let frames: Vec<Frame> = layouts.iter().map(Frame::of).collect();
        let lines = frames.iter().map(frame_lines).collect();
        let mut known = KnownLayouts { layouts, lines, places: Vec::new(), pairs: Vec::new() };
        for (second, other) in frames.iter().enumerate() {
            for (first, frame) in frames.iter().enumerate().take(second) {
                known.add_pair((first, frame), (second, other));
            }
        }
        known
    }

    /// The straight lines of one of the layouts.
    pub(crate) fn lines_of(&self, layout: &Layout) -> &[FrameLine] {
        let index = self.layouts.iter().position(|known| known == layout);
        index.and_then(|index| self.lines.get(index)).map_or(&[], Vec::as_slice)
    }

    /// The layouts.
    pub fn layouts(&self) -> &[Layout] {
        &self.layouts
    }

    fn add_pair(&mut self, (first, frame): (usize, &Frame), (second, other): (usize, &Frame)) {
        // Layouts with the same frame differ by where their windows are.
        let differing = [true, false].map(|both_know| differing(frame, other, both_know));
        let mut differing = differing.into_iter().find(|dots| !dots.is_empty()).unwrap_or_default();
        differing.sort_by_key(|&(x, y, ..)| scattered(x, y));
        let chosen = differing.into_iter().take(SIGNS_PER_PAIR);
        let signs = chosen.map(|(x, y, side, both_know)| {
            let known = self.places.iter().position(|&place| place == (x, y));
            let place = known.unwrap_or(self.places.len());
            if known.is_none() {
                self.places.push((x, y));
            }
            Sign { place, side, both_know }
        });
        let signs = signs.collect();
        self.pairs.push(Pair { first, second, signs });
    }
}

/// A number that has little to do with the place.
fn scattered(x: i32, y: i32) -> i32 {
    let mixed = x.wrapping_mul(0x2c1b_3c6d) ^ y.wrapping_mul(0x297a_2d39);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x045d_9f3b) >> 12
}

/// The dots at which ink speaks for one of two layouts: `(x, y, side, both know)`.
fn differing(frame: &Frame, other: &Frame, both_know: bool) -> Vec<(i32, i32, f32, bool)> {
    let (columns, rows) = frame.size();
    let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
    let sign = |(x, y)| {
        let side = match (frame.at(x, y), other.at(x, y)) {
            (Some(true), Some(false)) if both_know => 1.0,
            (Some(false), Some(true)) if both_know => -1.0,
            (None, Some(false)) if !both_know => 1.0,
            (Some(false), None) if !both_know => -1.0,
            _ => return None,
        };
        // Dots at an edge would depend on a fraction of a dot.
        let clear = |frame: &Frame| frame.at(x, y).is_none() || frame.safely_at(x, y).is_some();
        (clear(frame) && clear(other)).then_some((x, y, side, both_know))
    };
    // One place in eight is enough, in no raster that bars or letters could follow.
    places.filter(|&(x, y)| scattered(x, y) & 7 == 0).filter_map(sign).collect()
}

impl Located<'_> {
    /// The known layouts, the most probable first.
    pub fn layouts<'k>(&self, known: &'k KnownLayouts) -> Vec<LayoutFit<'k>> {
        let ink: Vec<f32> =
            known.places.iter().map(|&(x, y)| self.blackness(x, y).clamp(0.0, 1.0) - 0.5).collect();
        // For each layout the sum over the others of how many times more probable they are.
        let mut against = vec![1.0f32; known.layouts.len()];
        for pair in &known.pairs {
            let evidence = |sign: &Sign| {
                let ink = ink.get(sign.place).copied().unwrap_or(0.0);
                sign.side
                    * match sign.both_know {
                        true => 2.0 * EVIDENCE * ink,
                        false if ink > 0.0 => 2.0 * INK_IN_WINDOW * ink,
                        false => PAPER_IN_WINDOW,
                    }
            };
            let favour: f32 = pair.signs.iter().map(evidence).sum::<f32>().clamp(-40.0, 40.0);
            if let Some(sum) = against.get_mut(pair.first) {
                *sum += (-favour).exp();
            }
            if let Some(sum) = against.get_mut(pair.second) {
                *sum += favour.exp();
            }
        }
        let total: f32 = against.iter().map(|sum| 1.0 / sum).sum();
        let fits = known.layouts.iter().zip(&against);
        let mut fits: Vec<LayoutFit<'k>> =
            fits.map(|(layout, sum)| LayoutFit { layout, log_likelihood: -(sum * total).ln() }).collect();
        fits.sort_by(|a, b| b.log_likelihood.total_cmp(&a.log_likelihood));
        fits
    }

    /// The blackness of a single dot.
    fn blackness(&self, x: i32, y: i32) -> f32 {
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        let (px, py) = self.map().apply(x, y);
        if !self.picture.contains(px, py) {
            return 0.0;
        }
        let level = self.light.at(x as f32, y as f32);
        (level.light - self.picture.sample(px as f32, py as f32)) / (level.light - level.dark)
    }
}

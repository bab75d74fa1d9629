//! Which of the known layouts an imprint has, from the parts of the frame in which they differ.

use super::locate::Located;
use super::refine::{FrameLine, frame_lines};
use imprint::picture::layout::{LayoutId, Options};
use imprint::picture::{Bitmap, Issuer, Layout, Rect, art};
use std::sync::OnceLock;

/// Places that are looked at to tell one layout from another, at most.
const SIGNS_PER_PAIR: usize = 32;
/// Most layouts that are told apart at once.
const LAYOUTS_AT_MOST: usize = 32;

/// Layouts and the places that tell them apart.
#[derive(Clone, Debug)]
pub struct KnownLayouts {
    layouts: Vec<Layout>,
    lines: Vec<Vec<FrameLine>>,
    signs: Vec<Sign>,
}

/// A dot and which layouts have it black.
#[derive(Clone, Copy, Debug)]
struct Sign {
    x: i32,
    y: i32,
    black: u32,
    white: u32,
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
        let signs = differing_dots(&layouts, &frames);
        let mut chosen = vec![false; signs.len()];
        for first in 0..layouts.len() {
            for second in 0..first {
                let (a, b) = (1 << first, 1 << second);
                let differs = |sign: &Sign| {
                    (sign.black & a != 0 && sign.white & b != 0)
                        || (sign.black & b != 0 && sign.white & a != 0)
                };
                // Layouts with the same frame differ by where their windows are.
                let may_differ = |sign: &Sign| {
                    let known = sign.black | sign.white;
                    (sign.white & a != 0 && known & b == 0) || (sign.white & b != 0 && known & a == 0)
                };
                let mut pair: Vec<usize> = (0..signs.len()).filter(|&index| differs(&signs[index])).collect();
                if pair.is_empty() {
                    pair = (0..signs.len()).filter(|&index| may_differ(&signs[index])).collect();
                }
                for &index in pair.iter().step_by(pair.len().div_ceil(SIGNS_PER_PAIR).max(1)) {
                    chosen[index] = true;
                }
            }
        }
        let signs =
            signs.into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(sign, _)| sign).collect();
        let lines = layouts.iter().zip(&frames).map(|(layout, frame)| frame.lines(layout)).collect();
        KnownLayouts { layouts, lines, signs }
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
}

/// The dots that are black in some of the layouts and white in others, whatever stands in their windows.
fn differing_dots(layouts: &[Layout], frames: &[Frame]) -> Vec<Sign> {
    let (rows, columns) =
        layouts.first().map_or((0, 0), |layout| (layout.dots as i32, layout.columns as i32));
    let places = (1..rows).flat_map(|y| (1..columns).map(move |x| (x, y)));
    let sign = |(x, y)| {
        let (mut black, mut white) = (0u32, 0u32);
        for (index, frame) in frames.iter().enumerate() {
            match frame.colour(x, y) {
                Some(true) => black |= 1 << index,
                Some(false) => white |= 1 << index,
                None => {}
            }
        }
        Sign { x, y, black, white }
    };
    let all = u32::MAX >> (32 - frames.len().clamp(1, 32));
    places
        .map(sign)
        .filter(|sign| sign.black != all && sign.white != all && sign.black | sign.white != 0)
        .collect()
}

/// The constant part of a layout.
struct Frame {
    bitmap: Bitmap,
    changing: Vec<Rect>,
    ring: (i32, i32, i32, i32),
}

impl Frame {
    fn of(layout: &Layout) -> Frame {
        let mut bitmap = Bitmap::new(layout.stamps());
        let silent = Issuer {
            carrier: String::new(),
            town: String::new(),
            office: String::new(),
            currency: String::new(),
            motto: String::new(),
        };
        // Names are left out, so nothing can fail to fit; a frame without them is as good a frame.
        let _ = art::paint_frame(&mut bitmap, layout, &silent);
        let mut changing: Vec<Rect> = layout.fields.iter().map(|field| field.place).collect();
        changing.push(layout.value_stamp.carrier);
        changing.push(layout.value_stamp.currency);
        let stamp = layout.day_stamp;
        let letters = (stamp.inner as i32 + 1, (stamp.outer - stamp.ring) as i32 - 1);
        Frame { bitmap, changing, ring: (stamp.centre.0, stamp.centre.1, letters.0, letters.1) }
    }

    /// Whether a dot looks the same in every imprint.
    fn is_constant(&self, x: i32, y: i32) -> bool {
        let (centre_x, centre_y, inner, outer) = self.ring;
        let distance = (x - centre_x).pow(2) + (y - centre_y).pow(2);
        let lettered = distance > inner * inner && distance < outer * outer;
        !lettered && !self.changing.iter().any(|place| place.contains(x, y))
    }

    fn lines(&self, layout: &Layout) -> Vec<FrameLine> {
        let (columns, rows) = (layout.columns as i32, layout.dots as i32);
        frame_lines(&self.bitmap, columns, rows, &|x, y| self.is_constant(x, y))
    }

    /// Black or white if it is so in every imprint and all around the dot.
    fn colour(&self, x: i32, y: i32) -> Option<bool> {
        if !self.is_constant(x, y) {
            return None;
        }
        let black = self.bitmap.is_black(x, y);
        let same = [(-1, 0), (1, 0), (0, -1), (0, 1)]
            .iter()
            .filter(|(across, down)| self.bitmap.is_black(x + across, y + down) == black)
            .count();
        (same >= 3).then_some(black)
    }
}

impl Located<'_> {
    /// The known layouts, the most probable first.
    pub fn layouts<'k>(&self, known: &'k KnownLayouts) -> Vec<LayoutFit<'k>> {
        let count = known.layouts.len();
        // For each pair of layouts by how much the places that both of them know speak for the first.
        let mut favour = [[0.0f32; LAYOUTS_AT_MOST]; LAYOUTS_AT_MOST];
        for sign in &known.signs {
            let black = self.blackness(sign.x, sign.y).clamp(0.0, 1.0);
            // Neighbouring places are not independent, so each counts as a quarter.
            let evidence = 0.25 * ((0.08 + 0.84 * black) / (0.92 - 0.84 * black)).ln();
            let all = u32::MAX >> (LAYOUTS_AT_MOST - count.clamp(1, LAYOUTS_AT_MOST));
            let unknown = !(sign.black | sign.white) & all;
            // Ink where a layout has white paper speaks for those that have a window there; paper hardly at all.
            let in_window = 0.25 * ((0.08 + 0.84 * black) / 0.5).ln().max(-0.04);
            for (index, row) in favour.iter_mut().enumerate().take(count) {
                let (known_black, known_white) = (sign.black >> index & 1 == 1, sign.white >> index & 1 == 1);
                for (other, favour) in row.iter_mut().enumerate().take(count) {
                    let within = |layouts: u32| layouts >> other & 1 == 1;
                    *favour += match (known_black, known_white) {
                        (true, _) if within(sign.white) => evidence,
                        (_, true) if within(sign.black) => -evidence,
                        (_, true) if within(unknown) => -in_window,
                        (false, false) if within(sign.white) => in_window,
                        _ => 0.0,
                    };
                }
            }
        }
        let odds = |row: &[f32; LAYOUTS_AT_MOST]| {
            1.0 / row.iter().take(count).map(|favour| (-favour.clamp(-40.0, 40.0)).exp()).sum::<f32>()
        };
        let total: f32 = favour.iter().take(count).map(odds).sum();
        let mut fits: Vec<LayoutFit<'k>> = known
            .layouts
            .iter()
            .zip(&favour)
            .map(|(layout, row)| LayoutFit { layout, log_likelihood: (odds(row) / total).ln() })
            .collect();
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

//! Which of the known layouts an imprint has, from the parts of the frame in which they differ.

use super::locate::Located;
use imprint::picture::layout::{LayoutId, Options};
use imprint::picture::{Bitmap, Issuer, Layout, Rect, art};
use std::sync::OnceLock;

/// Dots between the places that are looked at.
const GRID: i32 = 3;
/// Places that are looked at, at most.
const SIGNS_AT_MOST: usize = 240;

/// Layouts and the places that tell them apart.
#[derive(Clone, Debug)]
pub struct KnownLayouts {
    layouts: Vec<Layout>,
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
        layouts.truncate(32);
        let frames: Vec<Frame> = layouts.iter().map(Frame::of).collect();
        let mut signs = Vec::new();
        for y in (1..layouts.first().map_or(0, |layout| layout.dots as i32)).step_by(GRID as usize) {
            for x in (1..layouts.first().map_or(0, |layout| layout.columns as i32)).step_by(GRID as usize) {
                let (mut black, mut white) = (0u32, 0u32);
                for (index, frame) in frames.iter().enumerate() {
                    match frame.colour(x, y) {
                        Some(true) => black |= 1 << index,
                        Some(false) => white |= 1 << index,
                        None => {}
                    }
                }
                if black != 0 && white != 0 {
                    signs.push(Sign { x, y, black, white });
                }
            }
        }
        let every = signs.len().div_ceil(SIGNS_AT_MOST).max(1);
        KnownLayouts { layouts, signs: signs.into_iter().step_by(every).collect() }
    }

    /// The layouts.
    pub fn layouts(&self) -> &[Layout] {
        &self.layouts
    }
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

    /// Black or white if it is so in every imprint and all around the dot.
    fn colour(&self, x: i32, y: i32) -> Option<bool> {
        let (centre_x, centre_y, inner, outer) = self.ring;
        let distance = (x - centre_x).pow(2) + (y - centre_y).pow(2);
        let lettered = distance > inner * inner && distance < outer * outer;
        if lettered || self.changing.iter().any(|place| place.contains(x, y)) {
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
        let mut scores = [0.0f32; 32];
        for sign in &known.signs {
            let black = self.blackness(sign.x, sign.y).clamp(0.0, 1.0);
            let (for_black, for_white) = ((0.08 + 0.84 * black).ln(), (0.92 - 0.84 * black).ln());
            for (index, score) in scores.iter_mut().enumerate().take(known.layouts.len()) {
                *score += match (sign.black >> index & 1, sign.white >> index & 1) {
                    (1, _) => for_black,
                    (_, 1) => for_white,
                    _ => (0.5f32).ln(),
                };
            }
        }
        // Neighbouring places are not independent.
        let scores = scores.map(|score| score * 0.25);
        let best = scores.iter().take(known.layouts.len()).copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = scores.iter().take(known.layouts.len()).map(|score| (score - best).exp()).sum();
        let mut fits: Vec<LayoutFit<'k>> = known
            .layouts
            .iter()
            .zip(scores)
            .map(|(layout, score)| LayoutFit { layout, log_likelihood: score - best - total.ln() })
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

//! The open suspicious mark: printed or not.

use super::locate::Located;
use crate::reading::MarkReading;
use imprint::picture::layout::{LayoutId, Options, Window};
use imprint::picture::painter::paint_window;
use imprint::picture::{Bitmap, Content, Issuer, Layout, OpenMark, Rect};
use std::sync::OnceLock;
use terms::{Date, Money, Serial};

/// Squared departure of a dot's blackness beyond which it says no more.
const DEPARTURE_AT_MOST: f32 = 0.5;
/// Departure in a printed mark's dots that stands for one unit of evidence.
const PER_EVIDENCE: f32 = 1.6;
/// The probability that remains for the other answer.
const FLOOR: f32 = 1e-7;

/// The two marks as dots of their place.
fn marks() -> &'static [Vec<f32>] {
    static MARKS: OnceLock<Vec<Vec<f32>>> = OnceLock::new();
    MARKS
        .get_or_init(|| [OpenMark::Suspicious, OpenMark::Manipulated].into_iter().filter_map(drawn).collect())
}

fn drawn(mark: OpenMark) -> Option<Vec<f32>> {
    let layout = Layout::new(LayoutId::B, Options::default()).ok()?;
    let field = layout.field(Window::Mark)?;
    let (serial, date) = (Serial::new(0).ok()?, Date::new(2000, 1, 1).ok()?);
    let mut content = Content::new(Money::from_minor(0), serial, date, Vec::new());
    content.mark = Some(mark);
    let bitmap = paint_window(&layout, field, &Issuer::default(), &content).ok()?;
    Some(dots(&bitmap, field.place))
}

fn dots(bitmap: &Bitmap, place: Rect) -> Vec<f32> {
    let rows = place.y..place.bottom();
    let dot = |x, y| if bitmap.is_black(x, y) { 1.0 } else { 0.0 };
    rows.flat_map(|y| (place.x..place.right()).map(move |x| dot(x, y))).collect()
}

impl Located<'_> {
    /// Whether the mark is printed at its place.
    pub fn mark(&self, place: Rect) -> MarkReading {
        let patch = self.patch(place);
        let printed = self.printed_in(place);
        let width = patch.width.max(1);
        let departure = |pattern: &dyn Fn(usize) -> f32| {
            let dots = patch.dots.iter().enumerate();
            let gaps = dots.map(|(index, dot)| {
                let seen = printed.get(index / width).copied().unwrap_or(1.0);
                seen * (dot - pattern(index)).powi(2).min(DEPARTURE_AT_MOST)
            });
            gaps.sum::<f32>()
        };
        let absent = departure(&|_| 0.0);
        let with_mark = |mark: &Vec<f32>| departure(&|index| mark.get(index).copied().unwrap_or(0.0));
        let present = marks().iter().map(with_mark).fold(f32::INFINITY, f32::min);
        // A place that looks like neither says little about either.
        let doubt = (present.min(absent) / patch.dots.len().max(1) as f32 / 0.12).min(1.0);
        let floor = FLOOR + doubt.powi(4) * 0.5;
        let evidence = (absent - present) / PER_EVIDENCE;
        let sure = 1.0 / (1.0 + (-evidence.clamp(-80.0, 80.0)).exp());
        let sure = (sure * (1.0 - 2.0 * floor) + floor).clamp(FLOOR, 1.0 - FLOOR);
        MarkReading { present: sure.ln(), absent: (1.0 - sure).ln() }
    }
}

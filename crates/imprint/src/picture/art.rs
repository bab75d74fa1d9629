//! The constant part of the image: anchors, town circle, value stamp.

use super::font::{Arc, FontError, Lettering};
use super::layout::{DayStamp, ValueStamp};
use super::{Bitmap, Issuer, Layout, Rect};

/// The carrier's name.
const CARRIER: Lettering = Lettering { height: 26, stroke: 5, spacing: 9 };
/// The currency's name.
const CURRENCY: Lettering = Lettering { height: 22, stroke: 3, spacing: 4 };
/// Dots from one line of the hatching to the next.
const HATCHING: i32 = 6;

/// Paints everything but the windows and the cliché.
pub fn paint_frame(bitmap: &mut Bitmap, layout: &Layout, issuer: &Issuer) -> Result<(), FontError> {
    for bar in layout.anchors.iter().flat_map(|anchor| anchor.bars) {
        bitmap.fill(bar, true);
    }
    paint_day_stamp(bitmap, &layout.day_stamp, layout.options.time_count, issuer)?;
    paint_value_stamp(bitmap, &layout.value_stamp, issuer)
}

fn paint_day_stamp(
    bitmap: &mut Bitmap,
    stamp: &DayStamp,
    time_count: bool,
    issuer: &Issuer,
) -> Result<(), FontError> {
    ring(bitmap, stamp.centre, stamp.outer, stamp.ring);
    ring(bitmap, stamp.centre, stamp.inner, 2);
    hatch(bitmap, stamp, stamp.inner as i32, |y| y < stamp.bridge.y);
    if !time_count {
        hatch(bitmap, stamp, stamp.inner as i32, |y| y >= stamp.bridge.bottom());
    }
    bitmap.fill(stamp.bridge, false);
    for line in stamp.bridge_lines() {
        bitmap.fill(line, true);
    }
    let band = stamp.outer - stamp.ring - stamp.inner;
    let letters = Lettering { height: stamp.letters, stroke: 3, spacing: 6 };
    let arc = Arc { centre: stamp.centre, radius: stamp.inner + band / 2, degrees: 142, below: false };
    letters.write_around(bitmap, &issuer.town, arc)?;
    letters.write_around(bitmap, &issuer.office, Arc { below: true, degrees: 134, ..arc })
}

/// Upright lines within the inner ring, on the heights that `belongs` accepts.
fn hatch(bitmap: &mut Bitmap, stamp: &DayStamp, radius: i32, belongs: impl Fn(i32) -> bool) {
    let (centre_x, centre_y) = stamp.centre;
    for y in (centre_y - radius..centre_y + radius).filter(|y| belongs(*y)) {
        for x in centre_x - radius..centre_x + radius {
            let (across, down) = (2 * (x - centre_x) + 1, 2 * (y - centre_y) + 1);
            let inside = across * across + down * down <= 4 * radius * radius;
            if inside && (x - centre_x + 1).rem_euclid(HATCHING) < 2 {
                bitmap.set(x, y, true);
            }
        }
    }
}

fn ring(bitmap: &mut Bitmap, centre: (i32, i32), radius: u32, thickness: u32) {
    let (outer, inner) = (2 * radius as i32, 2 * radius.saturating_sub(thickness) as i32);
    for y in -outer / 2..outer / 2 {
        for x in -outer / 2..outer / 2 {
            let distance = (2 * x + 1) * (2 * x + 1) + (2 * y + 1) * (2 * y + 1);
            if distance <= outer * outer && distance > inner * inner {
                bitmap.set(centre.0 + x, centre.1 + y, true);
            }
        }
    }
}

fn paint_value_stamp(bitmap: &mut Bitmap, stamp: &ValueStamp, issuer: &Issuer) -> Result<(), FontError> {
    for line in [stamp.left_edge, stamp.top_edge, stamp.bottom_edge, stamp.rule] {
        bitmap.fill(line, true);
    }
    CARRIER.write(bitmap, &issuer.carrier, stamp.carrier)?;
    CURRENCY.write(bitmap, &issuer.currency, stamp.currency)?;
    if let Some(place) = stamp.emblem {
        paint_emblem(bitmap, place);
    }
    Ok(())
}

/// A letter on its way: an envelope and three lines of speed.
fn paint_emblem(bitmap: &mut Bitmap, place: Rect) {
    let left = place.width / 4;
    let envelope = Rect { x: place.x + left as i32, width: place.width - left, ..place };
    bitmap.outline(envelope, 3);
    let (wide, high) = (envelope.width as i32, envelope.height as i32);
    for x in 0..wide {
        let from_side = x.min(wide - 1 - x);
        let y = from_side * high * 11 / (10 * wide);
        bitmap.fill(Rect::new(envelope.x + x, envelope.y + y, 1, 3), true);
    }
    for line in 0..3 {
        let length = [left * 3 / 4, left * 9 / 10, left / 2].get(line as usize).copied().unwrap_or(0);
        let y = place.y + high * (1 + line) / 4;
        bitmap.fill(Rect::new(envelope.x - 6 - length as i32, y, length, 3), true);
    }
}

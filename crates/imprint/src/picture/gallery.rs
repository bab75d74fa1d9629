//! Clichés that come with Porto, so that there is something to print before anybody has drawn one.

use super::cliche::Cliche;
use super::font::Lettering;
use super::{Bitmap, Rect};
use alloc::vec::Vec;

const COLUMNS: u32 = 640;
const DOTS: u32 = 240;
const HEADLINE: Lettering = Lettering { height: 44, stroke: 8, spacing: 14 };
/// The place of the editable text under the headline.
const TEXT: Rect = Rect::new(180, 150, 440, 36);

/// The cliché with this number, if the gallery has one.
pub fn cliche(number: u16) -> Option<Cliche> {
    let mut picture = Bitmap::new(Rect::new(0, 0, COLUMNS, DOTS));
    let headline = match number {
        1 => "WRITE A LETTER",
        2 => "THANK YOU",
        3 => "SAVE THE DATE",
        _ => return None,
    };
    match number {
        1 => feather(&mut picture),
        2 => waves(&mut picture),
        _ => calendar(&mut picture),
    }
    picture.fill(Rect::new(180, 128, 440, 4), true);
    HEADLINE.write(&mut picture, headline, Rect::new(180, 60, 440, 56)).ok()?;
    Cliche::new(number, &picture, Some(TEXT)).ok()
}

/// The numbers of all clichés in the gallery.
pub fn numbers() -> Vec<u16> {
    (1..=3).collect()
}

/// A quill over the line it has written.
fn feather(picture: &mut Bitmap) {
    for step in 0..120_i32 {
        let (x, y) = (150 - step, 40 + step * 5 / 4);
        let breadth = if step < 90 { (step.min(90 - step) / 2).max(2) } else { 2 };
        for across in -breadth..=breadth {
            let barb = (step + across.abs()) % 10 < 3;
            let inside = across.abs() < breadth && across != 0 && !barb;
            picture.fill(Rect::new(x + across, y + across / 2, 2, 3), !inside);
        }
    }
    for x in 20..150_i32 {
        let lift = [0, 1, 2, 3, 3, 2, 1, 0].get((x / 3 % 8) as usize).copied().unwrap_or(0);
        picture.fill(Rect::new(x, 200 + lift, 1, 3), true);
    }
}

/// A sun over the sea.
fn waves(picture: &mut Bitmap) {
    for y in 40..130_i32 {
        for x in 20..160_i32 {
            let (across, down) = (x - 90, y - 120);
            let inside = across * across + down * down <= 52 * 52;
            picture.set(x, y, inside && (y < 96 || y % 8 < 4));
        }
    }
    for line in 0..5_i32 {
        for x in 14..166_i32 {
            let phase = (x + line * 9).rem_euclid(36) - 18;
            let lift = phase * phase / 40;
            picture.fill(Rect::new(x, 138 + line * 14 + lift, 1, 4), true);
        }
    }
}

/// A sheet of a calendar with one day marked.
fn calendar(picture: &mut Bitmap) {
    let sheet = Rect::new(24, 50, 130, 140);
    picture.outline(sheet, 4);
    picture.fill(Rect { height: 30, ..sheet }, true);
    for ring in 0..4 {
        picture.fill(Rect::new(40 + ring * 30, 38, 6, 26), true);
        picture.outline(Rect::new(38 + ring * 30, 36, 10, 30), 2);
    }
    for week in 0..4_i32 {
        for day in 0..5_i32 {
            let place = Rect::new(36 + day * 23, 92 + week * 24, 14, 14);
            if week == 2 && day == 3 {
                picture.fill(Rect::new(place.x - 4, place.y - 4, 22, 22), true);
            } else {
                picture.outline(place, 2);
            }
        }
    }
}

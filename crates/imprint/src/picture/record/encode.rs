//! Writing records: the shortest that read back as the same dots.

use super::{COLOUR_CHANGE, COLUMN_END, IMAGE_END, LONGEST_RUN};
use crate::picture::layout::Window;
use crate::picture::{Bitmap, Rect};
use alloc::vec::Vec;
use core::fmt;

/// The record of a frame: the dots of `bitmap`, with marks where the windows are. What the bitmap shows under a
/// window is left out.
pub fn encode_frame(bitmap: &Bitmap, windows: &[(Window, Rect)]) -> Result<Vec<u8>, EncodeError> {
    check(bitmap.area(), windows)?;
    let mut record = Vec::new();
    let area = bitmap.area();
    for x in (area.x..area.right()).rev() {
        let mut column = ColumnWriter { record: &mut record, coloured: false };
        let mut y = area.y;
        while y < area.bottom() {
            match windows.iter().find(|(_, place)| place.contains(x, y)) {
                Some((window, place)) => {
                    column.window(*window);
                    y = place.bottom();
                }
                None => {
                    let limit = next_window(windows, x, y, area.bottom());
                    y = column.run(bitmap, x, y, limit);
                }
            }
        }
        column.end();
    }
    record.push(IMAGE_END);
    Ok(record)
}

/// The record of a window's content: all columns of `bitmap`, in printing order, without an end of image.
pub fn encode_window(bitmap: &Bitmap) -> Vec<u8> {
    let mut record = Vec::new();
    let area = bitmap.area();
    for x in (area.x..area.right()).rev() {
        let mut column = ColumnWriter { record: &mut record, coloured: false };
        let mut y = area.y;
        while y < area.bottom() {
            y = column.run(bitmap, x, y, area.bottom());
        }
        column.end();
    }
    record
}

/// Writes the bytes of one column and keeps its colour flip-flop.
struct ColumnWriter<'a> {
    record: &'a mut Vec<u8>,
    coloured: bool,
}

impl ColumnWriter<'_> {
    /// Writes the run that begins at `y` and ends before `limit`; gives the first dot after it.
    fn run(&mut self, bitmap: &Bitmap, x: i32, y: i32, limit: i32) -> i32 {
        let black = bitmap.is_black(x, y);
        let longest = limit.min(y + i32::from(LONGEST_RUN));
        let end = (y..longest).find(|y| bitmap.is_black(x, *y) != black).unwrap_or(longest);
        if self.coloured == black {
            self.byte(COLOUR_CHANGE);
        }
        self.byte((end - y) as u8);
        end
    }

    fn window(&mut self, window: Window) {
        self.byte(LONGEST_RUN + window.number());
    }

    fn end(mut self) {
        self.byte(COLUMN_END);
    }

    fn byte(&mut self, byte: u8) {
        self.coloured = !self.coloured;
        self.record.push(byte);
    }
}

fn next_window(windows: &[(Window, Rect)], x: i32, y: i32, bottom: i32) -> i32 {
    let below = windows.iter().filter(|(_, place)| place.x <= x && x < place.right() && place.y > y);
    below.map(|(_, place)| place.y).min().unwrap_or(bottom).min(bottom)
}

fn check(area: Rect, windows: &[(Window, Rect)]) -> Result<(), EncodeError> {
    for (index, (window, place)) in windows.iter().enumerate() {
        if !area.encloses(*place) || place.width == 0 || place.height == 0 {
            return Err(EncodeError::Outside(*window));
        }
        for (other, other_place) in windows.iter().skip(index + 1) {
            if other == window || place.overlaps(*other_place) {
                return Err(EncodeError::Overlap(*window, *other));
            }
        }
    }
    Ok(())
}

/// Why windows cannot be marked in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The window does not lie within the image.
    Outside(Window),
    /// Two windows share dots, or one is named twice.
    Overlap(Window, Window),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::Outside(window) => write!(f, "{window} does not lie within the image"),
            EncodeError::Overlap(one, other) => write!(f, "{one} and {other} share dots"),
        }
    }
}

impl core::error::Error for EncodeError {}

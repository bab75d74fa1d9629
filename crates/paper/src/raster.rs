//! A page of PWG raster for printers that speak IPP: the envelope upright, the imprint turned to the left with it, as
//! IPP's `landscape` does. (PWG 5102.4, type `black_1`.)
//!
//! ```text
//! "RaS2" | page header, 1796 bytes | for each group of equal lines: their number - 1, then the line as
//!          (repeats - 1, byte) for 1 to 128 equal bytes and (257 - count, bytes) for 2 to 128 different ones
//! ```

use crate::envelope::{Envelope, Offset, PageError};
use imprint::picture::Bitmap;

const SYNC: &[u8; 4] = b"RaS2";
const HEADER_BYTES: usize = 1796;
/// Places in the header: texts of 64 bytes and big-endian numbers of 4.
const PWG_RASTER: usize = 0;
const RESOLUTION: usize = 276;
const PAGE_POINTS: usize = 352;
const WIDTH: usize = 372;
const HEIGHT: usize = 376;
const BITS_PER_COLOUR: usize = 384;
const BITS_PER_PIXEL: usize = 388;
const BYTES_PER_LINE: usize = 392;
const COLOUR_SPACE: usize = 400;
const NUMBER_OF_COLOURS: usize = 420;
const TOTAL_PAGES: usize = 452;
const CROSS_FEED_TRANSFORM: usize = 456;
const FEED_TRANSFORM: usize = 460;
const PAGE_SIZE_NAME: usize = 1732;
/// Colour space of one ink, black.
const BLACK: u32 = 3;
/// A printer's dot may be this many times finer than an imprint's.
const ENLARGEMENT_MOST: u32 = 10;

/// A raster of the envelope with the imprint on it. Each of the imprint's dots becomes `enlargement` by
/// `enlargement` of the printer's: 5 makes 1200 dots an inch out of 240.
pub fn write_raster(
    bitmap: &Bitmap,
    dpi: u32,
    envelope: Envelope,
    offset: Offset,
    enlargement: u32,
) -> Result<Vec<u8>, PageError> {
    if !(1..=ENLARGEMENT_MOST).contains(&enlargement) {
        return Err(PageError::Enlargement);
    }
    let page = Page::new(bitmap, dpi, envelope, offset)?;
    let mut file = SYNC.to_vec();
    file.extend(header(&page, dpi, envelope, enlargement));
    // Equal lines are written once: those of an enlarged dot, and the white ones around the imprint.
    let mut waiting: Option<(Vec<u8>, u32)> = None;
    for line in 0..page.height {
        let bytes = page.line(bitmap, line, enlargement);
        match &mut waiting {
            Some((same, count)) if *same == bytes => *count += enlargement,
            _ => {
                if let Some((line, count)) = waiting.replace((bytes, enlargement)) {
                    write_lines(&mut file, &line, count);
                }
            }
        }
    }
    if let Some((line, count)) = waiting {
        write_lines(&mut file, &line, count);
    }
    Ok(file)
}

/// The upright page in the imprint's dots.
struct Page {
    width: u32,
    height: u32,
    /// Dots from the upper edge of the lying envelope to the imprint.
    down: i32,
    /// Dots from the left edge of the lying envelope to the imprint.
    right: i32,
}

impl Page {
    fn new(bitmap: &Bitmap, dpi: u32, envelope: Envelope, offset: Offset) -> Result<Page, PageError> {
        let dots = |millimetres: f32| (millimetres * dpi as f32 / 25.4).round() as i32;
        let (long, short) = envelope.size_mm();
        let (long, short) = (dots(long), dots(short));
        let area = bitmap.area();
        let right = long - dots(Offset::MARGIN_MM + offset.left_mm) - area.width as i32;
        let down = dots(Offset::MARGIN_MM + offset.down_mm);
        let inside = right >= 0
            && down >= 0
            && right + area.width as i32 <= long
            && down + area.height as i32 <= short;
        if !inside {
            return Err(PageError::DoesNotFit);
        }
        Ok(Page { width: short as u32, height: long as u32, down, right })
    }

    /// A line of the upright page: a column of the lying envelope, the rightmost first, from its upper edge on.
    fn line(&self, bitmap: &Bitmap, line: u32, enlargement: u32) -> Vec<u8> {
        let area = bitmap.area();
        let x = area.x + (self.height - 1 - line) as i32 - self.right;
        let mut bytes = vec![0; (self.width * enlargement).div_ceil(8) as usize];
        for y in area.y..area.bottom() {
            if bitmap.is_black(x, y) {
                let first = (y - area.y + self.down) as u32 * enlargement;
                for dot in first..first + enlargement {
                    bytes[dot as usize / 8] |= 0x80 >> (dot % 8);
                }
            }
        }
        bytes
    }
}

fn header(page: &Page, dpi: u32, envelope: Envelope, enlargement: u32) -> Vec<u8> {
    let mut header = vec![0; HEADER_BYTES];
    let (long, short) = envelope.size_mm();
    let points = |millimetres: f32| (millimetres * 72.0 / 25.4).round() as u32;
    let numbers = [
        (RESOLUTION, dpi * enlargement),
        (RESOLUTION + 4, dpi * enlargement),
        (PAGE_POINTS, points(short)),
        (PAGE_POINTS + 4, points(long)),
        (WIDTH, page.width * enlargement),
        (HEIGHT, page.height * enlargement),
        (BITS_PER_COLOUR, 1),
        (BITS_PER_PIXEL, 1),
        (BYTES_PER_LINE, (page.width * enlargement).div_ceil(8)),
        (COLOUR_SPACE, BLACK),
        (NUMBER_OF_COLOURS, 1),
        (TOTAL_PAGES, 1),
        (CROSS_FEED_TRANSFORM, 1),
        (FEED_TRANSFORM, 1),
    ];
    for (place, number) in numbers {
        header[place..place + 4].copy_from_slice(&number.to_be_bytes());
    }
    let size_name = envelope.media();
    for (place, text) in [(PWG_RASTER, "PwgRaster"), (PAGE_SIZE_NAME, size_name.as_str())] {
        header[place..place + text.len()].copy_from_slice(text.as_bytes());
    }
    header
}

/// Writes `count` equal lines, 256 at a time.
fn write_lines(file: &mut Vec<u8>, line: &[u8], count: u32) {
    let packed = packed(line);
    let mut rest = count;
    while rest > 0 {
        let now = rest.min(256);
        file.push((now - 1) as u8);
        file.extend_from_slice(&packed);
        rest -= now;
    }
}

fn packed(line: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut rest = line;
    while let Some(&first) = rest.first() {
        let equal = rest.iter().take(128).take_while(|byte| **byte == first).count();
        let different = different(rest);
        if equal > 1 || different < 2 {
            packed.extend([(equal - 1) as u8, first]);
            rest = &rest[equal..];
        } else {
            packed.push((257 - different) as u8);
            packed.extend_from_slice(&rest[..different]);
            rest = &rest[different..];
        }
    }
    packed
}

/// How many bytes there are before the next two equal ones, at most 128.
fn different(bytes: &[u8]) -> usize {
    let end = bytes.windows(2).position(|pair| pair[0] == pair[1]).unwrap_or(bytes.len());
    end.min(128)
}

//! A cliché from a picture: scaled to the head's height, then turned into dots by a threshold or by dithering.

use imprint::picture::cliche::ClicheError;
use imprint::picture::layout::{CLICHE_MOST_COLUMNS, DOTS};
use imprint::picture::{Bitmap, Cliche, Rect};
use std::io::{BufRead, Seek};
use thiserror::Error;

/// A picture may have this many pixels a side.
const SIDE_MOST: u32 = 8_192;
/// And as many bytes once it is decoded.
const BYTES_MOST: usize = 128 << 20;

/// How grey becomes black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Darker than this is black: for drawings.
    Threshold(u8),
    /// Errors are spread over the neighbours (Floyd and Steinberg): for photographs.
    Dithering,
}

/// A picture that cannot be made into a cliché.
#[derive(Debug, Error)]
pub enum ImportError {
    /// It is no PNG, or a broken or an oversized one.
    #[error("the picture cannot be decoded: {0}")]
    Decoding(#[from] png::DecodingError),
    /// It has too many pixels.
    #[error("a picture has at most {SIDE_MOST} pixels a side")]
    TooLarge,
    /// At the head's height it would be wider than a cliché may be.
    #[error(
        "the picture is too wide for its height: at {DOTS} dots it has {columns} columns instead of at most {CLICHE_MOST_COLUMNS}"
    )]
    TooWide {
        /// The columns it would have.
        columns: u32,
    },
    /// It is no cliché for another reason.
    #[error(transparent)]
    Cliche(#[from] ClicheError),
}

/// Reads a PNG and makes it a cliché of the head's height; `text` is the place of its editable text, seen from
/// the cliché's top left dot.
pub fn import_cliche(
    source: impl BufRead + Seek,
    number: u16,
    conversion: Conversion,
    text: Option<Rect>,
) -> Result<Cliche, ImportError> {
    let grey = Grey::read(source)?.scaled_to(DOTS)?;
    let dots = match conversion {
        Conversion::Threshold(limit) => grey.light.iter().map(|light| *light < i32::from(limit)).collect(),
        Conversion::Dithering => grey.dithered(),
    };
    let mut picture = Bitmap::new(Rect::new(0, 0, grey.width as u32, grey.height as u32));
    for (index, black) in dots.into_iter().enumerate() {
        picture.set((index % grey.width) as i32, (index / grey.width) as i32, black);
    }
    Ok(Cliche::new(number, &picture, text)?)
}

/// A grey picture: 0 is black, 255 white.
struct Grey {
    width: usize,
    height: usize,
    light: Vec<i32>,
}

impl Grey {
    fn read(source: impl BufRead + Seek) -> Result<Grey, ImportError> {
        let mut decoder = png::Decoder::new_with_limits(source, png::Limits { bytes: BYTES_MOST });
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info()?;
        if reader.info().width > SIDE_MOST || reader.info().height > SIDE_MOST {
            return Err(ImportError::TooLarge);
        }
        let mut bytes = vec![0; reader.output_buffer_size().ok_or(ImportError::TooLarge)?];
        let info = reader.next_frame(&mut bytes)?;
        let samples = info.color_type.samples();
        let pixels = (info.width as usize) * (info.height as usize);
        let light = bytes.chunks_exact(samples).take(pixels).map(lightness).collect();
        Ok(Grey { width: info.width as usize, height: info.height as usize, light })
    }

    /// The same picture `height` dots high: each dot is the average of the pixels under it, or the nearest one
    /// where the picture is smaller than that.
    fn scaled_to(&self, height: u32) -> Result<Grey, ImportError> {
        let columns =
            (self.width as u64 * u64::from(height) + self.height as u64 / 2) / self.height.max(1) as u64;
        let width = columns.max(1) as usize;
        if columns > u64::from(CLICHE_MOST_COLUMNS) {
            return Err(ImportError::TooWide { columns: columns as u32 });
        }
        let height = height as usize;
        let span = |index: usize, from: usize, to: usize| {
            let start = index * from / to;
            start..((index + 1) * from / to).max(start + 1).min(from)
        };
        let mut light = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (columns, rows) = (span(x, self.width, width), span(y, self.height, height));
                let count = (columns.len() * rows.len()).max(1) as i32;
                let pixels = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
                let sum: i32 =
                    pixels.filter_map(|(row, column)| self.light.get(row * self.width + column)).sum();
                light.push(sum / count);
            }
        }
        Ok(Grey { width, height, light })
    }

    fn dithered(&self) -> Vec<bool> {
        let mut light = self.light.clone();
        let mut black = Vec::with_capacity(light.len());
        for index in 0..light.len() {
            let value = light[index];
            let is_black = value < 128;
            black.push(is_black);
            let error = value - if is_black { 0 } else { 255 };
            let column = index % self.width;
            let neighbours = [(1, 0, 7), (-1, 1, 3), (0, 1, 5), (1, 1, 1)];
            for (right, down, share) in neighbours {
                let inside = (0..self.width as i64).contains(&(column as i64 + right));
                let place = (index as i64 + right + down * self.width as i64) as usize;
                if let Some(neighbour) = light.get_mut(place).filter(|_| inside) {
                    *neighbour += error * share / 16;
                }
            }
        }
        black
    }
}

/// The lightness of a pixel of 1 to 4 samples on white paper.
fn lightness(pixel: &[u8]) -> i32 {
    let (light, alpha) = match *pixel {
        [grey] => (i32::from(grey), 255),
        [grey, alpha] => (i32::from(grey), i32::from(alpha)),
        [red, green, blue] => (luminance(red, green, blue), 255),
        [red, green, blue, alpha] => (luminance(red, green, blue), i32::from(alpha)),
        _ => (255, 255),
    };
    255 - (255 - light) * alpha / 255
}

fn luminance(red: u8, green: u8, blue: u8) -> i32 {
    (i32::from(red) * 299 + i32::from(green) * 587 + i32::from(blue) * 114) / 1000
}

//! A picture as the reader sees it: grey, eight bits, of bounded size.
//!
//! What always holds: the size is checked before a pixel is decoded, so a small file cannot ask for much
//! memory; any bytes give a picture or a clear error, never a panic.

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use thiserror::Error;

/// Most pixels of a picture: a large photograph, or an A3 page at 600 dpi.
pub const PIXELS_AT_MOST: u64 = 80_000_000;
/// Longest side of a picture in pixels.
pub const SIDE_AT_MOST: u32 = 32_768;
/// Most memory a decoder may take, in bytes.
const DECODER_BYTES_AT_MOST: u64 = 768 << 20;

/// Why bytes are not a picture.
#[derive(Debug, Error)]
pub enum PictureError {
    /// None of PNG, JPEG, TIFF, PGM, WebP.
    #[error("not a PNG, JPEG, TIFF, PGM or WebP picture")]
    Format,
    /// A picture without pixels.
    #[error("the picture has no pixels")]
    Empty,
    /// Larger than the reader takes.
    #[error("a picture of {width} x {height} pixels is larger than the reader takes")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The number of pixels is not width times height.
    #[error("the number of pixels does not fit the picture's width and height")]
    Pixels,
    /// The file is damaged or uses a variant that is not understood.
    #[error("the picture cannot be decoded: {0}")]
    Decode(#[source] image::ImageError),
}

/// A grey picture; 0 is black, 255 is white; rows from the top, pixels from the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// Decodes a file's bytes.
    ///
    /// # Errors
    /// The bytes are no picture of a known format, damaged, or a picture larger than the reader takes.
    pub fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
        let format = image::guess_format(bytes).map_err(|_| PictureError::Format)?;
        use ImageFormat::{Jpeg, Png, Pnm, Tiff, WebP};
        if !matches!(format, Jpeg | Png | Pnm | Tiff | WebP) {
            return Err(PictureError::Format);
        }
        let mut decoder = ImageReader::with_format(Cursor::new(bytes), format)
            .into_decoder()
            .map_err(PictureError::Decode)?;
        let (width, height) = decoder.dimensions();
        check_size(width, height)?;
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(DECODER_BYTES_AT_MOST);
        decoder.set_limits(limits).map_err(PictureError::Decode)?;
        if decoder.total_bytes() > DECODER_BYTES_AT_MOST {
            return Err(PictureError::TooLarge { width, height });
        }
        let decoded = DynamicImage::from_decoder(decoder).map_err(PictureError::Decode)?;
        Picture::from_grey(width, height, grey(decoded))
    }

    /// A picture from grey pixels, for example from a camera.
    ///
    /// # Errors
    /// The number of pixels is not `width` times `height`, or they are too many.
    pub fn from_grey(width: u32, height: u32, pixels: Vec<u8>) -> Result<Picture, PictureError> {
        check_size(width, height)?;
        if pixels.len() as u64 != u64::from(width) * u64::from(height) {
            return Err(PictureError::Pixels);
        }
        Ok(Picture { width: width as usize, height: height as usize, pixels })
    }

    /// Pixels across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// One row of pixels; empty if there is no such row.
    pub fn row(&self, y: usize) -> &[u8] {
        self.pixels.get(y * self.width..(y + 1) * self.width).unwrap_or(&[])
    }

    /// The grey value between pixels, bilinear; the centre of the first pixel is (0.5, 0.5). Beyond the border
    /// the picture continues with its outermost pixels.
    #[inline]
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let x = (x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, above) = (x as usize, y as usize);
        let (right, below) = ((left + 1).min(self.width - 1), (above + 1).min(self.height - 1));
        let (across, down) = (x - left as f32, y - above as f32);
        let at = |x: usize, y: usize| f32::from(self.pixels[y * self.width + x]);
        let top = at(left, above) + (at(right, above) - at(left, above)) * across;
        let bottom = at(left, below) + (at(right, below) - at(left, below)) * across;
        top + (bottom - top) * down
    }

    /// Grey values at evenly spaced points from `from` to `to`, both included; `beyond` where there is no picture.
    pub(crate) fn sample_line(&self, from: (f64, f64), to: (f64, f64), beyond: f32, values: &mut [f32]) {
        let inside = self.each_point(from, to, values.len(), |index, value| {
            if let Some(slot) = values.get_mut(index) {
                *slot = value as f32 * (1.0 / 65_536.0);
            }
        });
        if !inside {
            let steps = 1.0 / values.len().saturating_sub(1).max(1) as f64;
            for (index, value) in values.iter_mut().enumerate() {
                let share = index as f64 * steps;
                let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                *value = if self.contains(x, y) { self.sample(x as f32, y as f32) } else { beyond };
            }
        }
    }

    /// The same as whole grey values.
    pub(crate) fn sample_greys(&self, from: (f64, f64), to: (f64, f64), beyond: u8, values: &mut [u8]) {
        let count = values.len();
        let inside = self.each_point(from, to, count, |index, value| {
            if let Some(slot) = values.get_mut(index) {
                *slot = (value >> 16) as u8;
            }
        });
        if !inside {
            let share = |index: usize| index as f64 / count.saturating_sub(1).max(1) as f64;
            for (index, value) in values.iter_mut().enumerate() {
                let share = share(index);
                let (x, y) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
                *value = if self.contains(x, y) { self.sample(x as f32, y as f32) as u8 } else { beyond };
            }
        }
    }

    /// Hands out the grey values, times 65536, of evenly spaced points; false if a point may lie beyond the border.
    #[inline]
    fn each_point(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        count: usize,
        mut hand_out: impl FnMut(usize, i32),
    ) -> bool {
        const ONE: f64 = 65_536.0;
        let steps = 1.0 / count.saturating_sub(1).max(1) as f64;
        let (right, bottom) = (self.width as f64 - 1.51, self.height as f64 - 1.51);
        let inside =
            |point: (f64, f64)| point.0 >= 0.5 && point.1 >= 0.5 && point.0 < right && point.1 < bottom;
        if !inside(from) || !inside(to) {
            return false;
        }
        let (mut x, mut y) = (((from.0 - 0.5) * ONE) as i64, ((from.1 - 0.5) * ONE) as i64);
        let across = ((to.0 - from.0) * steps * ONE) as i64;
        let down = ((to.1 - from.1) * steps * ONE) as i64;
        let width = self.width;
        for index in 0..count {
            let place = (y >> 16) as usize * width + (x >> 16) as usize;
            let Some(four) = self.pixels.get(place..place + width + 2) else { return true };
            let (right, below) = ((x >> 8 & 255) as i32, (y >> 8 & 255) as i32);
            let between =
                |from: u8, to: u8| i32::from(from) * 256 + (i32::from(to) - i32::from(from)) * right;
            let (top, bottom) = (between(four[0], four[1]), between(four[width], four[width + 1]));
            hand_out(index, top * 256 + (bottom - top) * below);
            (x, y) = (x + across, y + down);
        }
        true
    }

    /// True if the point lies on the picture.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        x >= 0.0 && y >= 0.0 && x <= self.width as f64 && y <= self.height as f64
    }
}

fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::Empty);
    }
    let too_large = width > SIDE_AT_MOST
        || height > SIDE_AT_MOST
        || u64::from(width) * u64::from(height) > PIXELS_AT_MOST;
    if too_large {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

/// Grey values; a transparent picture lies on white paper.
fn grey(decoded: DynamicImage) -> Vec<u8> {
    if !decoded.color().has_alpha() {
        return decoded.into_luma8().into_raw();
    }
    let with_alpha = decoded.into_luma_alpha8();
    with_alpha
        .pixels()
        .map(|pixel| {
            let [value, alpha] = pixel.0.map(u32::from);
            ((value * alpha + 255 * (255 - alpha)) / 255) as u8
        })
        .collect()
}

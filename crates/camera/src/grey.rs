//! A grey picture: eight bits a pixel, 0 black, rows from the top. Always holds width × height pixels.

use image::{DynamicImage, GrayImage, ImageFormat};
use std::io::Cursor;
use std::path::Path;

/// A grey picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Why a picture could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file could not be opened, read or written.
    #[error("the picture file could not be read or written")]
    File(#[from] std::io::Error),
    /// The bytes are no picture, or cannot be written as one.
    #[error("the picture could not be decoded or encoded")]
    Coding(#[from] image::ImageError),
    /// The number of pixels is not width × height.
    #[error("{pixels} pixels do not fill {width} × {height}")]
    Size {
        /// Pixels given.
        pixels: usize,
        /// Width asked for.
        width: usize,
        /// Height asked for.
        height: usize,
    },
}

impl Grey {
    /// A picture of one lightness.
    pub fn filled(width: usize, height: usize, lightness: u8) -> Grey {
        Grey { width, height, pixels: vec![lightness; width * height] }
    }

    /// A picture from its pixels, row by row from the top.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Grey, PictureError> {
        if pixels.len() != width * height {
            return Err(PictureError::Size { pixels: pixels.len(), width, height });
        }
        Ok(Grey { width, height, pixels })
    }

    /// A picture from pixels that are known to fill it.
    pub(crate) fn of_pixels(width: usize, height: usize, pixels: Vec<u8>) -> Grey {
        debug_assert_eq!(pixels.len(), width * height);
        Grey { width, height, pixels }
    }

    /// A black-and-white picture from a question asked of each pixel (column, row): is it black?
    pub fn from_bits(width: usize, height: usize, mut is_black: impl FnMut(usize, usize) -> bool) -> Grey {
        let mut picture = Grey::filled(width, height, 255);
        for y in 0..height {
            for x in 0..width {
                if is_black(x, y) {
                    picture.pixels[y * width + x] = 0;
                }
            }
        }
        picture
    }

    /// Reads a picture file of any format this build decodes (PNG, JPEG); colour becomes grey.
    pub fn read(path: &Path) -> Result<Grey, PictureError> {
        Grey::decode(&std::fs::read(path)?)
    }

    /// Decodes the bytes of a picture file.
    pub fn decode(bytes: &[u8]) -> Result<Grey, PictureError> {
        let grey = image::load_from_memory(bytes)?.into_luma8();
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        Ok(Grey { width, height, pixels: grey.into_raw() })
    }

    /// The picture as the bytes of a PNG file.
    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::new();
        self.to_dynamic()?.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        Ok(bytes)
    }

    /// The picture as the bytes of a JPEG file of a quality from 1 to 100.
    pub fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
        self.to_dynamic()?.write_with_encoder(encoder)?;
        Ok(bytes)
    }

    fn to_dynamic(&self) -> Result<DynamicImage, PictureError> {
        let size = PictureError::Size { pixels: self.pixels.len(), width: self.width, height: self.height };
        let (Ok(width), Ok(height)) = (u32::try_from(self.width), u32::try_from(self.height)) else {
            return Err(size);
        };
        GrayImage::from_raw(width, height, self.pixels.clone()).map(DynamicImage::ImageLuma8).ok_or(size)
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row from the top.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The lightness at a place, or `None` outside the picture.
    pub fn lightness(&self, x: usize, y: usize) -> Option<u8> {
        if x < self.width { self.pixels.get(y * self.width + x).copied() } else { None }
    }
}

//! 1-bit PNG at the head's resolution, with the physical size in the `pHYs` chunk.

use imprint::picture::Bitmap;
use std::io::Write;
use thiserror::Error;

/// A picture could not be written.
#[derive(Debug, Error)]
#[error("the picture cannot be written: {0}")]
pub struct PictureError(#[from] png::EncodingError);

/// Writes black dots on white as a 1-bit PNG, `dpi` dots an inch.
pub fn write_png(bitmap: &Bitmap, dpi: u32, target: impl Write) -> Result<(), PictureError> {
    let area = bitmap.area();
    let mut encoder = png::Encoder::new(target, area.width, area.height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    // A metre is 39.37 inches; rounded to the nearest whole number of dots.
    let per_metre = (dpi * 10_000 + 127) / 254;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&packed_rows(bitmap))?;
    writer.finish()?;
    Ok(())
}

/// Rows from the top, eight dots a byte from the left, white is 1.
pub(crate) fn packed_rows(bitmap: &Bitmap) -> Vec<u8> {
    let area = bitmap.area();
    let mut bytes = Vec::with_capacity((area.width.div_ceil(8) * area.height) as usize);
    for y in area.y..area.bottom() {
        for start in (area.x..area.right()).step_by(8) {
            let white = |bit: i32| u8::from(!bitmap.is_black(start + bit, y)) << (7 - bit);
            bytes.push((0..8).map(white).sum());
        }
    }
    bytes
}

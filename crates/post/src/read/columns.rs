//! A picture from the columns that a line camera delivers (EP 0 660 270, Fig. 4b).
//!
//! The letter runs past the camera, or a pen is guided over it by hand: the imprint's right side comes first, and
//! the encoder tells how far the camera has moved at each column. What always holds: columns may come unevenly,
//! twice, or after a step back; the picture has even columns and is never larger than the reader takes.

use super::picture::{PIXELS_AT_MOST, Picture, PictureError, SIDE_AT_MOST};
use thiserror::Error;

/// Columns as they come from a line camera.
#[derive(Clone, Debug, Default)]
pub struct ColumnStream {
    height: usize,
    columns: Vec<(f32, Vec<u8>)>,
}

/// Why columns do not make a picture.
#[derive(Debug, Error)]
pub enum ColumnError {
    /// A column has another number of pixels than the first one.
    #[error("a column of {found} pixels among columns of {expected}")]
    Height {
        /// Pixels of the first column.
        expected: usize,
        /// Pixels of this one.
        found: usize,
    },
    /// The encoder's position is not a number.
    #[error("the encoder's position is not a number")]
    Position,
    /// More columns than a picture has, even if each came several times.
    #[error("more columns than the reader takes")]
    TooMany,
    /// The columns are none, or too far apart for one picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

impl ColumnStream {
    /// No columns yet.
    pub fn new() -> ColumnStream {
        ColumnStream::default()
    }

    /// Adds a column, its pixels from top to bottom, at the encoder's position: how far the camera has moved to
    /// the left, in units of the distance between a column's pixels.
    ///
    /// # Errors
    /// The column does not fit the ones before, or there are too many.
    pub fn push(&mut self, position: f32, pixels: &[u8]) -> Result<(), ColumnError> {
        if self.columns.is_empty() {
            self.height = pixels.len();
        }
        if pixels.len() != self.height {
            return Err(ColumnError::Height { expected: self.height, found: pixels.len() });
        }
        if !position.is_finite() {
            return Err(ColumnError::Position);
        }
        let pixels_so_far = (self.columns.len() as u64 + 1) * self.height as u64;
        if self.columns.len() >= 4 * SIDE_AT_MOST as usize || pixels_so_far > 2 * PIXELS_AT_MOST {
            return Err(ColumnError::TooMany);
        }
        self.columns.push((position, pixels.to_vec()));
        Ok(())
    }

    /// The picture with the first column on the right and all columns evenly apart.
    ///
    /// # Errors
    /// There are no columns, or their positions span more than a picture may.
    pub fn into_picture(mut self) -> Result<Picture, ColumnError> {
        self.columns.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (Some(first), Some(last)) = (self.columns.first(), self.columns.last()) else {
            return Err(PictureError::Empty.into());
        };
        let (start, span) = (first.0, last.0 - first.0);
        let width = (span.floor() as u64).saturating_add(1);
        if width > u64::from(SIDE_AT_MOST) || width * self.height as u64 > PIXELS_AT_MOST {
            let (width, height) = (u32::try_from(width).unwrap_or(u32::MAX), self.height as u32);
            return Err(PictureError::TooLarge { width, height }.into());
        }
        let width = width as usize;
        let mut pixels = vec![255; width * self.height];
        let mut next = 0;
        for step in 0..width {
            let position = start + step as f32;
            while self.columns.get(next + 1).is_some_and(|column| column.0 <= position) {
                next += 1;
            }
            let Some((from, left)) = self.columns.get(next) else { break };
            let (to, right) = self.columns.get(next + 1).map_or((*from, left), |(to, right)| (*to, right));
            let share = if to > *from { ((position - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
            let x = width - 1 - step;
            for (row, (a, b)) in left.iter().zip(right).enumerate() {
                let value = f32::from(*a) + (f32::from(*b) - f32::from(*a)) * share;
                pixels[row * width + x] = value as u8;
            }
        }
        Ok(Picture::from_grey(width as u32, self.height as u32, pixels)?)
    }
}

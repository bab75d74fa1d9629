//! A layout as the records a meter keeps: one for the constant frame, one for the content of each window.

use crate::picture::layout::Window;
use crate::picture::painter::{self, PaintError};
use crate::picture::record::{EncodeError, encode_frame, encode_window};
use crate::picture::{Bitmap, Content, Issuer, Layout, Rect};
use alloc::vec::Vec;
use core::fmt;

/// The records of an imprint, as [`super::Composer`] takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// The frame with the marks of its windows.
    pub frame: Vec<u8>,
    /// The content of each window.
    pub windows: Vec<(Window, Vec<u8>)>,
}

impl Records {
    /// The records of this imprint, over `cliche` if there is one.
    pub fn new(
        layout: &Layout,
        issuer: &Issuer,
        cliche: Option<&Bitmap>,
        content: &Content,
    ) -> Result<Records, RecordsError> {
        let constant = painter::paint_constant(layout, issuer, cliche).map_err(RecordsError::Paint)?;
        let places: Vec<(Window, Rect)> =
            layout.fields.iter().map(|field| (field.window, field.place)).collect();
        let mut windows = Vec::new();
        for field in &layout.fields {
            let picture =
                painter::paint_window(layout, field, issuer, content).map_err(RecordsError::Paint)?;
            windows.push((field.window, encode_window(&picture)));
        }
        let frame = encode_frame(&constant, &places).map_err(RecordsError::Encode)?;
        Ok(Records { frame, windows })
    }

    /// The windows' records, borrowed.
    pub fn windows(&self) -> Vec<(Window, &[u8])> {
        self.windows.iter().map(|(window, record)| (*window, record.as_slice())).collect()
    }
}

/// Why an imprint has no records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordsError {
    /// It cannot be painted.
    Paint(PaintError),
    /// Its windows cannot be marked.
    Encode(EncodeError),
}

impl fmt::Display for RecordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordsError::Paint(error) => error.fmt(f),
            RecordsError::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for RecordsError {}

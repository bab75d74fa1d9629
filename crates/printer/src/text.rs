//! Text set for a print head: registers and reports, printed where the imprint would stand (EP 0 660 269, paragraphs
//! 116 and 134).
//!
//! A head prints a strip one inch high, so a longer text is several strips, each a job of its own. Figures are equally
//! wide, so that amounts under each other can be compared.

use crate::{Imprint, ImprintError};
use imprint::picture::font::{self, Alignment, FigureSize, FontError};
use imprint::picture::layout::DOTS;
use imprint::picture::{Bitmap, Rect};
use thiserror::Error;

/// The most lines of a strip.
pub const STRIP_LINES: usize = 8;
/// The most characters of a line.
pub const LINE_CHARACTERS_MAX: usize = 120;
/// Dots from one line to the next.
const PITCH: u32 = DOTS / STRIP_LINES as u32;
/// The size of the text.
const SIZE: FigureSize = FigureSize::TIME;
/// What is printed for a character the font lacks: no report is withheld for one letter of a name.
const UNKNOWN: char = '?';

/// Sets lines of text as strips of at most [`STRIP_LINES`] lines. Small letters are printed as capitals.
pub fn strips(lines: &[impl AsRef<str>]) -> Result<Vec<Imprint>, TextError> {
    lines.chunks(STRIP_LINES).map(strip).collect()
}

fn strip(lines: &[impl AsRef<str>]) -> Result<Imprint, TextError> {
    let lines: Vec<String> = lines.iter().map(|line| printable(line.as_ref())).collect::<Result<_, _>>()?;
    let mut width = 1;
    for line in &lines {
        width = width.max(SIZE.text_width(line)?);
    }
    let mut picture = Bitmap::new(Rect::new(0, 0, width, DOTS));
    for (line, top) in lines.iter().zip((0..).step_by(PITCH as usize)) {
        font::draw(&mut picture, line, SIZE, Rect::new(0, top, width, PITCH), Alignment::Left)?;
    }
    Ok(Imprint::of_picture(&picture)?)
}

fn printable(line: &str) -> Result<String, TextError> {
    if line.chars().nth(LINE_CHARACTERS_MAX).is_some() {
        return Err(TextError::TooLong);
    }
    let known = |character: char| SIZE.character_width(character).map_or(UNKNOWN, |_| character);
    Ok(line.chars().map(known).collect())
}

/// Why a text cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// A line is too long.
    #[error("a line printed with the head has at most {LINE_CHARACTERS_MAX} characters: shorten it")]
    TooLong,
    /// The font cannot set it.
    #[error(transparent)]
    Font(#[from] FontError),
    /// It makes no imprint.
    #[error(transparent)]
    Imprint(#[from] ImprintError),
}

//! The simple painter: draws everything afresh on a full bitmap. Slow and plain; the print routines are held to
//! it dot by dot.

use super::art;
use super::content::Code;
use super::font::{self, FontError, Lettering};
use super::layout::{Field, MODULES_HIGH, MODULES_WIDE, RowError, Window};
use super::{Bitmap, Content, Issuer, Layout, Rect};
use crate::numbers::Suspicion;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// The service endorsement.
const ENDORSEMENT: Lettering = Lettering { height: 20, stroke: 3, spacing: 6 };
/// Nine digits are printed in FE8.
const TIME_COUNT_LIMIT: u32 = 999_999_999;
/// Three digits are printed in FE9.
const CLICHE_NUMBER_LIMIT: u16 = 999;

/// Paints a whole imprint without a cliché's picture.
pub fn paint(layout: &Layout, issuer: &Issuer, content: &Content) -> Result<Bitmap, PaintError> {
    paint_over(layout, issuer, None, content)
}

/// Paints a whole imprint with a cliché's picture, which covers the cliché's place.
pub fn paint_over(
    layout: &Layout,
    issuer: &Issuer,
    cliche: Option<&Bitmap>,
    content: &Content,
) -> Result<Bitmap, PaintError> {
    let mut bitmap = paint_constant(layout, issuer, cliche)?;
    for field in &layout.fields {
        bitmap.lay(&paint_window(layout, field, issuer, content)?);
    }
    Ok(bitmap)
}

/// Paints what stays the same from imprint to imprint: the frame and the cliché's picture. Windows stay white.
pub fn paint_constant(
    layout: &Layout,
    issuer: &Issuer,
    cliche: Option<&Bitmap>,
) -> Result<Bitmap, PaintError> {
    let mut bitmap = Bitmap::new(layout.area());
    if let Some(picture) = cliche {
        bitmap.lay(picture);
    }
    art::paint_frame(&mut bitmap, layout, issuer)
        .map_err(|error| PaintError::Text { window: None, error })?;
    Ok(bitmap)
}

/// Paints the content of one window; the bitmap covers the window's place.
pub fn paint_window(
    layout: &Layout,
    field: &Field,
    issuer: &Issuer,
    content: &Content,
) -> Result<Bitmap, PaintError> {
    let mut bitmap = Bitmap::new(field.place);
    match field.window {
        Window::Row | Window::SecondRow => paint_rows(&mut bitmap, layout, content)?,
        Window::Upper => {
            paint_rows(&mut bitmap, layout, content)?;
            if let (Some(code), Some(_)) = (&content.code, layout.code_field()) {
                paint_code(&mut bitmap, field.place, code)?;
            }
        }
        Window::Reference => paint_reference(&mut bitmap, field.place),
        Window::Mark => paint_mark(&mut bitmap, field.place, content.suspicion),
        Window::Endorsement | Window::ClicheText => {
            let text = match field.window {
                Window::Endorsement => content.endorsement.as_deref().unwrap_or(&issuer.motto),
                _ => content.cliche_text.as_deref().unwrap_or(""),
            };
            let wrong = |error| PaintError::Text { window: Some(field.window), error };
            ENDORSEMENT.write(&mut bitmap, text, field.place).map_err(wrong)?;
        }
        _ => paint_figures(&mut bitmap, field, content)?,
    }
    Ok(bitmap)
}

/// The text of a window that holds figures; empty for other windows.
pub fn figures_text(window: Window, content: &Content) -> Result<String, PaintError> {
    let serial = content.serial.to_string();
    let refused = |value: u64| Err(PaintError::TooManyDigits { window, value });
    Ok(match window {
        Window::Postage => content.postage.to_string(),
        Window::SerialFront => serial.get(..4).unwrap_or_default().into(),
        Window::SerialBack => serial.get(4..).unwrap_or_default().into(),
        Window::Date => content.date.to_string(),
        Window::TimeCount => match content.time_count {
            Some(count) if count > TIME_COUNT_LIMIT => return refused(count.into()),
            Some(count) => format!("{count:09}"),
            None => String::new(),
        },
        Window::ClicheNumber => match content.cliche_number {
            Some(number) if number > CLICHE_NUMBER_LIMIT => return refused(number.into()),
            Some(number) => format!("{number:03}"),
            None => String::new(),
        },
        _ => String::new(),
    })
}

fn paint_figures(bitmap: &mut Bitmap, field: &Field, content: &Content) -> Result<(), PaintError> {
    let Some(size) = field.figures else { return Ok(()) };
    let text = figures_text(field.window, content)?;
    font::draw(bitmap, &text, size, field.place, field.alignment)
        .map_err(|error| PaintError::Text { window: Some(field.window), error })
}

/// Paints both marking rows; the bitmap keeps what lies in its own window.
fn paint_rows(bitmap: &mut Bitmap, layout: &Layout, content: &Content) -> Result<(), PaintError> {
    let row = layout.row_cells(content.row.len()).map_err(PaintError::Row)?;
    let second: Vec<Rect> = match content.second_row.len() {
        0 => Vec::new(),
        count => layout.second_row_cells(count).map_err(PaintError::Row)?,
    };
    for (cell, modules) in row.iter().zip(&content.row).chain(second.iter().zip(&content.second_row)) {
        paint_symbol(bitmap, *cell, *modules);
    }
    Ok(())
}

fn paint_symbol(bitmap: &mut Bitmap, cell: Rect, modules: u32) {
    let side = cell.width / MODULES_WIDE;
    for row in 0..MODULES_HIGH {
        for column in 0..MODULES_WIDE {
            let black = modules >> (row * MODULES_WIDE + column) & 1 == 1;
            let (x, y) = (cell.x + (column * side) as i32, cell.y + (row * side) as i32);
            bitmap.fill(Rect::new(x, y, side, side), black);
        }
    }
}

/// Bars of 12 columns, black and white in turn, black at both ends.
fn paint_reference(bitmap: &mut Bitmap, place: Rect) {
    for bar in (0..place.width).step_by(24) {
        bitmap.fill(Rect { x: place.x + bar as i32, width: 12, ..place }, true);
    }
}

/// Spots of 6 dots on a grid of three by three: five for suspicion, all nine for a manipulation.
fn paint_mark(bitmap: &mut Bitmap, place: Rect, suspicion: Suspicion) {
    for spot in 0..9_i32 {
        let black = match suspicion {
            Suspicion::None => false,
            Suspicion::Suspicious => spot % 2 == 0,
            Suspicion::Manipulated => true,
        };
        bitmap.fill(Rect::new(place.x + spot % 3 * 9, place.y + spot / 3 * 9, 6, 6), black);
    }
}

fn paint_code(bitmap: &mut Bitmap, place: Rect, code: &Code) -> Result<(), PaintError> {
    let grid = CodeGrid::new(place, code)?;
    for (index, black) in code.black.iter().enumerate() {
        let (column, row) = (index as u32 % grid.columns, index as u32 / grid.columns);
        let (x, y) = (grid.corner.0 + (column * grid.side) as i32, grid.corner.1 + (row * grid.high) as i32);
        bitmap.fill(Rect::new(x, y, grid.side, grid.high), *black);
    }
    Ok(())
}

/// How the modules of a code lie on the dots of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeGrid {
    /// The top left dot of the code.
    pub corner: (i32, i32),
    /// Modules a row.
    pub columns: u32,
    /// Rows of modules.
    pub rows: u32,
    /// Dots a module is wide.
    pub side: u32,
    /// Dots a module is high: as wide, but the whole field for a bar code.
    pub high: u32,
}

impl CodeGrid {
    /// White modules a bar code needs on either side.
    const QUIET: u32 = 10;
    /// White columns there are on either side of the field.
    const BESIDE_FIELD: u32 = 8;

    /// The code in the middle of its field, its modules as large as whole dots allow.
    pub fn new(place: Rect, code: &Code) -> Result<CodeGrid, PaintError> {
        let modules = u32::try_from(code.black.len()).map_err(|_| PaintError::CodeTooLarge)?;
        let columns = code.columns.max(1);
        let rows = modules.div_ceil(columns);
        let (side, high) = match rows {
            1 => {
                let needed = columns.saturating_add(2 * CodeGrid::QUIET);
                ((place.width + 2 * CodeGrid::BESIDE_FIELD) / needed, place.height)
            }
            _ => {
                let side = (place.width / columns).min(place.height / rows.max(1));
                (side, side)
            }
        };
        if side < 2 || rows == 0 || columns.saturating_mul(side) > place.width {
            return Err(PaintError::CodeTooLarge);
        }
        let corner = place.centred(columns * side, rows * high);
        Ok(CodeGrid { corner: (corner.x, corner.y), columns, rows, side, high })
    }
}

/// Why an imprint cannot be painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaintError {
    /// A text does not fit or has a character the font lacks; `None` is the frame.
    Text {
        /// Where the text belongs.
        window: Option<Window>,
        /// What is wrong with it.
        error: FontError,
    },
    /// A marking row does not fit.
    Row(RowError),
    /// A number has more digits than its window.
    TooManyDigits {
        /// The window.
        window: Window,
        /// The number.
        value: u64,
    },
    /// The code's modules would be smaller than two dots.
    CodeTooLarge,
}

impl fmt::Display for PaintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PaintError::Text { window: Some(window), error } => write!(f, "in {window}: {error}"),
            PaintError::Text { window: None, error } => write!(f, "in the stamps' frame: {error}"),
            PaintError::Row(error) => error.fmt(f),
            PaintError::TooManyDigits { window, value } => {
                write!(f, "{value} has more digits than {window} can show")
            }
            PaintError::CodeTooLarge => f.write_str("the code is too large for its field"),
        }
    }
}

impl core::error::Error for PaintError {}

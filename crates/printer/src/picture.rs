//! An imprint as printers take it: the constant part loaded, the changing windows ready to be embedded while columns
//! are loaded (EP 0 660 270, Fig. 5, 6 and step 470).
//!
//! What always holds: once there is an [`Imprint`], it can be printed. Every printer gets the same columns from it, so
//! that a page and a head show the same dots.

use imprint::picture::compose::{Columns, ComposeError, Composer, Records, RecordsError, Routine};
use imprint::picture::layout::{DOTS, DPI, Window};
use imprint::picture::painter::paint_window;
use imprint::picture::record::{encode_frame, encode_window};
use imprint::picture::{Bitmap, Content, Issuer, Layout, Rect};
use std::ops::ControlFlow;

/// An imprint, or a strip of text, that is ready to be printed.
#[derive(Clone, Debug)]
pub struct Imprint {
    composer: Composer,
    dots: u32,
    dpi: u32,
    /// What its windows say; nothing for text.
    content: Option<Content>,
}

impl Imprint {
    /// The imprint of a layout with what it says, over `cliche` if there is one. The routine says which windows are
    /// composed beforehand and which while the head loads its columns.
    pub fn new(
        routine: Routine,
        layout: &Layout,
        issuer: &Issuer,
        cliche: Option<&Bitmap>,
        content: &Content,
    ) -> Result<Imprint, ImprintError> {
        let records = Records::new(layout, issuer, cliche, content)?;
        let composer = Composer::new(routine, layout.dots, &records.frame, &records.windows())?;
        Ok(Imprint { composer, dots: layout.dots, dpi: layout.dpi, content: Some(content.clone()) })
    }

    /// A picture without windows, at the head's height and resolution.
    pub(crate) fn of_picture(picture: &Bitmap) -> Result<Imprint, ImprintError> {
        let frame = encode_frame(picture, &[]).map_err(RecordsError::Encode)?;
        let composer = Composer::new(Routine::Beforehand, DOTS, &frame, &[])?;
        Ok(Imprint { composer, dots: DOTS, dpi: DPI, content: None })
    }

    /// The same imprint, of the same layout and issuer, with something else in its windows: what a print request still has
    /// to do when the constant part was made ready before. Windows that say what they said stay; the pixel area is copied
    /// once, some tens of kilobytes.
    pub fn filled(
        &self,
        layout: &Layout,
        issuer: &Issuer,
        content: &Content,
    ) -> Result<Imprint, ImprintError> {
        let mut filled = self.clone();
        let stays = |window| self.content.as_ref().is_some_and(|before| looks_alike(window, before, content));
        for field in layout.fields.iter().filter(|field| !stays(field.window)) {
            let picture = paint_window(layout, field, issuer, content).map_err(RecordsError::Paint)?;
            filled.composer.replace(field.window, &encode_window(&picture))?;
        }
        filled.content = Some(content.clone());
        Ok(filled)
    }

    /// Dots of a column.
    pub fn dots(&self) -> u32 {
        self.dots
    }

    /// Dots an inch, on paper in both directions.
    pub fn dpi(&self) -> u32 {
        self.dpi
    }

    /// How many columns it has.
    pub fn columns(&self) -> u32 {
        self.composer.shape().columns
    }

    /// Whether a column, counted in printing order, has data that changes with each imprint.
    pub fn is_changing(&self, column: u32) -> bool {
        let mut windows = self.composer.shape().windows();
        windows.any(|place| {
            place.window.changes_with_each_imprint()
                && (place.column..place.column + place.columns).contains(&column)
        })
    }

    /// Loads a print register column by column, changing windows embedded on the way, and hands each full one to
    /// `head` until that breaks off.
    pub fn load<B>(&self, head: impl FnMut(&[u8]) -> ControlFlow<B>) -> ControlFlow<B> {
        self.composer.clone().try_print(head)
    }

    /// The whole imprint as a picture, its top left dot at (0, 0).
    pub fn bitmap(&self) -> Bitmap {
        let mut sheet = Sheet::new(self.dots, self.columns());
        let _: ControlFlow<()> = self.load(|column| {
            sheet.print(column);
            ControlFlow::Continue(())
        });
        sheet.bitmap()
    }
}

/// Whether a window shows the same of both.
fn looks_alike(window: Window, one: &Content, other: &Content) -> bool {
    match window {
        Window::Postage => one.postage == other.postage,
        Window::SerialFront | Window::SerialBack => one.serial == other.serial,
        Window::Date => one.date == other.date,
        Window::ClicheText => one.cliche_text == other.cliche_text,
        Window::Reference => true,
        Window::TimeCount => one.time_count == other.time_count,
        Window::ClicheNumber => one.cliche_number == other.cliche_number,
        Window::Mark => one.suspicion == other.suspicion,
        Window::Endorsement => one.endorsement == other.endorsement,
        Window::Row | Window::SecondRow | Window::Upper => {
            (&one.row, &one.second_row, &one.code) == (&other.row, &other.second_row, &other.code)
        }
    }
}

/// Paper under a head: columns come onto it from right to left.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    columns: Columns,
    printed: u32,
}

impl Sheet {
    /// White paper for so many columns.
    pub(crate) fn new(dots: u32, columns: u32) -> Sheet {
        Sheet { columns: Columns::new(dots, columns), printed: 0 }
    }

    /// Prints the next column from the bytes of a register.
    pub(crate) fn print(&mut self, register: &[u8]) {
        for (index, byte) in register.iter().enumerate() {
            self.columns.put(self.printed, index as u32 * 8, 8, u64::from(*byte) << 56);
        }
        self.printed += 1;
    }

    /// How many columns are on it.
    pub(crate) fn printed(&self) -> u32 {
        self.printed
    }

    /// What is on it; what was not printed is white.
    pub(crate) fn bitmap(&self) -> Bitmap {
        let (width, height) = (self.columns.count(), self.columns.dots());
        let mut bitmap = Bitmap::new(Rect::new(0, 0, width, height));
        for column in 0..width {
            for dot in (0..height).filter(|dot| self.columns.is_black(column, *dot)) {
                bitmap.set((width - 1 - column) as i32, dot as i32, true);
            }
        }
        bitmap
    }
}

/// Why an imprint cannot be made ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImprintError {
    /// It cannot be painted.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// Frame and windows do not go together.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

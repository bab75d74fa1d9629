//! Clichés: the advertising picture left of the stamps, stored as a record of its own with a number and, where it
//! has one, the place of its editable text FE5.

use super::compose::Columns;
use super::layout::{CLICHE_GAP, CLICHE_MOST_COLUMNS, Window};
use super::record::{self, Fault, FrameVisitor, Heights, RecordError};
use super::{Bitmap, Rect};
use alloc::vec::Vec;
use core::fmt;
use terms::Date;

/// A cliché that was found to be well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cliche {
    number: u16,
    columns: u32,
    dots: u32,
    text: Option<Rect>,
    record: Vec<u8>,
}

impl Cliche {
    /// The cliché that shows this picture; `text` is the place of FE5 seen from the picture's top left dot.
    pub fn new(number: u16, picture: &Bitmap, text: Option<Rect>) -> Result<Cliche, ClicheError> {
        let area = picture.area();
        let place = text.map(|text| text.moved(area.x, area.y));
        let windows: Vec<(Window, Rect)> =
            place.map(|place| (Window::ClicheText, place)).into_iter().collect();
        let record = record::encode_frame(picture, &windows).map_err(|_| ClicheError::TextOutside)?;
        Cliche::from_record(number, area.height, text.map_or(0, |text| text.height), record)
    }

    /// The cliché with this record for a head of `dots` dots; `text_height` is the height of its window FE5, 0 if
    /// it has none.
    pub fn from_record(
        number: u16,
        dots: u32,
        text_height: u32,
        record: Vec<u8>,
    ) -> Result<Cliche, ClicheError> {
        if number == 0 || number > 999 {
            return Err(ClicheError::Number);
        }
        let mut heights = Heights::default();
        heights.set(Window::ClicheText, text_height);
        let shape = record::read_frame(&record, dots, &heights, &mut Nothing).map_err(ClicheError::Record)?;
        if shape.columns == 0 || shape.columns > CLICHE_MOST_COLUMNS {
            return Err(ClicheError::Size);
        }
        let text = shape.window(Window::ClicheText).map(|place| {
            let left = shape.columns - place.column - place.columns;
            Rect::new(left as i32, place.dot as i32, place.columns, place.height)
        });
        Ok(Cliche { number, columns: shape.columns, dots, text, record })
    }

    /// Its number WRN, 1 to 999, printed in FE9.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// How many columns it has.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// The place of FE5 seen from its top left dot.
    pub fn text(&self) -> Option<Rect> {
        self.text
    }

    /// Its record: the frame of Fig. 7, columns from right to left.
    pub fn record(&self) -> &[u8] {
        &self.record
    }

    /// The byte of its record that goes into the second number on this date: byte (day of the year - 1) modulo
    /// the record's length.
    pub fn byte_of(&self, date: Date) -> u8 {
        let place = (usize::from(date.day_of_year()) - 1) % self.record.len().max(1);
        self.record.get(place).copied().unwrap_or(record::IMAGE_END)
    }

    /// Its picture at its place left of the stamps, the text's place white.
    pub fn picture(&self) -> Bitmap {
        let x = -((self.columns + CLICHE_GAP) as i32);
        let area = Rect::new(x, 0, self.columns, self.dots);
        let mut heights = Heights::default();
        heights.set(Window::ClicheText, self.text.map_or(0, |text| text.height));
        let mut painter = Painter { bitmap: Bitmap::new(area), x: area.right() - 1 };
        let outcome = record::read_frame(&self.record, self.dots, &heights, &mut painter);
        debug_assert!(outcome.is_ok(), "the record was read before");
        painter.bitmap
    }

    /// Its columns as a head takes them.
    pub fn stream(&self) -> Columns {
        Columns::from_bitmap(&self.picture())
    }
}

/// Looks at a record without keeping anything.
struct Nothing;

impl FrameVisitor for Nothing {
    fn run(&mut self, _: u32, _: u32, _: bool) {}
    fn window(&mut self, _: Window, _: u32, _: u32) {}
    fn column_end(&mut self) {}
}

struct Painter {
    bitmap: Bitmap,
    x: i32,
}

impl FrameVisitor for Painter {
    fn run(&mut self, dot: u32, dots: u32, black: bool) {
        self.bitmap.fill(Rect::new(self.x, dot as i32, 1, dots), black);
    }

    fn window(&mut self, _: Window, _: u32, _: u32) {}

    fn column_end(&mut self) {
        self.x -= 1;
    }
}

/// Why something is no cliché.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClicheError {
    /// The number is not within 1 to 999.
    Number,
    /// It has no columns, or more than the paper path allows.
    Size,
    /// The text's place does not lie within the picture.
    TextOutside,
    /// Its record is malformed.
    Record(RecordError),
}

impl ClicheError {
    /// What is wrong with the record, if that is what is wrong.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            ClicheError::Record(error) => Some(error.fault),
            _ => None,
        }
    }
}

impl fmt::Display for ClicheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClicheError::Number => f.write_str("a cliché's number is within 1 to 999"),
            ClicheError::Size => write!(f, "a cliché has 1 to {CLICHE_MOST_COLUMNS} columns"),
            ClicheError::TextOutside => f.write_str("the text's place does not lie within the cliché"),
            ClicheError::Record(error) => write!(f, "the cliché's record is malformed {error}"),
        }
    }
}

impl core::error::Error for ClicheError {}

//! A PDF page the size of an envelope with the imprint at its true size and place, top right.
//!
//! `pdf-writer` writes the few objects there are; `krilla` would bring fonts, gradients and colour management that
//! a black-and-white image does not need.

use imprint::picture::Bitmap;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Points an inch, the unit of PDF.
const POINTS: f32 = 72.0;
/// Millimetres an inch.
const MILLIMETRES: f32 = 25.4;

/// A size of envelope, lying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// 220 by 110 mm.
    #[default]
    Dl,
    /// 162 by 114 mm.
    C6,
    /// 229 by 162 mm.
    C5,
    /// 324 by 229 mm.
    C4,
}

impl Envelope {
    /// All sizes.
    pub const ALL: [Envelope; 4] = [Envelope::Dl, Envelope::C6, Envelope::C5, Envelope::C4];

    /// Its name in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Envelope::Dl => "dl",
            Envelope::C6 => "c6",
            Envelope::C5 => "c5",
            Envelope::C4 => "c4",
        }
    }

    /// Width and height in millimetres.
    pub fn size_mm(self) -> (f32, f32) {
        match self {
            Envelope::Dl => (220.0, 110.0),
            Envelope::C6 => (162.0, 114.0),
            Envelope::C5 => (229.0, 162.0),
            Envelope::C4 => (324.0, 229.0),
        }
    }

    /// The name printers know it by, such as `iso_dl_110x220mm` (PWG 5101.1).
    pub fn media(self) -> String {
        let (long, short) = self.size_mm();
        format!("iso_{}_{short}x{long}mm", self.name())
    }
}

impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Envelope {
    type Err = PageError;

    fn from_str(text: &str) -> Result<Envelope, PageError> {
        Envelope::ALL.into_iter().find(|envelope| envelope.name() == text).ok_or(PageError::Envelope)
    }
}

/// How far the imprint is moved from its usual place, in millimetres: the print offset.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Offset {
    /// To the left, away from the right edge; negative to the right.
    pub left_mm: f32,
    /// Downwards, away from the upper edge; negative upwards.
    pub down_mm: f32,
}

impl Offset {
    /// White paper between an imprint at its usual place and the upper and right edge of the envelope.
    pub const MARGIN_MM: f32 = 8.0;
}

impl FromStr for Offset {
    type Err = PageError;

    /// Reads `5,2.5`: millimetres to the left and downwards.
    fn from_str(text: &str) -> Result<Offset, PageError> {
        let millimetres = |part: &str| part.parse().ok().filter(|value: &f32| value.abs() <= 500.0);
        let (left, down) = text.split_once(',').ok_or(PageError::Offset)?;
        match (millimetres(left), millimetres(down)) {
            (Some(left_mm), Some(down_mm)) => Ok(Offset { left_mm, down_mm }),
            _ => Err(PageError::Offset),
        }
    }
}

/// Why there is no page.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PageError {
    /// No envelope has this name.
    #[error("an envelope is one of dl, c6, c5 and c4")]
    Envelope,
    /// The text is no print offset.
    #[error("a print offset is written 5,2.5: millimetres to the left and downwards, at most 500")]
    Offset,
    /// The printer's resolution is no multiple that is meant.
    #[error("a dot is enlarged 1 to 10 times")]
    Enlargement,
    /// The imprint would stick out of the envelope.
    #[error("the imprint does not fit on this envelope")]
    DoesNotFit,
}

/// A PDF of the envelope with the imprint on it.
pub fn write_pdf(
    bitmap: &Bitmap,
    dpi: u32,
    envelope: Envelope,
    offset: Offset,
) -> Result<Vec<u8>, PageError> {
    let place = place(bitmap, dpi, envelope, offset)?;
    let (page_width, page_height) = envelope.size_mm();
    let [catalog, pages, page_id, image_id, content_id] = [1, 2, 3, 4, 5].map(Ref::new);
    let name = Name(b"Imprint");

    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page_id]).count(1);
    let mut page = pdf.page(page_id);
    page.media_box(Rect::new(0.0, 0.0, points(page_width), points(page_height)));
    page.parent(pages).contents(content_id);
    page.resources().x_objects().pair(name, image_id);
    page.finish();

    let samples = miniz_oxide::deflate::compress_to_vec_zlib(&crate::picture::packed_rows(bitmap), 8);
    let mut image = pdf.image_xobject(image_id, &samples);
    image.filter(Filter::FlateDecode);
    image
        .width(bitmap.area().width as i32)
        .height(bitmap.area().height as i32)
        .bits_per_component(1)
        .interpolate(false);
    image.color_space().device_gray();
    image.finish();

    let mut content = Content::new();
    content.save_state().transform([place.width, 0.0, 0.0, place.height, place.left, place.bottom]);
    content.x_object(name).restore_state();
    pdf.stream(content_id, &content.finish());
    Ok(pdf.finish())
}

/// Where the imprint lies on the page, in points from the lower left corner.
struct Place {
    left: f32,
    bottom: f32,
    width: f32,
    height: f32,
}

fn place(bitmap: &Bitmap, dpi: u32, envelope: Envelope, offset: Offset) -> Result<Place, PageError> {
    let (page_width, page_height) = envelope.size_mm();
    let millimetres = |dots: u32| dots as f32 * MILLIMETRES / dpi as f32;
    let (width, height) = (millimetres(bitmap.area().width), millimetres(bitmap.area().height));
    let left = page_width - Offset::MARGIN_MM - offset.left_mm - width;
    let bottom = page_height - Offset::MARGIN_MM - offset.down_mm - height;
    let inside = left >= 0.0 && bottom >= 0.0 && left + width <= page_width && bottom + height <= page_height;
    if !inside {
        return Err(PageError::DoesNotFit);
    }
    Ok(Place { left: points(left), bottom: points(bottom), width: points(width), height: points(height) })
}

fn points(millimetres: f32) -> f32 {
    millimetres * POINTS / MILLIMETRES
}

//! The bar code readers, each limited to one Data Matrix.

use camera::Grey;
use rxing::DecodeHints;
use zxingcpp::{BarcodeFormat, Binarizer, ImageFormat, ImageView};

/// A bar code reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// zxing-cpp, one format, one symbol.
    Zxing,
    /// The same with one threshold for the whole picture.
    ZxingGlobal,
    /// rxing, one format.
    Rxing,
}

/// How a picture was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As printed.
    Right,
    /// Otherwise than printed.
    Wrong,
    /// Not at all.
    Nothing,
}

impl Peer {
    /// All of them.
    pub const ALL: [Peer; 3] = [Peer::Zxing, Peer::ZxingGlobal, Peer::Rxing];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Peer::Zxing => "zx-1",
            Peer::ZxingGlobal => "zx-G",
            Peer::Rxing => "rxing",
        }
    }

    /// Reads a picture that shows a symbol with this text.
    pub fn read(self, picture: &Grey, text: &str) -> Outcome {
        let read = match self {
            Peer::Zxing => zxing(picture, Binarizer::LocalAverage),
            Peer::ZxingGlobal => zxing(picture, Binarizer::GlobalHistogram),
            Peer::Rxing => with_rxing(picture),
        };
        match read {
            Some(read) if read == text => Outcome::Right,
            Some(_) => Outcome::Wrong,
            None => Outcome::Nothing,
        }
    }
}

fn zxing(picture: &Grey, binarizer: Binarizer) -> Option<String> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let view = ImageView::from_slice(picture.pixels(), width, height, ImageFormat::Lum).ok()?;
    let reader =
        zxingcpp::read().formats([BarcodeFormat::DataMatrix]).max_number_of_symbols(1).binarizer(binarizer);
    Some(reader.from(view).ok()?.first()?.text())
}

fn with_rxing(picture: &Grey) -> Option<String> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let format = Some(rxing::BarcodeFormat::DATA_MATRIX);
    let hints = &mut DecodeHints::default();
    let result =
        rxing::helpers::detect_in_luma_slice_with_hints(picture.pixels(), width, height, format, hints);
    Some(result.ok()?.getText().to_string())
}

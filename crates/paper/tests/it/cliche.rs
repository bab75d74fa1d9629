//! Clichés: from pictures, as records, in the imprint and in the second number.

use imprint::picture::cliche::{Cliche, ClicheError};
use imprint::picture::layout::{Options, Window};
use imprint::picture::record::Fault;
use imprint::picture::{self, Bitmap, Content, Issuer, Layout, LayoutId, Rect, gallery, painter};
use paper::{Conversion, ImportError, import_cliche};
use std::io::Cursor;
use terms::{Date, Money, Serial};

/// A grey PNG whose lightness goes from 0 at the left to 255 at the right.
fn ramp(width: u32, height: u32) -> Cursor<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let row = (0..width).map(|x| (x * 255 / (width - 1)) as u8);
    let pixels: Vec<u8> = (0..height).flat_map(|_| row.clone()).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    Cursor::new(file)
}

fn black_share(picture: &Bitmap, from: u32, to: u32) -> u32 {
    let area = picture.area();
    let mut part = Bitmap::new(Rect::new(area.x + from as i32, 0, to - from, area.height));
    part.lay(picture);
    part.black_dots() as u32 * 100 / ((to - from) * area.height)
}

/// Claim: D10
#[test]
fn a_threshold_cuts_grey_in_two_and_dithering_keeps_its_lightness() {
    let drawn = import_cliche(ramp(400, 240), 7, Conversion::Threshold(128), None).unwrap().picture();
    assert_eq!((black_share(&drawn, 0, 199), black_share(&drawn, 203, 400)), (100, 0));
    let photo = import_cliche(ramp(400, 240), 7, Conversion::Dithering, None).unwrap().picture();
    for step in 0..4 {
        let share = black_share(&photo, step * 100, step * 100 + 100);
        assert!(share.abs_diff(87 - 25 * step) <= 2, "quarter {step}: {share} %");
    }
}

#[test]
fn pictures_are_brought_to_the_heads_height_and_wide_ones_refused() {
    for (width, height, columns) in [(100, 60, 400), (1000, 480, 500), (400, 240, 400)] {
        let cliche = import_cliche(ramp(width, height), 1, Conversion::Dithering, None).unwrap();
        assert_eq!(cliche.columns(), columns);
    }
    let error = import_cliche(ramp(1000, 240), 1, Conversion::Dithering, None).unwrap_err();
    assert!(matches!(error, ImportError::TooWide { columns: 1000 }));
    let error = import_cliche(Cursor::new(b"no picture"), 1, Conversion::Dithering, None).unwrap_err();
    assert!(matches!(error, ImportError::Decoding(_)));
    let half = ramp(400, 240).into_inner()[..200].to_vec();
    assert!(import_cliche(Cursor::new(half), 1, Conversion::Dithering, None).is_err());
}

/// Claim: D10
#[test]
fn a_cliche_stands_left_of_the_stamps_with_its_own_text_and_number() {
    for number in gallery::numbers() {
        let cliche = gallery::cliche(number).unwrap();
        let layout = Layout::new(LayoutId::B, Options::default().with_cliche(&cliche)).unwrap();
        let serial = Serial::new(12_345_678).unwrap();
        let date = Date::new(2026, 11, 21).unwrap();
        let mut content = Content::new(Money::from_minor(110), serial, date, vec![0x5_a3c7; 12]);
        content.cliche_number = Some(cliche.number());
        let paint = |text: Option<&str>| {
            let content = Content { cliche_text: text.map(String::from), ..content.clone() };
            painter::paint_over(&layout, &Issuer::default(), Some(&cliche.picture()), &content).unwrap()
        };
        let (plain, edited) = (paint(None), paint(Some("TO SOMEBODY FAR AWAY")));
        let stamps = picture::paint(&layout, &Issuer::default(), &content).unwrap();
        let text = layout.field(Window::ClicheText).unwrap().place;
        for y in 0..240 {
            for x in layout.area().x..720 {
                if x >= -12 {
                    assert_eq!(edited.is_black(x, y), stamps.is_black(x, y), "stamps and gap stay");
                } else if !text.contains(x, y) {
                    assert_eq!(edited.is_black(x, y), plain.is_black(x, y), "only the text changes");
                }
            }
        }
        assert!(edited.black_dots() > plain.black_dots() + 500);
    }
    assert_eq!(gallery::cliche(99), None);
}

/// Claim: D10
#[test]
fn the_date_chooses_a_byte_of_the_cliches_record() {
    let cliche = gallery::cliche(1).unwrap();
    let length = cliche.record().len();
    assert!(length > 366, "every day of a year has a byte of its own");
    for (text, day) in [("2026-01-01", 0), ("2026-11-21", 324), ("2028-12-31", 365)] {
        assert_eq!(cliche.byte_of(text.parse().unwrap()), cliche.record()[day]);
    }
    let short = Cliche::new(5, &Bitmap::new(Rect::new(0, 0, 1, 240)), None).unwrap();
    assert_eq!(short.record(), [0x00, 0xF0, 0xFE, 0xFF]);
    assert_eq!(short.byte_of("2026-01-06".parse().unwrap()), 0xF0);
}

#[test]
fn what_is_no_cliche_is_refused() {
    let picture = Bitmap::new(Rect::new(0, 0, 30, 240));
    assert_eq!(Cliche::new(0, &picture, None), Err(ClicheError::Number));
    assert_eq!(Cliche::new(1000, &picture, None), Err(ClicheError::Number));
    let outside = Some(Rect::new(20, 0, 20, 20));
    assert_eq!(Cliche::new(1, &picture, outside), Err(ClicheError::TextOutside));
    let wide = Bitmap::new(Rect::new(0, 0, 901, 240));
    assert_eq!(Cliche::new(1, &wide, None), Err(ClicheError::Size));
    let error = Cliche::from_record(1, 240, 0, vec![0x00, 0xF0, 0xFE]).unwrap_err();
    assert_eq!(error.fault(), Some(Fault::EndMissing));
    assert_eq!(
        error.to_string(),
        "the cliché's record is malformed at byte 3: the record ends without its end mark"
    );
}

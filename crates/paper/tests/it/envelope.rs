//! PDF pages.

use super::imprint;
use imprint::picture::{Bitmap, Rect};
use paper::{Envelope, Offset, PageError, write_pdf};

/// The numbers before `cm`: the imprint's size and place in points.
fn matrix(pdf: &[u8]) -> Vec<f32> {
    let text = String::from_utf8_lossy(pdf);
    let end = text.find(" cm").unwrap();
    let start = text[..end].rfind('\n').unwrap();
    text[start..end].split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn near(left: f32, right: f32) -> bool {
    (left - right).abs() < 0.01
}

#[test]
fn the_imprint_lies_top_right_at_its_true_size_on_every_envelope() {
    for envelope in Envelope::ALL {
        let pdf = write_pdf(&imprint(), 240, envelope, Offset::default()).unwrap();
        let [width, _, _, height, left, bottom] = matrix(&pdf)[..] else { panic!("six numbers") };
        // 720 dots are 3 inches, 240 dots are 1 inch.
        assert!(near(width, 216.0) && near(height, 72.0), "{envelope}: {width} by {height}");
        let (page_width, page_height) = envelope.size_mm();
        let millimetres = |points: f32| points * 25.4 / 72.0;
        assert!(near(millimetres(left + width), page_width - 8.0));
        assert!(near(millimetres(bottom + height), page_height - 8.0));
    }
}

#[test]
fn the_print_offset_moves_the_imprint_left_and_down() {
    let place = |offset: &str| {
        let pdf = write_pdf(&imprint(), 240, Envelope::Dl, offset.parse().unwrap()).unwrap();
        let numbers = matrix(&pdf);
        (numbers[4] * 25.4 / 72.0, numbers[5] * 25.4 / 72.0)
    };
    let (usual, moved) = (place("0,0"), place("5,2.5"));
    assert!(near(usual.0 - 5.0, moved.0) && near(usual.1 - 2.5, moved.1));
}

#[test]
fn what_would_stick_out_of_the_envelope_is_refused() {
    let refused =
        |offset: &str| write_pdf(&imprint(), 240, Envelope::Dl, offset.parse().unwrap()).unwrap_err();
    assert_eq!(refused("0,-9"), PageError::DoesNotFit);
    assert_eq!(refused("150,0"), PageError::DoesNotFit);
    let wide = Bitmap::new(Rect::new(0, 0, 1500, 240));
    assert_eq!(write_pdf(&wide, 240, Envelope::C6, Offset::default()), Err(PageError::DoesNotFit));
    assert!(write_pdf(&wide, 240, Envelope::Dl, Offset::default()).is_ok());
}

#[test]
fn envelopes_and_offsets_are_read_from_text() {
    for envelope in Envelope::ALL {
        assert_eq!(envelope.name().parse(), Ok(envelope));
    }
    assert_eq!("a4".parse::<Envelope>(), Err(PageError::Envelope));
    for text in ["", "1", "1,x", "nan,0", "1e9,0", "inf,0"] {
        assert_eq!(text.parse::<Offset>(), Err(PageError::Offset), "{text:?}");
    }
}

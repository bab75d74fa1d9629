//! Run-length records: the exact rule, and everything that is not a record.

use imprint::picture::layout::Window;
use imprint::picture::record::{
    self, Fault, FrameVisitor, Heights, Piece, Pieces, RecordError, WindowShape, encode_frame, encode_window,
    read_frame, read_window,
};
use imprint::picture::{Bitmap, Rect};
use proptest::prelude::*;

/// Spells a frame out: `0` white, `1` black, `w` a window's dot; one text per column.
#[derive(Default)]
struct Spelled {
    columns: Vec<String>,
    present: String,
}

impl FrameVisitor for Spelled {
    fn run(&mut self, dot: u32, dots: u32, black: bool) {
        assert_eq!(dot as usize, self.present.len());
        self.present.push_str(&(if black { "1" } else { "0" }).repeat(dots as usize));
    }

    fn window(&mut self, _: Window, dot: u32, height: u32) {
        assert_eq!(dot as usize, self.present.len());
        self.present.push_str(&"w".repeat(height as usize));
    }

    fn column_end(&mut self) {
        self.columns.push(std::mem::take(&mut self.present));
    }
}

fn heights(known: &[(Window, u32)]) -> Heights {
    let mut heights = Heights::default();
    known.iter().for_each(|(window, height)| heights.set(*window, *height));
    heights
}

fn spell(bytes: &[u8], dots: u32, known: &[(Window, u32)]) -> Result<Vec<String>, RecordError> {
    let mut spelled = Spelled::default();
    read_frame(bytes, dots, &heights(known), &mut spelled).map(|_| spelled.columns)
}

/// Claim: D1
#[test]
fn the_first_column_of_figure_7_reads_as_the_source_says() {
    let bytes = [0x02, 0x0D, 0x02, 0x4F, 0xF1, 0x68, 0xFE, 0xFF];
    let columns = spell(&bytes, 240, &[(Window::Postage, 40)]).unwrap();
    let expected = ["11", &"0".repeat(13), "11", &"0".repeat(79), &"w".repeat(40), &"0".repeat(104)].concat();
    assert_eq!(columns, [expected]);
}

/// Claim: D1
#[test]
fn a_colour_change_lets_runs_exceed_240_dots_on_larger_heads() {
    let column = spell(&[0xF0, 0x00, 0x40, 0x10, 0xFE, 0xFF], 320, &[]).unwrap().remove(0);
    assert_eq!(column, "1".repeat(304) + &"0".repeat(16));
    let white = spell(&[0x00, 0xF0, 0x00, 0x50, 0xFE, 0xFF], 320, &[]).unwrap().remove(0);
    assert_eq!(white, "0".repeat(320));
}

#[test]
fn every_byte_toggles_the_flip_flop_and_a_column_end_resets_it() {
    let columns = |bytes: &[u8]| spell(bytes, 10, &[(Window::Row, 4)]).unwrap();
    assert_eq!(columns(&[0xF6, 0x06, 0xFE, 0xFF]), ["wwww000000"]);
    assert_eq!(columns(&[0x00, 0xF6, 0x06, 0xFE, 0xFF]), ["wwww111111"]);
    assert_eq!(columns(&[0x00, 0x00, 0x0A, 0xFE, 0xFF]), ["1111111111"]);
    assert_eq!(columns(&[0x0A, 0xFE, 0x0A, 0xFE, 0xFF]), ["1111111111", "1111111111"]);
    assert_eq!(columns(&[0xFF]), Vec::<String>::new());
}

fn check_fault(bytes: &[u8], offset: usize, fault: Fault) {
    let known = [(Window::Postage, 4), (Window::SerialFront, 3)];
    assert_eq!(spell(bytes, 10, &known), Err(RecordError { offset, fault }), "{bytes:02x?}");
}

/// Claim: D1
#[test]
fn each_malformed_frame_is_refused_with_the_offset_that_showed_it() {
    let (one, two) = (Window::Postage, Window::SerialFront);
    check_fault(&[], 0, Fault::EndMissing);
    check_fault(&[0x0A, 0xFE], 2, Fault::EndMissing);
    check_fault(&[0x0A, 0xFF], 1, Fault::EndWithinColumn);
    check_fault(&[0x0A, 0xFE, 0xFF, 0xFF], 3, Fault::BytesAfterEnd);
    check_fault(&[0x09, 0xFE, 0xFF], 1, Fault::ColumnTooShort { dots: 9, expected: 10 });
    check_fault(&[0xFE, 0xFF], 0, Fault::ColumnTooShort { dots: 0, expected: 10 });
    check_fault(&[0x0B, 0xFE, 0xFF], 0, Fault::ColumnTooLong { expected: 10 });
    check_fault(&[0x07, 0xF1, 0xFE, 0xFF], 1, Fault::ColumnTooLong { expected: 10 });
    check_fault(&[0xF3, 0x06, 0xFE, 0xFF], 0, Fault::HeightUnknown(Window::SerialBack));
    let moved = [0x02, 0xF1, 0x04, 0xFE, 0x03, 0xF1, 0x03, 0xFE, 0xFF];
    check_fault(&moved, 5, Fault::MarkMoved(one));
    let skipped = [0xF2, 0x07, 0xFE, 0x0A, 0xFE, 0xF2, 0x07, 0xFE, 0xFF];
    check_fault(&skipped, 5, Fault::ColumnSkipped(two));
    check_fault(&[0xF2, 0xF2, 0x04, 0xFE, 0xFF], 1, Fault::MarkRepeated(two));
    assert_eq!(spell(&[0xFF], 0, &[]).unwrap_err().fault, Fault::HeadImpossible);
    assert_eq!(spell(&[0xFF], 5000, &[]).unwrap_err().fault, Fault::HeadImpossible);
    let endless = [0x01, 0xFE].repeat(20_000);
    assert_eq!(spell(&endless, 1, &[]), Err(RecordError { offset: 32_769, fault: Fault::TooManyColumns }));
}

fn shape_of(bytes: &[u8], expected: Option<(u32, u32)>) -> Result<(u32, u32), (usize, Fault)> {
    let expected = expected.map(|(columns, height)| WindowShape { columns, height });
    read_window(bytes, expected, |_, _, _, _| {})
        .map(|shape| (shape.columns, shape.height))
        .map_err(|error| (error.offset, error.fault))
}

/// Claim: D1
#[test]
fn a_windows_record_is_its_columns_of_equal_length_and_nothing_else() {
    assert_eq!(shape_of(&[0x03, 0xFE, 0x00, 0x03, 0xFE], None), Ok((2, 3)));
    assert_eq!(shape_of(&[0x03, 0xFE, 0x00, 0x03, 0xFE], Some((2, 3))), Ok((2, 3)));
    let short = Fault::ColumnTooShort { dots: 2, expected: 3 };
    assert_eq!(shape_of(&[0x03, 0xFE, 0x02, 0xFE], None), Err((3, short)));
    let long = Fault::ColumnTooLong { expected: 3 };
    assert_eq!(shape_of(&[0x03, 0xFE, 0x04, 0xFE], None), Err((2, long)));
    assert_eq!(shape_of(&[0x03, 0xFE, 0xFF], None), Err((2, Fault::EndWithinWindow)));
    let nested = Fault::WindowWithinWindow(Window::Postage);
    assert_eq!(shape_of(&[0x03, 0xF1, 0xFE], None), Err((1, nested)));
    let unfinished = Fault::ColumnTooShort { dots: 3, expected: 3 };
    assert_eq!(shape_of(&[0x03, 0xFE, 0x03], None), Err((3, unfinished)));
    let fewer = Fault::WindowColumns { columns: 1, expected: 2 };
    assert_eq!(shape_of(&[0x03, 0xFE], Some((2, 3))), Err((2, fewer)));
    let more = Fault::WindowColumns { columns: 2, expected: 1 };
    assert_eq!(shape_of(&[0x03, 0xFE, 0x03, 0xFE], Some((1, 3))), Err((3, more)));
    assert_eq!(shape_of(&[], None).unwrap_err().0, 0);
}

#[test]
fn windows_that_overlap_or_stick_out_cannot_be_marked() {
    let bitmap = Bitmap::new(Rect::new(0, 0, 10, 10));
    let encode = |windows: &[(Window, Rect)]| encode_frame(&bitmap, windows);
    let (one, two) = (Window::Postage, Window::Date);
    assert!(encode(&[(one, Rect::new(0, 0, 5, 5)), (two, Rect::new(5, 0, 5, 5))]).is_ok());
    assert!(encode(&[(one, Rect::new(0, 0, 5, 5)), (two, Rect::new(4, 4, 5, 5))]).is_err());
    assert!(encode(&[(one, Rect::new(6, 0, 5, 5))]).is_err());
}

proptest! {
    /// Claim: D1
    #[test]
    fn any_bytes_are_read_without_panic_and_only_within_the_column(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        dots in 1_u32..600,
        height in 1_u32..60,
    ) {
        let known: Vec<(Window, u32)> = Window::ALL.into_iter().map(|window| (window, height)).collect();
        if let Ok(columns) = spell(&bytes, dots, &known) {
            prop_assert!(columns.iter().all(|column| column.len() == dots as usize));
        }
        let _ = read_window(&bytes, None, |_, dot, dots, _| assert!(dot + dots <= record::MOST_DOTS));
    }

    /// Claim: D1
    #[test]
    fn what_is_written_reads_back_as_the_same_dots(
        (width, height) in (1_u32..20, 1_u32..600),
        runs in prop::collection::vec((any::<bool>(), 1_usize..400), 1..200),
    ) {
        let area = Rect::new(-5, 0, width, height);
        let mut bitmap = Bitmap::new(area);
        let colours = runs.iter().flat_map(|(black, length)| std::iter::repeat_n(*black, *length)).cycle();
        let places = (area.x..area.right()).flat_map(|x| (0..area.bottom()).map(move |y| (x, y)));
        places.zip(colours).for_each(|((x, y), black)| bitmap.set(x, y, black));

        let mut back = Bitmap::new(area);
        let shape = read_window(&encode_window(&bitmap), None, |column, dot, dots, black| {
            let x = area.right() - 1 - column as i32;
            back.fill(Rect::new(x, dot as i32, 1, dots), black);
        });
        prop_assert_eq!(shape, Ok(WindowShape { columns: width, height }));
        prop_assert_eq!(&back, &bitmap);
        let frame = encode_frame(&bitmap, &[]).unwrap();
        let columns = spell(&frame, height, &[]).unwrap();
        for (column, text) in columns.iter().enumerate() {
            let x = area.right() - 1 - column as i32;
            let expected: String =
                (0..area.bottom()).map(|y| if bitmap.is_black(x, y) { '1' } else { '0' }).collect();
            prop_assert_eq!(text, &expected);
        }
        prop_assert!(Pieces::new(&frame).all(|(_, piece)| !matches!(piece, Piece::Window(_))));
    }
}

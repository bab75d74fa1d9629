//! Codes for layout e.

use imprint::picture::layout::{CodePlace, Options};
use imprint::picture::{self, Content, Issuer, Layout, LayoutId};
use paper::{CodeError, bar_code, data_matrix};
use terms::{Date, Money, Serial};

fn content() -> Content {
    let serial = Serial::new(12_345_678).unwrap();
    Content::new(Money::from_minor(110), serial, Date::new(2026, 11, 21).unwrap(), vec![0x5_a3c7; 12])
}

/// Claim: D9
#[test]
fn serial_and_postage_fit_above_the_postage_as_a_bar_code_with_quiet_zones() {
    let layout = Layout::new(LayoutId::E, Options::default()).unwrap();
    for digits in ["12345678", "0110", "123456780110", "123"] {
        let mut content = content();
        content.code = Some(bar_code(digits).unwrap());
        let bitmap = picture::paint(&layout, &Issuer::default(), &content).unwrap();
        let field = layout.code_field().unwrap().place;
        let row: Vec<bool> = (326..696).map(|x| bitmap.is_black(x, field.y + 10)).collect();
        let first = row.iter().position(|black| *black).unwrap();
        let last = row.iter().rposition(|black| *black).unwrap();
        let module = (last + 1 - first) / content.code.unwrap().columns as usize;
        assert!(module >= 2, "{digits}");
        assert!(first >= 10 * module && row.len() - 1 - last >= 10 * module, "{digits}");
    }
}

/// Claim: X4
#[test]
fn a_data_matrix_in_place_of_the_bar_code_reads_back() {
    let options = Options { code: CodePlace::Square, ..Options::default() };
    let layout = Layout::new(LayoutId::E, options).unwrap();
    let message = "1123456782026112100011000000000422212130500021802010217120816";
    let mut content = content();
    content.code = Some(data_matrix(message.as_bytes()).unwrap());
    let bitmap = picture::paint(&layout, &Issuer::default(), &content).unwrap();

    let field = layout.code_field().unwrap().place;
    let columns = content.code.unwrap().columns;
    let side = field.width / columns;
    assert!(side >= 3, "a module measures at least three dots");
    let corner = field.centred(columns * side, columns * side);
    let middle = |index: u32| (index * side + side / 2) as i32;
    let pixels: Vec<bool> = (0..columns * columns)
        .map(|module| {
            bitmap.is_black(corner.x + middle(module % columns), corner.y + middle(module / columns))
        })
        .collect();
    let read = datamatrix::DataMatrix::decode(&pixels, columns as usize).unwrap();
    assert_eq!(read, message.as_bytes());
}

#[test]
fn a_data_matrix_grows_with_its_data_up_to_32_modules() {
    let sides: Vec<u32> = (1..=124).map(|digits| data_matrix(&vec![b'1'; digits]).unwrap().columns).collect();
    assert!(sides.windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!((sides.first(), sides.last()), (Some(&10), Some(&32)));
}

#[test]
fn what_a_code_cannot_hold_is_refused() {
    for text in ["", "12a4", "1234567890123456789012345", "١٢"] {
        assert_eq!(bar_code(text), Err(CodeError::Digits), "{text:?}");
    }
    assert_eq!(data_matrix(&[200; 100]), Err(CodeError::TooMuch));
}

//! The figures: as a reader and an OCR need them.

use imprint::picture::Rect;
use imprint::picture::font::{self, Alignment, FigureSize, FontError};

const SIZES: [FigureSize; 4] = [FigureSize::POSTAGE, FigureSize::DATE, FigureSize::SERIAL, FigureSize::TIME];

#[test]
fn any_two_figures_differ_by_a_quarter_of_their_black_dots_at_every_size() {
    for size in SIZES {
        for first in '0'..='9' {
            for second in ('0'..='9').filter(|second| *second > first) {
                let (a, b) = (font::glyph(first, size).unwrap(), font::glyph(second, size).unwrap());
                let area = a.area();
                let places =
                    (0..area.height as i32).flat_map(|y| (0..area.width as i32).map(move |x| (x, y)));
                let different = places.filter(|(x, y)| a.is_black(*x, *y) != b.is_black(*x, *y)).count();
                let smaller = a.black_dots().min(b.black_dots());
                assert!(
                    different * 4 > smaller,
                    "{first} and {second} at {size:?}: {different} of {smaller}"
                );
            }
        }
    }
}

#[test]
fn figures_fill_their_height_and_are_equally_wide() {
    for size in SIZES {
        for figure in '0'..='9' {
            let glyph = font::glyph(figure, size).unwrap();
            assert_eq!((glyph.area().width, glyph.area().height), (size.width, size.height));
            for y in [0, size.height as i32 - 1] {
                assert!(
                    (0..size.width as i32).any(|x| glyph.is_black(x, y)),
                    "{figure} at {size:?}, row {y}"
                );
            }
        }
    }
}

#[test]
fn each_figure_of_a_text_has_its_own_place_within_the_field() {
    let field = Rect::new(100, 10, 208, 30);
    for alignment in [Alignment::Left, Alignment::Centre, Alignment::Right] {
        let cells = font::cells("2026-11-21", FigureSize::DATE, field, alignment).unwrap();
        assert_eq!(cells.iter().map(|cell| cell.character).collect::<String>(), "2026-11-21");
        assert!(cells.iter().all(|cell| field.encloses(cell.place)));
        assert!(cells.windows(2).all(|pair| pair[0].place.right() + 4 == pair[1].place.x));
    }
}

#[test]
fn what_the_font_lacks_or_the_field_cannot_hold_is_refused() {
    let field = Rect::new(0, 0, 60, 40);
    let cells = |text| font::cells(text, FigureSize::POSTAGE, field, Alignment::Left);
    assert_eq!(cells("1\u{3b1}"), Err(FontError::NoCharacter('\u{3b1}')));
    assert!(matches!(cells("12345"), Err(FontError::TooWide { .. })));
}

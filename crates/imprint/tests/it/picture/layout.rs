//! The five layouts: what a reader and a person rely on.

use super::{all_layouts, content};
use imprint::numbers::Suspicion;
use imprint::picture::layout::Window;
use imprint::picture::{self, Issuer, LayoutId, Rect};

/// Claim: D9
#[test]
fn windows_lie_within_the_stamps_and_apart_from_each_other() {
    for layout in all_layouts() {
        for (index, field) in layout.fields.iter().enumerate() {
            assert!(layout.stamps().encloses(field.place), "{} in {}", field.window, layout.id);
            for other in &layout.fields[index + 1..] {
                assert!(
                    !field.place.overlaps(other.place),
                    "{} and {} in {}",
                    field.window,
                    other.window,
                    layout.id
                );
            }
        }
    }
}

#[test]
fn the_anchors_look_the_same_in_every_layout_and_keep_their_quiet_zone() {
    for layout in all_layouts() {
        let mut content = content(12);
        content.suspicion = Suspicion::Manipulated;
        let bitmap = picture::paint(&layout, &Issuer::default(), &content).unwrap();
        for y in 2..238 {
            let black: Vec<i32> = (0..720).filter(|x| bitmap.is_black(*x, y)).collect();
            let near_left: Vec<i32> = black.iter().copied().filter(|x| *x < 30).collect();
            let expected: Vec<i32> = (0..8).chain(12..16).chain(20..24).collect();
            assert_eq!(near_left, expected, "row {y} of {}", layout.id);
            let near_right: Vec<i32> = black.iter().map(|x| x - 696).filter(|x| *x >= -6).collect();
            assert_eq!(near_right, expected, "row {y} of {}", layout.id);
        }
    }
}

#[test]
fn rows_of_every_set_find_their_place_and_longer_ones_are_refused() {
    for layout in all_layouts() {
        for count in [10, 12, 13, 14, 15, 16, 17, 20, 23, 28] {
            let cells = layout.row_cells(count).unwrap_or_else(|error| panic!("{}: {error}", layout.id));
            assert_eq!(cells.len(), count);
            for (index, cell) in cells.iter().enumerate() {
                assert_eq!(cell.width / 5, cell.height / 4);
                let own_window = layout.fields.iter().any(|field| field.place.encloses(*cell));
                assert!(own_window, "symbol {index} of {count} in {}: {cell:?}", layout.id);
                let roomy = Rect::new(cell.x - 2, cell.y - 2, cell.width + 4, cell.height + 4);
                assert!(cells[index + 1..].iter().all(|other| !roomy.overlaps(*other)));
            }
        }
        let error = layout.row_cells(200).unwrap_err();
        assert!(error.to_string().starts_with("a row of"));
    }
}

#[test]
fn the_upright_row_of_twelve_is_236_dots_long() {
    let layout = imprint::picture::Layout::new(LayoutId::B, Default::default()).unwrap();
    let cells = layout.row_cells(12).unwrap();
    let block = cells.iter().copied().reduce(Rect::union).unwrap();
    assert_eq!((block.y, block.width, block.height), (2, 20, 236));
}

#[test]
fn the_mark_stands_right_of_the_cliche_number_in_every_layout() {
    for layout in all_layouts() {
        let number = layout.field(Window::ClicheNumber).unwrap().place;
        assert!(layout.mark().x > number.right());
        assert_eq!(layout.mark().y, number.y);
    }
}

/// Claim: D12
#[test]
fn suspicion_and_manipulation_show_as_marks_that_differ() {
    for layout in all_layouts() {
        let spots = |suspicion| {
            let mut content = content(12);
            content.suspicion = suspicion;
            let bitmap = picture::paint(&layout, &Issuer::default(), &content).unwrap();
            let place = layout.mark();
            let mut mark = picture::Bitmap::new(place);
            mark.lay(&bitmap);
            mark.black_dots() / 36
        };
        let marks = [Suspicion::None, Suspicion::Suspicious, Suspicion::Manipulated].map(spots);
        assert_eq!(marks, [0, 5, 9], "layout {}", layout.id);
    }
}

/// Claim: D11
#[test]
fn the_time_count_is_nine_digits_in_every_layout_that_shows_it() {
    for layout in all_layouts() {
        let field = layout.field(Window::TimeCount).unwrap();
        let mut content = content(12);
        content.time_count = Some(4_711);
        let text = picture::painter::figures_text(Window::TimeCount, &content).unwrap();
        assert_eq!(text, "000004711");
        assert_eq!(field.cells(&text).unwrap().len(), 9);
        content.time_count = Some(1_000_000_000);
        assert!(picture::painter::figures_text(Window::TimeCount, &content).is_err());
    }
}

/// Claim: D9
#[test]
fn reference_bars_stand_beside_the_row_of_layout_a() {
    let layout = picture::Layout::new(LayoutId::A, Default::default()).unwrap();
    let bitmap = picture::paint(&layout, &Issuer::default(), &content(10)).unwrap();
    let bars = layout.field(Window::Reference).unwrap().place;
    let row = layout.row_cells(10).unwrap()[0];
    assert_eq!((bars.y, bars.height), (row.y, row.height));
    for x in bars.x..bars.right() {
        let black = (x - bars.x) / 12 % 2 == 0;
        assert!((bars.y..bars.bottom()).all(|y| bitmap.is_black(x, y) == black));
    }
}

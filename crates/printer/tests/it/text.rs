//! Text printed with the head.

use super::head::head;
use super::job;
use imprint::picture::Bitmap;
use imprint::picture::font::{FigureSize, glyph};
use printer::text::{LINE_CHARACTERS_MAX, STRIP_LINES, TextError, strips};
use printer::{Imprint, Job, Printer};

/// Prints a strip with the head.
fn printed(strip: Imprint) -> Bitmap {
    let (mut head, mechanism, tray) = head();
    mechanism.insert_letter();
    head.print(&Job { imprint: strip, ..job("1") }).unwrap();
    tray.letters().pop().unwrap().bitmap
}

/// Whether a character of the imprint's font stands here.
fn stands(paper: &Bitmap, character: char, left: i32, top: i32) -> bool {
    let glyph = glyph(character, FigureSize::TIME).unwrap();
    let area = glyph.area();
    (0..area.width as i32)
        .all(|x| (0..area.height as i32).all(|y| paper.is_black(left + x, top + y) == glyph.is_black(x, y)))
}

/// Claim: B25
#[test]
fn registers_are_printed_with_the_head_figure_under_figure() {
    let lines = ["R1 1234.50", "R2 0765.50", "R3 2000.00"];
    let strips = strips(&lines).unwrap();
    let [strip] = strips.as_slice() else { panic!("one strip") };
    let paper = printed(strip.clone());
    for (index, line) in lines.iter().enumerate() {
        let mut left = 0;
        for character in line.chars() {
            // 30 dots a line, 20 of them the text's.
            assert!(stands(&paper, character, left, index as i32 * 30 + 5), "{character} of {line}");
            left += (FigureSize::TIME.character_width(character).unwrap() + FigureSize::TIME.gap) as i32;
        }
    }
}

#[test]
fn a_longer_text_is_several_strips_in_order() {
    let lines: Vec<String> = (0..STRIP_LINES * 2 + 1).map(|line| line.to_string()).collect();
    let strips = strips(&lines).unwrap();
    assert_eq!(strips.len(), 3);
    let first_line: Vec<Bitmap> = strips.into_iter().map(printed).collect();
    assert!(stands(&first_line[0], '0', 0, 5) && stands(&first_line[1], '8', 0, 5));
    assert!(stands(&first_line[2], '1', 0, 5) && stands(&first_line[2], '6', 15, 5));
}

#[test]
fn what_the_font_lacks_does_not_withhold_a_report() {
    let one = |text: &str| strips(&[text]).unwrap().remove(0).bitmap();
    assert!(one("Büro 1") == one("BÜRO 1"));
    assert!(one("a€b") == one("A?B"));
    assert_eq!(one("").black_dots(), 0);
    assert!(strips(&[] as &[&str]).unwrap().is_empty());
    assert!(strips(&["8".repeat(LINE_CHARACTERS_MAX)]).is_ok());
    let too_long = strips(&["8".repeat(LINE_CHARACTERS_MAX + 1)]);
    assert_eq!(too_long.unwrap_err(), TextError::TooLong);
}

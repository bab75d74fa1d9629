//! The characters as lines of a pen, drawn for this project: capital letters, figures and a few signs.
//!
//! A character stands on a field 100 units high and as wide as it says; the coordinates are those of the pen's
//! middle. The figures are shaped after the idea of OCR-B: no two of them share an outline when they blur
//! (flat-topped 3, open 4, slanted stems of 6 and 9, unequal loops of 8).

/// One movement of the pen.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// Lifts the pen and puts it down at the point.
    Move(i16, i16),
    /// A straight line to the point.
    Line(i16, i16),
    /// A quarter turn: leaves towards the corner given first, arrives at the point from there.
    Turn(i16, i16, i16, i16),
}

use Step::{Line, Move, Turn};

/// A character's width in units and the movements that draw it.
pub(super) struct Shape {
    pub(super) width: i16,
    pub(super) steps: &'static [Step],
}

macro_rules! shape {
    ($width:literal: $($step:expr),* $(,)?) => {
        Some(Shape { width: $width, steps: &[$($step),*] })
    };
}

/// The shape of a character; small letters are drawn as capitals.
pub(super) fn shape(character: char) -> Option<Shape> {
    match character {
        '0'..='9' => figure(character),
        'A'..='M' => letter_a_to_m(character),
        'N'..='Z' => letter_n_to_z(character),
        'a'..='z' => shape(character.to_ascii_uppercase()),
        'Ä' | 'Ö' | 'Ü' | 'ä' | 'ö' | 'ü' => umlaut(character),
        _ => sign(character),
    }
}

fn figure(character: char) -> Option<Shape> {
    match character {
        '0' => shape![60: Move(30, 0), Turn(60, 0, 60, 34), Line(60, 66), Turn(60, 100, 30, 100),
            Turn(0, 100, 0, 66), Line(0, 34), Turn(0, 0, 30, 0)],
        '1' => shape![60: Move(6, 24), Line(32, 0), Line(32, 100), Move(4, 100), Line(60, 100)],
        '2' => shape![60: Move(2, 24), Turn(4, 0, 30, 0), Turn(58, 0, 58, 27), Turn(58, 44, 40, 60),
            Line(0, 100), Line(60, 100)],
        '3' => shape![60: Move(4, 0), Line(58, 0), Line(27, 39), Turn(60, 39, 60, 69),
            Turn(60, 100, 27, 100), Turn(6, 100, 0, 84)],
        '4' => shape![60: Move(30, 0), Line(0, 70), Line(60, 70), Move(44, 44), Line(44, 100)],
        '5' => shape![60: Move(55, 0), Line(8, 0), Line(5, 46), Turn(12, 37, 28, 37), Turn(60, 37, 60, 68),
            Turn(60, 100, 28, 100), Turn(6, 100, 0, 86)],
        '6' => shape![60: Move(42, 0), Turn(0, 36, 0, 68), Turn(0, 100, 30, 100), Turn(60, 100, 60, 70),
            Turn(60, 41, 30, 41), Turn(6, 41, 1, 62)],
        '7' => shape![60: Move(0, 0), Line(60, 0), Line(60, 6), Line(16, 100)],
        '8' => shape![60: Move(30, 0), Turn(55, 0, 55, 22), Turn(55, 45, 30, 45), Turn(5, 45, 5, 22),
            Turn(5, 0, 30, 0), Move(30, 45), Turn(60, 45, 60, 72), Turn(60, 100, 30, 100),
            Turn(0, 100, 0, 72), Turn(0, 45, 30, 45)],
        '9' => shape![60: Move(18, 100), Turn(60, 64, 60, 32), Turn(60, 0, 30, 0), Turn(0, 0, 0, 30),
            Turn(0, 59, 30, 59), Turn(54, 59, 59, 38)],
        _ => None,
    }
}

fn letter_a_to_m(character: char) -> Option<Shape> {
    match character {
        'A' => shape![70: Move(0, 100), Line(35, 0), Line(70, 100), Move(12, 66), Line(58, 66)],
        'B' => shape![60: Move(0, 0), Line(0, 100), Move(0, 0), Line(30, 0), Turn(54, 0, 54, 23),
            Turn(54, 46, 30, 46), Line(0, 46), Move(30, 46), Turn(60, 46, 60, 73), Turn(60, 100, 30, 100),
            Line(0, 100)],
        'C' => shape![64: Move(64, 22), Turn(56, 0, 34, 0), Turn(0, 0, 0, 36), Line(0, 64),
            Turn(0, 100, 34, 100), Turn(56, 100, 64, 78)],
        'D' => shape![64: Move(0, 0), Line(0, 100), Line(28, 100), Turn(64, 100, 64, 64), Line(64, 36),
            Turn(64, 0, 28, 0), Line(0, 0)],
        'E' => shape![54: Move(54, 0), Line(0, 0), Line(0, 100), Line(54, 100), Move(0, 48), Line(46, 48)],
        'F' => shape![52: Move(52, 0), Line(0, 0), Line(0, 100), Move(0, 48), Line(44, 48)],
        'G' => shape![66: Move(64, 20), Turn(56, 0, 34, 0), Turn(0, 0, 0, 36), Line(0, 64),
            Turn(0, 100, 34, 100), Turn(66, 100, 66, 72), Line(66, 54), Line(38, 54)],
        'H' => shape![62: Move(0, 0), Line(0, 100), Move(62, 0), Line(62, 100), Move(0, 48), Line(62, 48)],
        'I' => shape![0: Move(0, 0), Line(0, 100)],
        'J' => shape![46: Move(46, 0), Line(46, 70), Turn(46, 100, 22, 100), Turn(2, 100, 0, 80)],
        'K' => shape![60: Move(0, 0), Line(0, 100), Move(58, 0), Line(0, 58), Move(20, 38), Line(60, 100)],
        'L' => shape![50: Move(0, 0), Line(0, 100), Line(50, 100)],
        'M' => shape![76: Move(0, 100), Line(0, 0), Line(38, 64), Line(76, 0), Line(76, 100)],
        _ => None,
    }
}

fn letter_n_to_z(character: char) -> Option<Shape> {
    match character {
        'N' => shape![64: Move(0, 100), Line(0, 0), Line(64, 100), Line(64, 0)],
        'O' => shape![72: Move(36, 0), Turn(72, 0, 72, 40), Line(72, 60), Turn(72, 100, 36, 100),
            Turn(0, 100, 0, 60), Line(0, 40), Turn(0, 0, 36, 0)],
        'P' => shape![58: Move(0, 100), Line(0, 0), Line(30, 0), Turn(58, 0, 58, 27), Turn(58, 55, 30, 55),
            Line(0, 55)],
        'Q' => shape![72: Move(36, 0), Turn(72, 0, 72, 40), Line(72, 60), Turn(72, 100, 36, 100),
            Turn(0, 100, 0, 60), Line(0, 40), Turn(0, 0, 36, 0), Move(44, 72), Line(72, 102)],
        'R' => shape![60: Move(0, 100), Line(0, 0), Line(30, 0), Turn(57, 0, 57, 26), Turn(57, 52, 30, 52),
            Line(0, 52), Move(30, 52), Line(60, 100)],
        'S' => shape![60: Move(57, 18), Turn(52, 0, 30, 0), Turn(3, 0, 3, 24), Turn(3, 44, 30, 49),
            Turn(60, 54, 60, 75), Turn(60, 100, 30, 100), Turn(6, 100, 0, 82)],
        'T' => shape![64: Move(0, 0), Line(64, 0), Move(32, 0), Line(32, 100)],
        'U' => shape![62: Move(0, 0), Line(0, 66), Turn(0, 100, 31, 100), Turn(62, 100, 62, 66), Line(62, 0)],
        'V' => shape![68: Move(0, 0), Line(34, 100), Line(68, 0)],
        'W' => shape![96: Move(0, 0), Line(24, 100), Line(48, 16), Line(72, 100), Line(96, 0)],
        'X' => shape![64: Move(0, 0), Line(64, 100), Move(64, 0), Line(0, 100)],
        'Y' => shape![66: Move(0, 0), Line(33, 50), Line(66, 0), Move(33, 50), Line(33, 100)],
        'Z' => shape![60: Move(0, 0), Line(60, 0), Line(0, 100), Line(60, 100)],
        _ => None,
    }
}

/// Letters with two dots: drawn lower, so that the dots stay within the field.
fn umlaut(character: char) -> Option<Shape> {
    match character {
        'Ä' | 'ä' => shape![70: Move(0, 100), Line(35, 20), Line(70, 100), Move(12, 72), Line(58, 72),
            Move(16, 0), Line(18, 0), Move(52, 0), Line(54, 0)],
        'Ö' | 'ö' => shape![72: Move(36, 22), Turn(72, 22, 72, 52), Line(72, 70), Turn(72, 100, 36, 100),
            Turn(0, 100, 0, 70), Line(0, 52), Turn(0, 22, 36, 22),
            Move(20, 0), Line(22, 0), Move(50, 0), Line(52, 0)],
        'Ü' | 'ü' => shape![62: Move(0, 24), Line(0, 68), Turn(0, 100, 31, 100), Turn(62, 100, 62, 68),
            Line(62, 24), Move(16, 0), Line(18, 0), Move(44, 0), Line(46, 0)],
        _ => None,
    }
}

fn sign(character: char) -> Option<Shape> {
    match character {
        ' ' => shape![26:],
        '.' => shape![8: Move(1, 99), Line(7, 99), Line(7, 93), Line(1, 93), Line(1, 99)],
        ',' => shape![10: Move(8, 92), Line(8, 98), Line(2, 114)],
        ':' => shape![8: Move(4, 34), Line(4, 40), Move(4, 90), Line(4, 96)],
        '-' => shape![36: Move(0, 54), Line(36, 54)],
        '/' => shape![46: Move(0, 106), Line(46, -6)],
        '+' => shape![50: Move(0, 52), Line(50, 52), Move(25, 27), Line(25, 77)],
        '!' => shape![4: Move(2, 0), Line(2, 64), Move(2, 96), Line(2, 100)],
        '?' => shape![50: Move(0, 22), Turn(2, 0, 25, 0), Turn(50, 0, 50, 24), Turn(50, 42, 36, 50),
            Turn(25, 56, 25, 70), Move(25, 96), Line(25, 100)],
        '\'' => shape![4: Move(2, 0), Line(2, 24)],
        '(' => shape![18: Move(18, -6), Turn(0, 20, 0, 50), Turn(0, 80, 18, 106)],
        ')' => shape![18: Move(0, -6), Turn(18, 20, 18, 50), Turn(18, 80, 0, 106)],
        '*' => shape![44: Move(22, 24), Line(22, 68), Move(3, 35), Line(41, 57), Move(41, 35), Line(3, 57)],
        '&' => shape![68: Move(68, 100), Line(16, 34), Turn(4, 18, 12, 6), Turn(26, -8, 38, 8),
            Turn(46, 22, 28, 40), Turn(0, 56, 0, 76), Turn(0, 100, 26, 100), Turn(54, 100, 62, 62)],
        _ => None,
    }
}

//! Reads a sheet of symbols while the crate is compiled.
//!
//! A sheet is text: for each symbol a line with its name, then four lines of five characters, `#` black and `.`
//! white, top row first; one empty line between two symbols. A name is one to eight lower-case letters.

use super::symbol::{COLUMNS, ROWS, Symbol};

/// What is wrong with a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SheetFault {
    /// It ends before its last symbol does.
    TooShort,
    /// It goes on after its last symbol.
    TooLong,
    /// A name is not one to eight lower-case letters.
    Name,
    /// A row is not five characters, each `#` or `.`.
    Row,
    /// Two symbols are not set apart by one empty line.
    Gap,
}

/// The symbols of a sheet that must hold exactly `N` of them.
pub(super) const fn read<const N: usize>(sheet: &'static str) -> Result<[Symbol; N], SheetFault> {
    let mut symbols = [Symbol::new("", 0); N];
    let mut unfilled = symbols.as_mut_slice();
    let mut rest = sheet;
    while let Some((place, after)) = unfilled.split_first_mut() {
        let Some((name, lines)) = line(rest) else { return Err(SheetFault::TooShort) };
        if !is_name(name) {
            return Err(SheetFault::Name);
        }
        let (modules, lines) = match drawing(lines) {
            Ok(drawn) => drawn,
            Err(fault) => return Err(fault),
        };
        *place = Symbol::new(name, modules);
        rest = if after.is_empty() {
            lines
        } else {
            match line(lines) {
                Some((gap, next)) if gap.is_empty() => next,
                Some(_) => return Err(SheetFault::Gap),
                None => return Err(SheetFault::TooShort),
            }
        };
        unfilled = after;
    }
    if rest.is_empty() { Ok(symbols) } else { Err(SheetFault::TooLong) }
}

/// The symbols, or an end to the build with a sentence.
#[expect(clippy::panic, reason = "it runs only while the crate is compiled")]
pub(super) const fn read_or_stop<const N: usize>(read: Result<[Symbol; N], SheetFault>) -> [Symbol; N] {
    let sentence = match read {
        Ok(symbols) => return symbols,
        Err(SheetFault::TooShort) => "a sheet of symbols ends before its last symbol does",
        Err(SheetFault::TooLong) => "a sheet of symbols goes on after its last symbol",
        Err(SheetFault::Name) => "a symbol's name is not one to eight lower-case letters",
        Err(SheetFault::Row) => "a row of a symbol is not five characters, each `#` or `.`",
        Err(SheetFault::Gap) => "two symbols of a sheet are not set apart by one empty line",
    };
    panic!("{}", sentence)
}

/// Four rows as a mask, and the text after them.
const fn drawing(mut text: &'static str) -> Result<(u32, &'static str), SheetFault> {
    let mut modules = 0;
    let mut bit = 0;
    let mut rows = 0;
    while rows < ROWS {
        let Some((row, after)) = line(text) else { return Err(SheetFault::TooShort) };
        if row.len() != COLUMNS as usize {
            return Err(SheetFault::Row);
        }
        let mut characters = row.as_bytes();
        while let Some((character, others)) = characters.split_first() {
            match *character {
                b'#' => modules |= 1 << bit,
                b'.' => {}
                _ => return Err(SheetFault::Row),
            }
            bit += 1;
            characters = others;
        }
        text = after;
        rows += 1;
    }
    Ok((modules, text))
}

/// The first line and the text after it; none where the text is at its end or its last line is not ended.
const fn line(text: &'static str) -> Option<(&'static str, &'static str)> {
    let mut length = 0;
    let mut bytes = text.as_bytes();
    while let Some((byte, others)) = bytes.split_first() {
        if *byte == b'\n' {
            return match text.split_at_checked(length) {
                Some((line, rest)) => match rest.split_at_checked(1) {
                    Some((_, after)) => Some((line, after)),
                    None => None,
                },
                None => None,
            };
        }
        length += 1;
        bytes = others;
    }
    None
}

const fn is_name(name: &str) -> bool {
    let mut letters = name.as_bytes();
    while let Some((letter, others)) = letters.split_first() {
        if !letter.is_ascii_lowercase() {
            return false;
        }
        letters = others;
    }
    !name.is_empty() && name.len() <= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAIR: &str = "stair\n....#\n...##\n..###\n.####\n";

    #[test]
    fn a_sheet_is_read_row_by_row_from_the_top_left() {
        let symbols = read::<1>(STAIR).unwrap();
        assert_eq!(symbols, [Symbol::new("stair", 0b11110_11100_11000_10000)]);
    }

    fn check<const N: usize>(sheet: &'static str, expected: SheetFault) {
        assert_eq!(read::<N>(sheet), Err(expected), "{sheet:?}");
    }

    #[test]
    fn a_sheet_with_the_wrong_number_of_symbols_is_refused() {
        check::<1>("", SheetFault::TooShort);
        check::<2>(STAIR, SheetFault::TooShort);
        check::<0>(STAIR, SheetFault::TooLong);
        check::<1>("stair\n....#\n...##\n..###\n", SheetFault::TooShort);
        check::<1>("stair\n....#\n...##\n..###\n.####", SheetFault::TooShort);
        check::<1>("stair\n....#\n...##\n..###\n.####\n\n", SheetFault::TooLong);
    }

    #[test]
    fn a_name_or_row_drawn_wrongly_is_refused() {
        check::<1>("\n....#\n...##\n..###\n.####\n", SheetFault::Name);
        check::<1>("Stair\n....#\n...##\n..###\n.####\n", SheetFault::Name);
        check::<1>("ninecount\n....#\n...##\n..###\n.####\n", SheetFault::Name);
        check::<1>("stair\n....#\n...##\n..##\n.####\n", SheetFault::Row);
        check::<1>("stair\n....#\n...##\n..###\n.###x\n", SheetFault::Row);
        check::<1>("stair\n....#\n...##\n..###\n.###é\n", SheetFault::Row);
        check::<1>("stair\n....#\r\n...##\r\n..###\r\n.####\r\n", SheetFault::Row);
        check::<2>("a\n#....\n#....\n#....\n#....\nb\n#....\n#....\n#....\n#....\n", SheetFault::Gap);
    }
}

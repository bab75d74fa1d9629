//! The measures of Helvetica, which every reader of PDF has, in the encoding WinAnsi.

/// Signs that WinAnsi has at 0x80 to 0x9F; a blank where it has none.
const UPPER: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// How wide each sign from 0x20 on is, in thousandths of the font's size.
const WIDTHS: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // blank to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 350, // p to 0x7F
    556, 350, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 350, 611, 350, // 0x80 to 0x8F
    350, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350, 500, 667, // 0x90 to 0x9F
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333, // 0xA0 to 0xAF
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611, // 0xB0 to 0xBF
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, // 0xC0 to 0xCF
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, // 0xD0 to 0xDF
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, // 0xE0 to 0xEF
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500, // 0xF0 to 0xFF
];

/// The text in WinAnsi; a question mark stands for each sign that it does not have.
pub fn encoded(text: &str) -> Vec<u8> {
    text.chars().map(|sign| byte_of(sign).unwrap_or(b'?')).collect()
}

fn byte_of(sign: char) -> Option<u8> {
    match sign {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(sign)).ok(),
        _ => {
            let place = UPPER.iter().position(|upper| *upper == sign)?;
            u8::try_from(0x80 + place).ok()
        }
    }
}

/// How wide an encoded text is at this size of the font, in points.
pub fn width(encoded: &[u8], size: f32) -> f32 {
    let of =
        |byte: &u8| WIDTHS.get(usize::from(byte.saturating_sub(b' '))).map_or(0, |width| u32::from(*width));
    encoded.iter().map(of).sum::<u32>() as f32 * size / 1000.0
}

/// As much of an encoded text as fits into this width, three dots at its end where some is missing.
pub fn fitted(encoded: &[u8], size: f32, room: f32) -> Vec<u8> {
    const DOTS: u8 = 0x85;
    if width(encoded, size) <= room {
        return encoded.to_vec();
    }
    let mut fitted = encoded.to_vec();
    while fitted.pop().is_some() {
        let shorter = [&fitted[..], &[DOTS]].concat();
        if width(&shorter, size) <= room {
            return shorter;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_european_languages_are_kept_and_others_become_question_marks() {
        assert_eq!(encoded("Büro €5 – „Ä…“"), b"B\xfcro \x805 \x96 \x84\xc4\x85\x93");
        assert_eq!(encoded("αx\u{7f}\n"), b"?x??");
    }

    #[test]
    fn all_digits_are_as_wide_so_that_columns_of_figures_stand_straight() {
        assert_eq!(width(b"0123456789", 10.0), 55.6);
        assert_eq!(width(b"1.10", 1000.0), 3.0 * 556.0 + 278.0);
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_with_dots_and_never_wider_than_its_room() {
        let text = encoded("Accounts department");
        assert_eq!(fitted(&text, 9.0, 500.0), text);
        for room in 0..90 {
            let fitted = fitted(&text, 9.0, room as f32);
            assert!(width(&fitted, 9.0) <= room as f32);
        }
        assert_eq!(fitted(&text, 9.0, 40.0), b"Accoun\x85");
    }
}

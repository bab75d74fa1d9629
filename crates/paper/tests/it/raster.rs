//! Pages for printers.

use super::imprint;
use paper::{Envelope, Offset, PageError, write_raster};

/// A page read back by the rules of the format: width, height and the black dots.
struct Page {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
    bytes_per_line: usize,
}

impl Page {
    fn read(file: &[u8]) -> Page {
        let number =
            |place: usize| u32::from_be_bytes(file[4 + place..8 + place].try_into().unwrap()) as usize;
        assert_eq!(&file[..13], b"RaS2PwgRaster");
        let (width, height, bytes_per_line) = (number(372), number(376), number(392));
        let mut bytes = Vec::new();
        let mut rest = &file[4 + 1796..];
        while bytes.len() < height * bytes_per_line {
            let repeats = usize::from(rest[0]) + 1;
            rest = &rest[1..];
            let mut line = Vec::new();
            while line.len() < bytes_per_line {
                let count = usize::from(rest[0]);
                let used = if count < 128 {
                    line.extend(std::iter::repeat_n(rest[1], count + 1));
                    2
                } else {
                    line.extend_from_slice(&rest[1..1 + 257 - count]);
                    1 + 257 - count
                };
                rest = &rest[used..];
            }
            assert_eq!(line.len(), bytes_per_line);
            bytes.extend(line.repeat(repeats));
        }
        assert!(rest.is_empty() && bytes.len() == height * bytes_per_line);
        Page { width, height, bytes, bytes_per_line }
    }

    fn is_black(&self, x: usize, y: usize) -> bool {
        self.bytes[y * self.bytes_per_line + x / 8] << (x % 8) & 0x80 != 0
    }
}

#[test]
fn a_raster_holds_the_imprint_turned_to_the_left_dot_by_dot() {
    let bitmap = imprint();
    for enlargement in [1, 5] {
        let file = write_raster(&bitmap, 240, Envelope::Dl, Offset::default(), enlargement).unwrap();
        let page = Page::read(&file);
        let scale = enlargement as usize;
        // 110 by 220 mm at 240 dots an inch; 8 mm are 76 dots.
        assert_eq!((page.width, page.height), (1039 * scale, 2079 * scale));
        let (margin, mut black) = (76 * scale, 0);
        for y in 0..page.height {
            for x in 0..page.width {
                let on_imprint_x = 719 - (y as i32 - margin as i32).div_euclid(enlargement as i32);
                let on_imprint_y = (x as i32 - margin as i32).div_euclid(enlargement as i32);
                assert_eq!(page.is_black(x, y), bitmap.is_black(on_imprint_x, on_imprint_y), "{x}, {y}");
                black += usize::from(page.is_black(x, y));
            }
        }
        assert_eq!(black, bitmap.black_dots() * scale * scale, "the whole imprint is on the page");
    }
}

#[test]
fn a_raster_that_cannot_be_is_refused() {
    let write = |offset: &str, enlargement| {
        write_raster(&imprint(), 240, Envelope::C6, offset.parse().unwrap(), enlargement).unwrap_err()
    };
    assert_eq!(write("0,0", 0), PageError::Enlargement);
    assert_eq!(write("0,0", 11), PageError::Enlargement);
    assert_eq!(write("100,0", 1), PageError::DoesNotFit);
    assert_eq!(write("0,-9", 1), PageError::DoesNotFit);
}

//! PNG files.

use super::imprint;
use std::io::Cursor;

#[test]
fn a_picture_has_one_bit_a_dot_and_says_its_size_on_paper() {
    let bitmap = imprint();
    let mut file = Vec::new();
    paper::write_png(&bitmap, 240, &mut file).unwrap();
    let mut reader = png::Decoder::new(Cursor::new(&file)).read_info().unwrap();
    let info = reader.info();
    assert_eq!((info.width, info.height, info.bit_depth), (720, 240, png::BitDepth::One));
    let dims = info.pixel_dims.unwrap();
    // 240 dots an inch are 9448.8 dots a metre.
    assert_eq!((dims.xppu, dims.yppu, dims.unit), (9449, 9449, png::Unit::Meter));

    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut bytes).unwrap();
    for y in 0..240 {
        for x in 0..720 {
            let white = bytes[(y * 720 + x) / 8] << (x % 8) & 0x80 != 0;
            assert_eq!(white, !bitmap.is_black(x as i32, y as i32));
        }
    }
}

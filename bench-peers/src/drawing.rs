//! The picture of the next imprint as a stream of packed columns: new postage, date, count and row over a frame that
//! stays. The peers copy a finished frame and draw only what changes, as this project's press does.

use crate::clock::cpu_each;
use crate::figures::Figures;
use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{GrayImage, Luma};
use imageproc::drawing::{draw_filled_rect_mut, draw_text_mut};
use imageproc::rect::Rect as Block;
use imprint::picture::compose::{Next, Press};
use imprint::picture::layout::{Layout, LayoutId, Options, Window};
use imprint::picture::{Bitmap, Content, Issuer, Rect, paint};
use std::error::Error;
use std::hint::black_box;
use terms::{Date, Money, Serial};

const FONTS: [&str; 2] = [
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
];
/// Columns of the cliché: about 1500 columns with the stamps.
const CLICHE_COLUMNS: u32 = 768;
const BATCH: u32 = 200;

/// Times the next imprint.
pub fn measure(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let options = Options { cliche_columns: CLICHE_COLUMNS, ..Options::default() };
    let layout = Layout::new(LayoutId::B, options)?;
    let content = content()?;
    let cliche = Bitmap::new(layout.cliche().ok_or("the layout has no cliché")?);
    let mut press = Press::new(&layout, &Issuer::default(), Some(&cliche), &content)?;
    let rows = [row(1), row(2)];
    let ours = cpu_each(50 * BATCH, |index| {
        let next = Next {
            postage: Money::from_minor(u64::from(index % 9999)),
            date: content.date,
            time_count: Some(index),
            row: &rows[index as usize % 2],
            second_row: &[],
            code: &[],
        };
        let _ = black_box(press.compose(&next).map(<[u8]>::len));
    });
    let peer = Peer::new(&layout, &content)?;
    let glyphs = cpu_each(BATCH, |index| {
        black_box(peer.imprint(index, &rows[index as usize % 2], Peer::draw_glyphs));
    });
    let processed = cpu_each(BATCH, |index| {
        black_box(peer.imprint(index, &rows[index as usize % 2], Peer::draw_text));
    });
    let peers = [("image and ab_glyph", glyphs), ("image and imageproc", processed)];
    figures.times("the next imprint: changed windows, stream of 240 × 1500 dots", ours, &peers);
    Ok(())
}

fn content() -> Result<Content, Box<dyn Error>> {
    let date = Date::new(2026, 11, 21)?;
    let mut content = Content::new(Money::from_minor(110), Serial::new(12_345_678)?, date, row(0));
    content.time_count = Some(42);
    content.cliche_number = Some(7);
    Ok(content)
}

/// Twelve symbols; which ones is all the same for the time.
fn row(variant: u32) -> Vec<u32> {
    (0..12).map(|index| 0x5a3c7_u32.wrapping_mul(index + variant + 3) & 0xf_ffff).collect()
}

/// What a picture library needs to draw the same.
struct Peer {
    frame: GrayImage,
    layout: Layout,
    font: FontVec,
    date: String,
}

impl Peer {
    fn new(layout: &Layout, content: &Content) -> Result<Peer, Box<dyn Error>> {
        let bytes = FONTS.iter().find_map(|path| std::fs::read(path).ok());
        let bytes = bytes.ok_or("no font for the drawing libraries: install fonts-dejavu-core")?;
        let bitmap = paint(layout, &Issuer::default(), content)?;
        let area = bitmap.area();
        let frame = GrayImage::from_fn(area.width, area.height, |x, y| {
            Luma([if bitmap.is_black(area.x + x as i32, area.y + y as i32) { 0 } else { 255 }])
        });
        let font = FontVec::try_from_vec(bytes)?;
        Ok(Peer { frame, layout: layout.clone(), font, date: content.date.to_string() })
    }

    /// Draws what changes on a copy of the frame, and packs the columns, the rightmost first.
    fn imprint(&self, index: u32, row: &[u32], draw: fn(&Peer, &mut GrayImage, Rect, &str)) -> Vec<u8> {
        let mut picture = self.frame.clone();
        let postage = Money::from_minor(u64::from(index % 9999)).to_string();
        let count = format!("{index:09}");
        let texts = [(Window::Postage, &postage), (Window::Date, &self.date), (Window::TimeCount, &count)];
        for (window, text) in texts {
            if let Some(field) = self.layout.field(window) {
                let place = self.on_picture(field.place);
                draw_filled_rect_mut(&mut picture, block(place), Luma([255]));
                draw(self, &mut picture, place, text);
            }
        }
        for (cell, modules) in self.layout.row_cells(row.len()).unwrap_or_default().into_iter().zip(row) {
            draw_symbol(&mut picture, self.on_picture(cell), *modules);
        }
        packed_columns(&picture)
    }

    fn on_picture(&self, place: Rect) -> Rect {
        Rect { x: place.x - self.layout.area().x, ..place }
    }

    /// Each glyph's outline straight onto the picture.
    fn draw_glyphs(&self, picture: &mut GrayImage, place: Rect, text: &str) {
        let scale = PxScale::from(place.height as f32);
        let scaled = self.font.as_scaled(scale);
        let mut x = place.x as f32;
        for character in text.chars() {
            let glyph = scaled.scaled_glyph(character);
            let advance = scaled.h_advance(glyph.id);
            let at = point(x, place.y as f32 + scaled.ascent());
            let placed = ab_glyph::Glyph { position: at, ..glyph };
            if let Some(outline) = self.font.outline_glyph(placed) {
                let bounds = outline.px_bounds();
                outline.draw(|dx, dy, coverage| {
                    let (x, y) = (bounds.min.x as u32 + dx, bounds.min.y as u32 + dy);
                    if coverage > 0.5 && x < picture.width() && y < picture.height() {
                        picture.put_pixel(x, y, Luma([0]));
                    }
                });
            }
            x += advance;
        }
    }

    fn draw_text(&self, picture: &mut GrayImage, place: Rect, text: &str) {
        draw_text_mut(
            picture,
            Luma([0]),
            place.x,
            place.y,
            PxScale::from(place.height as f32),
            &self.font,
            text,
        );
    }
}

fn block(place: Rect) -> Block {
    Block::at(place.x, place.y).of_size(place.width.max(1), place.height.max(1))
}

fn draw_symbol(picture: &mut GrayImage, cell: Rect, modules: u32) {
    let side = cell.width / 5;
    for module in 0..20 {
        let (column, row) = (module % 5 * side, module / 5 * side);
        let black = modules >> module & 1 == 1;
        let place = Rect::new(cell.x + column as i32, cell.y + row as i32, side, side);
        draw_filled_rect_mut(picture, block(place), Luma([if black { 0 } else { 255 }]));
    }
}

fn packed_columns(picture: &GrayImage) -> Vec<u8> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let stride = height.div_ceil(8);
    let mut stream = vec![0; width * stride];
    for (y, row) in picture.as_raw().chunks_exact(width).enumerate() {
        for (x, dot) in row.iter().enumerate() {
            stream[(width - 1 - x) * stride + y / 8] |= u8::from(*dot < 128) << (7 - y % 8);
        }
    }
    stream
}

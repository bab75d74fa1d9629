//! Writes the pictures of docs/layouts.md: `cargo run -p paper --example layouts -- docs/layouts`.

use imprint::numbers::{SetId, Suspicion};
use imprint::picture::content::modules;
use imprint::picture::layout::{CodePlace, Options};
use imprint::picture::{Cliche, Content, Issuer, Layout, LayoutId, gallery, painter};
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use terms::{Date, Money, Serial};

const ROW: [u8; 12] = [13, 5, 0, 2, 18, 2, 1, 2, 17, 12, 8, 16];
const SECOND_ROW: [u8; 12] = [4, 19, 7, 0, 11, 21, 3, 9, 14, 6, 20, 15];
const MESSAGE: &str = "1123456782026112100011000000000422212130500021802010217120816";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    for id in LayoutId::ALL {
        draw(&folder.join(format!("{id}.png")), id, Options::default(), None)?;
    }
    let matrix = Options { code: CodePlace::Square, ..Options::default() };
    draw(&folder.join("e-matrix.png"), LayoutId::E, matrix, None)?;
    let cliche = gallery::cliche(1).ok_or("the gallery is empty")?;
    draw(&folder.join("cliche.png"), LayoutId::B, Options::default(), Some(&cliche))
}

fn draw(file: &Path, id: LayoutId, options: Options, cliche: Option<&Cliche>) -> Result<(), Box<dyn Error>> {
    let options = cliche.map_or(options, |cliche| options.with_cliche(cliche));
    let layout = Layout::new(id, options)?;
    let (serial, date) = (Serial::new(12_345_678)?, Date::new(2026, 11, 21)?);
    let set = if id == LayoutId::A { SetId::S40 } else { SetId::S22 };
    let symbols = if id == LayoutId::A { ROW.get(..10).unwrap_or(&ROW) } else { &ROW };
    let mut content = Content::new(Money::from_minor(110), serial, date, modules(set, symbols)?);
    if !layout.second_row.is_empty() {
        content.second_row = modules(SetId::S22, &SECOND_ROW)?;
    }
    content.time_count = Some(846_204_117);
    content.cliche_number = Some(cliche.map_or(42, Cliche::number));
    content.cliche_text = cliche.map(|_| "GREETINGS FROM PORTO".into());
    content.suspicion = if id == LayoutId::D { Suspicion::Suspicious } else { Suspicion::None };
    content.code = match (id, options.code) {
        (LayoutId::E, CodePlace::Bars) => Some(paper::bar_code("123456780110")?),
        (LayoutId::E, CodePlace::Square) => Some(paper::data_matrix(MESSAGE.as_bytes())?),
        _ => None,
    };
    let picture = cliche.map(Cliche::picture);
    let bitmap = painter::paint_over(&layout, &Issuer::default(), picture.as_ref(), &content)?;
    Ok(paper::write_png(&bitmap, layout.dpi, File::create(file)?)?)
}

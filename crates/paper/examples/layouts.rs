//! Writes a picture of every layout into a folder: `cargo run -p paper --example layouts -- docs/layouts`.

use imprint::picture::{self, Content, Issuer, Layout, LayoutId};
use std::error::Error;
use std::fs::File;
use std::path::Path;
use terms::{Date, Money, Serial};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    for id in LayoutId::ALL {
        let layout = Layout::new(id, Default::default())?;
        let mut content = Content::new(
            Money::from_minor(110),
            Serial::new(12345678)?,
            Date::new(2026, 11, 21)?,
            (0..12).map(|x| (0x5a3c7 * (x + 3)) & 0xfffff).collect(),
        );
        if !layout.second_row.is_empty() {
            content.second_row = content.row.clone();
        }
        content.time_count = Some(846_204_117);
        content.cliche_number = Some(42);
        content.suspicion = imprint::numbers::Suspicion::Suspicious;
        let bitmap = picture::paint(&layout, &Issuer::default(), &content)?;
        let file = File::create(Path::new(&folder).join(format!("{id}.png")))?;
        paper::write_png(&bitmap, layout.dpi, file)?;
    }
    Ok(())
}

//! Prints a sample imprint into a folder as a picture: `cargo run -p printer --example print -- FOLDER`.

use imprint::picture::compose::Routine;
use imprint::picture::{Content, Issuer, Layout, LayoutId};
use printer::adapters::files::{Folder, Form};
use printer::{Imprint, Job, Printer, Stations};
use std::error::Error;
use terms::{Date, Money, Serial};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let layout = Layout::new(LayoutId::B, Default::default())?;
    let (serial, date) = (Serial::new(12_345_678)?, Date::new(2026, 11, 21)?);
    let content = Content::new(Money::from_minor(110), serial, date, vec![0x5_a3c7; 12]);
    let job = Job {
        name: "5a3c7".parse()?,
        imprint: Imprint::new(Routine::WhilePrinting, &layout, &Issuer::default(), None, &content)?,
        envelope: Default::default(),
        offset: Default::default(),
        stations: Stations::default(),
    };
    Folder::new(folder, Form::Png).print(&job)?;
    Ok(())
}

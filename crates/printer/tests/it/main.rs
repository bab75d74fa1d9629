//! Printers behind their one trait.

mod columns;
mod files;
mod head;
mod ipp;
mod needs_ipp;
mod needs_strace;
mod stations;
mod supervision;
mod text;

use imprint::picture::compose::Routine;
use imprint::picture::{Content, Issuer, Layout, LayoutId};
use printer::{Imprint, Job, Stations};
use terms::{Date, Money, Serial};

/// What an imprint of 1.10 says.
fn content() -> Content {
    let row = (0..12_u32).map(|symbol| (0x5_a3c7 * (symbol + 3)) & 0xf_ffff).collect();
    let date = Date::new(2026, 11, 21).unwrap();
    Content::new(Money::from_minor(110), Serial::new(12_345_678).unwrap(), date, row)
}

fn layout() -> Layout {
    Layout::new(LayoutId::B, Default::default()).unwrap()
}

fn imprint() -> Imprint {
    Imprint::new(Routine::WhilePrinting, &layout(), &Issuer::default(), None, &content()).unwrap()
}

/// A job of this name on a DL envelope.
fn job(name: &str) -> Job {
    Job {
        name: name.parse().unwrap(),
        imprint: imprint(),
        envelope: Default::default(),
        offset: Default::default(),
        stations: Stations::default(),
    }
}

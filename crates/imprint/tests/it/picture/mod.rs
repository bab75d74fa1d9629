//! The print image.

mod clear;
mod compose;
mod font;
mod layout;
mod record;

use imprint::picture::layout::{CodePlace, Lines, Options};
use imprint::picture::{Content, Layout, LayoutId};
use terms::{Date, Money, Serial};

/// Every layout with every option that changes places.
pub fn all_layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for id in LayoutId::ALL {
        for code in [CodePlace::Bars, CodePlace::Square] {
            for lines in [Lines::Fitting, Lines::Two, Lines::Split] {
                let options = Options { lines, code, ..Options::default() };
                layouts.extend(Layout::new(id, options));
            }
        }
    }
    layouts
}

/// An imprint of 1.10 with as many symbols as asked.
pub fn content(symbols: u32) -> Content {
    let row = (0..symbols).map(|symbol| (0x5_a3c7 * (symbol + 3)) & 0xf_ffff).collect();
    let date = Date::new(2026, 11, 21).unwrap();
    Content::new(Money::from_minor(110), Serial::new(12_345_678).unwrap(), date, row)
}

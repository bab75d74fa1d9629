//! What comes out on paper, and what pictures go in.

mod cliche;
mod code;
mod envelope;
mod picture;
mod raster;

use imprint::picture::{Bitmap, Content, Issuer, Layout, LayoutId, paint};
use terms::{Date, Money, Serial};

/// Layout b with nothing special on it.
fn imprint() -> Bitmap {
    let layout = Layout::new(LayoutId::B, Default::default()).unwrap();
    let date = Date::new(2026, 11, 21).unwrap();
    let serial = Serial::new(12_345_678).unwrap();
    let content = Content::new(Money::from_minor(110), serial, date, vec![0x5_a3c7; 12]);
    paint(&layout, &Issuer::default(), &content).unwrap()
}

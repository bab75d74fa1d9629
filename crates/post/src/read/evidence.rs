//! What the judge is given: an imprint found in a picture, read under the layout it has.

use super::layouts::KnownLayouts;
use super::locate::Located;
use crate::judge::{Evidence, OpenReading};
use crate::reading::{FieldReading, RowReading};
use imprint::numbers::{LayoutId, SetId};
use imprint::picture::layout::Window;
use imprint::picture::{self, Layout};

/// An imprint with its open data read.
#[derive(Clone, Debug)]
pub struct ReadImprint<'p> {
    located: Located<'p>,
    layout: Layout,
    open: OpenReading,
}

impl<'p> ReadImprint<'p> {
    /// Reads the open data under the most probable of the known layouts; none if there are none.
    pub fn new(located: Located<'p>, known: &KnownLayouts) -> Option<ReadImprint<'p>> {
        let layout = located.layouts(known).first()?.layout.clone();
        Some(ReadImprint::under(located, layout))
    }

    /// Reads the open data under a layout.
    pub fn under(located: Located<'p>, layout: Layout) -> ReadImprint<'p> {
        let open = open(&located, &layout);
        ReadImprint { located, layout, open }
    }

    /// Where the imprint lies.
    pub fn located(&self) -> &Located<'p> {
        &self.located
    }

    /// The layout it was read under.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
}

fn open(located: &Located<'_>, layout: &Layout) -> OpenReading {
    let digits = |window, format| match layout.field(window) {
        Some(field) => located.digits(field, format),
        None => FieldReading::default(),
    };
    let mut serial = digits(Window::SerialFront, "0000");
    serial.digits.extend(digits(Window::SerialBack, "0000").digits);
    let count = digits(Window::TimeCount, "000000000");
    let count_is_there = count.digits.iter().any(|digit| digit.legible);
    OpenReading {
        layout: arrangement(layout.id),
        serial,
        date: digits(Window::Date, "0000-00-00"),
        postage: layout.field(Window::Postage).map(|field| located.amount(field)).unwrap_or_default(),
        count: count_is_there.then_some(count),
        mark: located.mark(layout.mark()),
    }
}

/// The arrangement as the numbers' profiles name it.
fn arrangement(id: picture::LayoutId) -> LayoutId {
    match id {
        picture::LayoutId::A => LayoutId::A,
        picture::LayoutId::B => LayoutId::B,
        picture::LayoutId::C => LayoutId::C,
        picture::LayoutId::D => LayoutId::D,
        picture::LayoutId::E => LayoutId::E,
    }
}

impl Evidence for ReadImprint<'_> {
    fn open(&self) -> &OpenReading {
        &self.open
    }

    fn row(&self, set: SetId, symbols: usize) -> Option<RowReading> {
        let cells = self.layout.row_cells(symbols).ok()?;
        Some(self.located.row(&cells, set))
    }
}

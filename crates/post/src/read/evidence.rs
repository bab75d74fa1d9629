//! What the judge is given: an imprint found in a picture, read under the layout it has.

use super::layouts::KnownLayouts;
use super::locate::Located;
use crate::judge::{Evidence, OpenReading};
use crate::reading::{FieldReading, RowReading};
use imprint::numbers::{LayoutId, SetId};
use imprint::picture::Layout;
use imprint::picture::layout::Window;

/// A layout is plausible if it is at least this probable beside the best, as a logarithm: one in a thousand.
const PLAUSIBLE: f32 = 6.9;

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
        let fits = located.layouts(known);
        let best = fits.first()?;
        let plausible = fits.iter().filter(|fit| best.log_likelihood - fit.log_likelihood < PLAUSIBLE);
        let layouts = plausible.map(|fit| fit.layout.id).collect();
        let layout = best.layout.clone();
        let located = located.refined(known.lines_of(&layout));
        let open = open(&located, &layout, layouts);
        Some(ReadImprint { layout, located, open })
    }

    /// Reads the open data under a layout.
    pub fn under(located: Located<'p>, layout: Layout) -> ReadImprint<'p> {
        let open = open(&located, &layout, vec![layout.id]);
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

fn open(located: &Located<'_>, layout: &Layout, layouts: Vec<LayoutId>) -> OpenReading {
    let digits = |window, format| match layout.field(window) {
        Some(field) => located.digits(field, format),
        None => FieldReading::default(),
    };
    let mut serial = digits(Window::SerialFront, "0000");
    serial.digits.extend(digits(Window::SerialBack, "0000").digits);
    let count = digits(Window::TimeCount, "000000000");
    let count_is_there = count.digits.iter().any(|digit| digit.legible);
    OpenReading {
        layouts,
        serial,
        date: digits(Window::Date, "0000-00-00"),
        postage: layout.field(Window::Postage).map(|field| located.amount(field)).unwrap_or_default(),
        count: count_is_there.then_some(count),
        mark: located.mark(layout.mark()),
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

//! The five layouts of Fig. 3a-3e as data: where everything stands on paper.
//!
//! What always holds: the stamps are 720 columns by 240 dots at 240 dpi; the anchors, bar groups over the full
//! height, stand at the outermost 24 columns on both sides in every layout and nothing but thin frame lines comes
//! nearer than 6 columns; an option that is off leaves its place empty and moves nothing else.

mod marking;
mod places;
mod window;

pub use marking::{Direction, Lines, MODULES_HIGH, MODULES_WIDE, MarkingField, RowError};
pub use window::Window;

pub use crate::numbers::LayoutId;

use super::Rect;
use super::cliche::Cliche;
use super::font::{self, Alignment, Cell, FigureSize, FontError};
use alloc::vec::Vec;
use core::fmt;

/// Columns of the stamps without a cliché.
pub const COLUMNS: u32 = 720;
/// Dots of the print head.
pub const DOTS: u32 = 240;
/// Dots an inch, on paper in both directions.
pub const DPI: u32 = 240;
/// White columns between the stamps and a cliché left of them.
pub const CLICHE_GAP: u32 = 12;
/// The widest cliché.
pub const CLICHE_MOST_COLUMNS: u32 = 900;

/// What layout e carries above the postage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum CodePlace {
    /// A flat field for a bar code.
    #[default]
    Bars,
    /// A square for a Data Matrix, left of the postage.
    Square,
}

/// What a layout can show besides what it always shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Options {
    /// FE8, the time count or monotone variable in clear.
    pub time_count: bool,
    /// FE9, the cliché number.
    pub cliche_number: bool,
    /// How the marking row is broken.
    pub lines: Lines,
    /// What layout e carries above the postage.
    pub code: CodePlace,
    /// Columns of the cliché on the left; 0 is none.
    pub cliche_columns: u32,
    /// The place of the editable text within the cliché, seen from the cliché's top left dot.
    pub cliche_text: Option<Rect>,
}

impl Options {
    /// The same options with room for this cliché.
    pub fn with_cliche(self, cliche: &Cliche) -> Options {
        Options { cliche_columns: cliche.columns(), cliche_text: cliche.text(), ..self }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            time_count: true,
            cliche_number: true,
            lines: Lines::Fitting,
            code: CodePlace::Bars,
            cliche_columns: 0,
            cliche_text: None,
        }
    }
}

/// A window of a layout and what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Field {
    /// Which window.
    pub window: Window,
    /// Its place on paper.
    pub place: Rect,
    /// The size of its figures, if it holds figures.
    pub figures: Option<FigureSize>,
    /// Where the text stands in it.
    pub alignment: Alignment,
}

impl Field {
    /// The place of each character of `text` in this field.
    pub fn cells(&self, text: &str) -> Result<Vec<Cell>, FontError> {
        match self.figures {
            Some(size) => font::cells(text, size, self.place, self.alignment),
            None => Ok(Vec::new()),
        }
    }
}

/// A full-height group of bars at an outer edge of the stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Anchor {
    /// The whole group.
    pub place: Rect,
    /// Its black bars from left to right: 8, 4 and 4 columns, 4 white columns between them.
    pub bars: [Rect; 3],
}

/// The town circle with its bridge for the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DayStamp {
    /// The middle of the circles.
    pub centre: (i32, i32),
    /// Outer radius of the outer ring, which is `ring` dots thick.
    pub outer: u32,
    /// Thickness of the outer ring.
    pub ring: u32,
    /// Outer radius of the inner ring, which is 2 dots thick.
    pub inner: u32,
    /// Height of the letters of the town's name.
    pub letters: u32,
    /// The bridge across both rings that carries the date; its upper and lower edges are lines of 2 dots.
    pub bridge: Rect,
}

/// The frame of the value stamp and the constant things within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ValueStamp {
    /// Its left edge, a bar over the full height: the reference of layouts b to e.
    pub left_edge: Rect,
    /// Its upper edge, which runs into the right anchor.
    pub top_edge: Rect,
    /// Its lower edge, likewise.
    pub bottom_edge: Rect,
    /// The carrier's name.
    pub carrier: Rect,
    /// The line under the carrier's name.
    pub rule: Rect,
    /// The name of the currency, right of the postage.
    pub currency: Rect,
    /// A drawing left of the postage, where there is room for one.
    pub emblem: Option<Rect>,
}

/// A layout: where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Layout {
    /// Which of the five.
    pub id: LayoutId,
    /// What it shows.
    pub options: Options,
    /// Columns of the stamps, without cliché.
    pub columns: u32,
    /// Dots of a column.
    pub dots: u32,
    /// Dots an inch.
    pub dpi: u32,
    /// The bar groups at both outer edges.
    pub anchors: [Anchor; 2],
    /// The town circle.
    pub day_stamp: DayStamp,
    /// The value stamp.
    pub value_stamp: ValueStamp,
    /// All windows.
    pub fields: Vec<Field>,
    /// The places of the marking row, in the order the row fills them.
    pub row: Vec<MarkingField>,
    /// The places of the second marking row, likewise; empty in layouts without one.
    pub second_row: Vec<MarkingField>,
}

impl Layout {
    /// The layout with these options.
    pub fn new(id: LayoutId, options: Options) -> Result<Layout, LayoutError> {
        places::layout(id, options)
    }

    /// The paper it covers: the stamps, and the cliché on the left if there is one.
    pub fn area(&self) -> Rect {
        match self.cliche() {
            Some(cliche) => self.stamps().union(cliche),
            None => self.stamps(),
        }
    }

    /// The place of the stamps.
    pub fn stamps(&self) -> Rect {
        Rect::new(0, 0, self.columns, self.dots)
    }

    /// The place of the cliché.
    pub fn cliche(&self) -> Option<Rect> {
        let columns = self.options.cliche_columns;
        let x = -(i32::try_from(columns + CLICHE_GAP).ok()?);
        (columns > 0).then(|| Rect::new(x, 0, columns, self.dots))
    }

    /// A window of this layout.
    pub fn field(&self, window: Window) -> Option<&Field> {
        self.fields.iter().find(|field| field.window == window)
    }

    /// The window for a bar code or Data Matrix; only layout e has one.
    pub fn code_field(&self) -> Option<&Field> {
        self.field(Window::Upper).filter(|_| self.id == LayoutId::E)
    }

    /// The place kept for the suspicious mark, right of FE9.
    pub fn mark(&self) -> Rect {
        self.field(Window::Mark).map(|field| field.place).unwrap_or_default()
    }

    /// The place of each of `count` symbols of the marking row; a module measures `width / 5` dots.
    pub fn row_cells(&self, count: usize) -> Result<Vec<Rect>, RowError> {
        marking::cells_over(&self.row, count)
    }

    /// The place of each of `count` symbols of the second marking row.
    pub fn second_row_cells(&self, count: usize) -> Result<Vec<Rect>, RowError> {
        marking::cells_over(&self.second_row, count)
    }

    /// The straight black bars and lines a reader can register to: the anchors' bars, the value stamp's edges and
    /// the lines of the date's bridge.
    pub fn frame_lines(&self) -> Vec<Rect> {
        let mut lines: Vec<Rect> = self.anchors.iter().flat_map(|anchor| anchor.bars).collect();
        lines.push(self.value_stamp.left_edge);
        lines.push(self.value_stamp.top_edge);
        lines.push(self.value_stamp.bottom_edge);
        lines.push(self.value_stamp.rule);
        lines.extend(self.day_stamp.bridge_lines());
        lines
    }
}

impl DayStamp {
    /// The upper and the lower line of the date's bridge.
    pub fn bridge_lines(&self) -> [Rect; 2] {
        let upper = Rect { height: 2, ..self.bridge };
        [upper, Rect { y: self.bridge.bottom() - 2, ..upper }]
    }
}

/// Why there is no such layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// The layout has no second marking field to split the row over.
    NoSecondField,
    /// The cliché is wider than the paper path allows.
    ClicheTooWide,
    /// The text's place does not lie within the cliché.
    TextOutsideCliche,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LayoutError::NoSecondField => "this layout has no second marking field to split the row over",
            LayoutError::ClicheTooWide => "the cliché has too many columns",
            LayoutError::TextOutsideCliche => "the text's place does not lie within the cliché",
        })
    }
}

impl core::error::Error for LayoutError {}

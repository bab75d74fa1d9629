//! The numbers of the five layouts: every place, in dots, in one table.

use super::marking::{Direction, Lines, MarkingField};
use super::{
    Anchor, CLICHE_MOST_COLUMNS, COLUMNS, CodePlace, DOTS, DPI, DayStamp, Field, Layout, LayoutError,
    LayoutId, Options, Rect, ValueStamp, Window,
};
use crate::picture::font::{Alignment, FigureSize};
use alloc::vec;
use alloc::vec::Vec;

/// The left and right limit of what stands within the value stamp.
const INNER: (i32, u32) = (334, 354);

/// The layout with these options.
pub(super) fn layout(id: LayoutId, options: Options) -> Result<Layout, LayoutError> {
    if options.cliche_columns > CLICHE_MOST_COLUMNS {
        return Err(LayoutError::ClicheTooWide);
    }
    let (row, second_row) = marking(id, options)?;
    let mut layout = Layout {
        id,
        options,
        columns: COLUMNS,
        dots: DOTS,
        dpi: DPI,
        anchors: [anchor(0), anchor(COLUMNS as i32 - 24)],
        day_stamp: day_stamp(id),
        value_stamp: value_stamp(id, options),
        fields: fields(id, options),
        row,
        second_row,
    };
    if let (Some(cliche), Some(text)) = (layout.cliche(), options.cliche_text) {
        let place = text.moved(cliche.x, cliche.y);
        if !cliche.encloses(place) {
            return Err(LayoutError::TextOutsideCliche);
        }
        layout.fields.push(plain(Window::ClicheText, place));
    }
    Ok(layout)
}

fn anchor(x: i32) -> Anchor {
    let bar = |offset: i32, width: u32| Rect::new(x + offset, 0, width, DOTS);
    Anchor { place: bar(0, 24), bars: [bar(0, 8), bar(12, 4), bar(20, 4)] }
}

fn day_stamp(id: LayoutId) -> DayStamp {
    match id {
        LayoutId::A => DayStamp {
            centre: (173, 103),
            outer: 102,
            ring: 4,
            inner: 79,
            letters: 14,
            bridge: Rect::new(61, 78, 224, 38),
        },
        _ => DayStamp {
            centre: (150, 120),
            outer: 117,
            ring: 4,
            inner: 84,
            letters: 20,
            bridge: Rect::new(30, 100, 240, 40),
        },
    }
}

fn value_stamp(id: LayoutId, options: Options) -> ValueStamp {
    let postage = postage(id);
    ValueStamp {
        left_edge: Rect::new(320, 0, 6, DOTS),
        top_edge: Rect::new(320, 0, 376, 2),
        bottom_edge: Rect::new(320, DOTS as i32 - 2, 376, 2),
        carrier: Rect::new(INNER.0, 8, INNER.1, 26),
        rule: Rect::new(INNER.0, 40, INNER.1, 2),
        currency: Rect::new(postage.right() + 8, postage.bottom() - 24, 52, 24),
        emblem: match (id, options.code) {
            (LayoutId::A, _) => Some(Rect::new(338, 58, 122, 66)),
            (LayoutId::B, _) => Some(Rect::new(338, 72, 126, 76)),
            (LayoutId::C, _) => Some(Rect::new(338, 62, 122, 66)),
            (LayoutId::D, _) | (LayoutId::E, CodePlace::Bars) => Some(Rect::new(338, 88, 92, 46)),
            (LayoutId::E, CodePlace::Square) => None,
        },
    }
}

fn postage(id: LayoutId) -> Rect {
    let y = match id {
        LayoutId::A => 68,
        _ => 90,
    };
    Rect::new(474, y, 154, 40)
}

fn fields(id: LayoutId, options: Options) -> Vec<Field> {
    let serial_y = if id == LayoutId::A { 146 } else { 174 };
    let endorsement_y = if id == LayoutId::A { 180 } else { 206 };
    let serial = |window, x| figures(window, Rect::new(x, serial_y, 72, 24), FigureSize::SERIAL);
    let bridge = day_stamp(id).bridge;
    let mut fields = vec![
        Field { alignment: Alignment::Right, ..figures(Window::Postage, postage(id), FigureSize::POSTAGE) },
        serial(Window::SerialFront, INNER.0),
        serial(Window::SerialBack, INNER.0 + 86),
        figures(Window::Date, bridge.centred(208, 26), FigureSize::DATE),
        plain(Window::Mark, Rect::new(658, serial_y, 24, 24)),
        plain(Window::Endorsement, Rect::new(INNER.0, endorsement_y, INNER.1, 24)),
    ];
    if options.cliche_number {
        let place = Rect::new(584, serial_y, 56, 24);
        fields.push(figures(Window::ClicheNumber, place, FigureSize::SERIAL));
    }
    if options.time_count {
        fields.push(figures(Window::TimeCount, time_count(id), FigureSize::TIME));
    }
    match (id, options.code) {
        (LayoutId::A, _) => fields.push(plain(Window::Reference, Rect::new(334, 216, 252, 16))),
        (LayoutId::E, CodePlace::Bars) => {
            fields.push(plain(Window::Upper, Rect::new(INNER.0, 48, INNER.1, 30)));
        }
        (LayoutId::E, CodePlace::Square) => fields.push(plain(Window::Upper, Rect::new(340, 47, 96, 96))),
        _ => {}
    }
    for field in marking_fields(id) {
        fields.push(plain(field.window, field.place));
    }
    fields
}

fn time_count(id: LayoutId) -> Rect {
    let day_stamp = day_stamp(id);
    Rect::new(day_stamp.centre.0 - 66, day_stamp.bridge.bottom() + 3, 132, 20)
}

/// The fields of the marking row, then those of the second row.
type Marking = (Vec<MarkingField>, Vec<MarkingField>);

fn marking(id: LayoutId, options: Options) -> Result<Marking, LayoutError> {
    let mut row: Vec<MarkingField> = Vec::new();
    let mut second: Vec<MarkingField> = Vec::new();
    for field in marking_fields(id) {
        if field.window == Window::Row { row.push(field) } else { second.push(field) }
    }
    match options.lines {
        Lines::Fitting => {}
        Lines::Two => row.iter_mut().for_each(|field| field.lines = 2),
        Lines::Split if second.is_empty() => return Err(LayoutError::NoSecondField),
        Lines::Split => row.append(&mut second),
    }
    Ok((row, second))
}

/// All marking fields of a layout: the row's first, then from top to bottom.
fn marking_fields(id: LayoutId) -> Vec<MarkingField> {
    let across = |window, place| MarkingField { window, place, direction: Direction::Across, lines: 1 };
    let upright = MarkingField {
        window: Window::Row,
        place: Rect::new(272, 0, 44, DOTS),
        direction: Direction::Down,
        lines: 1,
    };
    let above = across(Window::Upper, Rect::new(INNER.0, 54, INNER.1, 16));
    let under = across(Window::SecondRow, Rect::new(INNER.0, 148, INNER.1, 16));
    match id {
        LayoutId::A => vec![across(Window::Row, Rect::new(30, 210, 286, 28))],
        LayoutId::B => vec![upright],
        LayoutId::C => vec![upright, under],
        LayoutId::D => vec![upright, above, under],
        LayoutId::E => vec![upright, under],
    }
}

fn figures(window: Window, place: Rect, size: FigureSize) -> Field {
    Field { window, place, figures: Some(size), alignment: Alignment::Centre }
}

fn plain(window: Window, place: Rect) -> Field {
    Field { window, place, figures: None, alignment: Alignment::Centre }
}

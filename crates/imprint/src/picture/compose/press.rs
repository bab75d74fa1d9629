//! The composer for production: the finished stream, in which the windows that changed are replaced.
//!
//! Everything that costs time (painting the frame, drawing figures, finding places) happens once, when a press is
//! set up. After that nothing is allocated: figures come from a sheet, symbols from their modules, and both go
//! straight into the packed columns. A window whose content stayed the same is not touched.

use super::Columns;
use super::target::{CodeField, Figures, Symbol, Target, Text};
use crate::picture::layout::{RowError, Window};
use crate::picture::painter::{self, CodeGrid, PaintError};
use crate::picture::{Bitmap, Content, Issuer, Layout, Rect};
use alloc::vec::Vec;
use core::fmt::Arguments;
use terms::{Date, Money};

/// What changes from one imprint to the next. Row lengths stay those the press was set up with.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    /// FE1.
    pub postage: Money,
    /// FE4.
    pub date: Date,
    /// FE8.
    pub time_count: Option<u32>,
    /// FE6: for each symbol its modules, bit `row * 5 + column`.
    pub row: &'a [u32],
    /// FE10, likewise.
    pub second_row: &'a [u32],
    /// FE11 of layout e: the modules of a code of the shape the press was set up with; empty without one.
    pub code: &'a [bool],
}

/// A finished stream of columns and what is needed to replace its windows.
#[derive(Clone, Debug)]
pub struct Press {
    columns: Columns,
    /// The first column on paper right of the image: printing column 0 is the one left of it.
    right: i32,
    postage: Option<Figures>,
    date: Option<Figures>,
    time_count: Option<Figures>,
    row: Vec<Symbol>,
    second_row: Vec<Symbol>,
    code: Option<CodeField>,
}

impl Press {
    /// Sets up a press: paints the whole imprint once, over `cliche` if there is one.
    pub fn new(
        layout: &Layout,
        issuer: &Issuer,
        cliche: Option<&Bitmap>,
        content: &Content,
    ) -> Result<Press, PaintError> {
        let mut bitmap = painter::paint_over(layout, issuer, cliche, content)?;
        let second_row = match content.second_row.len() {
            0 => Vec::new(),
            count => symbols(&layout.second_row_cells(count).map_err(PaintError::Row)?),
        };
        let mut press = Press {
            columns: Columns::new(layout.dots, 0),
            right: layout.area().right(),
            postage: figures(layout, Window::Postage)?,
            date: figures(layout, Window::Date)?,
            time_count: figures(layout, Window::TimeCount)?,
            row: symbols(&layout.row_cells(content.row.len()).map_err(PaintError::Row)?),
            second_row,
            code: code_field(layout, content)?,
        };
        // Fields of figures start empty, so that the first imprint is drawn like every other one.
        for figures in [&press.postage, &press.date, &press.time_count].into_iter().flatten() {
            bitmap.fill(figures.field(), false);
        }
        press.columns = Columns::from_bitmap(&bitmap);
        press.compose(&Next {
            postage: content.postage,
            date: content.date,
            time_count: content.time_count,
            row: &content.row,
            second_row: &content.second_row,
            code: content.code.as_ref().map(|code| code.black.as_slice()).unwrap_or_default(),
        })?;
        Ok(press)
    }

    /// Puts the next imprint together and gives its stream. Allocates nothing; on an error the stream stays that
    /// of the imprint before.
    pub fn compose(&mut self, next: &Next<'_>) -> Result<&[u8], PaintError> {
        let postage = set(&self.postage, Window::Postage, format_args!("{}", next.postage))?;
        let date = set(&self.date, Window::Date, format_args!("{}", next.date))?;
        let time_count = match next.time_count {
            Some(count) => set(&self.time_count, Window::TimeCount, format_args!("{count:09}"))?,
            None => Text::default(),
        };
        check_row(&self.row, next.row, Window::Row)?;
        check_row(&self.second_row, next.second_row, Window::SecondRow)?;
        if next.code.len() != self.code.map_or(0, |code| code.modules()) {
            return Err(PaintError::CodeTooLarge);
        }

        let mut target = Target { columns: &mut self.columns, right: self.right };
        let fields =
            [(&mut self.postage, postage), (&mut self.date, date), (&mut self.time_count, time_count)];
        for (figures, text) in fields {
            if let Some(figures) = figures {
                figures.write(&mut target, text);
            }
        }
        let rows = self.row.iter_mut().zip(next.row).chain(self.second_row.iter_mut().zip(next.second_row));
        for (symbol, modules) in rows {
            symbol.write(&mut target, *modules);
        }
        if let Some(code) = self.code {
            code.write(&mut target, next.code);
        }
        Ok(self.columns.stream())
    }

    /// Replaces what the dots of `picture` cover: for windows that seldom change, painted by
    /// [`painter::paint_window`]. Not for windows that [`Press::compose`] draws.
    pub fn replace(&mut self, picture: &Bitmap) {
        let area = picture.area();
        for x in area.x..area.right().min(self.right) {
            for y in area.y.max(0)..area.bottom() {
                let column = (self.right - 1 - x) as u32;
                self.columns.fill(column, y as u32, 1, picture.is_black(x, y));
            }
        }
    }

    /// The columns of the imprint composed last.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}

fn figures(layout: &Layout, window: Window) -> Result<Option<Figures>, PaintError> {
    let Some(field) = layout.field(window) else { return Ok(None) };
    Figures::new(field).map_err(|error| PaintError::Text { window: Some(window), error })
}

fn code_field(layout: &Layout, content: &Content) -> Result<Option<CodeField>, PaintError> {
    match (layout.code_field(), &content.code) {
        (Some(field), Some(code)) => Ok(Some(CodeField::new(CodeGrid::new(field.place, code)?))),
        _ => Ok(None),
    }
}

fn symbols(cells: &[Rect]) -> Vec<Symbol> {
    cells.iter().copied().map(Symbol::new).collect()
}

/// Sets a text for a field; nothing for a field the layout does not have.
fn set(figures: &Option<Figures>, window: Window, text: Arguments<'_>) -> Result<Text, PaintError> {
    match figures {
        Some(figures) => figures.set(text).map_err(|error| PaintError::Text { window: Some(window), error }),
        None => Ok(Text::default()),
    }
}

fn check_row(symbols: &[Symbol], row: &[u32], window: Window) -> Result<(), PaintError> {
    if symbols.len() == row.len() {
        Ok(())
    } else {
        Err(PaintError::Row(RowError { symbols: row.len(), window }))
    }
}

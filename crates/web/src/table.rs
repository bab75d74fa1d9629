//! Tables whose rows become cards on a phone: each cell carries its column's name, and the style sheet does the rest.

use maud::{Markup, html};

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its heading.
    pub heading: &'a str,
    /// Whether it holds figures, which stand to the right in digits of one width.
    pub figures: bool,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub const fn words(heading: &'a str) -> Column<'a> {
        Column { heading, figures: false }
    }

    /// A column of figures.
    pub const fn figures(heading: &'a str) -> Column<'a> {
        Column { heading, figures: true }
    }

    fn class(&self) -> Option<&'static str> {
        self.figures.then_some("figures")
    }
}

/// A table.
pub struct Table<'a> {
    /// What it shows, for who cannot see it.
    pub caption: &'a str,
    /// Its columns.
    pub columns: &'a [Column<'a>],
    /// What stands there when there are no rows.
    pub empty: &'a str,
}

impl Table<'_> {
    /// The table with these rows. A row with fewer cells than columns ends early. The first cell names its row.
    pub fn rows(&self, rows: &[Vec<Markup>]) -> Markup {
        if rows.is_empty() {
            return crate::empty(self.empty);
        }
        html! {
            div class="table" {
                table {
                    caption { (self.caption) }
                    thead { tr { @for column in self.columns { th scope="col" class=[column.class()] { (column.heading) } } } }
                    tbody { @for row in rows { (self.row(row)) } }
                }
            }
        }
    }

    fn row(&self, cells: &[Markup]) -> Markup {
        html! {
            tr {
                @for (at, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
                    @if at == 0 {
                        th scope="row" data-label=(column.heading) class=[column.class()] { (cell) }
                    } @else {
                        td data-label=(column.heading) class=[column.class()] { (cell) }
                    }
                }
            }
        }
    }
}

/// The way to the rows before and after these.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    /// What is shown, such as "26 to 50 of 1 203".
    pub shown: String,
    /// The first rows, where the way back leads there alone.
    pub first: Option<String>,
    /// The rows before.
    pub before: Option<String>,
    /// The rows after.
    pub after: Option<String>,
}

impl Pages {
    /// The line below a table.
    pub fn markup(&self) -> Markup {
        html! {
            nav class="pages" aria-label="Rows" {
                span class="muted" { (self.shown) }
                @if let Some(path) = &self.first { a class="button second" href=(path) { "To the first" } }
                @if let Some(path) = &self.before { a class="button second" rel="prev" href=(path) { "Previous" } }
                @if let Some(path) = &self.after { a class="button second" rel="next" href=(path) { "Next" } }
            }
        }
    }
}

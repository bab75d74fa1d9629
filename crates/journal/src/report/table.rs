//! A report as a table: for the terminal, as CSV, and as PDF (see `pdf`).
//!
//! What always holds: all of them show the same cells in the same order; no cell of a CSV file begins as a formula of a
//! spreadsheet does, whatever somebody called a cost centre.

use super::{By, Figures, Grouping, Key, Report};
use crate::error::JournalError;
use std::fmt;

/// A table of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is about.
    pub(super) heading: String,
    /// What stands below the heading, a line each.
    pub(super) about: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// As many cells each as there are columns.
    pub(super) rows: Vec<Vec<String>>,
    /// What stands below them, as many cells again.
    pub(super) total: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub heading: &'static str,
    /// Figures stand to the right.
    pub is_figure: bool,
}

impl Column {
    pub const fn words(heading: &'static str) -> Column {
        Column { heading, is_figure: false }
    }

    pub const fn figure(heading: &'static str) -> Column {
        Column { heading, is_figure: true }
    }
}

const FIGURES: [Column; 6] = [
    Column::figure("Pieces"),
    Column::figure("Zero value"),
    Column::figure("Postage"),
    Column::figure("Surcharge"),
    Column::figure("Spoiled"),
    Column::figure("Their postage"),
];

impl Report {
    /// The report as a table; `whose` says of which meter and when it was made, in a line.
    pub fn table(&self, whose: &str) -> Table {
        let columns: Vec<Column> = self.by.keys().flat_map(columns_of).chain(FIGURES).collect();
        let row =
            |keys: &[Key], figures: Figures| keys.iter().flat_map(cells_of).chain(cells(figures)).collect();
        let rows = self.rows.iter().map(|found| row(&found.keys, found.figures)).collect();
        let keys = columns.len() - FIGURES.len();
        let mut total = vec![String::new(); keys];
        if let Some(first) = total.first_mut() {
            *first = "Total".into();
        }
        total.extend(cells(self.total));
        Table {
            heading: heading(self.by),
            about: vec![whose.into(), self.period.to_string()],
            columns,
            rows,
            total,
        }
    }
}

fn heading(by: Grouping) -> String {
    let name = |by: By| by.heading().to_lowercase();
    let second = by.second.map_or(String::new(), |second| format!(" and {}", name(second)));
    format!("Franking by {}{second}", name(by.first))
}

fn columns_of(by: By) -> Vec<Column> {
    let own = Column::words(by.heading());
    match by {
        By::Centre | By::User | By::Cliche => vec![own, Column::words("Name")],
        By::Day | By::Month => vec![own],
    }
}

fn cells_of(key: &Key) -> Vec<String> {
    match key {
        Key::Centre(number, name) => vec![number.to_string(), name.clone()],
        Key::User(number, name) | Key::Cliche(number, name) => vec![number.to_string(), name.clone()],
        Key::Day(day) => vec![day.to_string()],
        Key::Month(month) => vec![month.to_string()],
    }
}

fn cells(figures: Figures) -> [String; 6] {
    [
        figures.pieces.to_string(),
        figures.zero_pieces.to_string(),
        figures.postage.to_string(),
        figures.surcharge.to_string(),
        figures.spoiled.to_string(),
        figures.spoiled_postage.to_string(),
    ]
}

impl Table {
    /// All lines of cells, the headings first and the total last.
    fn lines(&self) -> impl Iterator<Item = Vec<&str>> {
        let headings = self.columns.iter().map(|column| column.heading).collect();
        let rows = self.rows.iter().chain([&self.total]).map(|row| row.iter().map(String::as_str).collect());
        std::iter::once(headings).chain(rows)
    }

    /// The table as CSV (RFC 4180), with its headings and its total.
    pub fn csv(&self) -> Result<String, JournalError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for line in self.lines() {
            writer.write_record(line.into_iter().map(plain))?;
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A cell that no spreadsheet takes for a formula.
fn plain(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() }
}

/// The table for a terminal.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.heading)?;
        for line in &self.about {
            writeln!(f, "{line}")?;
        }
        let mut widths = vec![0; self.columns.len()];
        for line in self.lines() {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.chars().count().max(*width);
            }
        }
        let all: usize = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        let (before_total, rule) = (self.rows.len() + 1, "-".repeat(all));
        for (number, line) in self.lines().enumerate() {
            if number == 1 || number == before_total {
                writeln!(f, "{rule}")?;
            }
            let mut text = String::new();
            for ((cell, width), column) in line.into_iter().zip(&widths).zip(&self.columns) {
                let between = if text.is_empty() { "" } else { "  " };
                text.push_str(&match column.is_figure {
                    true => format!("{between}{cell:>width$}"),
                    false => format!("{between}{cell:<width$}"),
                });
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

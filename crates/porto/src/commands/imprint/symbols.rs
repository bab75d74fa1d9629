//! `porto imprint symbols`: the picture of a symbol set.

use crate::failure::Failure;
use crate::output;
use imprint::symbols::{COLUMNS, ROWS, SetId, Symbol};
use serde::Serialize;
use std::fmt::Display;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The print head's resolution, so that the small drawings come out at the size on a mailpiece.
const DPI: u32 = 240;

/// Draws the picture of a symbol set.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto imprint symbols s22 --out s22.png")]
pub struct Symbols {
    /// The set: s5, s10, s14, s16, s22 or s40.
    set: String,
    /// Where the picture goes.
    #[arg(long, value_name = "FILE.png", required_unless_present = "json")]
    out: Option<PathBuf>,
    /// One JSON document with the drawings on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    set: SetId,
    symbols: Vec<Drawing>,
}

#[derive(Serialize)]
struct Drawing {
    index: u32,
    name: &'static str,
    rows: Vec<String>,
}

impl Symbols {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let set: SetId = self.set.parse().map_err(Failure::usage)?;
        if let Some(path) = &self.out {
            draw(set, path)?;
        }
        if self.json {
            let symbols = (0..).zip(set.set().symbols());
            output::json(&Document { set, symbols: symbols.map(drawing).collect() })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn draw(set: SetId, path: &Path) -> Result<(), Failure> {
    let unwritable =
        |error: &dyn Display| Failure::usage(format!("cannot write {}: {error}", path.display()));
    let poster = set.set().poster().map_err(Failure::refused)?;
    let file = File::create(path).map_err(|error| unwritable(&error))?;
    paper::write_png(&poster, DPI, BufWriter::new(file)).map_err(|error| unwritable(&error))
}

fn drawing((index, symbol): (u32, &Symbol)) -> Drawing {
    let module = |column, row| if symbol.is_black(column, row) { '#' } else { '.' };
    let rows = (0..ROWS).map(|row| (0..COLUMNS).map(|column| module(column, row)).collect());
    Drawing { index, name: symbol.name(), rows: rows.collect() }
}

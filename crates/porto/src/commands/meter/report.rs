//! `porto meter report`: what was franked in a period, added up.

use super::{Place, journal_failure, now};
use crate::failure::Failure;
use crate::output;
use journal::{Grouping, Period};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terms::Date;

/// Adds up what was franked, by the day on which it was paid for. The report of all time adds up to the registers.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter report --by centre --from 2026-11-01 --to 2026-11-30\n  porto meter report --by \
centre,month --csv costs.csv\n  porto meter report --by user --pdf users.pdf"
)]
pub struct Report {
    #[command(flatten)]
    place: Place,
    /// The first day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// The last day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
    /// By what: one or two of centre, user, cliche, day and month.
    #[arg(long, default_value = "centre", value_name = "WHAT")]
    by: Grouping,
    /// Writes it into this file, for a spreadsheet.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Writes it into this file, for paper.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Report {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut journal = self.place.journal()?;
        let opening = journal.opening().map_err(journal_failure)?;
        let opening = opening.ok_or_else(|| Failure::refused("this meter has not franked yet"))?;
        let period = Period { from: self.from, to: self.to };
        let report = journal.report(period, self.by).map_err(journal_failure)?;
        let table = report.table(&format!("Meter {}, made on {}", opening.serial, now()?.day));
        if let Some(path) = &self.csv {
            write(path, table.csv().map_err(journal_failure)?.as_bytes())?;
        }
        if let Some(path) = &self.pdf {
            write(path, &table.pdf())?;
        }
        if self.json {
            output::json(&report)?;
        } else if self.csv.is_none() && self.pdf.is_none() {
            output::line(table.to_string().trim_end())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

//! `porto meter cliche`: the clichés that can be chosen.

use super::log_in;
use super::operator::Run;
use super::{Place, journal_failure, office_failure, table};
use crate::commands::imprint::render::text_place;
use crate::commands::psd::log_in::AsManager;
use crate::failure::Failure;
use crate::output;
use imprint::picture::{Cliche, Rect, gallery};
use journal::StoredCliche;
use paper::Conversion;
use serde::Serialize;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be done with clichés.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show all clichés
    List(List),
    /// Take a cliché from a picture
    Add(Add),
    /// Take a cliché that comes with Porto
    Gallery(Gallery),
    /// Take a cliché away
    Remove(Remove),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::List(command) => command.run(),
            Command::Add(command) => command.run(),
            Command::Gallery(command) => command.run(),
            Command::Remove(command) => command.run(),
        }
    }
}

/// Shows all clichés.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter cliche list --json")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A cliché as it is told.
#[derive(Serialize)]
struct Told {
    number: u16,
    name: String,
    columns: u32,
    has_text_place: bool,
    text: String,
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let cliches = self.place.journal()?.cliches().map_err(journal_failure)?;
        let told = |stored: StoredCliche| Told {
            number: stored.cliche.number(),
            name: stored.name,
            columns: stored.cliche.columns(),
            has_text_place: stored.cliche.text().is_some(),
            text: stored.text,
        };
        let told: Vec<Told> = cliches.into_iter().map(told).collect();
        if self.json {
            output::json(&told)?;
            return Ok(ExitCode::SUCCESS);
        }
        let row = |told: &Told| {
            let columns = format!("{} columns", told.columns);
            vec![told.number.to_string(), told.name.clone(), columns, told.text.clone()]
        };
        table(&told.iter().map(row).collect::<Vec<_>>())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A meter whose clichés are changed, and what belongs to one.
#[derive(clap::Args)]
struct Keeping {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    manager: AsManager,
    /// What people call it.
    #[arg(long, default_value = "")]
    name: String,
    /// What stands in the place of its text, where a letter says nothing else.
    #[arg(long, default_value = "")]
    text: String,
}

impl Keeping {
    fn keep(self, cliche: Cliche) -> Result<ExitCode, Failure> {
        let number = cliche.number();
        let mut operator = self.run.turn_on_anyhow()?;
        log_in::manager(&mut operator, &self.manager)?;
        let stored = StoredCliche { name: self.name, cliche, text: self.text };
        operator.machine().keep_cliche(stored).map_err(office_failure)?;
        operator.turn_off()?;
        output::line(&format!("cliché {number} is kept"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes a cliché from a picture (PNG), which is scaled to the print head's height; in the place of an earlier one with
/// its number.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter cliche add logo.png --number 5 --name Logo\n  porto meter cliche add fair.png \
--number 6 --text-place 180,150,440,36 --text \"STAND 12\""
)]
pub struct Add {
    #[command(flatten)]
    keeping: Keeping,
    /// The picture.
    file: PathBuf,
    /// Its number, 1 to 999.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=999))]
    number: u16,
    /// The place of its editable text in dots, seen from its top left corner.
    #[arg(long, value_name = "X,Y,W,H", value_parser = text_place)]
    text_place: Option<Rect>,
    /// Dithers the picture: for photographs. Else what is darker than half is black.
    #[arg(long)]
    dither: bool,
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", self.file.display()));
        let file = BufReader::new(File::open(&self.file).map_err(unreadable)?);
        let conversion = if self.dither { Conversion::Dithering } else { Conversion::Threshold(128) };
        let cliche = paper::import_cliche(file, self.number, conversion, self.text_place);
        self.keeping.keep(cliche.map_err(Failure::refused)?)
    }
}

/// Takes a cliché that comes with Porto.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter cliche gallery 1 --text \"SOON AGAIN\"")]
pub struct Gallery {
    #[command(flatten)]
    keeping: Keeping,
    /// Its number: 1 to 3.
    number: u16,
}

impl Gallery {
    fn run(self) -> Result<ExitCode, Failure> {
        let cliche = gallery::cliche(self.number).ok_or_else(|| {
            let numbers: Vec<String> = gallery::numbers().iter().map(u16::to_string).collect();
            Failure::refused(format!("the gallery has the clichés {}", numbers.join(", ")))
        });
        self.keeping.keep(cliche?)
    }
}

/// Takes a cliché away.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter cliche remove 5")]
pub struct Remove {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    manager: AsManager,
    /// Its number.
    number: u16,
}

impl Remove {
    fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on_anyhow()?;
        log_in::manager(&mut operator, &self.manager)?;
        operator.machine().remove_cliche(self.number).map_err(office_failure)?;
        operator.turn_off()?;
        output::line(&format!("cliché {} is taken away", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

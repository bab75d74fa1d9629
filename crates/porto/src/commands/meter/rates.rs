//! `porto meter rates` and `weigh`: rate tables, what a letter costs, and what lies on the scale.

use super::letter::Described;
use super::log_in;
use super::operator::Run;
use super::{Place, configuration_failure, now, office_failure, table};
use crate::commands::psd::log_in::AsManager;
use crate::failure::Failure;
use crate::{input, output};
use meter::machine::Parts;
use rates::{Price, TABLE_BYTES_MAX, Table, Weight};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use terms::{Date, Money};

/// How long the scale may take to come to rest.
const WEIGHING: Duration = Duration::from_secs(5);

/// What can be done with rate tables.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show the tables that the meter has
    List(List),
    /// Read a table and say what is wrong with it
    Check(Check),
    /// Take a table into the meter
    Add(Add),
    /// Say what a letter costs
    Price(PriceOf),
    /// Print an example of a table, to be filled in
    Example(Example),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::List(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Add(command) => command.run(),
            Command::Price(command) => command.run(),
            Command::Example(command) => command.run(),
        }
    }
}

/// A table as it is told.
#[derive(Serialize)]
struct Told {
    carrier: String,
    title: String,
    edition: u32,
    valid_from: Date,
    valid_until: Option<Date>,
    zones: Vec<String>,
    formats: Vec<String>,
    services: Vec<String>,
}

impl Told {
    fn of(table: &Table) -> Told {
        Told {
            carrier: table.carrier().to_string(),
            title: table.title().to_string(),
            edition: table.edition(),
            valid_from: table.valid_from(),
            valid_until: table.valid_until(),
            zones: table.zones().iter().map(|zone| zone.name.to_string()).collect(),
            formats: table.formats().iter().map(|format| format.name.to_string()).collect(),
            services: table.services().iter().map(|service| service.name.to_string()).collect(),
        }
    }

    fn lines(&self) -> [String; 4] {
        let until = self.valid_until.map_or(String::new(), |until| format!(" to {until}"));
        [
            format!("{}, edition {}, from {}{until}", self.title, self.edition, self.valid_from),
            format!("  zones     {}", self.zones.join(" ")),
            format!("  formats   {}", self.formats.join(" ")),
            format!("  services  {}", self.services.join(" ")),
        ]
    }
}

fn tell(told: &[Told], json: bool) -> Result<ExitCode, Failure> {
    if json {
        output::json(&told)?;
    } else {
        told.iter().flat_map(Told::lines).try_for_each(|line| output::line(&line))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows the tables that the meter has, and what they call zones, formats and services.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter rates list --json")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let told: Vec<Told> = parts(&self.place)?.tables.iter().map(Told::of).collect();
        tell(&told, self.json)
    }
}

fn parts(place: &Place) -> Result<Parts, Failure> {
    Ok(place.configuration()?.parts().map_err(configuration_failure)?.0)
}

/// Reads a table and says what is wrong with it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter rates check rates-2027.toml")]
pub struct Check {
    /// The table: TOML as people write it, or JSON where the name ends in .json.
    file: PathBuf,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Check {
    fn run(self) -> Result<ExitCode, Failure> {
        tell(&[Told::of(&read(&self.file)?)], self.json)
    }
}

/// The table in a file.
pub fn read(path: &Path) -> Result<Table, Failure> {
    let bytes = input::bytes(path, TABLE_BYTES_MAX as u64)?;
    let wrong = |reason: String| Failure::usage(format!("{}: {reason}", path.display()));
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is no text".into()))?;
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    let table = if is_json { Table::from_json(&text) } else { Table::from_toml(&text) };
    table.map_err(|error| wrong(error.to_string()))
}

/// Takes a table into the meter. It holds from its first day on, beside those that are there.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter rates add rates-2027.toml")]
pub struct Add {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    manager: AsManager,
    /// The table.
    file: PathBuf,
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let table = read(&self.file)?;
        let told = Told::of(&table);
        let mut operator = self.run.turn_on_anyhow()?;
        log_in::manager(&mut operator, &self.manager)?;
        operator.machine().keep_rate_table(&told.carrier, table).map_err(office_failure)?;
        operator.turn_off()?;
        output::line(&format!("{} is kept, and holds from {} on", told.title, told.valid_from))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Says what a letter costs, and why.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter rates price --weight \"18 g\" --format standard --to DE\n  porto meter rates \
price --weigh --size 220x110x3 --to domestic --service registered"
)]
pub struct PriceOf {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    letter: Described,
    /// The day on the imprint; today if not given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A price as it is told.
#[derive(Serialize)]
struct Priced {
    postage: Money,
    product: String,
    number: u32,
    parts: Vec<(String, Money)>,
    endorsements: Vec<String>,
}

impl Priced {
    fn of(price: Price) -> Priced {
        Priced {
            postage: price.postage,
            product: price.product.to_string(),
            number: price.number,
            parts: price.parts.iter().map(|part| (part.title.to_string(), part.amount)).collect(),
            endorsements: price.endorsements.iter().map(ToString::to_string).collect(),
        }
    }
}

impl PriceOf {
    fn run(self) -> Result<ExitCode, Failure> {
        let mut parts = parts(&self.place)?;
        let date = self.date.map_or_else(|| now().map(|now| now.day), Ok)?;
        let letter = self.letter.letter(date, || weigh(&mut parts))?;
        let letter =
            letter.ok_or_else(|| Failure::usage("describe the letter: --weight, --format and --to"))?;
        let priced = Priced::of(parts.tables.price(&letter).map_err(Failure::refused)?);
        if self.json {
            output::json(&priced)?;
            return Ok(ExitCode::SUCCESS);
        }
        let rows = priced.parts.iter().map(|(title, amount)| vec![amount.to_string(), title.clone()]);
        let sum = vec![priced.postage.to_string(), "together".into()];
        table(&rows.chain([sum]).collect::<Vec<_>>())?;
        priced.endorsements.iter().try_for_each(|text| output::line(text))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn weigh(parts: &mut Parts) -> Result<Weight, Failure> {
    let scale = parts
        .scale
        .as_mut()
        .ok_or_else(|| Failure::refused("no scale is set up: set scale in meter.toml, or type the weight"))?;
    let weighed = rates::settled(&mut **scale, WEIGHING).map_err(Failure::refused)?;
    Ok(weighed.weight)
}

/// Prints an example of a table. Its carrier does not exist, and its prices are invented.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter rates example > rates.toml")]
pub struct Example;

impl Example {
    fn run(self) -> Result<ExitCode, Failure> {
        output::line(Table::example_text().trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Says what lies on the scale.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter weigh --json")]
pub struct Weigh {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A weight as it is told.
#[derive(Serialize)]
struct Weighed {
    tenths_of_gram: u32,
}

impl Weigh {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let weight = weigh(&mut parts(&self.place)?)?;
        if self.json {
            output::json(&Weighed { tenths_of_gram: weight.tenths() })?;
        } else {
            output::line(&weight.to_string())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto meter`: the mailroom's machine by command, one module per command. Each command turns the machine on, does one
//! thing and turns it off again; what was set stays set, as it does over power-off.
//!
//! What always holds: the machine decides, and the device behind it. A command says what somebody wants, waits as long
//! as he said he would, and tells what the display says.

mod batch;
mod calls;
mod card;
mod centre;
mod claim;
mod cliche;
mod contents;
mod display;
mod frank;
mod group;
mod init;
mod jobs;
mod letter;
mod log_in;
mod making;
mod operator;
mod panel;
mod rates;
mod report;
mod settings;
mod spoil;
mod status;

pub use panel::Meter;

use crate::commands::psd::refused;
use crate::failure::Failure;
use crate::output;
use access::cards::Directory;
use journal::{Journal, JournalError, When};
use meter::configuration::{Configuration, ConfigurationFault, SETTINGS};
use meter::machine::{Clock, ComputerClock, MachineFault, OfficeFault};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be asked of a mailroom's machine.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a meter's folder with its settings file
    Init(init::Init),
    /// Frank a letter, or several alike
    Frank(frank::Frank),
    /// Frank a file of letters in one go
    Batch(batch::Batch),
    /// Call the centre for credit
    Refill(calls::Refill),
    /// Call the centre for nothing but what it has for the meter
    Contact(calls::Contact),
    /// Show the registers, or print them
    Registers(status::Registers),
    /// Show what the display shows
    Status(status::Status),
    /// Test every part of the device, and print without value
    Test(status::Test),
    /// What was franked, by cost centre, user, cliché, day or month
    Report(report::Report),
    /// The last imprints
    Jobs(jobs::Jobs),
    /// What was done at the meter, by whom
    Log(jobs::Log),
    /// Errors by kind
    Errors(jobs::Errors),
    /// Note that an imprint is of no use
    Spoil(spoil::Spoil),
    /// Imprints that are of no use and were not handed in yet
    Spoiled(jobs::Spoiled),
    /// Write the claim by which the centre refunds them
    Claim(claim::Claim),
    /// Print what is paid for and waits
    PrintAgain(spoil::PrintAgain),
    /// Cost centres: limits, budgets, surcharges
    #[command(subcommand)]
    CostCentre(centre::Command),
    /// Groups of cost centres
    #[command(subcommand)]
    Group(group::Command),
    /// The clichés printed beside the stamps
    #[command(subcommand)]
    Cliche(cliche::Command),
    /// Rate tables, and what a letter costs
    #[command(subcommand)]
    Rates(rates::Command),
    /// What lies on the scale
    Weigh(rates::Weigh),
    /// Chip cards
    #[command(subcommand)]
    Card(card::Command),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Init(command) => command.run(),
            Command::Frank(command) => command.run(),
            Command::Batch(command) => command.run(),
            Command::Refill(command) => command.run(),
            Command::Contact(command) => command.run(),
            Command::Registers(command) => command.run(),
            Command::Status(command) => command.run(),
            Command::Test(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::Jobs(command) => command.run(),
            Command::Log(command) => command.run(),
            Command::Errors(command) => command.run(),
            Command::Spoil(command) => command.run(),
            Command::Spoiled(command) => command.run(),
            Command::Claim(command) => command.run(),
            Command::PrintAgain(command) => command.run(),
            Command::CostCentre(command) => command.run(),
            Command::Group(command) => command.run(),
            Command::Cliche(command) => command.run(),
            Command::Rates(command) => command.run(),
            Command::Weigh(command) => command.run(),
            Command::Card(command) => command.run(),
        }
    }
}

/// Which meter.
#[derive(clap::Args, Clone)]
struct Place {
    /// The meter's folder.
    #[arg(long, default_value = ".", value_name = "FOLDER", env = "PORTO_METER")]
    meter: PathBuf,
}

impl Place {
    /// The settings.
    fn configuration(&self) -> Result<Configuration, Failure> {
        if !self.meter.join(SETTINGS).exists() {
            return Err(Failure::usage(format!(
                "{} has no {SETTINGS}: make a meter with `porto meter init`, or name its folder with --meter",
                self.meter.display()
            )));
        }
        Configuration::read(&self.meter).map_err(configuration_failure)
    }

    /// The journal, for what needs no machine.
    fn journal(&self) -> Result<Journal, Failure> {
        Journal::open(&self.configuration()?.journal()).map_err(journal_failure)
    }

    /// Cards and cost centres as they stand, and the day.
    fn directory(&self) -> Result<(Directory, When), Failure> {
        let directory = self.journal()?.directory(self.configuration()?.prefix);
        Ok((directory.map_err(journal_failure)?, now()?))
    }
}

/// The day and time.
fn now() -> Result<When, Failure> {
    ComputerClock::new().when().ok_or(MachineFault::Clock).map_err(machine_failure)
}

/// A file that cannot be used is status 2, what a part of the machine refuses is status 1.
fn configuration_failure(fault: ConfigurationFault) -> Failure {
    match fault {
        ConfigurationFault::Machine(fault) => machine_failure(fault),
        fault => Failure::usage(fault),
    }
}

fn machine_failure(fault: MachineFault) -> Failure {
    match fault {
        MachineFault::Device(error) => refused(error),
        MachineFault::Journal(error) => journal_failure(error),
        MachineFault::Call(fault) if fault.is_refusal() => Failure::refused(fault),
        MachineFault::Tables(refusal) => Failure::refused(refusal),
        fault => Failure::usage(fault),
    }
}

fn office_failure(fault: OfficeFault) -> Failure {
    match fault {
        OfficeFault::Device(error) => refused(error),
        OfficeFault::Journal(error) => journal_failure(error),
        OfficeFault::Machine(fault) => machine_failure(fault),
        fault => Failure::refused(fault),
    }
}

fn journal_failure(error: JournalError) -> Failure {
    match error {
        JournalError::Lock { .. } | JournalError::Store(_) => Failure::usage(error),
        error => Failure::refused(error),
    }
}

/// Prints rows of a table, each column as wide as its widest cell.
fn table(rows: &[Vec<String>]) -> Result<(), Failure> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = cell.chars().count().max(*width));
    }
    rows.iter().try_for_each(|row| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        output::line(cells.join("  ").trim_end())
    })
}

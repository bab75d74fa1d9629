//! `porto centre`: the data centre. `serve` runs it; the other commands work on its database beside it, on its own
//! machine, in the name of whoever gives them.

mod audit;
mod customer;
mod init;
mod inspection;
mod keys;
mod meter;
mod people;
mod refund;
mod serve;
mod station;

use crate::failure::Failure;
use centre::app::now_ms;
use centre::books::BooksFault;
use centre::office::OfficeFault;
use centre::post::desk::PostFault;
use centre::service::{Configuration, ConfigurationFault, Opened, StartFault, open};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be asked of a data centre.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a new centre's folder with its settings file
    Init(init::Init),
    /// Run the centre: the link, pages and interfaces
    Serve(serve::Serve),
    /// Customers and what they pay in
    #[command(subcommand)]
    Customer(customer::Command),
    /// Meters: enrol, personalise, look at, open, inspect
    #[command(subcommand)]
    Meter(meter::Command),
    /// Make a one-time link for a person, or a token for a program
    #[command(subcommand)]
    People(people::Command),
    /// Spoiled imprints: take claims in, receive their papers, refuse lines
    #[command(subcommand)]
    Refund(refund::Command),
    /// The post's stations, which get lists of this centre and report to it
    #[command(subcommand)]
    Station(station::Command),
    /// The audit log: seal it, write it out, verify it
    #[command(subcommand)]
    Audit(audit::Command),
    /// The master key: wrap all keys with another
    #[command(subcommand)]
    Keys(keys::Command),
    /// Copy the database of a running centre into a new file
    Backup(serve::Backup),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Init(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Customer(command) => command.run(),
            Command::Meter(command) => command.run(),
            Command::People(command) => command.run(),
            Command::Refund(command) => command.run(),
            Command::Station(command) => command.run(),
            Command::Audit(command) => command.run(),
            Command::Keys(command) => command.run(),
            Command::Backup(command) => command.run(),
        }
    }
}

/// Which centre.
#[derive(clap::Args, Clone)]
struct Place {
    /// The centre's folder, or its settings file.
    #[arg(long, default_value = ".", value_name = "PATH", env = "PORTO_CENTRE")]
    centre: PathBuf,
}

/// In whose name something is done.
#[derive(clap::Args, Clone)]
struct By {
    /// In whose name this is done, in the audit log: a person's name at the centre.
    #[arg(long, default_value = "centre", value_name = "NAME")]
    by: String,
}

impl Place {
    /// The settings.
    fn configuration(&self) -> Result<Configuration, Failure> {
        let file = if self.centre.is_dir() { self.centre.join(init::SETTINGS) } else { self.centre.clone() };
        Configuration::read(&file, |name| std::env::var(name).ok()).map_err(|fault| match fault {
            ConfigurationFault::File(path, error) => Failure::usage(format!(
                "{} cannot be read ({error}): make a centre with `porto centre init`",
                path.display()
            )),
            fault => Failure::usage(fault),
        })
    }

    /// Opens the centre's database and does something with it.
    fn with<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        work: impl FnOnce(Opened, i64) -> F,
    ) -> Result<T, Failure> {
        let configuration = self.configuration()?;
        runtime()?.block_on(async {
            let opened = open(&configuration).await.map_err(start_failure)?;
            let store = opened.app.office.books().store().clone();
            let done = work(opened, now_ms()).await;
            store.close().await;
            done
        })
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::usage)
}

/// A centre that does not start is wrong use, or something of the machine's that cannot be used.
fn start_failure(fault: StartFault) -> Failure {
    Failure::usage(fault)
}

/// A refusal is status 1; what is the machine's fault is status 2.
fn office_failure(fault: OfficeFault) -> Failure {
    if fault.is_own() { Failure::usage(fault) } else { Failure::refused(fault) }
}

/// The same for the post's desk.
fn post_failure(fault: PostFault) -> Failure {
    match fault {
        PostFault::Office(fault) => office_failure(fault),
        fault => Failure::refused(fault),
    }
}

/// The same for the books.
fn books_failure(fault: BooksFault) -> Failure {
    office_failure(fault.into())
}

/// The text of a file that is to be written, where nothing is there yet.
fn new_file(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        let sentence = format!("{} exists already, and nothing is written over it", path.display());
        return Err(Failure::refused(sentence));
    }
    Ok(())
}

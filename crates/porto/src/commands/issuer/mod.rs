//! `porto issuer`: the development issuer, which does the centre's part with files. One module per command.

mod grant;
mod init;
pub mod inspect;
mod list;
mod mark;
mod master;
mod meter;
mod order;
mod report;

use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::input;
use post::list::MeterList;
use psd_host::issuer::Issuer;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be asked of the issuer.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a new issuer
    Init(init::Init),
    /// Draw the keys of a new meter
    Meter(meter::Meter),
    /// Sign a grant of credit
    Grant(grant::Grant),
    /// Sign the word that a meter is under suspicion, or no longer
    Mark(mark::Mark),
    /// Sign an order for a meter: stop it, free it, enrol a program, and more
    Order(order::Order),
    /// Sign an inspection of a meter: new symbols, cipher, packing and keys, a new seal, and more
    Inspect(inspect::Inspect),
    /// Vouch for the new master card of a meter whose master is lost
    Master(master::Master),
    /// Sign the next codeword for an opening of the housing that was announced
    Opening(order::Opening),
    /// Sign the service reset that mends a meter's fault
    Reset(report::Reset),
    /// Sign the grant that takes all credit back and ends a meter's service
    Close(report::Close),
    /// Open a meter's report
    Report(report::Report),
    /// Show the issuer's meters
    List(list::List),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Init(command) => command.run(),
            Command::Meter(command) => command.run(),
            Command::Grant(command) => command.run(),
            Command::Mark(command) => command.run(),
            Command::Order(command) => command.run(),
            Command::Inspect(command) => command.run(),
            Command::Master(command) => command.run(),
            Command::Opening(command) => command.run(),
            Command::Reset(command) => command.run(),
            Command::Close(command) => command.run(),
            Command::Report(command) => command.run(),
            Command::List(command) => command.run(),
        }
    }
}

/// Which issuer.
#[derive(clap::Args)]
struct Folder {
    /// The issuer's folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Folder {
    fn open(&self) -> Result<Issuer, Failure> {
        Issuer::open(&self.folder).map_err(failure)
    }
}

/// Refuses to write over what is there.
fn check_new(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        let sentence = format!("{} exists already, and nothing is written over it", path.display());
        return Err(Failure::refused(sentence));
    }
    Ok(())
}

/// The post's list of an issuer.
fn read_list(issuer: &Issuer) -> Result<MeterList, Failure> {
    input::json(&issuer.list_path(), "meter list")
}

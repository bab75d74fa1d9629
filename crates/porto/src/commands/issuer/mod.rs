//! `porto issuer`: the development issuer, which does the centre's part with files. One module per command.

mod grant;
mod init;
mod list;
mod mark;
mod meter;

use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::input;
use post::list::MeterList;
use psd_host::issuer::Issuer;
use std::path::PathBuf;
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

/// The post's list of an issuer.
fn read_list(issuer: &Issuer) -> Result<MeterList, Failure> {
    input::json(&issuer.list_path(), "meter list")
}

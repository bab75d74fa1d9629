//! `porto psd`: the postal security device on a memory file, one module per command.

mod credit;
mod fetch;
mod frank;
mod init;
mod registers;

use crate::failure::Failure;
use psd_host::{FilePsd, HostError};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be asked of a security device.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a new memory file a meter's
    Init(init::Init),
    /// Take a grant of credit
    Grant(credit::Grant),
    /// Take the issuer's word that the meter is under suspicion, or no longer
    Mark(credit::Mark),
    /// Debit postage and print the indicia
    Frank(frank::Frank),
    /// Print an indicium of the last franking once more
    Fetch(fetch::Fetch),
    /// Show the registers
    Registers(registers::Registers),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Init(command) => command.run(),
            Command::Grant(command) => command.run(),
            Command::Mark(command) => command.run(),
            Command::Frank(command) => command.run(),
            Command::Fetch(command) => command.run(),
            Command::Registers(command) => command.run(),
        }
    }
}

/// Which device.
#[derive(clap::Args)]
struct Device {
    /// The device's memory file; its key lies beside it as FILE.key.
    #[arg(long, value_name = "FILE")]
    memory: PathBuf,
}

impl Device {
    fn open(&self) -> Result<Box<FilePsd>, Failure> {
        psd_host::open(&self.memory).map_err(failure)
    }
}

/// A refusal is status 1; a file that cannot be used is status 2.
pub fn failure(error: HostError) -> Failure {
    if error.is_refusal() { Failure::refused(error) } else { Failure::usage(error) }
}

//! `porto post`: the examiner's station by command.

mod read;

use crate::failure::Failure;
use std::process::ExitCode;

/// What the station can be asked.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Read imprints from pictures and judge them.
    Read(read::Read),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Read(read) => read.run(),
        }
    }
}

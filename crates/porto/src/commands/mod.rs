//! The subcommands, one module per role.

mod imprint;

use crate::failure::Failure;
use std::process::ExitCode;

/// What `porto` can be asked to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Numbers, symbols and print image of the security imprint.
    #[command(subcommand)]
    Imprint(imprint::Command),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Imprint(command) => command.run(),
        }
    }
}

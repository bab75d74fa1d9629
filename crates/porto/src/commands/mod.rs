//! The subcommands, one module per role.

mod imprint;
mod post;

use crate::failure::Failure;
use std::process::ExitCode;

/// What `porto` can be asked to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Numbers, symbols and print image of the security imprint.
    #[command(subcommand)]
    Imprint(imprint::Command),
    /// The post office's station: read imprints from pictures and judge them.
    #[command(subcommand)]
    Post(post::Command),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Imprint(command) => command.run(),
            Command::Post(command) => command.run(),
        }
    }
}

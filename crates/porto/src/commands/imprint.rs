//! `porto imprint`: the imprint's numbers and picture, one module per command.

use crate::failure::Failure;
use std::process::ExitCode;

/// What can be asked of an imprint.
#[derive(clap::Subcommand)]
pub enum Command {}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {}
    }
}

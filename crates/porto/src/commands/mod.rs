//! The subcommands, one module per role.

mod centre;
mod completions;
mod imprint;
mod issuer;
mod link;
mod meter;
mod post;
mod psd;

use crate::failure::Failure;
use std::process::ExitCode;

/// What `porto` can be asked to do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// The data centre: books, the link to meters, pages and interfaces.
    #[command(subcommand)]
    Centre(centre::Command),
    /// Print a script by which a shell completes commands.
    Completions(completions::Completions),
    /// Numbers, symbols and print image of the security imprint.
    #[command(subcommand)]
    Imprint(imprint::Command),
    /// The development issuer: keys for meters, signed grants, the post's list.
    #[command(subcommand)]
    Issuer(issuer::Command),
    /// Calls between a security device and the centre: refills, openings, leaving service.
    #[command(subcommand)]
    Link(link::Command),
    /// The mailroom's machine: franking, refills, cost centres, cards, reports.
    Meter(Box<meter::Meter>),
    /// The post office's station: read imprints from pictures and judge them.
    #[command(subcommand)]
    Post(post::Command),
    /// The postal security device: registers, credit, franking.
    #[command(subcommand)]
    Psd(psd::Command),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Centre(command) => command.run(),
            Command::Completions(command) => command.run(),
            Command::Imprint(command) => command.run(),
            Command::Issuer(command) => command.run(),
            Command::Link(command) => command.run(),
            Command::Meter(command) => command.run(),
            Command::Post(command) => command.run(),
            Command::Psd(command) => command.run(),
        }
    }
}

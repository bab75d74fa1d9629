//! `porto meter` alone: the panel, a page that behaves like the machine.

use super::{Command, Place, configuration_failure, machine_failure};
use crate::failure::Failure;
use crate::output;
use meter::panel::{self, PanelFault};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// The mailroom's machine: without a command its panel, as pages for a browser, until it is told to stop (SIGINT, SIGTERM).
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  porto meter --meter mailroom\n  porto meter --meter mailroom --listen 127.0.0.1:0\n  \
porto meter frank --meter mailroom --postage 110"
)]
pub struct Meter {
    #[command(flatten)]
    place: Place,
    /// Where the panel is served, before what the settings say. Other addresses than this machine's own need a
    /// certificate.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

impl Meter {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Some(command) => command.run(),
            None => serve(&self.place, self.listen),
        }
    }
}

fn serve(place: &Place, listen: Option<String>) -> Result<ExitCode, Failure> {
    let mut configuration = place.configuration()?;
    if let Some(listen) = listen {
        configuration.panel.listen = listen;
    }
    let panel = panel::Panel::open(&configuration).map_err(failure)?;
    output::line(&format!("the panel is at {}", panel.url()))?;
    panel.serve(ending()).map_err(failure)?;
    Ok(ExitCode::SUCCESS)
}

/// Comes to an end when somebody wants the program to.
async fn ending() {
    let (Ok(mut terminated), Ok(mut interrupted)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
}

fn failure(fault: PanelFault) -> Failure {
    match fault {
        PanelFault::Configuration(fault) => configuration_failure(fault),
        PanelFault::Machine(fault) => machine_failure(fault),
        fault => Failure::usage(fault),
    }
}

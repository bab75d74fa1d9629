//! `porto centre keys`: the master key.

use super::Place;
use crate::failure::Failure;
use crate::output;
use centre::audit::{Desk, Event, log};
use indicatif::ProgressBar;
use std::process::ExitCode;
use store::{Stop, StoreError, work};

/// What can be done about the master key.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Wrap all keys with the master key that the settings name now, and forget the former one
    Rewrap(Rewrap),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Command::Rewrap(command) = self;
        command.run()
    }
}

/// Wraps all keys with the master key that the settings name under [keys], and forgets those under [[former_keys]].
/// Start every instance with these settings before. What was cut off goes on when this is run again.
#[derive(clap::Args)]
#[command(
    after_help = "Example (settings):\n  [keys]\n  file = \"new.key\"\n  [[former_keys]]\n  file = \"master.key\"\n\n\
then:\n  porto centre keys rewrap --centre /var/lib/porto"
)]
pub struct Rewrap {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Rewrap {
    fn run(self) -> Result<ExitCode, Failure> {
        let keys = self.place.with(async |opened, now_ms| {
            let bar = ProgressBar::no_length();
            let office = &opened.app.office;
            let wrapped = office.keys().rewrap(|done| bar.set_position(done)).await;
            bar.finish_and_clear();
            let keys = wrapped.map_err(Failure::usage)?;
            let store = office.books().store();
            let noted: Result<(), StoreError> = store
                .transaction(|transaction| {
                    work(async move {
                        let desk = Desk::centre();
                        let event = Event::MasterKeyChanged { keys };
                        let noted = log::append_to_desk(transaction, &desk, now_ms, "centre", &[event]).await;
                        noted.map_err(Stop::from)
                    })
                })
                .await;
            noted.map_err(Failure::usage)?;
            Ok(keys)
        })?;
        if self.json {
            output::json(&serde_json::json!({ "keys": keys }))?;
        } else {
            output::line(&format!(
                "{keys} keys are wrapped with the master key of the settings; no other is needed any more"
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

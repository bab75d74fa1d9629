//! `porto psd init`: personalisation, once in a meter's life.

use super::{Device, failure};
use crate::failure::Failure;
use crate::output;
use psd_host::documents::PersonalisationDocument;
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes a new memory file a meter's. The personalisation file holds the meter's keys: delete it afterwards.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd init meter.json --memory meter.psd")]
pub struct Init {
    /// The personalisation file, from `porto issuer meter`.
    personalisation: PathBuf,
    #[command(flatten)]
    device: Device,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Init {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let personalisation = PersonalisationDocument::read(&self.personalisation).map_err(failure)?;
        let psd = psd_host::personalise(&self.device.memory, personalisation).map_err(failure)?;
        if self.json {
            output::json(&super::registers::Document::of(&psd))?;
        } else {
            output::line(&format!("meter {} is in {}", psd.status().serial, self.device.memory.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

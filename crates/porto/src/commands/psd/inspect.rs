//! `porto psd inspect`: what a technician exchanges on site.

use super::{Device, failure, refused};
use crate::failure::Failure;
use crate::output;
use psd_host::documents::InspectionDocument;
use std::path::PathBuf;
use std::process::ExitCode;

/// Carries out an inspection by a document of the centre's. The same inspection again changes nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd inspect --memory meter.psd inspection.json")]
pub struct Inspect {
    #[command(flatten)]
    device: Device,
    /// The document, from `porto centre meter inspect` or `porto issuer inspect`.
    inspection: PathBuf,
    /// One JSON document on stdout: the registers afterwards.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let inspection = InspectionDocument::read(&self.inspection).map_err(failure)?;
        let mut client = self.device.connect()?;
        client.inspect(&inspection).map_err(refused)?;
        if self.json {
            output::json(&super::registers::Document::of(&mut client)?)?;
        } else {
            let (number, serial) = (inspection.message.number, inspection.message.serial);
            output::line(&format!("meter {serial} has carried out inspection {number}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

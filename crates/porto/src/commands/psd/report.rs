//! `porto psd report`: what the device says of itself, sealed for the centre.

use super::{Device, failure, refused};
use crate::failure::Failure;
use crate::output;
use psd_host::documents::ReportDocument;
use psd_host::draw_challenge;
use psd_host::issuer::write_document;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes the device's report: registers, blocks, errors by kind, the log. A service reset begins with it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd report --memory meter.psd --out report.json\n  \
porto issuer report issuer report.json")]
pub struct Report {
    #[command(flatten)]
    device: Device,
    /// What the centre asks the report over, 32 hexadecimal digits; drawn if not given.
    #[arg(long, value_name = "HEX")]
    challenge: Option<psd_host::documents::Challenge>,
    /// Where to write the report.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Report {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let challenge = match self.challenge {
            Some(challenge) => challenge.0,
            None => draw_challenge().map_err(failure)?,
        };
        let mut client = self.device.connect()?;
        let serial = client.hello().map_err(refused)?.serial;
        let sealed = client.report(&challenge).map_err(refused)?;
        write_document(&self.out, &ReportDocument::new(serial, challenge, &sealed)).map_err(failure)?;
        output::line(&format!("report of meter {serial} in {}", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

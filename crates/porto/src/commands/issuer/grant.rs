//! `porto issuer grant`: credit for a meter.

use super::Folder;
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use psd_host::documents::GrantDocument;
use psd_host::issuer::write_document;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::Serial;

/// Signs the next grant of a meter. It can be taken once; a copy stays in DIR/grants.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto issuer grant issuer --serial 12345678 --amount 5000 --out grant.json"
)]
pub struct Grant {
    #[command(flatten)]
    folder: Folder,
    /// The meter.
    #[arg(long)]
    serial: Serial,
    /// The amount in minor units; below zero to take credit back.
    #[arg(long, allow_negative_numbers = true)]
    amount: i64,
    /// Where to write the grant.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Grant {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.out.exists() {
            let sentence = format!("{} exists already, and nothing is written over it", self.out.display());
            return Err(Failure::refused(sentence));
        }
        let grant = self.folder.open()?.grant(self.serial, self.amount).map_err(failure)?;
        write_document(&self.out, &GrantDocument::new(&grant)).map_err(failure)?;
        let number = grant.message.number;
        output::line(&format!("grant {number} for meter {} in {}", self.serial, self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto issuer grant`: credit for a meter.

use super::{Folder, read_list};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use psd_host::documents::GrantDocument;
use psd_host::issuer::{Issuer, write_document};
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
        let mut issuer = self.folder.open()?;
        let grant = issuer.grant(self.serial, self.amount).map_err(failure)?;
        widen_interval(&issuer, self.serial)?;
        write_document(&self.out, &GrantDocument::new(&grant)).map_err(failure)?;
        let number = grant.message.number;
        output::line(&format!("grant {number} for meter {} in {}", self.serial, self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Lets the post know that a sum of postage, or a rest of credit, may now be as high as all credit granted.
fn widen_interval(issuer: &Issuer, serial: Serial) -> Result<(), Failure> {
    let Some(account) = issuer.meters().iter().find(|meter| meter.serial == serial) else { return Ok(()) };
    let mut list = read_list(issuer)?;
    for entry in list.meters.iter_mut().filter(|entry| entry.serial == serial) {
        for epoch in entry.epochs.iter_mut().filter(|epoch| epoch.profile.monotone.is_sum()) {
            if let Some((_, greatest)) = &mut epoch.mv {
                *greatest = (*greatest).max(account.granted.minor());
            }
        }
    }
    issuer.write_list(&list).map_err(failure)
}

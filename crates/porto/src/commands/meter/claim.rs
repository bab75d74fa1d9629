//! `porto meter claim`: spoiled imprints, handed in for a refund.

use super::operator::Run;
use super::{log_in, office_failure};
use crate::commands::psd::log_in::AsManager;
use crate::failure::Failure;
use crate::output;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terms::Money;

/// Writes the claim for spoiled imprints: send it to the centre, and the papers to the carrier.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter claim november.json\n  porto meter claim once-more.json --again"
)]
pub struct Claim {
    #[command(flatten)]
    run: Run,
    /// The file to write; there must be none of this name yet.
    file: PathBuf,
    #[command(flatten)]
    manager: AsManager,
    /// Writes the imprints that were handed in last once more, where their claim was lost. Nothing is refunded twice.
    #[arg(long)]
    again: bool,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Claim {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on()?;
        log_in::manager(&mut operator, &self.manager)?;
        let machine = operator.machine();
        let claim = if self.again { machine.claim_again() } else { machine.claim() };
        let Some(claim) = claim.map_err(office_failure)? else {
            return Err(Failure::refused("there are no spoiled imprints to hand in"));
        };
        let document = claim.write().map_err(Failure::refused)?;
        write_new(&self.file, &document)
            .map_err(|error| Failure::usage(format!("{}: {error}", self.file.display())))?;
        machine.handed_in(&claim).map_err(office_failure)?;
        operator.turn_off()?;
        let (serial, imprints) = (claim.serial(), claim.imprints().len());
        let sum = claim.imprints().iter().try_fold(Money::ZERO, |sum, line| sum.checked_add(line.postage));
        let postage = sum.ok_or_else(|| Failure::refused("the imprints' postage is beyond all amounts"))?;
        if self.json {
            let postage_minor = postage.minor();
            output::json(
                &serde_json::json!({ "serial": serial, "imprints": imprints, "postage_minor": postage_minor }),
            )?;
        } else {
            output::line(&format!(
                "{}: {imprints} imprints of meter {serial}, {postage} together",
                self.file.display()
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a file that was not there; once this returns, it is on the medium.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

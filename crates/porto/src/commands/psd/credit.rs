//! `porto psd grant`: credit comes in, or goes back.

use super::log_in::AsManager;
use super::{Device, failure, refused};
use crate::failure::Failure;
use crate::output;
use psd::GrantAnswer;
use psd_host::documents::GrantDocument;
use std::path::PathBuf;
use std::process::ExitCode;

/// Takes a grant of credit. The same grant again changes nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd grant --memory meter.psd grant.json")]
pub struct Grant {
    #[command(flatten)]
    device: Device,
    /// The grant, from `porto issuer grant`.
    grant: PathBuf,
    #[command(flatten)]
    manager: AsManager,
    /// One JSON document on stdout: the registers afterwards.
    #[arg(long)]
    json: bool,
}

impl Grant {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let grant = GrantDocument::read(&self.grant).map_err(failure)?;
        let mut client = self.device.connect()?;
        self.manager.log_in(&mut client, &self.device)?;
        let answer = client.grant(&grant).map_err(refused)?;
        if self.json {
            output::json(&super::registers::Document::of(&mut client)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        let number = grant.message.number;
        output::line(&match answer {
            GrantAnswer::Taken(registers) => format!("grant {number} taken, credit {}", registers.r1),
            GrantAnswer::TakenBefore(registers) => {
                format!("grant {number} had been taken before, credit {}", registers.r1)
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

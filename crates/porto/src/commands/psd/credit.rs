//! `porto psd grant`: credit comes in, or goes back.

use super::log_in::log_in_manager;
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
    /// Logs the system manager in first.
    #[arg(long)]
    manager: bool,
    /// Logs the system manager in first: the password is the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// One JSON document on stdout: the registers afterwards.
    #[arg(long)]
    json: bool,
}

impl Grant {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let grant = GrantDocument::read(&self.grant).map_err(failure)?;
        let mut client = self.device.connect()?;
        if self.manager || self.password_file.is_some() {
            log_in_manager(&mut client, &self.device, self.password_file.as_deref())?;
        }
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

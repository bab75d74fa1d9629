//! `porto psd fetch`: an indicium once more, as after a crash.

use super::log_in::Users;
use super::{Attached, refused};
use crate::failure::Failure;
use crate::output;
use imprint::numbers::RequestId;
use std::process::ExitCode;

/// Prints an indicium of the last franking once more, without a debit. Older ones cannot be had again.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd fetch --memory meter.psd --request 2a --json")]
pub struct Fetch {
    #[command(flatten)]
    device: Attached,
    #[command(flatten)]
    users: Users,
    /// The request it answered, up to 16 hexadecimal digits.
    #[arg(long, value_name = "ID")]
    request: RequestId,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Fetch {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.device.attach()?;
        self.users.log_in(&mut client, &self.device.device)?;
        let indicium = client.fetch(self.request).map_err(refused)?;
        if self.json {
            output::json(&indicium)?;
        } else {
            output::line(&super::frank::sentence(&indicium))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

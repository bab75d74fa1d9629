//! `porto psd order`: what the centre wants done beside credit.

use super::{Device, failure, refused};
use crate::failure::Failure;
use crate::output;
use psd_host::documents::OrderDocument;
use std::path::PathBuf;
use std::process::ExitCode;

/// Carries out an order of the centre. The same order again changes nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd order --memory meter.psd order.json")]
pub struct Order {
    #[command(flatten)]
    device: Device,
    /// The order, from `porto issuer order`, `mark`, `opening` or `reset`.
    order: PathBuf,
    /// One JSON document on stdout: the registers afterwards.
    #[arg(long)]
    json: bool,
}

impl Order {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let order = OrderDocument::read(&self.order).map_err(failure)?;
        let mut client = self.device.connect()?;
        client.hand_in(&order).map_err(refused)?;
        if self.json {
            output::json(&super::registers::Document::of(&mut client)?)?;
        } else {
            let (number, serial) = (order.message.number, order.message.serial);
            output::line(&format!("meter {serial} has carried out order {number}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

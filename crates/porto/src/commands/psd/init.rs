//! `porto psd init`: personalisation, once in a meter's life.

use super::fitting::{Fitting, index_base};
use super::{failure, refused};
use crate::failure::Failure;
use crate::output;
use psd::service::Service;
use psd_host::client::Client;
use psd_host::documents::read_personalisation;
use psd_host::{Equipment, Identity, SystemClock, pairing_path, personalise_equipped};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Makes a new memory file a meter's. The personalisation file holds the meter's keys: delete it afterwards.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd init meter.json --memory meter.psd")]
pub struct Init {
    /// The personalisation file, from `porto issuer meter`.
    personalisation: PathBuf,
    /// The device's memory file, which must not exist; its key will lie beside it as FILE.key.
    #[arg(long, value_name = "FILE")]
    memory: PathBuf,
    #[command(flatten)]
    fitting: Fitting,
    /// The first of the two indices that the device is to have in the TPM; 0x01807078 if not given.
    #[arg(long, value_name = "INDEX", requires = "tpm", value_parser = index_base)]
    tpm_index: Option<u32>,
    /// Leave it to `porto psd pair` to pair the device; else it is paired with this computer, in FILE.pair.
    #[arg(long)]
    unpaired: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Init {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let personalisation = read_personalisation(&self.personalisation).map_err(failure)?;
        let serial = personalisation.serial;
        let mut equipment = self.fitting.or(Equipment::default());
        if let (Some(tpm), Some(index)) = (&mut equipment.tpm, self.tpm_index) {
            tpm.index_base = index;
        }
        let psd = personalise_equipped(&self.memory, personalisation, SystemClock, &equipment);
        let mut client = Client::run(Box::new(Service::new(*psd.map_err(failure)?))).map_err(refused)?;
        if !self.unpaired {
            let identity = Identity::find(Path::new("/")).map_err(failure)?;
            client.attach().map_err(refused)?;
            client.pair(&pairing_path(&self.memory), &identity).map_err(refused)?;
        }
        if self.json {
            output::json(&super::registers::Document::of(&mut client)?)?;
        } else {
            output::line(&format!("meter {serial} is in {}", self.memory.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

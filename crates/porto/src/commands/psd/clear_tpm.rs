//! `porto psd clear-tpm`: room in a TPM for a new device.

use super::failure;
use super::fitting::index_base;
use crate::failure::Failure;
use crate::output;
use psd_host::TpmPlace;
use std::process::ExitCode;

/// Removes a former device's two indices from a TPM, so that a new one can be made there. A device that still uses
/// them does not start any more, and nothing brings it back: it has to be made anew by its centre.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd clear-tpm --tpm device:/dev/tpmrm0")]
pub struct ClearTpm {
    /// The TPM, such as device:/dev/tpmrm0.
    #[arg(long, value_name = "TCTI")]
    tpm: String,
    /// The first of the two indices.
    #[arg(long, value_name = "INDEX", default_value = "0x01807078", value_parser = index_base)]
    tpm_index: u32,
}

impl ClearTpm {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let place = TpmPlace { tcti: self.tpm, index_base: self.tpm_index };
        place.clear().map_err(failure)?;
        let (first, second) = (self.tpm_index, self.tpm_index + 1);
        output::line(&format!("the TPM has no index {first:#010x} and no {second:#010x} any more"))?;
        Ok(ExitCode::SUCCESS)
    }
}

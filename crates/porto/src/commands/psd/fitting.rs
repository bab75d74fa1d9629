//! What a device is fitted with, where a command runs it itself.

use psd_host::{Equipment, SensorPlace, TpmPlace};

/// Sensors and TPM. A memory made with a TPM opens with that TPM alone.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Fitting {
    /// A sensor of the housing: hwmon, hwmon:FOLDER, gpio:CHIP:LINE:high|low, or switch:FILE for trials. Any number.
    #[arg(long = "sensor", value_name = "PLACE")]
    sensors: Vec<SensorPlace>,
    /// The TPM that keeps the memory's key, the codeword and a counter, such as device:/dev/tpmrm0.
    #[arg(long, value_name = "TCTI")]
    tpm: Option<String>,
}

impl Fitting {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.sensors.is_empty() && self.tpm.is_none()
    }

    /// The equipment named here, or else there.
    pub fn or(self, other: Equipment) -> Equipment {
        let Equipment { sensors, tpm, is_own_program } = other;
        Equipment {
            sensors: if self.sensors.is_empty() { sensors } else { self.sensors },
            tpm: self.tpm.map(TpmPlace::new).or(tpm),
            is_own_program,
        }
    }
}

/// The first of two indices in a TPM, as 0x01807078 or in decimal digits.
pub fn index_base(text: &str) -> Result<u32, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let (least, greatest) = (TpmPlace::INDEX_BASE_MIN, TpmPlace::INDEX_BASE_MAX);
    let sentence = || format!("an index is a number from {least:#010x} to {greatest:#010x}");
    number.ok().filter(|number| (least..=greatest).contains(number)).ok_or_else(sentence)
}

//! `porto psd self-test`: every part of the device.

use super::{Attached, refused};
use crate::failure::Failure;
use crate::output;
use std::process::ExitCode;

/// Tests every part of the device. Status 1 where one is not in order.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd self-test --memory meter.psd")]
pub struct SelfTest {
    #[command(flatten)]
    device: Attached,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl SelfTest {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let tested = self.device.attach()?.self_test().map_err(refused)?;
        if self.json {
            output::json(&tested)?;
        } else {
            let psd::SelfTest { registers, memory, codeword, programs, sensor, clock, randomness } = tested;
            for (name, is_in_order) in [
                ("registers", registers),
                ("memory", memory),
                ("codeword", codeword),
                ("programs", programs),
                ("sensor", sensor),
                ("clock", clock),
                ("randomness", randomness),
            ] {
                output::line(&format!(
                    "{name:<12}{}",
                    if is_in_order { "in order" } else { "NOT in order" }
                ))?;
            }
        }
        Ok(if tested.is_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

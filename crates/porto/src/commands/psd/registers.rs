//! `porto psd registers`: how the meter stands.

use super::{Device, refused};
use crate::failure::Failure;
use crate::output;
use imprint::numbers::Suspicion;
use psd_host::client::Client;
use serde::Serialize;
use std::process::ExitCode;
use terms::{Money, Serial};

/// Shows the registers and what the device found at its starts.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd registers --memory meter.psd --json")]
pub struct Registers {
    #[command(flatten)]
    device: Device,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// The document: registers R1, R2, R3 in minor units, pieces R4 and R8.
#[derive(Serialize)]
pub struct Document {
    serial: Serial,
    #[serde(flatten)]
    registers: terms::Registers,
    min: Money,
    max: Money,
    call_number: u32,
    seal: u64,
    commit: u64,
    last_grant: u64,
    last_mark: u64,
    last_franking: u16,
    suspicion: Suspicion,
    errors: Errors,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Errors {
    requests: u16,
    messages: u16,
    clock: u16,
    memory: u16,
}

#[derive(Serialize)]
struct Finding {
    commit: u64,
    slot: u8,
    kind: u16,
    what: &'static str,
}

impl Document {
    /// The document of a device.
    pub fn of(client: &mut Client) -> Result<Document, Failure> {
        let status = client.status().map_err(refused)?;
        let errors = status.errors;
        let finding = |finding: psd::Finding| Finding {
            commit: finding.commit,
            slot: finding.slot,
            kind: finding.kind,
            what: finding.sentence(),
        };
        let findings = client.findings().map_err(refused)?;
        Ok(Document {
            serial: status.serial,
            registers: status.registers,
            min: status.value_range.0,
            max: status.value_range.1,
            call_number: status.call_number,
            seal: status.seal,
            commit: status.commit,
            last_grant: status.last_grant,
            last_mark: status.last_mark,
            last_franking: status.last_franking,
            suspicion: status.suspicion,
            errors: Errors {
                requests: errors.requests,
                messages: errors.messages,
                clock: errors.clock,
                memory: errors.memory,
            },
            findings: findings.into_iter().map(finding).collect(),
        })
    }
}

impl Registers {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let document = Document::of(&mut self.device.connect()?)?;
        if self.json {
            output::json(&document)?;
            return Ok(ExitCode::SUCCESS);
        }
        let terms::Registers { r1, r2, r3, r4, r8 } = document.registers;
        output::line(&format!("meter  {}", document.serial))?;
        output::line(&format!("R1     {r1}  credit left"))?;
        output::line(&format!("R2     {r2}  postage spent"))?;
        output::line(&format!("R3     {r3}  credit ever loaded"))?;
        output::line(&format!("R4     {r4}  imprints with a value"))?;
        output::line(&format!("R8     {r8}  imprints"))?;
        for finding in document.findings {
            output::line(&format!("found  {} (slot {})", finding.what, finding.slot))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto psd registers`: how the meter stands.

use super::{Device, refused};
use crate::failure::Failure;
use crate::output;
use imprint::numbers::Suspicion;
use psd::{Block, Warning};
use psd_host::client::Client;
use serde::Serialize;
use std::collections::BTreeMap;
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
    last_order: u64,
    last_franking: u16,
    suspicion: Suspicion,
    /// Why the device does not frank, or nothing.
    block: Option<Block>,
    warning: Option<Warning>,
    paired: bool,
    pieces_left: Option<u32>,
    errors: BTreeMap<&'static str, u16>,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    commit: u64,
    detail: u64,
    kind: u16,
    what: &'static str,
}

impl Document {
    /// The document of a device.
    pub fn of(client: &mut Client) -> Result<Document, Failure> {
        let status = client.status().map_err(refused)?;
        let finding = |finding: psd::Finding| Finding {
            commit: finding.commit,
            detail: finding.detail,
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
            last_order: status.last_order,
            last_franking: status.last_franking,
            suspicion: status.suspicion,
            block: status.block.filter(|block| *block != Block::Inactive),
            warning: status.warning,
            paired: status.is_paired,
            pieces_left: status.pieces_left,
            errors: status.errors.iter().map(|(kind, count)| (kind.name(), count)).collect(),
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
        if let Some(block) = document.block {
            output::line(&format!("block  {} ({})", block.sentence(), block.code()))?;
        }
        for finding in document.findings {
            output::line(&format!("found  {} ({})", finding.what, finding.detail))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

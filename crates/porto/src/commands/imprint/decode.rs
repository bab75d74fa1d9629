//! `porto imprint decode`: symbols to quantities.

use super::numbers::ProfileArguments;
use crate::failure::Failure;
use crate::output;
use imprint::numbers::{OpenData, Quantity, Suspicion, decode};
use serde::Serialize;
use std::process::ExitCode;
use terms::{Date, Money, Serial};

/// Reads a row of symbols back into numbers.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto imprint decode --profile p1 --key 000102030405060708090a0b0c0d0e0f\
101112131415161718191a1b1c1d1e1f \\\n    --serial 12345678 --symbols 13,5,0,2,18,2,1,2,17,12,8,16 --json"
)]
pub struct Decode {
    #[command(flatten)]
    profile: ProfileArguments,
    /// The serial number printed.
    #[arg(long)]
    serial: Serial,
    /// The row, most significant symbol first.
    #[arg(long, value_delimiter = ',', required = true)]
    symbols: Vec<u8>,
    /// The printed date, for profiles that bind it.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// The printed postage in minor units, for profiles that order their symbols by it.
    #[arg(long)]
    postage: Option<Money>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    mv: u64,
    postage: Money,
    serial_check: Option<u64>,
    serial_agrees: Option<bool>,
    second: Option<u64>,
    suspicious: bool,
    manipulated: bool,
    koz: String,
}

impl Decode {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (profile, cipher) = self.profile.open()?;
        let open = OpenData { serial: self.serial, date: self.date, postage: self.postage };
        let decoded = decode(&profile, &cipher, &open, &self.symbols).map_err(Failure::refused)?;
        let check = [Quantity::SerialCheck, Quantity::SerialDigitSum];
        let document = Document {
            mv: decoded.mv,
            postage: decoded.postage,
            serial_check: check.into_iter().find_map(|quantity| decoded.koz.part(&profile, quantity)),
            serial_agrees: decoded.serial_agrees,
            second: decoded.second,
            suspicious: decoded.suspicion != Suspicion::None,
            manipulated: decoded.suspicion == Suspicion::Manipulated,
            koz: decoded.koz.to_string(),
        };
        if self.json {
            output::json(&document)?;
        } else {
            output::line(&format!("KOZ      {}", document.koz))?;
            output::line(&format!("MV       {}", document.mv))?;
            output::line(&format!("postage  {}", document.postage))?;
            output::line(&format!("serial   {}", agreement(document.serial_agrees)))?;
            output::line(&format!("state    {}", state(decoded.suspicion)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn agreement(agrees: Option<bool>) -> &'static str {
    match agrees {
        Some(true) => "agrees",
        Some(false) => "does not agree",
        None => "the row says nothing of it",
    }
}

fn state(suspicion: Suspicion) -> &'static str {
    match suspicion {
        Suspicion::None => "normal",
        Suspicion::Suspicious => "suspicious mode",
        Suspicion::Manipulated => "the meter found a manipulation",
    }
}

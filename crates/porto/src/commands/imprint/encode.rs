//! `porto imprint encode`: quantities to symbols.

use super::numbers::ProfileArguments;
use crate::failure::Failure;
use crate::output;
use imprint::numbers::{Quantities, SetId, Suspicion, encode};
use serde::Serialize;
use std::process::ExitCode;
use terms::{Date, Money, Serial};

/// Makes the numbers and symbols of one imprint.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto imprint encode --profile p1 --key 000102030405060708090a0b0c0d0e0f\
101112131415161718191a1b1c1d1e1f \\\n    --serial 12345678 --mv 42 --postage 110 --json"
)]
pub struct Encode {
    #[command(flatten)]
    profile: ProfileArguments,
    /// The meter's serial number, up to eight digits.
    #[arg(long)]
    serial: Serial,
    /// The monotone variable.
    #[arg(long)]
    mv: u64,
    /// The postage in minor units.
    #[arg(long)]
    postage: Money,
    /// The second number, for profiles that carry one (refill counter or day).
    #[arg(long)]
    second: Option<u64>,
    /// The printed date, for profiles that bind it.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// The meter was in suspicious mode.
    #[arg(long)]
    suspicious: bool,
    /// The meter itself found a manipulation.
    #[arg(long, conflicts_with = "suspicious")]
    manipulated: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    koz: String,
    krz: String,
    symbols: Vec<u8>,
    set: SetId,
}

impl Encode {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (profile, cipher) = self.profile.open()?;
        let suspicion = match (self.suspicious, self.manipulated) {
            (true, _) => Suspicion::Suspicious,
            (_, true) => Suspicion::Manipulated,
            _ => Suspicion::None,
        };
        let quantities = Quantities {
            date: self.date,
            second: self.second,
            suspicion,
            ..Quantities::new(self.serial, self.postage, self.mv)
        };
        let marking = encode(&profile, &cipher, &quantities).map_err(Failure::refused)?;
        let document = Document {
            koz: marking.koz.to_string(),
            krz: marking.krz.to_string(),
            symbols: marking.row.to_vec(),
            set: profile.set,
        };
        if self.json {
            output::json(&document)?;
        } else {
            let symbols: Vec<String> = document.symbols.iter().map(u8::to_string).collect();
            output::line(&format!("KOZ  {}", document.koz))?;
            output::line(&format!("KRZ  {}", document.krz))?;
            output::line(&format!("MSR  {} of {}", symbols.join(","), document.set))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

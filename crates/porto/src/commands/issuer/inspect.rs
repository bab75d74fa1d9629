//! `porto issuer inspect`: the document by which a technician exchanges things on site.

use super::meter::{Life, epoch};
use super::order::now_tenths;
use super::{Folder, check_new, read_list};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::{input, output};
use psd_host::documents::InspectionDocument;
use psd_host::issuer::{Visit, write_document};
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Money, Serial};

/// Tenths of a second in a day.
const DAY_TENTHS: u64 = 24 * 60 * 60 * 10;

/// Signs an inspection of a meter, to be handed in with `porto psd inspect`. Where it brings a profile, its keys are
/// drawn, and stand in the post's list from now on beside those before.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto issuer inspect issuer --serial 12345678 --inspector 7 --profile 3des --out inspection.json"
)]
pub struct Inspect {
    #[command(flatten)]
    folder: Folder,
    /// The meter.
    #[arg(long)]
    serial: Serial,
    /// How numbers are made from then on: a built-in profile (p1, p2, fig4a, digit-sum, des, 3des) or a profile file
    /// (JSON). It becomes the meter's next epoch.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    #[command(flatten)]
    life: Life,
    #[command(flatten)]
    exchanged: Exchanged,
}

/// What every inspection has, whoever signs it.
#[derive(clap::Args, Clone, Debug)]
pub struct Exchanged {
    /// The inspector's number, for the meter's log.
    #[arg(long, value_name = "NUMBER")]
    pub inspector: u32,
    /// The number on the new seal.
    #[arg(long, value_name = "NUMBER")]
    pub seal: Option<u64>,
    /// The pieces franked until then become the inspection data that imprints carry.
    #[arg(long)]
    pub note_pieces: bool,
    /// The errors are read before, and counted anew.
    #[arg(long)]
    pub clear_errors: bool,
    /// For how many days the document is good.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: u32,
    /// Where to write the document.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

impl Exchanged {
    /// Until when a document signed at this time is good, in tenths of a second since the device's epoch.
    pub fn expires_tenths(&self, now_tenths: u64) -> u64 {
        now_tenths.saturating_add(u64::from(self.days) * DAY_TENTHS)
    }

    /// Whether anything is exchanged beside a profile.
    pub fn is_empty(&self) -> bool {
        self.seal.is_none() && !self.note_pieces && !self.clear_errors
    }
}

impl Inspect {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Inspect { folder, serial, profile, life, exchanged } = self;
        if profile.is_none() && exchanged.is_empty() {
            let sentence = "nothing is exchanged: give --profile, --seal, --note-pieces or --clear-errors";
            return Err(Failure::usage(sentence));
        }
        check_new(&exchanged.out)?;
        let mut issuer = folder.open()?;
        let mut list = read_list(&issuer)?;
        let account = issuer.meters().iter().find(|meter| meter.serial == serial);
        let granted = account.map_or(Money::ZERO, |account| account.granted);
        let entry = list.meters.iter_mut().find(|entry| entry.serial == serial);
        let not_listed = || Failure::refused(format!("meter {serial} does not stand in the post's list"));
        let entry = entry.ok_or_else(not_listed)?;
        let mut profile = profile.as_deref().map(input::profile).transpose()?;
        if let Some(profile) = &mut profile {
            let newest = entry.epochs.iter().map(|epoch| epoch.profile.epoch).max().unwrap_or_default();
            let next = newest.checked_add(1);
            profile.epoch = next.ok_or_else(|| Failure::refused("the meter has had its last epoch"))?;
        }
        let visit = Visit {
            inspector: exchanged.inspector,
            expires_tenths: exchanged.expires_tenths(now_tenths()?),
            profile: profile.clone(),
            seal: exchanged.seal,
            notes_pieces: exchanged.note_pieces,
            clears_errors: exchanged.clear_errors,
        };
        let (inspection, keys) = issuer.inspection(serial, visit).map_err(failure)?;
        if let Some(profile) = profile {
            entry.epochs.push(epoch(profile, keys, life.pieces_max, granted));
            // The post knows the epoch before anybody can hand the document in.
            issuer.write_list(&list).map_err(failure)?;
        }
        write_document(&exchanged.out, &InspectionDocument::new(&inspection)).map_err(failure)?;
        let number = inspection.message.number;
        output::line(&format!("inspection {number} of meter {serial} in {}", exchanged.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto issuer meter`: the keys of a new meter, for the meter and for the post.

use super::{Folder, read_list};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::{input, output};
use imprint::numbers::{MonotoneKind, Profile};
use post::list::{EpochEntry, KeyEntry, MeterEntry, Standing};
use psd::PersonalisationDocument;
use psd::{KeySlot, Personalisation, Settings};
use psd_host::issuer::{DAYS_AHEAD, MeterOrder, write_document};
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Money, Serial};

/// Draws the keys of a new meter: writes its personalisation file and its entry in the post's list (DIR/list.json).
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto issuer meter issuer --serial 12345678 --out meter.json")]
pub struct Meter {
    #[command(flatten)]
    folder: Folder,
    /// The meter's serial number.
    #[arg(long)]
    serial: Serial,
    /// A built-in profile (p1, p2, fig4a, digit-sum, des, 3des) or a profile file (JSON).
    #[arg(long, default_value = "p1", value_name = "NAME|FILE")]
    profile: String,
    /// The least postage but zero, in minor units.
    #[arg(long, default_value = "1")]
    min: Money,
    /// The greatest postage in minor units; what the profile's digits hold if not given.
    #[arg(long)]
    max: Option<Money>,
    /// How many days a date may lie ahead.
    #[arg(long, default_value_t = DAYS_AHEAD)]
    days_ahead: u16,
    #[command(flatten)]
    life: Life,
    /// The device's settings (JSON): how it blocks and reacts, and how patient it is. What the file leaves out is as
    /// usual.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Where to write the personalisation. It holds the meter's keys.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// How long a meter lives.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct Life {
    /// How many imprints the meter may make in its life: the post accepts no greater piece count.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) pieces_max: u64,
}

impl Meter {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.out.exists() {
            let sentence = format!("{} exists already, and nothing is written over it", self.out.display());
            return Err(Failure::refused(sentence));
        }
        let mut issuer = self.folder.open()?;
        let mut list = read_list(&issuer)?;
        let order = MeterOrder {
            serial: self.serial,
            profile: input::profile(&self.profile)?,
            value_min: self.min,
            value_max: self.max,
            days_ahead: self.days_ahead,
            settings: self.settings()?,
        };
        let personalisation = issuer.meter(order).map_err(failure)?;
        list.meters.push(entry(&personalisation, self.life.pieces_max));
        issuer.write_list(&list).map_err(failure)?;
        write_document(&self.out, &PersonalisationDocument::new(&personalisation)).map_err(failure)?;
        output::line(&format!("meter {}: personalisation in {}", self.serial, self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Meter {
    fn settings(&self) -> Result<Settings, Failure> {
        let Some(path) = &self.settings else { return Ok(Settings::default()) };
        let settings: Settings = input::json(path, "settings of a device")?;
        settings.check().map_err(Failure::usage)?;
        Ok(settings)
    }
}

/// What the post needs to verify a meter's imprints.
fn entry(personalisation: &Personalisation, pieces_max: u64) -> MeterEntry {
    let (profile, keys) = (personalisation.profile.clone(), personalisation.keys.iter());
    MeterEntry {
        serial: personalisation.serial,
        specimen: true,
        standing: Standing::Active,
        epochs: vec![epoch(profile, keys.cloned(), pieces_max, Money::ZERO)],
        layouts: Vec::new(),
    }
}

/// What the post needs to verify imprints of an epoch, of a meter that was granted so much until now.
pub(super) fn epoch(
    profile: Profile,
    keys: impl IntoIterator<Item = KeySlot>,
    pieces_max: u64,
    granted: Money,
) -> EpochEntry {
    // Nothing where the issuer cannot know what the monotone variable may be.
    let mv = match profile.monotone {
        _ if profile.cuts_monotone() => None,
        MonotoneKind::Pieces | MonotoneKind::PiecesSinceRefill => Some((1, pieces_max)),
        kind => kind.is_sum().then_some((0, granted.minor())),
    };
    let keys = keys.into_iter().map(|key| KeyEntry { slot: key.slot, key: key.key }).collect();
    EpochEntry { profile, keys, mv }
}

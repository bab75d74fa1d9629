//! `porto centre meter`: meters at the centre.

use super::{By, Place, books_failure, new_file, office_failure};
use crate::failure::Failure;
use crate::{input, output};
use centre::books::{Books, Folder};
use centre::deposits::CustomerReference;
use centre::office::{Enrolment, OpeningRequest};
use psd::{PersonalisationDocument, Settings};
use psd_host::issuer::{DAYS_AHEAD, write_document};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Money, Serial};

/// What can be done about meters.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Take a meter in: its keys are drawn and kept
    Enrol(Box<Enrol>),
    /// Write the document that a new meter's security device takes in once; it holds its keys
    Personalise(Personalise),
    /// Show how a meter stands
    Show(Show),
    /// Announce an opening of the housing
    Announce(Announce),
    /// Draw the keys of a meter's next epoch, with a profile of its own, for a later inspection
    Epoch(super::inspection::Epoch),
    /// Sign the document by which a technician inspects a meter
    Inspect(super::inspection::Inspect),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Enrol(command) => command.run(),
            Command::Personalise(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Announce(command) => command.run(),
            Command::Epoch(command) => command.run(),
            Command::Inspect(command) => command.run(),
        }
    }
}

/// Takes a meter in for a customer. Its keys stay at the centre until `personalise` writes them out.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre meter enrol --serial 20000001 --customer RF74000000000001\n  \
porto centre meter personalise 20000001 --out meter.json"
)]
pub struct Enrol {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The meter's serial number.
    #[arg(long)]
    serial: Serial,
    /// Whose it is.
    #[arg(long, value_name = "REFERENCE")]
    customer: CustomerReference,
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
    /// The greatest amount of a refill, in minor units; what is set for the centre if not given.
    #[arg(long, value_name = "AMOUNT")]
    refill_max: Option<Money>,
    /// The number at which the meter is called back: tcp:HOST:PORT or tel:NUMBER.
    #[arg(long, value_name = "NUMBER")]
    call_back_number: Option<line::Number>,
    /// Credit only where the centre has called back.
    #[arg(long, requires = "call_back_number")]
    call_back_only: bool,
    /// Its imprints are specimens, never worth postage.
    #[arg(long)]
    specimen: bool,
    /// The device's settings (JSON): how it blocks and reacts, and how patient it is.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

impl Enrol {
    fn run(self) -> Result<ExitCode, Failure> {
        let enrolment = self.enrolment()?;
        let Enrol { place, by, serial, json, .. } = self;
        let personalised = place.with(async move |opened, now_ms| {
            opened.app.office.enrol(&enrolment, &by.by, now_ms).await.map_err(office_failure)
        })?;
        let (pan, seal) = (personalised.pan, personalised.seal);
        if json {
            output::json(&serde_json::json!({ "serial": serial, "pan": pan, "seal": seal }))?;
        } else {
            output::line(&format!("meter {serial} calls in with {pan:08}; its seal has number {seal}"))?;
            output::line(&format!("next: porto centre meter personalise {serial} --out meter.json"))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn enrolment(&self) -> Result<Enrolment, Failure> {
        let settings: Settings = match &self.settings {
            Some(path) => input::json(path, "settings of a device")?,
            None => Settings::default(),
        };
        let registered = match &self.call_back_number {
            Some(number) if !number.may_come_from_afar() => {
                return Err(Failure::usage("--call-back-number: tcp:HOST:PORT or tel:NUMBER is needed"));
            }
            number => number
                .as_ref()
                .map(|number| number.to_string().parse())
                .transpose()
                .map_err(Failure::usage)?,
        };
        Ok(Enrolment {
            serial: self.serial,
            customer: self.customer,
            profile: input::profile(&self.profile)?,
            value_min: self.min,
            value_max: self.max,
            days_ahead: self.days_ahead,
            refill_max: self.refill_max,
            call_back_only: self.call_back_only,
            registered,
            is_specimen: self.specimen,
            settings,
        })
    }
}

/// Writes the document that a new meter's security device takes in once. It holds the meter's keys: carry it yourself,
/// and delete it when `porto psd init` has taken it in. Refused once the meter has called.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre meter personalise 20000001 --out meter.json\n  \
porto psd init --memory meter.psd meter.json")]
pub struct Personalise {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The meter.
    serial: Serial,
    /// Where to write it; only its owner can read it there.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Personalise {
    fn run(self) -> Result<ExitCode, Failure> {
        new_file(&self.out)?;
        let Personalise { place, by, serial, out } = self;
        let whole = place.with(async move |opened, now_ms| {
            opened.app.office.personalise(serial, &by.by, now_ms).await.map_err(office_failure)
        })?;
        write_document(&out, &PersonalisationDocument::new(&whole)).map_err(Failure::usage)?;
        output::line(&format!("meter {serial}: personalisation in {}", out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows how a meter stands by the books.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre meter show 20000001 --json")]
pub struct Show {
    #[command(flatten)]
    place: Place,
    /// The meter.
    serial: Serial,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    serial: Serial,
    customer: String,
    status: String,
    reasons: Vec<String>,
    granted_minor: u64,
    open_grant: Option<u64>,
    r1_minor: Option<u64>,
    r2_minor: Option<u64>,
    pieces: Option<u64>,
    /// The key epoch in use, as far as the meter has told.
    epoch: Option<u16>,
    is_stopped: bool,
}

impl Shown {
    fn of(folder: &Folder) -> Shown {
        let state = folder.file.account.state();
        let judged = &folder.file.dossier.judged;
        let registers = state.seen.map(|seen| seen.registers);
        Shown {
            serial: state.serial,
            customer: folder.customer.reference.to_string(),
            status: format!("{:?}", judged.status).to_lowercase(),
            reasons: judged.reasons.clone(),
            granted_minor: state.granted.minor(),
            open_grant: state.open.map(|open| open.grant.number),
            r1_minor: registers.map(|registers| registers.r1.minor()),
            r2_minor: registers.map(|registers| registers.r2.minor()),
            pieces: registers.map(|registers| registers.r8),
            epoch: state.seen.map(|seen| seen.epoch).filter(|epoch| *epoch != 0),
            is_stopped: state.stopped,
        }
    }
}

impl Show {
    fn run(self) -> Result<ExitCode, Failure> {
        let Show { place, serial, json } = self;
        let folder = place.with(async move |opened, _| {
            opened.app.office.books().folder(serial).await.map_err(books_failure)
        })?;
        let shown = Shown::of(&folder);
        if json {
            output::json(&shown)?;
        } else {
            output::line(&format!("meter {serial} of {}: {}", shown.customer, shown.status))?;
            shown.reasons.iter().try_for_each(|reason| output::line(&format!("  {reason}")))?;
            let known = |value: Option<u64>| {
                value.map_or_else(|| "not heard yet".to_owned(), |value| value.to_string())
            };
            output::line(&format!(
                "granted {}, R1 {}, R2 {}",
                shown.granted_minor,
                known(shown.r1_minor),
                known(shown.r2_minor)
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Announces an opening of the housing: within its time a refill call with the amount zero fetches the next codeword.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre meter announce 20000001 --technician \"B. Weber\" --work \"print head\""
)]
pub struct Announce {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The meter.
    serial: Serial,
    /// Who is to open the housing.
    #[arg(long)]
    technician: String,
    /// What for.
    #[arg(long)]
    work: String,
    /// How long the meter has to fetch the codeword; what is set for the centre if not given.
    #[arg(long)]
    minutes: Option<u32>,
    /// A refill of this amount brings the codeword along, in minor units.
    #[arg(long, value_name = "AMOUNT")]
    agreed: Option<Money>,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Announce {
    fn run(self) -> Result<ExitCode, Failure> {
        let Announce { place, by, serial, technician, work, minutes, agreed, json } = self;
        let number = place.with(async move |opened, now_ms| {
            let request = OpeningRequest { technician, about_ms: now_ms, work, minutes, agreed };
            opened.app.office.announce(serial, &request, &by.by, now_ms).await.map_err(office_failure)
        })?;
        if json {
            output::json(&serde_json::json!({ "serial": serial, "opening": number }))?;
        } else {
            output::line(&format!("opening {number} of meter {serial} is announced"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

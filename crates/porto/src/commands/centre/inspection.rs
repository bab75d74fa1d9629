//! `porto centre meter epoch` and `porto centre meter inspect`: what is exchanged on site, in two steps, since the post
//! must be able to verify an epoch before a meter uses it.

use super::{By, Place, new_file, office_failure, post_failure};
use crate::commands::issuer::inspect::Exchanged;
use crate::failure::Failure;
use crate::{input, output};
use centre::office::InspectionRequest;
use centre::post::desk::PostDesk;
use psd_host::documents::InspectionDocument;
use psd_host::issuer::write_document;
use std::process::ExitCode;
use terms::Serial;

/// Milliseconds in a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Draws the keys of a meter's next epoch. They stand in the post's next lists beside those before; the meter goes on as
/// it does until an inspection brings the epoch to it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre meter epoch 20000001 --profile 3des\n  \
porto centre meter inspect 20000001 --epoch 2 --inspector 7 --out inspection.json")]
pub struct Epoch {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The meter.
    serial: Serial,
    /// How its numbers are made in that epoch: a built-in profile (p1, p2, fig4a, digit-sum, des, 3des) or a profile file
    /// (JSON).
    #[arg(long, value_name = "NAME|FILE")]
    profile: String,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

impl Epoch {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Epoch { place, by, serial, profile, json } = self;
        let profile = input::profile(&profile)?;
        let epoch = place.with(async move |opened, now_ms| {
            opened.app.office.add_epoch(serial, &profile, &by.by, now_ms).await.map_err(office_failure)
        })?;
        if json {
            output::json(&serde_json::json!({ "serial": serial, "epoch": epoch }))?;
        } else {
            output::line(&format!("epoch {epoch} of meter {serial} goes to the post with the next lists"))?;
            let next = format!("porto centre meter inspect {serial} --epoch {epoch} --inspector NUMBER");
            output::line(&format!("once every station has taken them in: {next} --out inspection.json"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Signs the document of an inspection, which a technician hands in on site with `porto psd inspect`. Keys are in it in
/// coded form for the one meter. Refused while a station cannot verify the epoch that it brings.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre meter inspect 20000001 --epoch 2 --inspector 7 --note-pieces --out inspection.json"
)]
pub struct Inspect {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The meter.
    serial: Serial,
    /// The epoch it is to make its numbers in, from `porto centre meter epoch`.
    #[arg(long)]
    epoch: Option<u16>,
    #[command(flatten)]
    exchanged: Exchanged,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Inspect { place, by, serial, epoch, exchanged, json } = self;
        new_file(&exchanged.out)?;
        let Exchanged { inspector, seal, note_pieces, clear_errors, days, out } = exchanged;
        let signed = place.with(async move |opened, now_ms| {
            let request = InspectionRequest {
                inspector,
                until_ms: now_ms.saturating_add(i64::from(days) * DAY_MS),
                epoch,
                seal,
                notes_pieces: note_pieces,
                clears_errors: clear_errors,
            };
            let desk = PostDesk::new(opened.app.office.clone());
            desk.inspection(serial, &request, &by.by, now_ms).await.map_err(post_failure)
        })?;
        write_document(&out, &InspectionDocument::new(&signed)).map_err(Failure::usage)?;
        let number = signed.message.number;
        if json {
            output::json(&serde_json::json!({ "serial": serial, "inspection": number, "epoch": epoch }))?;
        } else {
            output::line(&format!("inspection {number} of meter {serial} in {}", out.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

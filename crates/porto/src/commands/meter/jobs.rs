//! What the journal has of imprints, deeds and errors: `porto meter jobs`, `spoiled`, `log` and `errors`.

use super::{Place, journal_failure, table};
use crate::failure::Failure;
use crate::output;
use access::cards::CentreNumber;
use imprint::numbers::RequestId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journal::{BatchLine, Job, JobNumber, Reason, State};
use meter::configuration::{Configuration, FileForm, PrinterKind};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Date, Money};

/// An imprint as it is told. Whose card was in the slot is not: its number is a secret.
#[derive(Serialize)]
pub struct Imprint {
    number: JobNumber,
    request: RequestId,
    state: State,
    date: Date,
    postage: Money,
    surcharge: Money,
    centre: CentreNumber,
    user: u16,
    cliche: u16,
    text: String,
    endorsement: String,
    reference: String,
    line: Option<BatchLine>,
    /// The day on which it was paid for.
    booked_on: Option<Date>,
    mv: Option<u64>,
    spoiled_by: Option<Reason>,
    /// Where it was printed into a file.
    file: Option<PathBuf>,
}

impl Imprint {
    /// How it is told.
    pub fn of(job: &Job, configuration: &Configuration) -> Imprint {
        let order = job.order.clone();
        let booking = job.booking.as_ref();
        Imprint {
            number: job.number,
            request: order.request,
            state: job.state,
            date: order.date,
            postage: order.postage,
            surcharge: order.surcharge,
            centre: order.centre,
            user: order.user,
            cliche: order.cliche,
            text: order.text,
            endorsement: order.endorsement,
            reference: order.reference,
            line: order.line,
            booked_on: booking.map(|booking| booking.when.day),
            mv: booking.map(|booking| booking.indicium.mv),
            spoiled_by: job.spoiling.map(|spoiling| spoiling.reason),
            file: file(order.request, configuration).filter(|path| path.exists()),
        }
    }
}

fn file(request: RequestId, configuration: &Configuration) -> Option<PathBuf> {
    let printer = &configuration.printer;
    let ending = match (printer.kind, printer.form) {
        (PrinterKind::Head, _) | (PrinterKind::Files, FileForm::Png) => "png",
        (PrinterKind::Files, FileForm::Pdf) => "pdf",
        (PrinterKind::Files, FileForm::Pwg) => "pwg",
        (PrinterKind::Files, FileForm::Columns) => "columns",
        (PrinterKind::Ipp | PrinterKind::Columns, _) => return None,
    };
    Some(configuration.path(&printer.folder).join(format!("{request}.{ending}")))
}

/// The imprint in one line.
impl fmt::Display for Imprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Imprint { number, state, date, postage, centre, .. } = self;
        write!(f, "{number}  {date}  {postage}  cost centre {centre}  {state}")?;
        if let Some(reason) = self.spoiled_by {
            write!(f, " ({reason})")?;
        }
        self.file.as_ref().map_or(Ok(()), |file| write!(f, "  {}", file.display()))
    }
}

/// Shows the last imprints, the newest last.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto meter jobs\n  porto meter jobs --last 100 --json")]
pub struct Jobs {
    #[command(flatten)]
    place: Place,
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 20)]
    last: u32,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Jobs {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut jobs = self.place.journal()?.last(self.last).map_err(journal_failure)?;
        jobs.reverse();
        tell(&jobs, &self.place, self.json)
    }
}

/// Shows the imprints that are of no use and were not refunded yet.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter spoiled --json")]
pub struct Spoiled {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Spoiled {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let jobs = self.place.journal()?.spoiled().map_err(journal_failure)?;
        tell(&jobs, &self.place, self.json)
    }
}

fn tell(jobs: &[Job], place: &Place, json: bool) -> Result<ExitCode, Failure> {
    let configuration = place.configuration()?;
    let imprints: Vec<Imprint> = jobs.iter().map(|job| Imprint::of(job, &configuration)).collect();
    if json {
        output::json(&imprints)?;
    } else {
        imprints.iter().try_for_each(|imprint| output::line(&imprint.to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows what was done at the meter, by whom, the newest last.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter log --last 100")]
pub struct Log {
    #[command(flatten)]
    place: Place,
    /// How many entries.
    #[arg(long, value_name = "N", default_value_t = 20)]
    last: u32,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Log {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut entries = self.place.journal()?.last_notes(self.last).map_err(journal_failure)?;
        entries.reverse();
        if self.json {
            output::json(&entries)?;
            return Ok(ExitCode::SUCCESS);
        }
        let row = |entry: journal::Entry| vec![local(entry.at_ms), entry.note.who, entry.note.sentence];
        table(&entries.into_iter().map(row).collect::<Vec<_>>())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows how often each kind of error was made at the meter.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter errors --json")]
pub struct Errors {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Errors {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let errors = self.place.journal()?.errors().map_err(journal_failure)?;
        if self.json {
            output::json(&errors)?;
            return Ok(ExitCode::SUCCESS);
        }
        let row = |error: journal::FaultCount| {
            vec![error.kind, error.count.to_string(), format!("last {}", local(error.last_ms))]
        };
        table(&errors.into_iter().map(row).collect::<Vec<_>>())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A time of the wall.
fn local(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

//! `porto post read`: pictures to verdicts, many at once, with sightings recorded where asked.

use crate::failure::Failure;
use crate::{input, output};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use jiff::{Timestamp, Zoned};
use post::judge::{Circumstances, Judgement, Outcome, Verdict};
use post::list::{KnownMeters, MeterList};
use post::read::Picture;
use post::sightings::{self, Occasion, Place, Sightings};
use rayon::prelude::*;
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terms::{Date, Money};

/// No picture file is longer than this.
const PICTURE_BYTES_MAX: u64 = 256 << 20;

/// Reads imprints from pictures and judges them.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto post read envelope.jpg --meters list.json --store sightings.db\n\n\
Status: 0 all genuine, 1 some not (unreadable included), 2 an input could not be opened or decoded."
)]
pub struct Read {
    /// The pictures: PNG, JPEG, TIFF, PGM or WebP.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The list of meters with their verification keys.
    #[arg(long, value_name = "LIST")]
    meters: PathBuf,
    /// Record what is seen in this file, and compare with what was seen before.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Where the pictures were taken, in degrees: 52.52,13.405.
    #[arg(long, value_name = "LATITUDE,LONGITUDE", value_parser = place, allow_hyphen_values = true)]
    place: Option<Place>,
    /// When the pictures were taken; now, unless given.
    #[arg(long, value_name = "2026-11-21T10:00:00Z")]
    at: Option<Timestamp>,
    /// The pictures show different papers that are all in hand.
    #[arg(long)]
    papers: bool,
    /// The postage due for the pieces under the tariff, in minor units.
    #[arg(long)]
    due: Option<Money>,
    /// The date to hold printed dates against: one more than 30 days later is suspicious.
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
    /// The risk of accepting a random row, at most one in a thousand.
    #[arg(long, default_value_t = 1e-6, value_parser = risk)]
    risk: f64,
    /// Write pictures into this folder that show how each imprint was read.
    #[arg(long, value_name = "DIR")]
    explain: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What became of one file.
#[derive(Serialize)]
struct Report {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    judgement: Option<Judgement>,
    #[serde(skip)]
    digest: Option<[u8; 32]>,
}

impl Read {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let list: MeterList = input::json(&self.meters, "meter list")?;
        let list = KnownMeters::new(list).map_err(Failure::usage)?;
        let circumstances = self.circumstances(&list)?;
        if let Some(folder) = &self.explain {
            std::fs::create_dir_all(folder)
                .map_err(|error| Failure::usage(format!("cannot make {}: {error}", folder.display())))?;
        }
        let progress = progress(self.files.len() as u64);
        let mut reports: Vec<Report> = self
            .files
            .par_iter()
            .progress_with(progress)
            .map(|file| self.examine(file, &list, &circumstances))
            .collect();
        if let Some(path) = &self.store {
            self.record(path, &mut reports)?;
        }
        if self.papers {
            weigh_papers(&mut reports);
        }
        print(&reports, self.json)?;
        Ok(status(&reports))
    }

    fn circumstances(&self, list: &KnownMeters) -> Result<Circumstances, Failure> {
        if let Some(last) = list.valid_until.filter(|last| clock_date().is_none_or(|today| *last < today)) {
            return Err(Failure::refused(format!("the meter list ended on {last}: bring it up to date")));
        }
        Ok(Circumstances { today: self.today, due: self.due, risk: self.risk })
    }

    fn examine(&self, file: &Path, list: &KnownMeters, circumstances: &Circumstances) -> Report {
        let name = file.display().to_string();
        let failed =
            |error: String| Report { file: name.clone(), error: Some(error), judgement: None, digest: None };
        let bytes = match input::bytes(file, PICTURE_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) => return failed(error.sentence().to_owned()),
        };
        let picture = match Picture::decode(&bytes) {
            Ok(picture) => picture,
            Err(error) => return failed(format!("{name}: {error}")),
        };
        let examined = post::examine(&picture, list, circumstances);
        if let Some(error) =
            self.explain.as_ref().and_then(|folder| explain(folder, file, &picture, &examined).err())
        {
            return failed(error);
        }
        let judgement = examined.judgement;
        Report {
            file: name,
            error: None,
            judgement: Some(judgement),
            digest: Some(sightings::digest(&bytes)),
        }
    }

    /// Records what decrypts, in the order of the files.
    fn record(&self, path: &Path, reports: &mut [Report]) -> Result<(), Failure> {
        let seen_at = self.at.unwrap_or_else(Timestamp::now).as_second();
        let occasion = Occasion { seen_at, place: self.place };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::refused)?;
        runtime.block_on(async {
            let sightings = Sightings::open(path).await.map_err(Failure::usage)?;
            for report in reports {
                let (Some(judgement), Some(digest)) = (&mut report.judgement, report.digest) else {
                    continue;
                };
                let Some(identity) = judgement.identity.filter(|_| judgement.verdict != Verdict::Forged)
                else {
                    continue;
                };
                let earlier = sightings.record(&identity, digest, &report.file, occasion).await;
                sightings::weigh_earlier(judgement, occasion, &earlier.map_err(Failure::refused)?);
            }
            sightings.close().await;
            Ok(())
        })
    }
}

/// Writes the explaining pictures of one file into the folder.
fn explain(
    folder: &Path,
    file: &Path,
    picture: &Picture,
    examined: &post::Examined<'_>,
) -> Result<(), String> {
    let Some(imprint) = &examined.imprint else { return Ok(()) };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    for (ending, page) in post::explain(picture, imprint, &examined.judgement) {
        let path = folder.join(format!("{stem}-{ending}.png"));
        page.save(&path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

fn weigh_papers(reports: &mut [Report]) {
    let mut papers: Vec<(String, Judgement)> = reports
        .iter_mut()
        .filter_map(|report| Some((report.file.clone(), report.judgement.take()?)))
        .collect();
    sightings::weigh_papers_in_hand(&mut papers);
    let mut papers = papers.into_iter();
    for report in reports.iter_mut().filter(|report| report.error.is_none()) {
        report.judgement = papers.next().map(|paper| paper.1);
    }
}

fn print(reports: &[Report], json: bool) -> Result<(), Failure> {
    for report in reports {
        if let Some(error) = &report.error {
            eprintln!("porto: {error}");
        }
    }
    if json {
        return output::json(&reports);
    }
    for report in reports {
        let Some(judgement) = &report.judgement else { continue };
        output::line(&format!("{}: {}", report.file, judgement.verdict.words()))?;
        output::line(&format!("    {}", judgement.reason))?;
        for check in judgement.checks.iter().filter(|check| check.outcome != Outcome::Open) {
            let outcome = if check.outcome == Outcome::Passed { "passed" } else { "FAILED" };
            output::line(&format!("    {:<12} {outcome}  {}", check.name, check.inputs))?;
        }
        for step in &judgement.next {
            output::line(&format!("    next: {step}"))?;
        }
        if judgement.specimen {
            output::line("    a specimen: it is worth no postage")?;
        }
    }
    Ok(())
}

fn status(reports: &[Report]) -> ExitCode {
    let genuine = |report: &Report| {
        report.judgement.as_ref().is_some_and(|judgement| judgement.verdict == Verdict::Genuine)
    };
    if reports.iter().any(|report| report.error.is_some()) {
        ExitCode::from(2)
    } else if reports.iter().all(genuine) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}

/// A bar on a terminal, for more than a handful of files.
fn progress(files: u64) -> ProgressBar {
    if files < 5 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files);
    match ProgressStyle::with_template("{bar:40} {pos}/{len} pictures, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Today by this machine's clock; nothing if the clock is off the span of dates.
fn clock_date() -> Option<Date> {
    let now = Zoned::now();
    Date::new(u16::try_from(now.year()).ok()?, now.month() as u8, now.day() as u8).ok()
}

fn place(text: &str) -> Result<Place, String> {
    let sentence = || "a place is latitude and longitude in degrees: 52.52,13.405".to_owned();
    let degrees = |text: &str, most: f64| {
        let degrees: f64 = text.trim().parse().ok()?;
        (degrees.abs() <= most).then_some((degrees * 1e6).round() as i32)
    };
    let (latitude, longitude) = text.split_once(',').ok_or_else(sentence)?;
    let latitude = degrees(latitude, 90.0).ok_or_else(sentence)?;
    let longitude = degrees(longitude, 180.0).ok_or_else(sentence)?;
    Ok(Place { latitude, longitude })
}

fn risk(text: &str) -> Result<f64, String> {
    let risk: f64 = text.parse().map_err(|_| "a risk is a number such as 1e-6".to_owned())?;
    if risk > 0.0 && risk <= 1e-3 { Ok(risk) } else { Err("a risk lies above 0 and at most 1e-3".to_owned()) }
}

//! `porto meter spoil` and `print-again`: imprints that came to nothing, and imprints that have not come yet.

use super::jobs::Imprint;
use super::office_failure;
use super::operator::Run;
use crate::failure::Failure;
use crate::output;
use clap::ValueEnum;
use journal::{JobNumber, Reason, State};
use meter::routine::Input;
use std::process::ExitCode;

/// Notes that an imprint is of no use, so that it can be refunded. Keep the paper: the carrier asks for it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter spoil 17 --reason paper")]
pub struct Spoil {
    #[command(flatten)]
    run: Run,
    /// The imprint's number, as `porto meter jobs` shows it.
    #[arg(value_name = "JOB")]
    number: u64,
    /// Why.
    #[arg(long, value_enum)]
    reason: ReasonName,
}

#[derive(Clone, Copy, ValueEnum)]
enum ReasonName {
    /// Torn, wrong, not readable.
    Paper,
    /// The printer failed.
    Printer,
    /// Nobody knows how far it came.
    Unknown,
}

impl Spoil {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on_anyhow()?;
        let reason = match self.reason {
            ReasonName::Paper => Reason::Paper,
            ReasonName::Printer => Reason::Printer,
            ReasonName::Unknown => Reason::Unknown,
        };
        operator.machine().spoil(JobNumber(self.number), reason).map_err(office_failure)?;
        operator.turn_off()?;
        output::line(&format!("imprint {} is spoiled: {reason}", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints what is paid for and never came to the printer.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter print-again")]
pub struct PrintAgain {
    #[command(flatten)]
    run: Run,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl PrintAgain {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on()?;
        let waiting = operator.machine().journal().open_jobs().map_err(super::journal_failure)?;
        let waiting = waiting.into_iter().filter(|job| job.state != State::Reserved).map(|job| job.number);
        let waiting: Vec<JobNumber> = waiting.collect();
        if operator.machine().has_waiting() {
            operator.ask(Input::PrintAgain)?;
        }
        let mut imprints = Vec::new();
        for number in waiting {
            let job = operator.machine().journal().job(number).map_err(super::journal_failure)?;
            imprints.extend(job.map(|job| Imprint::of(&job, operator.configuration())));
        }
        let judged = operator.judge();
        operator.turn_off()?;
        if self.json {
            output::json(&imprints)?;
        } else if imprints.is_empty() {
            output::line("nothing waits to be printed")?;
        } else {
            imprints.iter().try_for_each(|imprint| output::line(&imprint.to_string()))?;
        }
        judged.map(|()| ExitCode::SUCCESS)
    }
}

//! `porto meter batch`: a file of letters in one go.

use super::log_in::Users;
use super::machine_failure;
use super::operator::{Operator, Run};
use crate::failure::Failure;
use crate::output;
use indicatif::{ProgressBar, ProgressStyle};
use meter::batch::{BatchFault, BatchFile, Outcome, Usual, frank_while};
use meter::routine::Input;
use serde::Serialize;
use signal_hook::consts::SIGINT;
use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use terms::Money;

/// Franks a file of letters (CSV). Whatever ends it before its end, the same file goes on from there: each line is paid
/// for once. Ctrl-C ends it after the letters that are under way.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto meter batch letters.csv\n\nThe file's columns, in any order: reference, postage (minor \
units) or weight, format, destination and services (with spaces between), centre, date, cliche, text. A heading line names \
those that are there:\n\n  reference,postage,centre\n  2026-0001,110,01002\n  2026-0002,95,01003"
)]
pub struct Batch {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    users: Users,
    /// The file.
    file: PathBuf,
    /// Franks the lines anew whose imprints are spoiled.
    #[arg(long)]
    spoiled: bool,
    /// Yes, high values are meant.
    #[arg(long)]
    confirm: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    outcome: Outcome,
    /// What all lines cost together.
    postage: Option<Money>,
}

impl Batch {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on()?;
        self.users.log_in(&mut operator)?;
        let file = self.read(&mut operator)?;
        let outcome = self.frank(&mut operator, &file)?;
        operator.turn_off()?;
        let (done, lines, spoiled) = (outcome.done, outcome.lines, count(&outcome.spoiled));
        self.tell(Summary { outcome, postage: file.postage() })?;
        match (done == lines, done + spoiled == lines) {
            (true, _) => Ok(ExitCode::SUCCESS),
            (false, true) => Err(Failure::refused(format!(
                "{spoiled} of {lines} letters are spoiled: --spoiled franks them anew"
            ))),
            (false, false) => Err(Failure::refused(format!(
                "ended after {done} of {lines} letters: the same command goes on from there"
            ))),
        }
    }

    fn read(&self, operator: &mut Operator) -> Result<BatchFile, Failure> {
        let centre = operator.view().centre;
        let machine = operator.machine();
        let high_value = machine.routine().settings().high_value;
        let usual = Usual {
            centre,
            today: machine.when().map_err(machine_failure)?.day,
            high_value: if self.confirm { Money::ZERO } else { high_value },
        };
        BatchFile::read(&self.file, machine.tables(), &usual).map_err(failure)
    }

    fn frank(&self, operator: &mut Operator, file: &BatchFile) -> Result<Outcome, Failure> {
        let is_over = interrupts().map_err(Failure::usage)?;
        let bar = bar(file.lines.len() as u64);
        loop {
            let franked = frank_while(operator.machine(), file, self.spoiled, &mut |done| {
                bar.set_position(done.into());
                match is_over.load(Ordering::Relaxed) {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            });
            // A warning that delays is waited out between two groups, as between two letters.
            let is_slowed = operator.view().waits_ms.is_some();
            match franked {
                Err(BatchFault::Stopped { .. }) if is_slowed => {
                    operator.ask(Input::Clear)?;
                    if operator.view().waits_ms.is_some() {
                        return franked.map_err(failure);
                    }
                }
                franked => {
                    bar.finish_and_clear();
                    return franked.map_err(failure);
                }
            }
        }
    }

    fn tell(&self, summary: Summary) -> Result<(), Failure> {
        if self.json {
            return output::json(&summary);
        }
        let Summary { outcome: Outcome { batch, lines, done, spoiled }, postage } = summary;
        let postage = postage.map_or(String::new(), |postage| format!(", {postage} in all"));
        output::line(&format!("batch {batch}: {done} of {lines} letters are on paper{postage}"))?;
        if !spoiled.is_empty() {
            let spoiled: Vec<String> = spoiled.iter().map(u32::to_string).collect();
            output::line(&format!("lines with spoiled imprints: {}", shortened(&spoiled)))?;
        }
        Ok(())
    }
}

/// The first of many.
fn shortened(lines: &[String]) -> String {
    const SHOWN: usize = 20;
    match lines.get(..SHOWN).filter(|shown| shown.len() < lines.len()) {
        Some(shown) => format!("{} and {} more", shown.join(", "), lines.len() - SHOWN),
        None => lines.join(", "),
    }
}

fn count(lines: &[u32]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

/// A bar on a terminal, and nothing elsewhere.
fn bar(lines: u64) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(lines);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} letters, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Set by the first Ctrl-C; a second one ends the program as always.
fn interrupts() -> std::io::Result<Arc<AtomicBool>> {
    let is_over = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_default(SIGINT, is_over.clone())?;
    signal_hook::flag::register(SIGINT, is_over.clone())?;
    Ok(is_over)
}

/// A file that is not as it must be is status 2.
fn failure(fault: BatchFault) -> Failure {
    match fault {
        BatchFault::File(_) | BatchFault::Line { .. } => Failure::usage(fault),
        BatchFault::Machine(fault) => machine_failure(fault),
        fault => Failure::refused(fault),
    }
}

//! Times this project's parts beside named peers doing the same work, in turn, in one run on one machine. A figure is
//! a ratio with the absolute numbers beside it; CPU time of one thread unless it says otherwise.

mod clock;
mod commits;
mod drawing;
mod figures;
mod numbers;
mod reading;

use clap::{Parser, ValueEnum};
use figures::Figures;
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Pictures to verdicts, beside readers of a Data Matrix.
    Reading,
    /// An imprint's picture, beside drawing libraries.
    Drawing,
    /// The crypto number, beside the reference crate.
    Numbers,
    /// Durable changes, beside a database and the bare system call.
    Commits,
}

/// Times this project's parts beside named peers.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything without it
    parts: Vec<Part>,
    /// Pictures for each class of disturbance
    #[arg(long, default_value_t = 20)]
    pictures: u64,
    /// Writes the figures to this file as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-peers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let wanted = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    let mut figures = Figures::default();
    if wanted(Part::Numbers) {
        numbers::measure(&mut figures)?;
    }
    if wanted(Part::Drawing) {
        drawing::measure(&mut figures)?;
    }
    if wanted(Part::Commits) {
        commits::measure(&mut figures)?;
    }
    if wanted(Part::Reading) {
        reading::measure(&mut figures, arguments.pictures)?;
    }
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_vec_pretty(&figures)?)?;
    }
    Ok(())
}

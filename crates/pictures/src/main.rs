//! Reads a folder of pictures whose truth is known with the post's station, and counts verdicts for each class of
//! picture: all pictures show genuine imprints, so an accusation is a fault and an unreadable picture a loss. A
//! development program, run by `cargo xtask pictures`; it changes nothing.
//!
//! The folder holds `pictures.json`: a list of objects with `file` and `preset` (the class), and, where known, `mv`,
//! the monotone variable that was printed.

mod tally;

use clap::Parser;
use post::judge::Circumstances;
use post::list::{KnownMeters, MeterList};
use post::read::Picture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tally::Tallies;

/// Counts how pictures of genuine imprints are judged.
#[derive(Parser)]
#[command(name = "cargo xtask pictures", bin_name = "cargo xtask pictures")]
struct Arguments {
    /// The folder with pictures.json
    folder: PathBuf,
    /// The list of meters with their verification keys
    #[arg(long, value_name = "LIST")]
    meters: PathBuf,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
    /// Name every picture that was not read as genuine
    #[arg(long)]
    failures: bool,
}

/// One picture of the folder.
#[derive(Deserialize)]
struct Row {
    file: String,
    preset: String,
    mv: Option<u64>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("pictures: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let list: MeterList = json(&arguments.meters)?;
    let list = KnownMeters::new(list).map_err(|error| error.to_string())?;
    let rows: Vec<Row> = json(&arguments.folder.join("pictures.json"))?;
    let circumstances = Circumstances::default();
    let mut tallies = Tallies::default();
    for row in rows {
        let bytes = bytes(&arguments.folder.join(&row.file))?;
        let picture = Picture::decode(&bytes).map_err(|error| format!("{}: {error}", row.file))?;
        let start = cpu_seconds();
        let judgement = post::examine(&picture, &list, &circumstances).judgement;
        let seconds = cpu_seconds() - start;
        let genuine = tallies.count(&row.preset, &judgement, row.mv, seconds);
        if arguments.failures && !genuine {
            eprintln!("{}: {} ({})", row.file, judgement.verdict.words(), judgement.reason);
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&tallies).map_err(|error| error.to_string())?);
    } else {
        print!("{tallies}");
    }
    Ok(())
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    serde_json::from_slice(&bytes(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// CPU seconds this thread has used.
fn cpu_seconds() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

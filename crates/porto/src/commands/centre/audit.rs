//! `porto centre audit`: the audit log.

use super::Place;
use crate::failure::Failure;
use crate::output;
use centre::audit::verify::{Expected, Verdict, verify};
use centre::audit::{Digest, log};
use ed25519_dalek::VerifyingKey;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be done about the audit log.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Seal what no seal covers yet, and print the seal
    Seal(Seal),
    /// Write the sealed log out as a file
    Export(Export),
    /// Verify such a file; needs nothing else
    Verify(Verify),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Seal(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Verify(command) => command.run(),
        }
    }
}

/// Seals what no seal covers yet. Prints the newest seal, to be kept on paper or published.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre audit seal --centre /var/lib/porto > seal-2026-11-28.txt")]
pub struct Seal {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout instead of the text.
    #[arg(long)]
    json: bool,
}

impl Seal {
    fn run(self) -> Result<ExitCode, Failure> {
        let (seal, name) = self.place.with(async |opened, now_ms| {
            let office = &opened.app.office;
            let store = office.books().store();
            let sealed =
                log::seal(store, &opened.log, office.issuer(), now_ms).await.map_err(Failure::usage)?;
            let seal = match sealed {
                Some(seal) => Some(seal),
                None => log::last_seal(store.reads()).await.map_err(Failure::usage)?,
            };
            Ok((seal, opened.log.clone()))
        })?;
        let seal = seal.ok_or_else(|| Failure::refused("nothing has happened yet that could be sealed"))?;
        if self.json {
            let body = &seal.body;
            output::json(
                &json!({ "seal": body.number, "at_ms": body.at_ms, "hash": body.hash().to_string() }),
            )?;
        } else {
            output::line(seal.printed(&name).to_string().trim_end())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the log out as far as it is sealed: a file that anybody can verify.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre audit export log.jsonl\n  porto centre audit verify log.jsonl"
)]
pub struct Export {
    #[command(flatten)]
    place: Place,
    /// The file to write.
    to: PathBuf,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Export {
    fn run(self) -> Result<ExitCode, Failure> {
        super::new_file(&self.to)?;
        let to = self.to.clone();
        let (entries, seals) = self.place.with(async move |opened, _| {
            let unwritable = |error: std::io::Error| Failure::usage(format!("{}: {error}", to.display()));
            let file = File::create_new(&to).map_err(unwritable)?;
            let bar = counter("entries written");
            let pool = opened.app.office.books().store().reads();
            let written =
                log::export(pool, &opened.log, BufWriter::new(&file), |done| bar.set_position(done)).await;
            bar.finish_and_clear();
            let written = written.map_err(Failure::usage)?;
            file.sync_all().map_err(unwritable)?;
            Ok(written)
        })?;
        if self.json {
            output::json(&json!({ "entries": entries, "seals": seals, "file": self.to }))?;
        } else {
            output::line(&format!("{entries} entries under {seals} seals in {}", self.to.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Verifies an exported log: that nothing in it was changed, put in, taken out or moved, and that each seal is the
/// carrier's. Ends with status 1 where it was.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre audit verify log.jsonl --key 3b6a…29 --seal 12=9f86…08")]
pub struct Verify {
    /// The file.
    file: PathBuf,
    /// The carrier's key, 64 hexadecimal digits, from elsewhere than the file.
    #[arg(long, value_name = "HEX", value_parser = key)]
    key: Option<VerifyingKey>,
    /// A printed seal: its number and hash. May be given several times.
    #[arg(long, value_name = "NUMBER=HASH", value_parser = printed_seal)]
    seal: Vec<(u64, Digest)>,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    let digest = Digest::from_hex(text).ok_or("a key has 64 hexadecimal digits")?;
    VerifyingKey::from_bytes(digest.bytes()).map_err(|_| "this is no key to verify with".to_owned())
}

fn printed_seal(text: &str) -> Result<(u64, Digest), String> {
    let parts = text.split_once('=').and_then(|(number, hash)| {
        let hash: String = hash.chars().filter(|sign| !sign.is_whitespace()).collect();
        Some((number.parse().ok()?, Digest::from_hex(&hash)?))
    });
    parts.ok_or_else(|| "a seal is NUMBER=HASH, the hash with 64 hexadecimal digits".to_owned())
}

impl Verify {
    fn run(self) -> Result<ExitCode, Failure> {
        let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", self.file.display()));
        let file = File::open(&self.file).map_err(unreadable)?;
        let bar = counter("lines read");
        let expected = Expected { key: self.key, seals: self.seal.iter().copied().collect() };
        let verdict = verify(BufReader::new(file), &expected, |lines| bar.set_position(lines));
        bar.finish_and_clear();
        match verdict.map_err(unreadable)? {
            Verdict::Genuine(found) => {
                let log = &found.log;
                if self.json {
                    output::json(&json!({
                        "verdict": "genuine", "carrier": log.carrier(), "key_was_expected": found.key_was_expected,
                        "chains": found.chains, "entries": found.entries, "unsealed": found.unsealed,
                        "seals": found.seals, "last_seal": found.last_seal.to_string(),
                    }))?;
                } else {
                    let whose = if found.key_was_expected { "" } else { " (by the key in the file itself)" };
                    output::line(&format!(
                        "genuine: {} entries of {} chains under {} seals of {}{whose}",
                        found.entries,
                        found.chains,
                        found.seals,
                        log.carrier()
                    ))?;
                }
                Ok(ExitCode::SUCCESS)
            }
            Verdict::Broken { line, fault } => {
                if self.json {
                    output::json(&json!({ "verdict": "broken", "line": line, "why": fault.to_string() }))?;
                } else {
                    output::line(&format!("broken at line {line}: {fault}"))?;
                }
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

fn counter(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} {what}"));
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

//! `porto centre station`: the post's stations.

use super::{By, Place, new_file};
use crate::failure::Failure;
use crate::output;
use centre::audit::{Desk, Digest};
use centre::people::{Name, Scope, Scopes};
use centre::post::desk::{NewStation, PostDesk};
use ed25519_dalek::VerifyingKey;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be done about the post's stations.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Take a station in: draws its key and its token
    Add(Box<Add>),
    /// Show the stations, and which lists they have taken in
    List(List),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Add(command) => command.run(),
            Command::List(command) => command.run(),
        }
    }
}

/// Takes a station in. Its key, by which it opens the keys for verification, is written to a file; its token is shown
/// once.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre station add north --verifying-key 3b6a…29 --key-out north.key"
)]
pub struct Add {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The station's name, which is its token's too.
    name: Name,
    /// The key that its batches are signed with, 64 hexadecimal digits.
    #[arg(long, value_name = "HEX", value_parser = verifying_key)]
    verifying_key: VerifyingKey,
    /// Where to write its key; only its owner can read it there.
    #[arg(long, value_name = "FILE")]
    key_out: PathBuf,
    /// For how many days the token is good.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

fn verifying_key(text: &str) -> Result<VerifyingKey, String> {
    let digest = Digest::from_hex(text).ok_or("a key has 64 hexadecimal digits")?;
    VerifyingKey::from_bytes(digest.bytes()).map_err(|_| "this is no key to verify with".to_owned())
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        new_file(&self.key_out)?;
        let Add { place, by, name, verifying_key, key_out, days, json } = self;
        let token_name = name.clone();
        let (made, secret) = place.with(async move |opened, now_ms| {
            let until_ms = now_ms.saturating_add(days * 86_400_000);
            let scopes: Scopes = [Scope::Post].into();
            let people = &opened.app.people;
            let secret = people.make_token(&Desk::centre(), &token_name, &scopes, until_ms, now_ms).await;
            let secret = secret.map_err(Failure::refused)?;
            let station = NewStation {
                name: token_name.text().to_owned().try_into().map_err(Failure::usage)?,
                verifying_key,
                token: Some(token_name.text().to_owned()),
            };
            let made = PostDesk::new(opened.app.office.clone()).make_station(&station, &by.by, now_ms).await;
            Ok((made.map_err(Failure::refused)?, secret))
        })?;
        let unwritable = |error| Failure::usage(format!("{}: {error}", key_out.display()));
        let private = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&key_out);
        private.and_then(|mut file| file.write_all(made.key.bytes())).map_err(unwritable)?;
        let token = secret.token_text();
        if json {
            output::json(
                &serde_json::json!({ "station": made.number, "token": token.as_str(), "key": key_out }),
            )?;
        } else {
            output::line(&format!("station {}: its key is in {}", made.number, key_out.display()))?;
            output::line(&format!("its token, shown once: {}", token.as_str()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows the stations.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre station list --json")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let stations = self.place.with(async |opened, _| {
            PostDesk::new(opened.app.office.clone()).stations().await.map_err(Failure::usage)
        })?;
        let rows = stations.iter().map(|row| (row.number, row.station.name.as_str(), row.station.is_active));
        if self.json {
            let rows: Vec<_> = rows
                .map(|(number, name, open)| serde_json::json!({ "station": number, "name": name, "is_active": open }))
                .collect();
            output::json(&rows)?;
        } else {
            rows.into_iter().try_for_each(|(number, name, open)| {
                output::line(&format!("{number}  {name}{}", if open { "" } else { "  (closed)" }))
            })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

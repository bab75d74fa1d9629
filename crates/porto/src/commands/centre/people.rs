//! `porto centre people`: the way in for people and programs, from the centre's own machine.

use super::Place;
use crate::failure::Failure;
use crate::output;
use centre::audit::Desk;
use centre::people::{Name, Scope, Scopes};
use std::process::ExitCode;

/// What can be done about people and programs.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the first administrator's one-time link anew, while there is nobody
    First(First),
    /// Make a token for a program; it is shown once
    Token(Token),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::First(command) => command.run(),
            Command::Token(command) => command.run(),
        }
    }
}

/// Makes the first administrator's one-time link anew, as long as there is nobody.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre people first --centre /var/lib/porto")]
pub struct First {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl First {
    fn run(self) -> Result<ExitCode, Failure> {
        let configuration = self.place.configuration()?;
        let base =
            configuration.public_url.unwrap_or_else(|| format!("http://{}", configuration.http_listen));
        let secret = self.place.with(async |opened, now_ms| {
            opened.app.people.invite_first(now_ms).await.map_err(Failure::refused)
        })?;
        let url = format!("{base}{}", centre::console::invitation_path(&secret));
        if self.json {
            output::json(&serde_json::json!({ "first_person": url }))?;
        } else {
            output::line(&format!("first administrator, once and within a day: {url}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes a token for a program. It is shown now and never again.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre people token erp --scope meters:read --scope deposits:write --days 365"
)]
pub struct Token {
    #[command(flatten)]
    place: Place,
    /// The program's name.
    name: String,
    /// What it is good for: meters:read, meters:write, customers:read, customers:write, deposits:write, refunds:claim,
    /// refunds:settle, openings:write, audit:read, post, metrics:read.
    #[arg(long, required = true)]
    scope: Vec<Scope>,
    /// For how many days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Token {
    fn run(self) -> Result<ExitCode, Failure> {
        let Token { place, name, scope, days, json } = self;
        let name = Name::typed(&name).map_err(Failure::usage)?;
        let scopes: Scopes = scope.into_iter().collect();
        let secret = place.with(async move |opened, now_ms| {
            let until_ms = now_ms.saturating_add(days * 86_400_000);
            let made = opened.app.people.make_token(&Desk::centre(), &name, &scopes, until_ms, now_ms).await;
            made.map_err(Failure::refused)
        })?;
        let text = secret.token_text();
        if json {
            output::json(&serde_json::json!({ "token": text.as_str() }))?;
        } else {
            output::line(&text)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto centre serve` and `backup`.

use super::{Place, start_failure};
use crate::failure::Failure;
use crate::output;
use centre::app::now_ms;
use centre::service::{Centre, Configuration};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Runs the centre until it is told to stop (SIGTERM, SIGINT), and then finishes what is under way. Says on stdout where
/// it listens, and at the first start the link by which the first administrator sets his password; logs to stderr.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto centre serve --centre /var/lib/porto\n  \
porto centre serve --centre centre.toml --http-listen 127.0.0.1:0 --log warn --json")]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Where pages and interfaces are served, before what the settings say.
    #[arg(long, value_name = "ADDRESS")]
    http_listen: Option<String>,
    /// Where meters call, before what the settings say; may be given several times.
    #[arg(long, value_name = "NUMBER")]
    link_listen: Vec<line::Number>,
    /// This instance's name, where several share a database.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// What is logged: error, warn, info, debug, or by part, as in `info,centre::calls=debug`.
    #[arg(long, default_value = "info", value_name = "FILTER", env = "PORTO_CENTRE_LOG")]
    log: String,
    /// The log as JSON, a line an event.
    #[arg(long)]
    log_json: bool,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

/// What is said once the centre serves.
#[derive(Serialize)]
struct Serving {
    http: String,
    link: Vec<String>,
    /// The one-time link of the first administrator, where there is nobody yet.
    first_person: Option<String>,
}

impl Serve {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut configuration = self.place.configuration()?;
        if let Some(listen) = &self.http_listen {
            configuration.http_listen.clone_from(listen);
        }
        if !self.link_listen.is_empty() {
            configuration.link_listen.clone_from(&self.link_listen);
        }
        if let Some(instance) = &self.instance {
            configuration.instance.clone_from(instance);
        }
        self.log()?;
        raise_limits();
        super::runtime()?.block_on(self.serve(&configuration))
    }

    async fn serve(&self, configuration: &Configuration) -> Result<ExitCode, Failure> {
        // From here on a signal is kept until somebody looks.
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::usage)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::usage)?;
        let mut centre = Centre::start(configuration).await.map_err(start_failure)?;
        self.say(configuration, &centre).await?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = centre.broken() => {
                return Err(Failure::usage("a part of the centre has ended by itself: see the log, and start it anew"));
            }
        }
        tracing::info!("told to stop: finishing what is under way");
        match centre.stop().await {
            true => Ok(ExitCode::SUCCESS),
            false => Err(Failure::refused("something under way did not end in time, and was cut off")),
        }
    }

    async fn say(&self, configuration: &Configuration, centre: &Centre) -> Result<(), Failure> {
        let scheme = if configuration.tls == Default::default() { "http" } else { "https" };
        let http = format!("{scheme}://{}", centre.http());
        let base = configuration.public_url.clone().unwrap_or_else(|| http.clone());
        let people = centre.people();
        let first_person = match people.is_empty().await.map_err(Failure::usage)? {
            true => {
                let secret = people.invite_first(now_ms()).await.map_err(Failure::usage)?;
                Some(format!("{base}{}", centre::console::invitation_path(&secret)))
            }
            false => None,
        };
        let mut link: Vec<String> = Vec::new();
        let mut addresses = centre.link().iter();
        for number in &configuration.link_listen {
            // A port that the system chose stands only in the address.
            let address = addresses.clone().next().filter(|_| matches!(number, line::Number::Tcp { .. }));
            link.push(
                address.map_or_else(|| number.to_string(), |address| line::Number::of(*address).to_string()),
            );
            if address.is_some() {
                addresses.next();
            }
        }
        let serving = Serving { http, link, first_person };
        if self.json {
            return output::json(&serving);
        }
        output::line(&format!("pages and interfaces at {}", serving.http))?;
        serving.link.iter().try_for_each(|number| output::line(&format!("meters call {number}")))?;
        match &serving.first_person {
            Some(url) => output::line(&format!("first administrator, once and within a day: {url}")),
            None => Ok(()),
        }
    }

    fn log(&self) -> Result<(), Failure> {
        let filter =
            EnvFilter::try_new(&self.log).map_err(|error| Failure::usage(format!("--log: {error}")))?;
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        let set = if self.log_json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
        set.map_err(Failure::usage)
    }
}

/// A connection is a descriptor: as many as the system allows this process.
fn raise_limits() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // What stays is enough for a small centre.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Copies the database of a running centre into a new file. The master key is not in it: keep that apart.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre backup --centre /var/lib/porto /backup/centre-2026-11-28.db"
)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// The file to write.
    to: PathBuf,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Backup {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let to = self.to.clone();
        self.place.with(async move |opened, _| {
            opened.app.office.books().store().backup(&to).await.map_err(Failure::refused)
        })?;
        if self.json {
            output::json(&serde_json::json!({ "backup": self.to }))?;
        } else {
            output::line(&format!("the database is copied to {}", self.to.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

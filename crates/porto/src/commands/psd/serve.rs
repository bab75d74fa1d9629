//! `porto psd serve`: the device as a process of its own, which others reach at a socket.

use super::failure;
use crate::failure::Failure;
use crate::output;
use psd::service::Service;
use psd_host::hardening::{Measure, Needs, harden};
use psd_host::server::{Listener, Server, Settings};
use psd_host::{Equipment, SystemClock};
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::Serial;

/// Runs a device until it is told to stop (SIGTERM, SIGINT). Says a line once it listens.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto psd serve --memory meter.psd --socket meter.sock\n  \
porto psd serve --settings /etc/porto/psd.toml")]
pub struct Serve {
    /// A settings file, such as dist/psd.toml; what is given here stands above it.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The device's memory file; its key lies beside it as FILE.key.
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
    /// Where to listen. Its owner and its group may connect.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

/// What is said once the device can be reached.
#[derive(Serialize)]
struct Listening {
    serial: Serial,
    socket: PathBuf,
    hardening: Vec<Measure>,
}

impl Serve {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let settings = self.settings.as_deref().map(Settings::read).transpose().map_err(failure)?;
        let settings = settings.unwrap_or_default();
        let needed = |what: &str| Failure::usage(format!("--{what} is needed, or a settings file with it"));
        let memory = self.memory.as_ref().or(settings.memory.as_ref()).ok_or_else(|| needed("memory"))?;
        let socket = self.socket.as_ref().or(settings.socket.as_ref()).ok_or_else(|| needed("socket"))?;
        // From here on a signal is kept until somebody looks.
        let stop = stop_signals().map_err(Failure::usage)?;
        let equipment = Equipment { is_own_program: true, ..Equipment::default() };
        let psd = psd_host::open_equipped(memory, SystemClock, &equipment).map_err(failure)?;
        let serial = psd.status().serial;
        let limits = settings.limits().map_err(failure)?;
        let (group, rule) = (settings.group().map_err(failure)?, settings.rule().map_err(failure)?);
        let listener = Listener::bind(socket, group, rule).map_err(failure)?;
        // What is open by now stays open; the server's threads have no more rights than this one.
        let hardening = harden(&Needs { memory, socket, tpm: None });
        let server = Server::start(Box::new(Service::new(*psd)), limits).map_err(failure)?;
        for measure in hardening.iter().filter(|measure| measure.missing.is_some()) {
            eprintln!("porto: {measure}");
        }
        if self.json {
            output::json(&Listening { serial, socket: socket.clone(), hardening })?;
        } else {
            output::line(&format!("meter {serial} listens at {}", socket.display()))?;
        }
        server.listen(&listener, &stop).map_err(failure)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A stream from which a byte can be read once the process is told to stop.
fn stop_signals() -> std::io::Result<UnixStream> {
    let (stop, told) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        signal_hook::low_level::pipe::register(signal, told.try_clone()?)?;
    }
    Ok(stop)
}

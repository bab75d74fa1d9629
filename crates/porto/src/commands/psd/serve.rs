//! `porto psd serve`: the device as a process of its own, which others reach at a socket.

use super::failure;
use super::fitting::Fitting;
use crate::failure::Failure;
use crate::output;
use psd_host::SystemClock;
use psd_host::hardening::{Measure, Needs, harden};
use psd_host::server::{Listener, Server, Settings};
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::fmt;
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
    #[command(flatten)]
    fitting: Fitting,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

/// What is said once the device can be reached.
#[derive(Serialize)]
struct Listening {
    serial: Option<Serial>,
    socket: PathBuf,
    hardening: Vec<Measure>,
    /// What the device halted with at its start; 0 where it works.
    code: u16,
    /// The same in a sentence.
    halted: Option<String>,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(serial) = self.serial {
            write!(f, "meter {serial} ")?;
        }
        write!(f, "listens at {}", self.socket.display())?;
        self.halted.as_ref().map_or(Ok(()), |halted| write!(f, ", halted ({}): {halted}", self.code))
    }
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
        let limits = settings.limits().map_err(failure)?;
        let (group, rule) = (settings.group().map_err(failure)?, settings.rule().map_err(failure)?);
        let equipment = self.fitting.or(settings.equipment().map_err(failure)?);
        let service = psd_host::open_service(memory, SystemClock, &equipment).map_err(failure)?;
        let (serial, fault) = (service.serial(), service.fault());
        let listener = Listener::bind(socket, group, rule).map_err(failure)?;
        // What is open by now stays open; the server's threads have no more rights than this one.
        let hardening = harden(&Needs { memory, socket, tpm: equipment.tpm.as_ref() });
        let server = Server::start(service, limits).map_err(failure)?;
        for measure in hardening.iter().filter(|measure| measure.missing.is_some()) {
            eprintln!("porto: {measure}");
        }
        let listening = Listening {
            serial,
            socket: socket.clone(),
            code: fault.map_or(0, |fault| fault.code()),
            halted: fault.map(|fault| fault.to_string()),
            hardening,
        };
        if self.json {
            output::json(&listening)?
        } else {
            output::line(&listening.to_string())?
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

//! `porto psd lock`: the customer's lock as a whole.

use super::log_in::log_in_manager;
use super::{Device, refused};
use crate::failure::Failure;
use crate::{output, password};
use access::{Change, Hours, Mode, RefillRules, Schedule, Settings};
use psd::protocol::LockStatus;
use psd_host::client::Client;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be done with the lock.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show the lock's settings and who is logged in
    Show(Show),
    /// Set the system manager's password: the first one, or a new one
    Manager(Manager),
    /// Change the lock's settings
    Set(Set),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Show(command) => command.run(),
            Command::Manager(command) => command.run(),
            Command::Set(command) => command.run(),
        }
    }
}

/// Shows what franking depends on, and who is logged in.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd lock show --memory meter.psd --json")]
pub struct Show {
    #[command(flatten)]
    device: Device,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Show {
    fn run(self) -> Result<ExitCode, Failure> {
        show(&mut self.device.connect()?, self.json)
    }
}

/// The document: what franking and refills depend on.
#[derive(Serialize)]
struct Document {
    mode: &'static str,
    two_users: bool,
    hours: Vec<String>,
    idle_seconds: u16,
    refill_manager_only: bool,
    refill_call_back_only: bool,
    has_manager: bool,
    logged_in: Vec<String>,
}

impl Document {
    fn of(status: LockStatus) -> Document {
        let LockStatus { settings, has_manager, is_manager_present, first, second } = status;
        let manager = is_manager_present.then(|| "manager".to_owned());
        let users = [first, second].into_iter().flatten().map(|user| user.to_string());
        Document {
            mode: name(settings.mode),
            two_users: settings.two_users,
            hours: rows(&settings.hours),
            idle_seconds: settings.idle_seconds,
            refill_manager_only: settings.refill.manager_only,
            refill_call_back_only: settings.refill.call_back_only,
            has_manager,
            logged_in: manager.into_iter().chain(users).collect(),
        }
    }
}

const fn name(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => "off",
        Mode::Password => "password",
        Mode::Time => "time",
        Mode::PasswordAndTime => "both",
    }
}

/// The rows of a schedule, as they are written on the command line.
pub fn rows(schedule: &Schedule) -> Vec<String> {
    schedule.rows().iter().map(Hours::to_string).collect()
}

fn show(client: &mut Client, json: bool) -> Result<ExitCode, Failure> {
    let document = Document::of(client.lock().map_err(refused)?);
    if json {
        output::json(&document)?;
        return Ok(ExitCode::SUCCESS);
    }
    let yes = |is: bool| if is { "yes" } else { "no" };
    output::line(&format!("lock                 {}", document.mode))?;
    output::line(&format!("two users            {}", yes(document.two_users)))?;
    let hours = if document.hours.is_empty() { "always".to_owned() } else { document.hours.join("; ") };
    output::line(&format!("hours                {hours}"))?;
    output::line(&format!("log-out after        {} s without use", document.idle_seconds))?;
    output::line(&format!("refill by manager    {}", yes(document.refill_manager_only)))?;
    output::line(&format!("refill by call-back  {}", yes(document.refill_call_back_only)))?;
    output::line(&format!("system manager       {}", yes(document.has_manager)))?;
    for who in document.logged_in {
        output::line(&format!("logged in            {who}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Sets the system manager's password. The first one needs no other; a new one needs the old one.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd lock manager --memory meter.psd")]
pub struct Manager {
    #[command(flatten)]
    device: Device,
    /// The password so far, if there is one: the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The new password, in the same way.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

impl Manager {
    fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.device.connect()?;
        if client.lock().map_err(refused)?.has_manager {
            log_in_manager(&mut client, &self.device, self.password_file.as_deref())?;
        }
        let password = password::read_new(self.new_password_file.as_deref(), "the system manager")?;
        client.change_lock(&Change::ManagerPassword(password)).map_err(refused)?;
        output::line("the system manager's password is set")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What franking depends on.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ModeName {
    /// There is no lock.
    Off,
    /// A user's password.
    Password,
    /// The times of the meter.
    Time,
    /// A user's password, the times of the meter and those of the user.
    Both,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Mode {
        match name {
            ModeName::Off => Mode::Off,
            ModeName::Password => Mode::Password,
            ModeName::Time => Mode::Time,
            ModeName::Both => Mode::PasswordAndTime,
        }
    }
}

/// Changes the lock, one setting after the other: each that was confirmed stays. The system manager has to log in.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto psd lock set --memory meter.psd --mode password\n  \
porto psd lock set --memory meter.psd --hours \"mon-fri 07:30-18:00\" --hours \"sat 22:00-02:00\" --mode both")]
pub struct Set {
    #[command(flatten)]
    device: Device,
    /// The system manager's password: the first line of this file; - is standard input. It is asked for at the
    /// terminal if not given.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// When the meter franks, such as "mon-fri 07:30-18:00"; up to four times. It may run over midnight.
    #[arg(long, value_name = "DAYS HH:MM-HH:MM", conflicts_with = "always")]
    hours: Vec<Hours>,
    /// No start and stop times.
    #[arg(long)]
    always: bool,
    /// What franking depends on.
    #[arg(long)]
    mode: Option<ModeName>,
    /// Whether two different users have to log in.
    #[arg(long, value_name = "true|false")]
    two_users: Option<bool>,
    /// After how many seconds without use a user is logged out; 0 for never.
    #[arg(long, value_name = "N")]
    idle_seconds: Option<u16>,
    /// Whether credit is taken only while the system manager is logged in.
    #[arg(long, value_name = "true|false")]
    refill_manager_only: Option<bool>,
    /// Whether credit is taken only by call-back.
    #[arg(long, value_name = "true|false")]
    refill_call_back_only: Option<bool>,
    /// One JSON document on stdout: the settings afterwards.
    #[arg(long)]
    json: bool,
}

impl Set {
    fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.device.connect()?;
        let before = client.lock().map_err(refused)?.settings;
        let changes = self.changes(&before)?;
        if changes.is_empty() {
            return Err(Failure::usage("nothing is to be changed: see --help"));
        }
        log_in_manager(&mut client, &self.device, self.password_file.as_deref())?;
        changes.iter().try_for_each(|change| client.change_lock(change)).map_err(refused)?;
        show(&mut client, self.json)
    }

    /// The changes, those first that others need.
    fn changes(&self, before: &Settings) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        if !self.hours.is_empty() {
            changes.push(Change::Hours(Schedule::new(&self.hours).map_err(Failure::usage)?));
        }
        changes.extend(self.two_users.map(Change::TwoUsers));
        changes.extend(self.idle_seconds.map(Change::IdleSeconds));
        if self.refill_manager_only.is_some() || self.refill_call_back_only.is_some() {
            changes.push(Change::Refill(RefillRules {
                manager_only: self.refill_manager_only.unwrap_or(before.refill.manager_only),
                call_back_only: self.refill_call_back_only.unwrap_or(before.refill.call_back_only),
            }));
        }
        changes.extend(self.mode.map(|mode| Change::Mode(mode.into())));
        changes.extend(self.always.then_some(Change::Hours(Schedule::ALWAYS)));
        Ok(changes)
    }
}

//! `porto psd user`: the users of the customer's lock, as the system manager sees and sets them.

use super::lock::rows;
use super::log_in::log_in_manager;
use super::{Device, refused};
use crate::failure::Failure;
use crate::{output, password};
use access::{Change, Funds, Hours, Period, Schedule, UsageOfUser, UserId, UserSettings};
use psd_host::client::Client;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::Money;

/// What the system manager can do with users.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show the users and what they have spent
    List(List),
    /// Add a user
    Add(Add),
    /// Change a user's limit, times, or whether he is locked out
    Set(Set),
    /// Give a user a new password
    Password(Password),
    /// Remove a user
    Remove(Remove),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::List(command) => command.run(),
            Command::Add(command) => command.run(),
            Command::Set(command) => command.run(),
            Command::Password(command) => command.run(),
            Command::Remove(command) => command.run(),
        }
    }
}

/// The device, and who asks it.
#[derive(clap::Args)]
struct Office {
    #[command(flatten)]
    device: Device,
    /// The system manager's password: the first line of this file; - is standard input. It is asked for at the
    /// terminal if not given.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Office {
    /// A connection on which the system manager is logged in.
    fn open(&self) -> Result<Client, Failure> {
        let mut client = self.device.connect()?;
        log_in_manager(&mut client, &self.device, self.password_file.as_deref())?;
        Ok(client)
    }
}

/// Shows the users, their settings, and what they have spent.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd user list --memory meter.psd --json")]
pub struct List {
    #[command(flatten)]
    office: Office,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// One user in the document. A user who was removed has no settings any more.
#[derive(Serialize)]
struct Document {
    user: UserId,
    #[serde(flatten)]
    settings: Option<SettingsDocument>,
    /// In the running period of the limit.
    period_spent: Money,
    period_pieces: u32,
    spent: Money,
    pieces: u32,
}

#[derive(Serialize)]
struct SettingsDocument {
    locked: bool,
    limit: Option<Money>,
    per: String,
    hours: Vec<String>,
}

impl Document {
    fn new(user: UserId, settings: Option<&UserSettings>, usage: Option<&UsageOfUser>) -> Document {
        let running = settings.zip(usage).filter(|(settings, usage)| settings.funds.period == usage.period);
        let running = running.map(|(_, usage)| usage.running).unwrap_or_default();
        let ever = usage.map(|usage| usage.ever).unwrap_or_default();
        let settings = settings.map(|settings| SettingsDocument {
            locked: settings.locked,
            limit: (settings.funds.period != Period::None).then_some(settings.funds.limit),
            per: settings.funds.period.to_string(),
            hours: rows(&settings.hours),
        });
        Document {
            user,
            settings,
            period_spent: running.postage,
            period_pieces: running.pieces,
            spent: ever.postage,
            pieces: ever.pieces,
        }
    }

    fn line(&self) -> String {
        let Document { user, spent, pieces, .. } = self;
        let Some(settings) = &self.settings else {
            return format!("user {user:>4}  removed  spent {spent} on {pieces} pieces");
        };
        let locked = if settings.locked { "  locked out" } else { "" };
        let limit = match settings.limit {
            Some(limit) => format!("{} of {limit} per {}", self.period_spent, settings.per),
            None => "no limit".to_owned(),
        };
        let hours = if settings.hours.is_empty() { "always".to_owned() } else { settings.hours.join("; ") };
        format!("user {user:>4}  spent {spent} on {pieces} pieces  {limit}  {hours}{locked}")
    }
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let (users, usage) = self.office.open()?.users().map_err(refused)?;
        let of_user = |user: UserId| usage.iter().find(|usage| usage.user == user);
        let present =
            users.iter().map(|settings| Document::new(settings.id, Some(settings), of_user(settings.id)));
        let gone = usage.iter().filter(|usage| users.iter().all(|user| user.id != usage.user));
        let gone = gone.map(|usage| Document::new(usage.user, None, Some(usage)));
        let documents: Vec<Document> = present.chain(gone).collect();
        if self.json {
            output::json(&documents)?;
        } else {
            documents.iter().try_for_each(|document| output::line(&document.line()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Adds a user, without a limit and at all times.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd user add --memory meter.psd 7")]
pub struct Add {
    #[command(flatten)]
    office: Office,
    /// The user's number, 1 to 9999.
    user: UserId,
    /// The user's password: the first line of this file; - is the next line of standard input.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.office.open()?;
        let user = self.user;
        let password = password::read_new(self.new_password_file.as_deref(), &format!("user {user}"))?;
        client.change_lock(&Change::AddUser { user, password }).map_err(refused)?;
        done(format!("user {user} is added"))
    }
}

/// Gives a user a new password.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd user password --memory meter.psd 7")]
pub struct Password {
    #[command(flatten)]
    office: Office,
    /// The user's number.
    user: UserId,
    /// The new password: the first line of this file; - is the next line of standard input.
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

impl Password {
    fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.office.open()?;
        let user = self.user;
        let password = password::read_new(self.new_password_file.as_deref(), &format!("user {user}"))?;
        client.change_lock(&Change::UserPassword { user, password }).map_err(refused)?;
        done(format!("user {user} has a new password"))
    }
}

/// Changes what is set for a user, one setting after the other: each that was confirmed stays.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto psd user set --memory meter.psd 7 --limit 5000 --per month\n  \
porto psd user set --memory meter.psd 7 --hours \"mon-fri 08:00-16:00\"\n  \
porto psd user set --memory meter.psd 7 --locked true")]
pub struct Set {
    #[command(flatten)]
    office: Office,
    /// The user's number.
    user: UserId,
    /// How much he may spend in a period, in minor units.
    #[arg(long, requires = "per")]
    limit: Option<Money>,
    /// The period: day, week (from Monday), month (from the first), or none for no limit.
    #[arg(long, value_name = "PERIOD")]
    per: Option<Period>,
    /// When he may frank, beside the times of the meter, such as "mon-fri 07:30-18:00"; up to four times.
    #[arg(long, value_name = "DAYS HH:MM-HH:MM", conflicts_with = "always")]
    hours: Vec<Hours>,
    /// No times of his own.
    #[arg(long)]
    always: bool,
    /// Whether he is locked out.
    #[arg(long, value_name = "true|false")]
    locked: Option<bool>,
}

impl Set {
    fn run(self) -> Result<ExitCode, Failure> {
        let changes = self.changes()?;
        if changes.is_empty() {
            return Err(Failure::usage("nothing is to be changed: see --help"));
        }
        let mut client = self.office.open()?;
        changes.iter().try_for_each(|change| client.change_lock(change)).map_err(refused)?;
        done(format!("user {} is changed", self.user))
    }

    fn changes(&self) -> Result<Vec<Change>, Failure> {
        let user = self.user;
        let mut changes = Vec::new();
        if let Some(period) = self.per {
            let limit = match (period, self.limit) {
                (Period::None, _) => Money::ZERO,
                (_, Some(limit)) => limit,
                (_, None) => return Err(Failure::usage("a limit needs --limit and --per")),
            };
            changes.push(Change::UserFunds { user, funds: Funds { period, limit } });
        }
        if self.always || !self.hours.is_empty() {
            let hours = Schedule::new(&self.hours).map_err(Failure::usage)?;
            changes.push(Change::UserHours { user, hours });
        }
        changes.extend(self.locked.map(|locked| Change::UserLocked { user, locked }));
        Ok(changes)
    }
}

/// Removes a user. What he has spent stays in the list until another user needs the place.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd user remove --memory meter.psd 7")]
pub struct Remove {
    #[command(flatten)]
    office: Office,
    /// The user's number.
    user: UserId,
}

impl Remove {
    fn run(self) -> Result<ExitCode, Failure> {
        self.office.open()?.change_lock(&Change::RemoveUser(self.user)).map_err(refused)?;
        done(format!("user {} is removed", self.user))
    }
}

fn done(sentence: String) -> Result<ExitCode, Failure> {
    output::line(&sentence)?;
    Ok(ExitCode::SUCCESS)
}

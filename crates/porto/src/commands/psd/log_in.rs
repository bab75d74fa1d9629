//! `porto psd login` and `porto psd logout`, and the log-in that other commands begin with.

use super::{Device, refused};
use crate::failure::Failure;
use crate::{output, password};
use access::{Password, Person, Refusal, UserId};
use psd_host::client::{Client, ClientError};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// The number of the refusal that only lasts for a while.
const WAIT: u16 = Refusal::Wait { seconds: 0 }.code();
/// Whose password the system manager's is, in a prompt.
const MANAGER: &str = "the system manager";

/// Logs a user in at a device that runs already. The device logs him out when he was idle for too long.
///
/// A device that is run from its memory file forgets who is logged in when the command ends: there, `porto psd frank`
/// logs in by itself.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto psd login --socket meter.sock --user 7\n  \
porto psd login --socket meter.sock --user 7 --password-file seven.txt")]
pub struct LogIn {
    #[command(flatten)]
    device: Device,
    /// The user's number.
    #[arg(long)]
    user: UserId,
    /// The password is the first line of this file; - is standard input. It is asked for at the terminal if not given.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl LogIn {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.device.connect()?;
        log_in_user(&mut client, &self.device, self.user, self.password_file.as_deref())?;
        output::line(&format!("user {} is logged in", self.user))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Logs everybody out.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd logout --socket meter.sock")]
pub struct LogOut {
    #[command(flatten)]
    device: Device,
}

impl LogOut {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        self.device.connect()?.log_out().map_err(refused)?;
        output::line("nobody is logged in")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Who is to be logged in before a franking.
#[derive(clap::Args)]
pub struct Users {
    /// The user the imprints are made for, up to 9999.
    #[arg(long, default_value_t = 0)]
    pub user: u16,
    /// Logs the user in first.
    #[arg(long)]
    log_in: bool,
    /// Logs the user in first: the password is the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Logs this user in too, where the lock asks for two.
    #[arg(long, value_name = "USER")]
    second_user: Option<UserId>,
    /// The second user's password.
    #[arg(long, value_name = "FILE", requires = "second_user")]
    second_password_file: Option<PathBuf>,
}

impl Users {
    /// Logs in who is to be.
    pub fn log_in(&self, client: &mut Client, device: &Device) -> Result<(), Failure> {
        if self.log_in || self.password_file.is_some() {
            let user = UserId::new(self.user).map_err(Failure::usage)?;
            log_in_user(client, device, user, self.password_file.as_deref())?;
        }
        match self.second_user {
            Some(second) => log_in_user(client, device, second, self.second_password_file.as_deref()),
            None => Ok(()),
        }
    }
}

fn log_in_user(
    client: &mut Client,
    device: &Device,
    user: UserId,
    file: Option<&Path>,
) -> Result<(), Failure> {
    let password = password::read(file, &format!("user {user}"))?;
    log_in(client, device, Person::User(user), &password)
}

/// Whether the system manager is to be logged in.
#[derive(clap::Args)]
pub struct AsManager {
    /// Logs the system manager in first.
    #[arg(long)]
    manager: bool,
    /// Logs the system manager in first: the password is the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl AsManager {
    /// Logs him in if he is to be.
    pub fn log_in(&self, client: &mut Client, device: &Device) -> Result<(), Failure> {
        match self.password()? {
            Some(password) => log_in(client, device, Person::Manager, &password),
            None => Ok(()),
        }
    }

    /// His password, if he is to be logged in.
    pub fn password(&self) -> Result<Option<Password>, Failure> {
        let is_wanted = self.manager || self.password_file.is_some();
        is_wanted.then(|| password::read(self.password_file.as_deref(), MANAGER)).transpose()
    }
}

/// Logs the system manager in.
pub fn log_in_manager(client: &mut Client, device: &Device, file: Option<&Path>) -> Result<(), Failure> {
    let password = password::read(file, MANAGER)?;
    log_in(client, device, Person::Manager, &password)
}

fn log_in(client: &mut Client, device: &Device, person: Person, password: &Password) -> Result<(), Failure> {
    patiently(device.is_run_here(), is_wait, || client.log_in(person, password)).map_err(refused)
}

/// Whether a log-in is refused only for a while.
pub fn is_wait(error: &ClientError) -> bool {
    error.code() == Some(WAIT)
}

/// Logs in. A device that this command runs itself has begun the wait after a wrong password anew: it is waited for,
/// since the next command would find it no further.
pub fn patiently<E: Display>(
    is_run_here: bool,
    has_to_wait: impl Fn(&E) -> bool,
    mut log_in: impl FnMut() -> Result<(), E>,
) -> Result<(), E> {
    let mut is_told = false;
    loop {
        match log_in() {
            Err(error) if is_run_here && has_to_wait(&error) => {
                if !is_told {
                    eprintln!("porto: {error}: waiting");
                    is_told = true;
                }
                thread::sleep(Duration::from_secs(1));
            }
            answered => return answered,
        }
    }
}

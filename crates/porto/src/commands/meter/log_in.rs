//! The log-ins that commands begin with.

use super::office_failure;
use super::operator::Operator;
use crate::commands::psd::log_in::{AsManager, is_wait, patiently};
use crate::failure::Failure;
use crate::password;
use access::{Password, Person, UserId};
use meter::machine::OfficeFault;
use std::path::PathBuf;

/// Who franks.
#[derive(clap::Args)]
pub struct Users {
    /// Logs this user in first, who franks.
    #[arg(long, value_name = "N")]
    user: Option<UserId>,
    /// The user's password: the first line of this file; - is standard input. It is asked for at the terminal if not
    /// given.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Logs this user in too, where the lock asks for two.
    #[arg(long, value_name = "N", requires = "user")]
    second_user: Option<UserId>,
    /// The second user's password.
    #[arg(long, value_name = "FILE", requires = "second_user")]
    second_password_file: Option<PathBuf>,
}

impl Users {
    /// Logs in who is to be.
    pub fn log_in(&self, operator: &mut Operator) -> Result<(), Failure> {
        let first = self.user.map(|user| (user, &self.password_file));
        let second = self.second_user.map(|user| (user, &self.second_password_file));
        for (user, file) in [first, second].into_iter().flatten() {
            let password = password::read(file.as_deref(), &format!("user {user}"))?;
            log_in(operator, Person::User(user), &password)?;
        }
        Ok(())
    }
}

/// Logs the system manager in, if he is to be.
pub fn manager(operator: &mut Operator, manager: &AsManager) -> Result<(), Failure> {
    match manager.password()? {
        Some(password) => log_in(operator, Person::Manager, &password),
        None => Ok(()),
    }
}

fn log_in(operator: &mut Operator, person: Person, password: &Password) -> Result<(), Failure> {
    let is_run_here = operator.configuration().device.memory.is_some();
    let has_to_wait = |fault: &OfficeFault| matches!(fault, OfficeFault::Device(error) if is_wait(error));
    patiently(is_run_here, has_to_wait, || operator.machine().log_in(person, password))
        .map_err(office_failure)
}

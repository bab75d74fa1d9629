//! The commands that make one call: each is what is asked for in it.

use super::caller::{Caller, Session};
use crate::failure::Failure;
use link::call::{Ask, WORK_BYTES_MAX, Work};
use std::process::ExitCode;
use terms::Money;

/// Fetches credit: the usual amount, or another one, which is agreed on first in the same call.
///
/// Credit comes exactly once, wherever line, computer or this command fail: call again. Credit of a refill that was cut
/// off and has come all the same is told, and then no second one is asked for.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto link refill --memory meter.psd --centre tcp:centre.example:7080\n  \
porto link refill --memory meter.psd\n  porto link refill --memory meter.psd --amount 5000\n  \
porto link refill --socket meter.sock --pairing meter.pair --centre tel:12345 --modem modem:/dev/ttyS0,0\n  \
porto link refill --memory meter.psd --centre file:/media/stick"
)]
pub struct Refill {
    #[command(flatten)]
    caller: Caller,
    /// Agrees on this usual amount first, in minor units.
    #[arg(long, value_name = "VALUE")]
    amount: Option<Money>,
    /// The kind of work, where an opening of the housing was announced with this amount.
    #[arg(long, value_name = "TEXT", requires = "amount", value_parser = work)]
    work: Option<Work>,
}

impl Refill {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.amount.is_some_and(Money::is_zero) {
            return Err(Failure::usage("a refill has an amount: zero goes with `porto link amount`"));
        }
        let work = self.work.unwrap_or_default();
        let amount = self.amount.map(|amount| (amount, work));
        let mut session = Session::open(&self.caller)?;
        let means = session.means(&self.caller)?;
        let called = session.with_front(&self.caller, |calls| calls.refill(&means, amount))?;
        session.tell(&self.caller, called)
    }
}

/// Agrees on the usual amount of a refill; the refill itself is `porto link refill`. Zero fetches the next codeword
/// where an opening of the housing was announced to the centre, and else only ends refills of the usual amount.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto link amount 5000 --memory meter.psd\n  \
porto link amount 0 --work \"new print head\" --memory meter.psd")]
pub struct Amount {
    /// The amount in minor units.
    value: Money,
    /// The kind of work, where the housing is to be opened; as it was announced.
    #[arg(long, value_name = "TEXT", value_parser = work)]
    work: Option<Work>,
    #[command(flatten)]
    caller: Caller,
}

impl Amount {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let work = self.work.unwrap_or_default();
        one_call(&self.caller, Ask::Amount { amount: self.value, work })
    }
}

/// Calls for nothing of the meter's own: it hears what the centre has for it, and the centre how the meter stands.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto link contact --memory meter.psd\n  \
porto link contact --memory meter.psd --automatic --json")]
pub struct Contact {
    #[command(flatten)]
    caller: Caller,
}

impl Contact {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        one_call(&self.caller, Ask::Contact)
    }
}

/// Gives all credit back, after which the meter has left service. The carrier must have arranged it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto link withdraw --memory meter.psd --manager")]
pub struct Withdraw {
    #[command(flatten)]
    caller: Caller,
}

impl Withdraw {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        one_call(&self.caller, Ask::Withdraw)
    }
}

/// Reports that the housing is closed again and the work done.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto link completed --work \"new print head\" --memory meter.psd")]
pub struct Completed {
    /// The kind of work that was done.
    #[arg(long, value_name = "TEXT", value_parser = work)]
    work: Work,
    #[command(flatten)]
    caller: Caller,
}

impl Completed {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        one_call(&self.caller, Ask::Completed { work: self.work })
    }
}

fn one_call(caller: &Caller, ask: Ask) -> Result<ExitCode, Failure> {
    let mut session = Session::open(caller)?;
    let means = session.means(caller)?;
    let called = session.with_front(caller, |calls| calls.call(&means, &[ask]))?;
    session.tell(caller, called)
}

fn work(text: &str) -> Result<Work, String> {
    Work::try_from(text).map_err(|_| format!("a kind of work has at most {WORK_BYTES_MAX} bytes"))
}

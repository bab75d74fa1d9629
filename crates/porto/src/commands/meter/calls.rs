//! `porto meter refill` and `contact`: calls to the centre.

use super::log_in;
use super::operator::{Operator, Run};
use crate::commands::psd::log_in::AsManager;
use crate::failure::Failure;
use crate::output;
use line::Number;
use link::call::{Ask, Work};
use meter::calls::Kept;
use meter::routine::Input;
use serde::Serialize;
use std::process::ExitCode;
use terms::{Money, Registers};

/// Calls the centre for credit: the usual amount, or another one, which is the usual one from then on.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter refill --amount 10000\n  porto meter refill\n  porto meter refill \
--password-file boss.txt"
)]
pub struct Refill {
    #[command(flatten)]
    run: Run,
    /// The amount in minor units: 10000 for 100.00.
    #[arg(long)]
    amount: Option<Money>,
    #[command(flatten)]
    centre: Centre,
    #[command(flatten)]
    manager: AsManager,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Refill {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        self.centre.keep(&self.run)?;
        let mut operator = self.run.turn_on()?;
        log_in::manager(&mut operator, &self.manager)?;
        let amount = self.amount.map(|amount| Ask::Amount { amount, work: Work::default() });
        call(operator, amount.into_iter().chain([Ask::Refill]).collect(), self.json)
    }
}

/// Where the centre is.
#[derive(clap::Args)]
struct Centre {
    /// The centre's number, which is kept from then on: tcp:HOST:PORT, modem:DEVICE,NUMBER or file:FOLDER.
    #[arg(long, value_name = "NUMBER")]
    centre: Option<Number>,
}

impl Centre {
    fn keep(&self, run: &Run) -> Result<(), Failure> {
        let Some(centre) = &self.centre else { return Ok(()) };
        let kept = Kept::open(&run.place.configuration()?.calls());
        kept.and_then(|mut kept| kept.set(Some(centre), None)).map_err(Failure::usage)
    }
}

/// Calls the centre for what it has for the meter: pieces, orders, another number.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter contact")]
pub struct Contact {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    centre: Centre,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Contact {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        self.centre.keep(&self.run)?;
        call(self.run.turn_on()?, vec![Ask::Contact], self.json)
    }
}

/// How a call ended, and what the registers say after it.
#[derive(Serialize)]
struct Document {
    message: String,
    #[serde(flatten)]
    registers: Option<Registers>,
    pieces_left: Option<u32>,
}

fn call(mut operator: Operator, asks: Vec<Ask>, json: bool) -> Result<ExitCode, Failure> {
    operator.demand(Input::Call(asks))?;
    let view = operator.view();
    operator.turn_off()?;
    let document =
        Document { message: view.message, registers: view.registers, pieces_left: view.pieces_left };
    if json {
        output::json(&document)?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&document.message)?;
    if let Some(registers) = document.registers {
        output::line(&format!("credit {}", registers.r1))?;
    }
    Ok(ExitCode::SUCCESS)
}

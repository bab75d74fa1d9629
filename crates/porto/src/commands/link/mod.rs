//! `porto link`: calls between a security device and the centre. This is the small control unit for a meter that has
//! none, and for trials; `docs/link.md` shows a meter's calls. What a call does lies in `meter::calls`; here are the
//! command's options, words and statuses.

mod ask;
mod call_back;
mod caller;
mod ending;
mod front;

use crate::failure::Failure;
use std::process::ExitCode;

/// What a meter can call the centre for.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Fetch credit
    Refill(ask::Refill),
    /// Agree on the usual amount of a refill; zero fetches the codeword of an opening that was announced
    Amount(ask::Amount),
    /// Call for nothing but what the centre has for the meter, and settle what was cut off
    Contact(ask::Contact),
    /// Give the credit back and leave service, as arranged with the carrier
    Withdraw(ask::Withdraw),
    /// Report that the work on the opened housing is completed
    Completed(ask::Completed),
    /// Ask the centre to call back with credit, and wait for its call
    CallBack(call_back::CallBack),
    /// Wait for the centre's call that was asked for before
    Listen(call_back::Listen),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Refill(command) => command.run(),
            Command::Amount(command) => command.run(),
            Command::Contact(command) => command.run(),
            Command::Withdraw(command) => command.run(),
            Command::Completed(command) => command.run(),
            Command::CallBack(command) => command.run(),
            Command::Listen(command) => command.run(),
        }
    }
}

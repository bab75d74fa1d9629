//! Everything a developer runs, one module per task: `cargo xtask test` and its siblings.

mod claims;
mod services;
mod test;
mod workspace;

use clap::Parser;
use std::process::ExitCode;

/// Everything a developer runs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
enum Task {
    /// Install what the tests need, then check everything CI checks
    Test(test::Options),
    /// List every row of docs/claims.md with the tests that prove it
    Claims,
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Test(options) => test::run(&options),
        Task::Claims => claims::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

//! Everything a developer runs, one module per task: `cargo xtask test` and its siblings.

mod bench;
mod claims;
mod fuzz;
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
    /// Measure beside named peers in the same run; print tables, and JSON if asked
    Bench(bench::Options),
    /// Run a fuzz target for some seconds (needs the nightly toolchain and cargo-fuzz)
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Test(options) => test::run(&options),
        Task::Claims => claims::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

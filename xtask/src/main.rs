//! Everything a developer runs, one module per task: `cargo xtask test` and its siblings.

mod bench;
mod claims;
mod demo;
mod firmware;
mod fuzz;
mod pictures;
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
    /// The main job from end to end: meters, letters, photographs, verdicts, and six frauds
    Demo,
    /// List every row of docs/claims.md with the tests that prove it
    Claims,
    /// Measure beside named peers in the same run; print tables, and JSON if asked
    Bench(bench::Options),
    /// Read rates over a folder of pictures whose truth is known
    Pictures(pictures::Options),
    /// Build the security device for a bare processor (needs two Debian packages, which it names)
    Firmware,
    /// Run a fuzz target for some seconds (needs the nightly toolchain and cargo-fuzz)
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Test(options) => test::run(&options),
        Task::Demo => demo::run(demo::Program::ToBuild),
        Task::Claims => claims::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Pictures(options) => pictures::run(&options),
        Task::Firmware => firmware::run(),
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

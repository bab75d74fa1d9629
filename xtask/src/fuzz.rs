//! `cargo xtask fuzz`: runs one fuzz target for a while.

use crate::workspace::{self, Outcome};
use std::process::Command;

/// Which target, and for how long.
#[derive(clap::Args)]
pub struct Options {
    /// A target of the folder fuzz/
    target: String,
    /// For how long
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Runs the target with the nightly toolchain.
pub fn run(options: &Options) -> Outcome {
    let mut command = Command::new("rustup");
    command.current_dir(workspace::root());
    command.args(["run", "nightly", "cargo", "fuzz", "run", &options.target, "--"]);
    command.arg(format!("-max_total_time={}", options.seconds));
    workspace::run(&mut command, "cargo fuzz (cargo install cargo-fuzz brings it)")
}

//! `cargo xtask pictures`: read rates over a folder of pictures whose truth is known. The counting program is built in
//! release mode, since it times what it reads.

use crate::workspace::{self, Outcome, cargo};
use std::ffi::OsString;

/// What the counting program is to do.
#[derive(clap::Args)]
pub struct Options {
    /// DIR --meters LIST [--json] [--failures]
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<OsString>,
}

/// Builds and runs it, in the folder where this task was called.
pub fn run(options: &Options) -> Outcome {
    let manifest = workspace::root().join("Cargo.toml");
    let mut command = cargo();
    command.current_dir(".").args([
        "run",
        "--release",
        "--quiet",
        "--package",
        "pictures",
        "--manifest-path",
    ]);
    command.arg(manifest).arg("--").args(&options.arguments);
    workspace::run(&mut command, "cargo xtask pictures")
}

//! Everything a developer runs: `cargo xtask test`.

use clap::Parser;
use std::process::{Command, ExitCode};

/// Everything a developer runs.
#[derive(Parser)]
#[command(arg_required_else_help = true)]
enum Task {
    /// Everything CI checks.
    Test,
}

fn main() -> ExitCode {
    let Task::Test = Task::parse();
    let checks: [&[&str]; 3] = [
        &["fmt", "--all", "--check"],
        &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        &["test", "--workspace"],
    ];
    for arguments in checks {
        if !Command::new("cargo").args(arguments).status().is_ok_and(|status| status.success()) {
            eprintln!("xtask: cargo {} failed", arguments.join(" "));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

//! The command line: one thin subcommand per role. Status 0 is success, 1 a refusal, 2 wrong use or a file that
//! cannot be read; an error is one sentence on stderr, and `--json` prints one JSON document and nothing else.

mod commands;
mod failure;
mod input;
mod output;
mod password;

use clap::Parser;
use std::process::ExitCode;

/// Postage meter, security imprint and the post office's eye, in one program.
#[derive(Parser)]
#[command(name = "porto", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    match Arguments::parse().command.run() {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

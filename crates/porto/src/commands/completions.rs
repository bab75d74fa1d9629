//! `porto completions`: what a shell completes of this program's commands.

use crate::Arguments;
use crate::failure::Failure;
use crate::output;
use clap::CommandFactory;
use clap_complete::Shell;
use std::process::ExitCode;

/// Prints the script by which a shell completes commands, flags and files.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto completions bash > ~/.local/share/bash-completion/completions/porto\n  porto completions \
zsh > ~/.zfunc/_porto\n  porto completions fish > ~/.config/fish/completions/porto.fish"
)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "porto", &mut script);
        output::line(String::from_utf8_lossy(&script).trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}

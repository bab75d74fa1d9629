//! Where the workspace lies, and how its tools are run. A task that fails says so in one sentence.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a task ends with: nothing, or the sentence that says why it failed.
pub type Outcome = Result<(), String>;

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// A cargo command in the workspace's root, with the toolchain that runs this task.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command to its end with its output passed through.
pub fn run(command: &mut Command, what: &str) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what} failed ({status})")),
        Err(error) => Err(format!("{what} could not be started: {error}")),
    }
}

//! The program under demonstration: built once, then called as a user would call it.

use crate::workspace::{self, Outcome, cargo};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Whether the program is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// It is built first.
    ToBuild,
    /// The tests have built it: once more with other features would compile nearly everything anew.
    AsTested,
}

/// The built program, run in the demo's folder.
pub struct Porto {
    program: PathBuf,
    folder: PathBuf,
}

impl Porto {
    /// Builds it, where that is still to be done.
    pub fn ready(program: Program, folder: &Path) -> Result<Porto, String> {
        if program == Program::ToBuild {
            println!("building porto");
            let mut build = cargo();
            build.args(["build", "--quiet", "--package", "porto"]);
            workspace::run(&mut build, "cargo build --package porto")?;
        }
        let metadata = cargo().args(["metadata", "--format-version=1", "--no-deps"]).output();
        let metadata = metadata.map_err(|error| format!("cargo metadata could not be started: {error}"))?;
        let metadata: Value = serde_json::from_slice(&metadata.stdout).map_err(|error| error.to_string())?;
        let target = metadata["target_directory"].as_str().ok_or("cargo names no target folder")?;
        Ok(Porto { program: Path::new(target).join("debug/porto"), folder: folder.to_path_buf() })
    }

    /// Starts a daemon, and waits until it says that it listens.
    pub fn serve(&self, arguments: &str) -> Result<Daemon, String> {
        println!("$ porto {arguments} &");
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).args(arguments.split_whitespace()).stdout(Stdio::piped());
        let started = command.spawn();
        let mut process =
            started.map_err(|error| format!("porto {arguments} could not be started: {error}"))?;
        let mut line = String::new();
        let said = process.stdout.take().map(|said| BufReader::new(said).read_line(&mut line));
        let daemon = Daemon { process, arguments: arguments.into(), said: line };
        match said {
            Some(Ok(1..)) => Ok(daemon),
            _ => Err(format!("porto {arguments} does not listen")),
        }
    }

    /// A path in the demo's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs a command that must succeed, and shows it.
    pub fn run(&self, arguments: &str) -> Result<String, String> {
        self.run_with(arguments, &[0])
    }

    /// Runs a command that prints a JSON document and ends with status 0, or 1 where `refusal_is_fine`.
    pub fn json(&self, arguments: &str, refusal_is_fine: bool) -> Result<Value, String> {
        let statuses: &[i32] = if refusal_is_fine { &[0, 1] } else { &[0] };
        let text = self.run_with(arguments, statuses)?;
        serde_json::from_str(&text).map_err(|error| format!("porto {arguments} printed no JSON: {error}"))
    }

    /// Arguments are parted at spaces: the demo's paths have none.
    fn run_with(&self, arguments: &str, statuses: &[i32]) -> Result<String, String> {
        println!("$ porto {arguments}");
        let mut command = Command::new(&self.program);
        let output = command.current_dir(&self.folder).args(arguments.split_whitespace()).output();
        let output = output.map_err(|error| format!("porto could not be started: {error}"))?;
        if !output.status.code().is_some_and(|status| statuses.contains(&status)) {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(format!("porto {arguments} failed ({}): {}", output.status, reason.trim()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Writes a JSON document into the demo's folder.
    pub fn write_document(&self, name: &str, document: &Value) -> Result<(), String> {
        let text = serde_json::to_vec_pretty(document).map_err(|error| error.to_string())?;
        self.write(name, &text)
    }

    /// Writes a file into the demo's folder.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// A process that ends with the demo.
pub struct Daemon {
    process: Child,
    arguments: String,
    /// What it said when it listened.
    pub said: String,
}

impl Daemon {
    /// Tells it to stop, which it must do well.
    pub fn stop(mut self) -> Outcome {
        workspace::run(Command::new("kill").arg(self.process.id().to_string()), "kill")?;
        match self.process.wait() {
            Ok(status) if status.success() => Ok(()),
            ended => Err(format!("porto {} ended with {ended:?}", self.arguments)),
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

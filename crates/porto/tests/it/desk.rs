//! A folder with an issuer and a meter, and the commands run in it as their users run them.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder to work in.
pub struct Desk(TempDir);

impl Desk {
    pub fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    /// A desk with an issuer, a meter and 50.00 of credit.
    pub fn with_meter() -> Desk {
        let desk = Desk::new();
        desk.done("issuer init issuer");
        desk.done("issuer meter issuer --serial 12345678 --out meter.json");
        desk.done("psd init meter.json --memory meter.psd");
        desk.done("issuer grant issuer --serial 12345678 --amount 5000 --out grant.json");
        desk.done("psd grant --memory meter.psd grant.json");
        desk
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn run(&self, line: &str) -> Output {
        let porto = Path::new(env!("CARGO_BIN_EXE_porto"));
        Command::new(porto).args(line.split(' ')).current_dir(self.0.path()).output().unwrap()
    }

    /// Makes a copy of the program that differs by one byte behind its end, which changes nothing of what it does.
    pub fn alter_program(&self, name: &str) {
        std::fs::copy(env!("CARGO_BIN_EXE_porto"), self.path(name)).unwrap();
        let mut copy = std::fs::OpenOptions::new().append(true).open(self.path(name)).unwrap();
        std::io::Write::write_all(&mut copy, b"!").unwrap();
    }

    /// Runs a program that lies on the desk.
    pub fn run_program(&self, name: &str, line: &str) -> Output {
        Command::new(self.path(name)).args(line.split(' ')).current_dir(self.0.path()).output().unwrap()
    }

    pub fn done(&self, line: &str) -> String {
        let output = self.run(line);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.done(line)).unwrap()
    }

    /// Runs what must fail with this status and one sentence that holds `word`.
    pub fn fails(&self, line: &str, status: i32, word: &str) {
        let output = self.run(line);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{line}: {errors}");
        assert!(errors.contains(word), "{line}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{line}: {errors}");
        assert!(output.stdout.is_empty(), "{line}: nothing on stdout");
    }
}

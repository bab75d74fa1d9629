//! The command line as its users see it: real processes, their output and their status.

mod centre;
mod centre_end;
mod desk;
#[path = "../../../line/tests/it/modem/exchange.rs"]
#[allow(dead_code, reason = "the line's own tests use more of it")]
mod exchange;
mod hardening;
mod hostile;
mod imprint;
mod inspection;
mod link;
mod lock;
mod meter;
mod needs_strace;
#[cfg(feature = "tpm")]
mod needs_swtpm;
mod psd;
mod reset;
mod serve;
mod symbols;

use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs `porto` with these arguments.
fn porto(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_porto")).args(arguments).output().unwrap()
}

//! A print into a folder that is cut off at any of its steps, by a program that kills it there: strace.

use super::job;
use printer::Printer;
use printer::adapters::files::{Folder, Form};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use tempfile::TempDir;

/// The name under which the example prints.
const NAME: &str = "5a3c7";
const FILE: &str = "5a3c7.png";

/// The example program, which is built together with this one.
fn example() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().parent().unwrap().join("examples/print")
}

/// Lets the example print into the folder, with a fault injected into its calls.
fn print(folder: &Path, fault: &str) -> ExitStatus {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-o", "/dev/null", "-e", &format!("inject={fault}")]);
    strace.arg(example()).arg(folder).stderr(std::process::Stdio::null()).status().unwrap()
}

#[test]
fn a_print_cut_off_anywhere_leaves_a_whole_file_or_none() {
    let whole = {
        let folder = TempDir::new().unwrap();
        assert!(Command::new(example()).arg(folder.path()).status().unwrap().success());
        fs::read(folder.path().join(FILE)).unwrap()
    };
    let (mut before, mut after) = (0, 0);
    for call in ["openat", "write", "fsync", "rename,renameat,renameat2"] {
        for time in 1.. {
            let folder = TempDir::new().unwrap();
            if print(folder.path(), &format!("{call}:signal=KILL:when={time}")).success() {
                assert!(time > 1, "{call} was never made");
                break;
            }
            let mut printer = Folder::new(folder.path(), Form::Png);
            let name = NAME.parse().unwrap();
            match printer.has_printed(&name).unwrap().unwrap() {
                true => after += 1,
                false => before += 1,
            }
            if let Ok(file) = fs::read(printer.file(&name)) {
                assert!(file == whole, "{call} {time}");
            }
            // The next start prints it, once.
            assert!(Command::new(example()).arg(folder.path()).status().unwrap().success());
            assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), whole);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
    assert!(before >= 4 && after >= 1, "{before} cuts before the file was there, {after} after");
}

#[test]
fn a_full_disk_refuses_the_print_and_leaves_nothing() {
    for call in ["write", "fsync", "rename,renameat,renameat2"] {
        let folder = TempDir::new().unwrap();
        let status = print(folder.path(), &format!("{call}:error=ENOSPC:when=1"));
        assert_eq!(status.code(), Some(1), "{call}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{call}");
        Folder::new(folder.path(), Form::Png).print(&job(NAME)).unwrap();
    }
}

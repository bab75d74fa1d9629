//! A child that is killed at each of its writes in turn, and the order of what it does.

use crate::crashes::{SCRIPT, child_of, contents, expected, step_in};
use crate::desk::path_in;
use journal::Journal;
use std::io::{BufRead, BufReader};
use std::process::Child;

/// The steps that the child reported, and whether it came to its end. Its journal is closed then.
fn run_out(mut child: Child) -> (usize, bool) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let (mut steps, mut is_through) = (0, false);
    for line in lines {
        steps = step_in(&line).unwrap_or(steps);
        if line == "all done" {
            is_through = true;
            drop(child.stdin.take());
        }
    }
    child.wait().unwrap();
    (steps, is_through)
}

/// A journal that lies in its file, so that the child's writes are those of its steps.
fn empty_journal() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    Journal::open(&path_in(&folder)).unwrap().close();
    folder
}

#[test]
fn a_process_killed_at_any_write_has_kept_all_that_it_reported() {
    let expected = expected();
    let mut kills = 0;
    for write in 1.. {
        let folder = empty_journal();
        let inject = format!("inject=pwrite64:signal=KILL:when={write}");
        let (steps, is_through) =
            run_out(child_of(&["strace", "-f", "-q", "-o", "/dev/null", "-e", &inject], &folder));
        let found = contents(&mut Journal::open(&path_in(&folder)).unwrap());
        let kept = expected
            .iter()
            .position(|expected| *expected == found)
            .unwrap_or_else(|| panic!("{write}: {found}"));
        assert!(kept == steps || kept == steps + 1, "write {write}: {steps} reported and {kept} kept");
        if is_through {
            break;
        }
        kills += 1;
    }
    // At least a page of each step was cut off.
    assert!(kills > SCRIPT.len(), "{kills}");
}

#[test]
fn nothing_is_reported_before_the_disk_has_it() {
    let folder = empty_journal();
    let trace = folder.path().join("trace");
    let child = child_of(
        &[
            "strace",
            "-f",
            "-q",
            "-y",
            "-o",
            trace.to_str().unwrap(),
            "-e",
            "trace=pwrite64,fsync,fdatasync,write",
        ],
        &folder,
    );
    assert_eq!(run_out(child), (SCRIPT.len(), true));
    let trace = std::fs::read_to_string(trace).unwrap();
    let (mut is_dirty, mut reported) = (false, 0);
    for line in trace.lines() {
        if line.contains("pwrite64(") && line.contains("-wal>") {
            is_dirty = true;
        } else if line.contains("sync(") && line.contains("-wal>") && line.ends_with("= 0") {
            is_dirty = false;
        } else if line.contains("write(1<") && line.contains("done ") {
            assert!(!is_dirty, "{line}");
            reported += 1;
        }
    }
    assert_eq!(reported, SCRIPT.len());
}

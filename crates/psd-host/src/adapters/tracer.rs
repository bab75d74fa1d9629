//! Whether a debugger holds the device's process: the number of its tracer in `/proc/self/status` (EP 0 660 269, [112]:
//! an emulator beside the processor shows in the run time; a debugger shows here as well).
//!
//! The file is opened once at start and read again, at most every [`LOOK_AGAIN`]. A computer that has no such file
//! tells nothing; one whose file could be opened and cannot be read any more counts as watched. A debugger that
//! tampers with what this process reads is not seen, nor one outside the machine a virtual one runs in.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// How long a look is good for.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// The tracer stands in the first few hundred bytes; everything fits a page or so.
const STATUS_BYTES_MAX: usize = 2048;

/// Looks whether this process is traced.
#[derive(Debug)]
pub(crate) struct Tracer {
    status: Option<File>,
    last: Option<(Instant, bool)>,
}

impl Tracer {
    pub(crate) fn of_this_process() -> Tracer {
        Tracer { status: File::open("/proc/self/status").ok(), last: None }
    }

    pub(crate) fn is_there(&mut self) -> bool {
        match self.last {
            Some((when, seen)) if when.elapsed() < LOOK_AGAIN => return seen,
            _ => {}
        }
        let seen = self.status.as_ref().is_some_and(|status| {
            let mut text = [0; STATUS_BYTES_MAX];
            let length = status.read_at(&mut text, 0).unwrap_or(0);
            tracer(text.get(..length).unwrap_or_default()) != Some(0)
        });
        self.last = Some((Instant::now(), seen));
        seen
    }
}

/// The number of the tracing process in a status file; 0 is nobody.
fn tracer(status: &[u8]) -> Option<u32> {
    let mut lines = status.split(|byte| *byte == b'\n');
    let number = lines.find_map(|line| line.strip_prefix(b"TracerPid:"))?;
    str::from_utf8(number.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tracers_number_is_read_and_what_is_no_status_names_nobody() {
        assert_eq!(tracer(b"Name:\tporto\nPid:\t7\nTracerPid:\t0\nUid:\t0\n"), Some(0));
        assert_eq!(tracer(b"Name:\tporto\nTracerPid:\t4711\n"), Some(4711));
        assert_eq!(tracer(b"Name:\tTracerPid:\t5\n"), None);
        assert_eq!(tracer(b""), None);
    }

    #[test]
    fn a_status_that_cannot_be_read_any_more_counts_as_watched_and_none_at_all_tells_nothing() {
        let empty = File::open("/dev/null").unwrap();
        assert!(Tracer { status: Some(empty), last: None }.is_there());
        assert!(!Tracer { status: None, last: None }.is_there());
    }
}

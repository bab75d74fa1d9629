//! What a process that runs a device gives up, so that little is lost where something in it or beside it goes wrong.
//!
//! | protection | means | keeps |
//! |---|---|---|
//! | no dumps | `RLIMIT_CORE` 0, `PR_SET_DUMPABLE` 0 | keys out of dumps; other programs of the same user out of its memory |
//! | no swapping | `mlockall` | keys off the swap |
//! | few files | landlock | the process from writing outside of its memory's folder, and from connecting anywhere |
//! | few calls | seccomp | it from starting programs, tracing processes, changing users |
//!
//! What always holds: each protection is taken or named as missing, with the reason in one sentence; a missing one
//! stops nothing. None can be given back. Confinement is each thread's own and goes over to the threads it starts: so
//! [`harden`] is called after the device is opened and the socket is made, and before the server's threads start. One
//! thread stays outside of landlock, since landlock would not let it look which program another process runs: it opens
//! the files of programs, for reading alone, and its calls are fewer still.

mod calls;
mod files;

pub(crate) use calls::restrict_to_opening;

use crate::TpmPlace;
use crate::adapters::OPENER;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::Path;

/// What a hardened process still needs.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// The device's memory file. Its folder stays writable: the codeword is replaced there.
    pub memory: &'a Path,
    /// The socket, which is removed at the end.
    pub socket: &'a Path,
    /// The TPM, to which a broken connection is made anew.
    pub tpm: Option<&'a TpmPlace>,
}

/// One protection of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// No dump of its memory, and no other process of its user looks into it.
    NoDumps,
    /// Its memory is never swapped.
    NoSwapping,
    /// It reaches few files.
    FewFiles,
    /// It can make few calls of the system.
    FewCalls,
}

/// What became of one protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Which one.
    pub protection: Protection,
    /// Why it is missing, or not whole; nothing where it is taken.
    pub missing: Option<String>,
}

impl Measure {
    fn of(protection: Protection, taken: Result<(), String>) -> Measure {
        Measure { protection, missing: taken.err() }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protection::NoDumps => "no dumps",
            Protection::NoSwapping => "no swapping",
            Protection::FewFiles => "few files",
            Protection::FewCalls => "few calls",
        })
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.missing {
            None => write!(f, "{}: taken", self.protection),
            Some(reason) => write!(f, "{}: missing: {reason}", self.protection),
        }
    }
}

/// Takes every protection that is to be had: for the process, and for this thread and those it starts from now on.
pub fn harden(needs: &Needs) -> Vec<Measure> {
    let dumps = Measure::of(Protection::NoDumps, forbid_dumps());
    let swapping = Measure::of(Protection::NoSwapping, forbid_swapping());
    let others = no_other_threads();
    // A thread that is not confined leaves both confinements with a hole; what else is wrong with one is told first.
    let confined = confine(needs).map(|measure| match &others {
        Err(reason) if measure.missing.is_none() => Measure { missing: Some(reason.clone()), ..measure },
        _ => measure,
    });
    [dumps, swapping].into_iter().chain(confined).collect()
}

/// The part of it that is each thread's own: few files and few calls, for this thread and those it starts.
pub fn confine(needs: &Needs) -> [Measure; 2] {
    // Calls come last: without them landlock could not be taken any more.
    let files = Measure::of(Protection::FewFiles, files::confine(needs));
    [files, Measure::of(Protection::FewCalls, calls::confine(needs))]
}

fn forbid_dumps() -> Result<(), String> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(|error| format!("the limit of dumps cannot be set ({error})"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| format!("the process cannot be made undumpable ({error})"))
}

/// Only where nothing limits it: under a limit, memory that is needed later could not be had any more.
fn forbid_swapping() -> Result<(), String> {
    let limit = getrlimit(Resource::Memlock);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Memlock, raised).map_err(|error| error.to_string())?;
    if let Some(bytes) = limit.maximum.filter(|_| !may_lock_without_limit()) {
        return Err(format!("this user may lock {bytes} bytes (LimitMEMLOCK=infinity lifts the limit)"));
    }
    mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT)
        .map_err(|error| format!("the system does not lock it ({error})"))
}

/// Whether the process has the capability to lock any amount of memory.
fn may_lock_without_limit() -> bool {
    const CAP_IPC_LOCK: u32 = 14;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|text| u64::from_str_radix(text.trim(), 16).ok()).unwrap_or(0);
    effective >> CAP_IPC_LOCK & 1 == 1
}

/// Threads that were started before keep all their rights, but for the one that opens the files of programs.
fn no_other_threads() -> Result<(), String> {
    let own = rustix::thread::gettid().as_raw_nonzero().to_string();
    let unread = |error: std::io::Error| format!("the threads of this process cannot be listed ({error})");
    let mut others = Vec::new();
    for thread in fs::read_dir("/proc/self/task").map_err(unread)? {
        let thread = thread.map_err(unread)?;
        let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
        if thread.file_name() != *own && name.trim() != OPENER {
            others.push(name.trim().to_string());
        }
    }
    match others.is_empty() {
        true => Ok(()),
        false => Err(format!("threads that were there before are not confined: {}", others.join(", "))),
    }
}

/// The folder a file lies in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

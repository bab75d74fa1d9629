//! Which calls of the system a hardened thread can make (seccomp). A call that is not listed fails with "operation not
//! permitted" and does nothing, so that a library's surprise is an error and no crash.

use super::Needs;
use libc as call;
use rustix::fs::OFlags;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::collections::BTreeMap;

/// Threads, memory, time and the end.
const BASE: &[i64] = &[
    call::SYS_brk,
    call::SYS_clock_getres,
    call::SYS_clock_gettime,
    call::SYS_clock_nanosleep,
    call::SYS_close,
    call::SYS_exit,
    call::SYS_exit_group,
    call::SYS_futex,
    call::SYS_getpid,
    call::SYS_gettid,
    call::SYS_madvise,
    call::SYS_mmap,
    call::SYS_mprotect,
    call::SYS_mremap,
    call::SYS_munmap,
    call::SYS_restart_syscall,
    call::SYS_rseq,
    call::SYS_rt_sigaction,
    call::SYS_rt_sigprocmask,
    call::SYS_rt_sigreturn,
    call::SYS_sched_yield,
    call::SYS_set_robust_list,
    call::SYS_sigaltstack,
    call::SYS_tgkill,
];

/// Files, sockets that are there, new threads, random numbers.
const DEVICE: &[i64] = &[
    call::SYS_accept4,
    call::SYS_clone,
    call::SYS_clone3,
    call::SYS_fcntl,
    call::SYS_fdatasync,
    call::SYS_flock,
    call::SYS_fstat,
    call::SYS_fsync,
    call::SYS_ftruncate,
    call::SYS_getdents64,
    call::SYS_getegid,
    call::SYS_geteuid,
    call::SYS_getgid,
    call::SYS_getrandom,
    call::SYS_getsockname,
    call::SYS_getsockopt,
    call::SYS_getuid,
    call::SYS_ioctl,
    call::SYS_lseek,
    call::SYS_newfstatat,
    call::SYS_openat,
    call::SYS_pidfd_open,
    call::SYS_ppoll,
    call::SYS_prctl,
    call::SYS_pread64,
    call::SYS_prlimit64,
    call::SYS_pwrite64,
    call::SYS_pwritev,
    call::SYS_read,
    call::SYS_readlinkat,
    call::SYS_recvfrom,
    call::SYS_recvmsg,
    call::SYS_renameat,
    call::SYS_sched_getaffinity,
    call::SYS_sendmsg,
    call::SYS_sendto,
    call::SYS_setsockopt,
    call::SYS_shutdown,
    call::SYS_statx,
    call::SYS_unlinkat,
    call::SYS_write,
    call::SYS_writev,
];

/// The same under names that only this architecture still has.
#[cfg(target_arch = "x86_64")]
const OLDER: &[i64] = &[
    call::SYS_lstat,
    call::SYS_poll,
    call::SYS_readlink,
    call::SYS_rename,
    call::SYS_stat,
    call::SYS_unlink,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[i64] = &[];

/// A connection to a TPM that is made anew.
const TPM: &[i64] = &[call::SYS_connect, call::SYS_socket, call::SYS_uname];

/// Confines this thread and those it starts.
pub(super) fn confine(needs: &Needs) -> Result<(), String> {
    let tpm = if needs.tpm.is_some() { TPM } else { &[] };
    let allowed = [BASE, DEVICE, OLDER, tpm].concat();
    apply(allowed.into_iter().map(|call| (call, Vec::new())).collect())
}

/// Confines this thread to opening files for reading.
pub(crate) fn restrict_to_opening() -> Result<(), String> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BASE.iter().map(|call| (*call, Vec::new())).collect();
    let writing = OFlags::ACCMODE | OFlags::CREATE | OFlags::TRUNC | OFlags::APPEND;
    let mask = SeccompCmpOp::MaskedEq(u64::from(writing.bits()));
    let flags = 2;
    let reading = SeccompCondition::new(flags, SeccompCmpArgLen::Dword, mask, 0);
    let reading = reading.and_then(|condition| SeccompRule::new(vec![condition]));
    rules.insert(call::SYS_openat, vec![reading.map_err(said)?]);
    apply(rules)
}

fn apply(rules: BTreeMap<i64, Vec<SeccompRule>>) -> Result<(), String> {
    let denied = SeccompAction::Errno(call::EPERM as u32);
    let architecture = std::env::consts::ARCH.try_into().map_err(said)?;
    let filter = SeccompFilter::new(rules, denied, SeccompAction::Allow, architecture).map_err(said)?;
    let program: BpfProgram = filter.try_into().map_err(said)?;
    seccompiler::apply_filter(&program).map_err(|error| format!("seccomp refuses ({error})"))
}

fn said(error: impl std::fmt::Display) -> String {
    format!("no filter can be made ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File, OpenOptions};
    use std::io::ErrorKind;
    use std::process::Command;
    use std::thread;

    /// Filters end with the thread that took them.
    #[test]
    fn a_filtered_thread_works_with_files_and_threads_and_starts_no_program() {
        let folder = tempfile::tempdir().unwrap();
        let memory = folder.path().join("memory");
        let filtered = thread::spawn(move || {
            let needs = Needs { memory: &memory, socket: &memory, tpm: None };
            confine(&needs).unwrap();
            fs::write(&memory, "m").and_then(|()| File::open(&memory)?.sync_data()).unwrap();
            assert_eq!(thread::spawn(|| 7).join().unwrap(), 7);
            let program = Command::new("/bin/true").status().unwrap_err();
            let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap_err();
            (program.kind(), socket.kind())
        });
        let denied = filtered.join().unwrap();
        assert_eq!(denied, (ErrorKind::PermissionDenied, ErrorKind::PermissionDenied));
        assert!(Command::new("/bin/true").status().is_ok(), "other threads are not filtered");
    }

    #[test]
    fn a_thread_that_opens_files_does_so_for_reading_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        fs::write(&path, "p").unwrap();
        let opened = thread::spawn(move || {
            restrict_to_opening().unwrap();
            let append = OpenOptions::new().append(true).open(&path).is_err();
            let create = File::create(folder.path().join("new")).is_err();
            let read = File::open(&path);
            // What removes the folder needs calls that this thread has not.
            (append, create, read, folder)
        });
        let (append, create, read, folder) = opened.join().unwrap();
        assert!(append && create && read.is_ok());
        drop(folder);
    }
}

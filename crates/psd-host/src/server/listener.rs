//! The socket, and who may connect to it.

use super::{Door, Server};
use crate::HostError;
use psd::protocol::Fault;
use psd::service::refuse;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::socket_peercred;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Owner and group may connect.
const MODE: u32 = 0o660;
/// How often a listener that nobody wakes looks whether the device's thread still works.
const LOOK: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
/// How long a peer that is turned away has to take the sentence that says so.
const FAREWELL: Duration = Duration::from_millis(100);

/// A socket of a server in the file system. The file goes with it.
#[derive(Debug)]
pub struct Listener {
    listener: UnixListener,
    path: PathBuf,
    inode: u64,
    rule: PeerRule,
}

/// Which users may connect, beside what the file's mode says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerRule {
    /// Numbers of users.
    pub users: Vec<u32>,
    /// Numbers of groups; one of the process's suffices.
    pub groups: Vec<u32>,
}

impl Listener {
    /// Makes the socket, for a group where one is given. A file left behind by a server that is gone is replaced;
    /// the socket of one that lives, and any other file, is an error. Without a rule the own user and the socket's
    /// group may connect.
    pub fn bind(path: &Path, group: Option<u32>, rule: Option<PeerRule>) -> Result<Listener, HostError> {
        check_free(path)?;
        let unfinished = crate::beside(path, ".new");
        let fault = |error| HostError::file(path, "made a socket")(error);
        // Nobody connects before the mode is right: only then the socket gets its name.
        let listener =
            remove_stale(&unfinished).and_then(|()| UnixListener::bind(&unfinished)).map_err(fault)?;
        let finished = (|| {
            fs::set_permissions(&unfinished, Permissions::from_mode(MODE))?;
            if group.is_some() {
                std::os::unix::fs::chown(&unfinished, None, group)?;
            }
            listener.set_nonblocking(true)?;
            fs::rename(&unfinished, path)?;
            fs::metadata(path)
        })();
        let file = finished.inspect_err(|_| crate::adapters::remove(&unfinished)).map_err(fault)?;
        let own = rustix::process::geteuid().as_raw();
        let rule = rule.unwrap_or_else(|| PeerRule { users: vec![own], groups: vec![file.gid()] });
        Ok(Listener { listener, path: path.to_path_buf(), inode: file.ino(), rule })
    }

    /// Takes connections until something can be read from `stop` or its other end is closed.
    pub(super) fn run(&self, server: &Server, stop: &UnixStream) -> Result<(), HostError> {
        let fault = |error: io::Error| HostError::file(&self.path, "listened at")(error);
        loop {
            let mut waited = [PollFd::new(&self.listener, PollFlags::IN), PollFd::new(stop, PollFlags::IN)];
            match poll(&mut waited, Some(&LOOK)) {
                Err(error) if error != rustix::io::Errno::INTR => return Err(fault(error.into())),
                _ => {}
            }
            if !waited[1].revents().is_empty() {
                return Ok(());
            }
            if server.has_ended() {
                return Err(HostError::Ended);
            }
            self.accept(&server.door);
        }
    }

    /// Takes one connection, if there is one. What goes wrong with it is its own affair.
    fn accept(&self, door: &Door) {
        let Ok((stream, _)) = self.listener.accept() else { return };
        let admitted = stream.set_nonblocking(false).map_err(|_| Fault::Peer).and_then(|()| {
            let process = self.rule.check(&stream)?;
            door.admit(stream.try_clone().map_err(|_| Fault::TooManyPeers)?, process)
        });
        if let Err(fault) = admitted {
            turn_away(&stream, fault);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if fs::metadata(&self.path).is_ok_and(|file| file.ino() == self.inode) {
            crate::adapters::remove(&self.path);
        }
    }
}

impl PeerRule {
    /// The process at the other end, if its user may connect.
    fn check(&self, stream: &UnixStream) -> Result<u32, Fault> {
        let peer = socket_peercred(stream).map_err(|_| Fault::Peer)?;
        let process = peer.pid.as_raw_nonzero().get() as u32;
        let allowed = self.users.contains(&peer.uid.as_raw())
            || self.groups.contains(&peer.gid.as_raw())
            || groups_of(process).iter().any(|group| self.groups.contains(group));
        if allowed { Ok(process) } else { Err(Fault::Peer) }
    }
}

/// The further groups of a process, as far as the system tells.
fn groups_of(process: u32) -> Vec<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap_or_default();
    line.split_whitespace().filter_map(|group| group.parse().ok()).collect()
}

/// An error where somebody listens at this path, or it is no socket.
fn check_free(path: &Path) -> Result<(), HostError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(HostError::file(path, "made a socket")(error)),
        Ok(file) if !file.file_type().is_socket() => Err(HostError::Exists(path.to_path_buf())),
        Ok(_) => match UnixStream::connect(path) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
            Err(error) => Err(HostError::file(path, "made a socket")(error)),
            Ok(_) => Err(HostError::SocketTaken(path.to_path_buf())),
        },
    }
}

fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Says why a connection is not taken. A peer that does not listen does not hear it.
fn turn_away(stream: &UnixStream, fault: Fault) {
    let _ = stream.set_nonblocking(false);
    refuse(fault, &mut |frame| drop(crate::wire::write_within(stream, frame, FAREWELL)));
}

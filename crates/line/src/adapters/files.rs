//! Carried files, for a meter without any line: each direction of a call is a file that somebody carries to the other
//! end's folder.
//!
//! What always holds: a file appears under its name as a whole, and none is ever overwritten; what is read is bounded;
//! a copy that is not finished is waited for. A call's files have its own number in their names, so that those of
//! several calls and meters may lie in one folder.

use crate::times::Deadline;
use crate::turn::{TURN_BYTES_MAX, TURN_FRAMES_MAX, Turn};
use crate::{DialError, FRAME_BYTES_MAX, Line, ListenError, Received, SendError};
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often it is looked whether a file has come.
const LOOK: Duration = Duration::from_millis(100);
/// How many calls a folder is remembered to have begun; of more, the oldest are forgotten.
const TAKEN_MAX: usize = 1024;
const SUFFIX: &str = "porto";
const REQUEST: &str = "request";
const ANSWER: &str = "answer";

/// Begins a call in a folder.
pub(super) fn dial(folder: &str) -> Result<Box<dyn Line>, DialError> {
    let mut call = [0; 8];
    let ready = check_folder(Path::new(folder)).and_then(|()| {
        getrandom::fill(&mut call).map_err(io::Error::other)?;
        Ok(())
    });
    ready.map_err(|error| DialError::Device(folder.into(), error))?;
    Ok(Box::new(Carried::new(folder, call, 1)))
}

fn check_folder(folder: &Path) -> io::Result<()> {
    if fs::metadata(folder)?.is_dir() { Ok(()) } else { Err(ErrorKind::NotADirectory.into()) }
}

/// A folder in which requests are looked for.
#[derive(Debug)]
pub(super) struct Inbox {
    folder: String,
    taken: VecDeque<[u8; 8]>,
}

impl Inbox {
    pub fn open(folder: &str) -> Result<Inbox, ListenError> {
        check_folder(Path::new(folder)).map_err(|error| ListenError::Device(folder.into(), error))?;
        Ok(Inbox { folder: folder.into(), taken: VecDeque::new() })
    }

    /// The next call that was begun and not answered, if one comes in time.
    pub fn next(&mut self, limit: Duration) -> Result<Option<Box<dyn Line>>, ListenError> {
        let deadline = Deadline::after(limit);
        loop {
            let call = self.look().map_err(|error| ListenError::Device(self.folder.clone(), error))?;
            if let Some(call) = call {
                if self.taken.len() == TAKEN_MAX {
                    self.taken.pop_front();
                }
                self.taken.push_back(call);
                return Ok(Some(Box::new(Carried::new(&self.folder, call, 2))));
            }
            match deadline.remaining() {
                Some(remaining) => thread::sleep(remaining.min(LOOK)),
                None => return Ok(None),
            }
        }
    }

    fn look(&self) -> io::Result<Option<[u8; 8]>> {
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let Some(call) = name.to_str().and_then(call_of_request) else { continue };
            let is_answered = || fs::symlink_metadata(path(Path::new(&self.folder), call, 2)).is_ok();
            if !self.taken.contains(&call) && !is_answered() {
                return Ok(Some(call));
            }
        }
        Ok(None)
    }
}

/// The file of a turn.
fn path(folder: &Path, call: [u8; 8], turn: u32) -> PathBuf {
    let kind = if turn % 2 == 1 { REQUEST } else { ANSWER };
    folder.join(format!("{:016x}-{turn:04}-{kind}.{SUFFIX}", u64::from_be_bytes(call)))
}

/// The call whose first request has this name.
fn call_of_request(name: &str) -> Option<[u8; 8]> {
    let digits = name.strip_suffix(&format!("-0001-{REQUEST}.{SUFFIX}"))?;
    let is_plain = digits.len() == 16 && digits.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    let call = u64::from_str_radix(digits, 16).ok().filter(|_| is_plain)?;
    Some(call.to_be_bytes())
}

/// One end of a call by carried files.
struct Carried {
    folder: PathBuf,
    call: [u8; 8],
    /// The turn that this end writes next.
    own_turn: u32,
    /// The turn that is read next.
    other_turn: u32,
    /// To be written with the next change of direction.
    outgoing: Vec<Vec<u8>>,
    incoming: VecDeque<Vec<u8>>,
    other_hung_up: bool,
    is_open: bool,
}

impl Carried {
    fn new(folder: &str, call: [u8; 8], own_turn: u32) -> Carried {
        Carried {
            folder: folder.into(),
            call,
            own_turn,
            other_turn: 3 - own_turn,
            outgoing: Vec::new(),
            incoming: VecDeque::new(),
            other_hung_up: false,
            is_open: true,
        }
    }

    /// Changes the direction: what was said goes out.
    fn write(&mut self, is_last: bool) -> io::Result<()> {
        let frames = std::mem::take(&mut self.outgoing);
        let turn = Turn { call: self.call, number: self.own_turn, is_last, frames };
        let bytes = turn.to_bytes().ok_or(ErrorKind::InvalidInput)?;
        publish(&path(&self.folder, self.call, self.own_turn), &bytes)?;
        self.own_turn += 2;
        Ok(())
    }

    /// Takes the other end's turn, if all of it is there.
    fn look(&mut self) -> Look {
        let turn = match read(&path(&self.folder, self.call, self.other_turn)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Look::Nothing,
            // It may be that the medium is just being taken out or put in.
            Err(_) => return Look::Unreadable,
            Ok(bytes) => Turn::parse(&bytes),
        };
        let expected = |turn: &Turn| turn.call == self.call && turn.number == self.other_turn;
        let Some(turn) = turn.filter(expected) else { return Look::Unreadable };
        self.other_turn += 2;
        self.other_hung_up = turn.is_last;
        self.incoming.extend(turn.frames);
        Look::Taken
    }

    fn close(&mut self, received: Received) -> Received {
        self.is_open = false;
        received
    }
}

enum Look {
    Nothing,
    Unreadable,
    Taken,
}

impl Line for Carried {
    fn send(&mut self, frame: &[u8]) -> Result<(), SendError> {
        if frame.is_empty() || frame.len() > FRAME_BYTES_MAX {
            return Err(SendError::Length(frame.len()));
        }
        if !self.is_open || self.other_hung_up {
            return Err(SendError::Closed);
        }
        if self.outgoing.len() == TURN_FRAMES_MAX {
            return Err(SendError::TooMany);
        }
        self.outgoing.push(frame.to_vec());
        Ok(())
    }

    fn receive(&mut self, limit: Duration) -> Received {
        let deadline = Deadline::after(limit);
        loop {
            if !self.is_open {
                return Received::Closed;
            }
            if let Some(frame) = self.incoming.pop_front() {
                return Received::Frame(frame);
            }
            if self.other_hung_up {
                return self.close(Received::Closed);
            }
            if !self.outgoing.is_empty() && self.write(false).is_err() {
                return self.close(Received::Closed);
            }
            let look = self.look();
            match (deadline.remaining(), look) {
                (_, Look::Taken) => {}
                (Some(remaining), _) => thread::sleep(remaining.min(LOOK)),
                (None, Look::Nothing) => return Received::TimedOut,
                (None, _) => return self.close(Received::Garbled),
            }
        }
    }

    fn hang_up(&mut self) {
        // A call in which nothing was said leaves no file.
        let has_the_word = (2..self.other_turn).contains(&self.own_turn);
        if std::mem::take(&mut self.is_open)
            && !self.other_hung_up
            && (has_the_word || !self.outgoing.is_empty())
        {
            // Without this file the other end waits until its time is over.
            let _ = self.write(true);
        }
    }

    fn peer(&self) -> String {
        format!("file:{}", self.folder.display())
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// Reads a plain file of at most a turn's length: nothing that could block, and nothing elsewhere.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags as i32).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    file.take(TURN_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a new file, which appears as a whole or not at all.
fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    // What a crash left behind was never shown to anybody.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written
        .and_then(|()| rename_to_new(&unfinished, path))
        .inspect_err(|_| drop(fs::remove_file(&unfinished)))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Gives a file its name, unless there is one of that name.
fn rename_to_new(unfinished: &Path, path: &Path) -> io::Result<()> {
    match renameat_with(CWD, unfinished, CWD, path, RenameFlags::NOREPLACE) {
        // Some file systems cannot promise it. No other program writes a call's files, so looking first will do.
        Err(Errno::INVAL | Errno::NOSYS) if fs::symlink_metadata(path).is_err() => {
            fs::rename(unfinished, path)
        }
        Err(Errno::INVAL | Errno::NOSYS) => Err(ErrorKind::AlreadyExists.into()),
        other => Ok(other?),
    }
}

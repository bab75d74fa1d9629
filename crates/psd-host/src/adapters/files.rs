//! Files that hold keys or money: made private, read within bounds, replaced as a whole.

use crate::HostError;
use serde::de::DeserializeOwned;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The longest document that is read.
const DOCUMENT_BYTES_MAX: u64 = 1 << 20;
/// Readable and writable by the owner alone.
const PRIVATE: u32 = 0o600;
/// How long a lock that somebody else has is tried again.
const LOCK_PATIENCE: Duration = Duration::from_millis(200);
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// Makes a new file that its owner alone can read, with this content, durable.
pub(crate) fn create_private(path: &Path, content: &[u8]) -> Result<(), HostError> {
    let mut file = new_private(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.and_then(|()| sync_folder(path)).map_err(HostError::file(path, "written"))
}

/// A new file that its owner alone can read.
pub(super) fn new_private(path: &Path) -> Result<File, HostError> {
    let opened = OpenOptions::new().read(true).write(true).create_new(true).mode(PRIVATE).open(path);
    opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => HostError::Exists(path.to_path_buf()),
        _ => HostError::file(path, "created")(error),
    })
}

/// Gives a finished file its name, unless there is one of that name already.
pub(crate) fn publish(unfinished: &Path, path: &Path) -> Result<(), HostError> {
    fs::hard_link(unfinished, path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => HostError::Exists(path.to_path_buf()),
        _ => HostError::file(path, "created")(error),
    })?;
    let removed = fs::remove_file(unfinished).and_then(|()| sync_folder(path));
    removed.map_err(HostError::file(path, "written"))
}

/// Removes a file that was made in vain. That it stays is no error worth hiding the first one.
pub(crate) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Replaces a file as a whole: after a crash the old content is there or the new.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), HostError> {
    let mut unfinished = path.as_os_str().to_os_string();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    let written = (|| {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(unfinished, path)?;
        sync_folder(path)
    })();
    written.map_err(HostError::file(path, "written"))
}

pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Reads a file of at most `limit` bytes, wiped from memory after use.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, HostError> {
    let mut content = Zeroizing::new(Vec::new());
    let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut content));
    read.map_err(HostError::file(path, "read"))?;
    if content.len() as u64 > limit {
        let reason = format!("it is longer than {limit} bytes");
        return Err(HostError::Document { path: path.to_path_buf(), reason });
    }
    Ok(content)
}

/// Reads a document.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, HostError> {
    let content = read_bounded(path, DOCUMENT_BYTES_MAX)?;
    serde_json::from_slice(&content)
        .map_err(|error| HostError::Document { path: path.to_path_buf(), reason: error.to_string() })
}

/// Takes the exclusive lock of an open file, or nothing if somebody else has it.
///
/// A program that was just closed may have started another one, which holds the lock as well until it runs its own
/// image: so a lock that is taken is tried again for a moment.
pub(crate) fn lock(file: &File, path: &Path) -> Result<bool, HostError> {
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if begin.elapsed() < LOCK_PATIENCE => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(HostError::file(path, "locked")(error)),
        }
    }
}

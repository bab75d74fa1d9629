//! Opening and closing, and the one lock.

use crate::MIGRATIONS;
use crate::error::JournalError;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use store::{Stop, Store, Transaction, Work};
use tokio::runtime::{Builder, Runtime};

/// How long a lock that is taken is tried again: a program that was just closed may have started another one, which
/// holds the lock as well until it runs its own image.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);
/// Between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The control unit's book, open to this process alone. Each call is one transaction and returns when it is durable.
#[derive(Debug)]
pub struct Journal {
    pub(crate) runtime: Runtime,
    pub(crate) store: Store,
    /// The number of the next job: nobody else gives any.
    pub(crate) next_job: u64,
    /// Holds the lock for as long as it lives, which is longer than the store.
    _lock: File,
}

impl Journal {
    /// Opens the journal in this file, or makes it, readable by its owner alone.
    pub fn open(path: &Path) -> Result<Journal, JournalError> {
        let unusable = |source| JournalError::Lock { path: path.to_owned(), source };
        let lock = lock(path)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(unusable)?;
        let store = runtime.block_on(Store::open(path, &MIGRATIONS))?;
        let next_job = runtime.block_on(next_job(&store))?;
        Ok(Journal { runtime, store, next_job, _lock: lock })
    }

    /// Does `work` in one transaction and waits until it is durable.
    pub(crate) fn transact<'a, T, W>(&mut self, work: W) -> Result<T, JournalError>
    where
        W: for<'t> Fn(&'t mut Transaction) -> Work<'a, 't, Result<T, Stop<JournalError>>> + 'a,
    {
        self.runtime.block_on(self.store.transaction(work))
    }

    /// Closes it in good order: all of it lies in the one file then.
    pub fn close(self) {
        self.runtime.block_on(self.store.close());
    }

    /// Copies it, as it is now, to a new file.
    pub fn backup(&mut self, to: &Path) -> Result<(), JournalError> {
        Ok(self.runtime.block_on(self.store.backup(to))?)
    }
}

async fn next_job(store: &Store) -> Result<u64, JournalError> {
    let select = sqlx::query("SELECT COALESCE(MAX(number), 0) FROM job");
    let newest: u64 = crate::columns::number_in(&select.fetch_one(store.reads()).await?, 0)?;
    Ok(newest + 1)
}

/// The lock lies beside the file: who closes a file, closes the database's own locks on it too.
fn lock(path: &Path) -> Result<File, JournalError> {
    let unusable = |source| JournalError::Lock { path: path.to_owned(), source };
    let mut beside = path.as_os_str().to_os_string();
    beside.push(".lock");
    let opened =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(PathBuf::from(beside));
    let file = opened.map_err(unusable)?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begin.elapsed() < LOCK_PATIENCE => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
    }
}

//! One SQL layer for everything that keeps tables: an embedded database in one file, or a PostgreSQL server by its
//! URL; brought up to date when it is opened, with every transaction repeated when another was in the way.
//!
//! What always holds: a transaction that was reported as done is on the disk; one that failed has changed nothing,
//! except where [`StoreError::Unknown`] says that nobody knows. What it must never do: name a server's password.
//!
//! Statements are written once for both: `$1` for what is bound, `BIGINT` and `TEXT`, yes and no as 1 and 0, natural
//! keys, and [`Store::for_update`] where a row is read to be changed. Bytes are lower-case hexadecimal `TEXT`, as the two
//! name a column of bytes differently. A server is backed up with its own `pg_dump`, a file with [`Store::backup`].

mod backup;
pub mod many;
mod open;
mod retry;
mod target;
mod work;

pub use open::make_private;
pub use target::Target;
pub use work::{Work, work};

use retry::Pauses;
use sqlx::{AnyConnection, AnyPool};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// A transaction in either database. Statements are executed on `&mut **transaction`, by who was lent it; committed it
/// is by the store alone.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, sqlx::Any>,
    kind: Kind,
}

impl Transaction {
    /// Which database it is in.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// Which database stands behind a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SQLite, in one file.
    File,
    /// PostgreSQL.
    Server,
}

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    reads: AnyPool,
    /// The same connections for a server; of a file one of its own, so that no writer waits for readers.
    writes: AnyPool,
    kind: Kind,
    /// A file has one writer at a time: its writers queue here in turn, instead of polling the file's lock.
    writer: Arc<Mutex<()>>,
}

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("cannot open the database {target}: {source}")]
    Open {
        /// Which file or server, without a password.
        target: String,
        /// What the database says.
        source: sqlx::Error,
    },
    /// The tables cannot be brought up to date.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed, and the transaction with it.
    #[error("the database refused: {0}")]
    Statement(#[from] sqlx::Error),
    /// The server was lost while it committed: the transaction is done, or it is not.
    #[error("the database was lost during a commit, which may or may not be done: {0}")]
    Unknown(#[source] sqlx::Error),
    /// No backup was made.
    #[error("no backup was made: {0}")]
    Backup(String),
}

/// Why a transaction's work ends without a commit.
#[derive(Debug)]
pub enum Stop<E> {
    /// A statement failed: tried again where another transaction was in the way.
    Statement(sqlx::Error),
    /// The work itself refuses. Nothing is changed, and nothing is tried again.
    Refused(E),
}

impl<E> From<sqlx::Error> for Stop<E> {
    fn from(error: sqlx::Error) -> Stop<E> {
        Stop::Statement(error)
    }
}

impl Store {
    /// Does `work` in one transaction and commits it. Repeats the whole of it when another was in the way, so that it
    /// must do nothing but speak with the database. Work that [refuses](Stop::Refused) has changed nothing, and its
    /// refusal is the answer.
    ///
    /// ```no_run
    /// # async fn example(store: &store::Store, name: &str) -> Result<u64, store::StoreError> {
    /// store
    ///     .transaction(|transaction| {
    ///         store::work(async move {
    ///             let done = sqlx::query("DELETE FROM purse WHERE name = $1").bind(name);
    ///             Ok(done.execute(&mut **transaction).await?.rows_affected())
    ///         })
    ///     })
    ///     .await
    /// # }
    /// ```
    pub async fn transaction<'a, T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<StoreError>,
        W: for<'t> Fn(&'t mut Transaction) -> Work<'a, 't, Result<T, Stop<E>>> + 'a,
    {
        let mut pauses = Pauses::new();
        loop {
            match self.attempt(&work).await {
                Ok(decided) => return decided,
                Err(failure) => pauses.wait_or_give_up(failure).await?,
            }
        }
    }

    /// One attempt: what was decided, or why there is no decision.
    async fn attempt<'a, T, E, W>(&self, work: &W) -> Result<Result<T, E>, StoreError>
    where
        W: for<'t> Fn(&'t mut Transaction) -> Work<'a, 't, Result<T, Stop<E>>> + 'a,
    {
        let _turn = self.turn().await;
        let mut transaction = self.begin().await?;
        match work(&mut transaction).await {
            Ok(done) => {
                transaction.inner.commit().await.map_err(retry::failed_commit)?;
                Ok(Ok(done))
            }
            Err(Stop::Refused(refusal)) => {
                // Rolled back before the answer, so that nobody who hears it finds rows still locked.
                transaction.inner.rollback().await?;
                Ok(Err(refusal))
            }
            Err(Stop::Statement(error)) => Err(error.into()),
        }
    }

    /// Waits for this writer's turn, where there is but one at a time.
    async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.kind {
            Kind::File => Some(self.writer.lock().await),
            Kind::Server => None,
        }
    }

    async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        let begin = match self.kind {
            Kind::File => "BEGIN IMMEDIATE",
            Kind::Server => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        Ok(Transaction { inner: self.writes.begin_with(begin).await?, kind: self.kind })
    }

    /// Where single statements that only read are put: each sees what was committed when it began.
    pub fn reads(&self) -> &AnyPool {
        &self.reads
    }

    /// Which database stands behind it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What ends a `SELECT` whose rows are about to be changed, so that no other transaction changes them meanwhile.
    /// Nothing for a file, where a transaction holds the whole of it.
    pub fn for_update(&self) -> &'static str {
        match self.kind {
            Kind::File => "",
            Kind::Server => " FOR UPDATE",
        }
    }

    /// Closes the database in good order.
    pub async fn close(self) {
        self.writes.close().await;
        self.reads.close().await;
    }
}

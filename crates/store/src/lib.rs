//! One SQL layer for everything that keeps tables: an embedded database in one file, migrated when it is opened,
//! with every transaction repeated when another writer was in the way.
//!
//! What always holds: a transaction that was reported as done is on the disk (write-ahead log, full
//! synchronisation); one that failed has changed nothing.

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for another writer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a transaction is tried.
const ATTEMPTS: u32 = 5;
/// The first pause between two attempts; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened as a database.
    #[error("cannot open the database {path}: {source}")]
    Open {
        /// Which file.
        path: String,
        /// What the database says.
        source: sqlx::Error,
    },
    /// The tables cannot be brought up to date.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database refused: {0}")]
    Statement(#[from] sqlx::Error),
}

impl Store {
    /// Opens the database in this file, makes it if it is not there, and brings its tables up to date.
    pub async fn open(path: &Path, migrations: &Migrator) -> Result<Store, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Open { path: path.display().to_string(), source })?;
        migrations.run(&pool).await?;
        Ok(Store { pool })
    }

    /// Does `work` in one transaction that holds the write lock from its beginning, and commits it. Repeats the
    /// whole of it when the database was busy.
    pub async fn transaction<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        W: AsyncFn(&mut Transaction<'static, Sqlite>) -> Result<T, sqlx::Error>,
    {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.attempt(&work).await {
                Err(error) if is_busy(&error) => tokio::time::sleep(pause).await,
                result => return Ok(result?),
            }
            pause *= 2;
        }
        Ok(self.attempt(&work).await?)
    }

    async fn attempt<T, W>(&self, work: &W) -> Result<T, sqlx::Error>
    where
        W: AsyncFn(&mut Transaction<'static, Sqlite>) -> Result<T, sqlx::Error>,
    {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let result = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(result)
    }

    /// Closes the database in good order.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

/// Whether another writer was in the way: `SQLITE_BUSY` (5) or `SQLITE_LOCKED` (6), in any extended form.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xFF, 5 | 6))
}

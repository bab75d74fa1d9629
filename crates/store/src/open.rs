//! Opening: the connections' settings, on which what a commit promises depends, and the tables brought up to date.

use crate::retry::Pauses;
use crate::{Kind, Store, StoreError, Target};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, Connection, Executor};
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Connections to a file that read beside the one that writes.
const FILE_CONNECTIONS: u32 = 3;
/// Connections to a server, which by default takes a hundred of all its clients.
const SERVER_CONNECTIONS: u32 = 16;
/// How long one waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that has rested so long is tried before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// Another process may write to the file as well; a power cut loses nothing that was committed. What is written goes to
/// its own place in pieces of up to 32 MiB, so that a page that changes often goes there once.
const FILE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -16000; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF";
/// No lock is waited for without end, no client that fell silent holds one, and a commit waits for the disk even where
/// the server was told otherwise.
const SERVER_SETTINGS: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

impl Store {
    /// Opens a database and brings its tables up to date. A file that is not there is made, readable by its owner
    /// alone. Others may open the same at the same time.
    pub async fn open(target: impl Into<Target>, migrations: &Migrator) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let target = target.into();
        let mut pauses = Pauses::new();
        loop {
            match attempt(&target, migrations).await {
                Ok(store) => return Ok(store),
                Err(failure) => pauses.wait_or_give_up(failure).await?,
            }
        }
    }
}

async fn attempt(target: &Target, migrations: &Migrator) -> Result<Store, StoreError> {
    let failed = |source| StoreError::Open { target: target.to_string(), source };
    let (kind, connections, settings) = match target {
        Target::File(path) => {
            make_private(path).map_err(|error| failed(error.into()))?;
            (Kind::File, FILE_CONNECTIONS, FILE_SETTINGS)
        }
        Target::Server(_) => (Kind::Server, SERVER_CONNECTIONS, SERVER_SETTINGS),
    };
    let url = target.url().map_err(|error| failed(error.into()))?;
    let options = AnyConnectOptions::from_str(&url).map_err(failed)?;
    // The first connection is not the pool's, which would try again and again where nothing can come of it.
    let mut first = AnyConnection::connect_with(&options).await.map_err(failed)?;
    settle(&mut first, settings).await.map_err(failed)?;
    migrate(kind, &mut first, migrations).await?;
    first.close().await?;
    let pool = |connections| {
        AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, rest| {
                Box::pin(async move { Ok(rest.idle_for < RESTED || connection.ping().await.is_ok()) })
            })
            .after_connect(move |connection, _| Box::pin(settle(connection, settings)))
            .connect_lazy_with(options.clone())
    };
    let reads = pool(connections);
    let writes = match kind {
        Kind::File => pool(1),
        Kind::Server => reads.clone(),
    };
    Ok(Store { reads, writes, kind, writer: Arc::default() })
}

/// A server is locked by the migrator itself; a file, which it does not lock, by the transaction around all of it.
async fn migrate(
    kind: Kind,
    connection: &mut AnyConnection,
    migrations: &Migrator,
) -> Result<(), StoreError> {
    match kind {
        Kind::Server => migrations.run_direct(None, connection, false).await?,
        Kind::File => {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            migrations.run_direct(None, &mut *transaction, false).await?;
            transaction.commit().await?;
        }
    }
    Ok(())
}

async fn settle(connection: &mut AnyConnection, settings: &'static str) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(settings)).await?;
    Ok(())
}

/// Makes an empty file that nobody else reads, unless there is one: the database's other files take its rights.
pub fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result.map(drop),
    }
}

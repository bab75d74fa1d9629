//! Which failures pass when the transaction is tried again, and how long to wait before.

use crate::StoreError;
use sqlx::migrate::MigrateError;
use std::time::Duration;

/// How often a transaction is tried.
const ATTEMPTS: u32 = 6;
/// The first pause between two attempts; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// The pauses of one transaction.
pub struct Pauses {
    next: Duration,
    attempts_left: u32,
}

impl Pauses {
    /// Before the first attempt.
    pub fn new() -> Pauses {
        Pauses { next: FIRST_PAUSE, attempts_left: ATTEMPTS - 1 }
    }

    /// Waits before the next attempt; gives the failure back where none would help.
    pub async fn wait_or_give_up(&mut self, failure: StoreError) -> Result<(), StoreError> {
        let passes = match &failure {
            StoreError::Statement(error) | StoreError::Open { source: error, .. } => {
                another_was_in_the_way(error)
            }
            StoreError::Migrate(MigrateError::Execute(error)) => another_was_in_the_way(error),
            _ => false,
        };
        if !passes || self.attempts_left == 0 {
            return Err(failure);
        }
        self.attempts_left -= 1;
        tokio::time::sleep(self.next).await;
        self.next *= 2;
        Ok(())
    }
}

/// Whether another transaction was in the way, so that the same again may succeed.
fn another_was_in_the_way(error: &sqlx::Error) -> bool {
    let Some(code) = error.as_database_error().and_then(|error| error.code()) else { return false };
    match &*code {
        // PostgreSQL: serialization_failure, deadlock_detected, lock_not_available. Five signs each, so that none is
        // taken for a number of SQLite's.
        "40001" | "40P01" | "55P03" => true,
        // SQLite: SQLITE_BUSY (5) and SQLITE_LOCKED (6), in any extended form.
        code => code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xFF, 5 | 6)),
    }
}

/// What a commit that failed says: a refusal by the database has changed nothing; a lost connection may have.
pub fn failed_commit(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(_) => StoreError::Statement(error),
        lost => StoreError::Unknown(lost),
    }
}

//! What ends a transaction of the books.

use crate::books::BooksFault;
use store::{Stop, StoreError};

/// What ends a transaction of the books without a commit: a refusal of the change, or a fault.
#[derive(Debug)]
pub enum SqlFault<E> {
    /// The change was refused.
    Refused(E),
    /// The books.
    Books(BooksFault),
}

impl<E> From<StoreError> for SqlFault<E> {
    fn from(error: StoreError) -> SqlFault<E> {
        SqlFault::Books(error.into())
    }
}

impl<E> SqlFault<E> {
    /// A refusal of the change is an answer; everything else is a fault.
    pub(super) fn split<T>(result: Result<T, SqlFault<E>>) -> Result<Result<T, E>, BooksFault> {
        match result {
            Ok(done) => Ok(Ok(done)),
            Err(SqlFault::Refused(refusal)) => Ok(Err(refusal)),
            Err(SqlFault::Books(fault)) => Err(fault),
        }
    }
}

/// A fault of the books ends a transaction; a failed statement may be tried again.
pub(super) fn stop<E>(fault: BooksFault) -> Stop<SqlFault<E>> {
    match fault {
        BooksFault::Store(StoreError::Statement(error)) => Stop::Statement(error),
        fault => Stop::Refused(SqlFault::Books(fault)),
    }
}

/// The same where there is nothing else to refuse.
pub(super) fn plain(fault: BooksFault) -> Stop<BooksFault> {
    match fault {
        BooksFault::Store(StoreError::Statement(error)) => Stop::Statement(error),
        fault => Stop::Refused(fault),
    }
}

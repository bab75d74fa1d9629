//! The desk that the post's stations deal with: it makes the lists, hands them out, and takes in what stations report.
//!
//! What always holds: a list is numbered and signed once and never changes under its number; a list that was issued
//! exists as a whole; a batch counts once, and its number is kept in the transaction in which its entries are; a key
//! leaves only in coded form for the one station. What this must never do: hold a list of all meters in memory, or tell
//! a station anything that is in none of its lists.
//!
//! A list is made in one pass over the meters by rising serial number, [`CHUNK`] of them at once, and lies in the
//! database in pieces: so memory holds one piece, however many meters there are, when a list is made and when it is sent.
//! A pass that was cut off goes on where it was. For a million meters the list of meters comes to about 460 MB, that of
//! keys to 130 MB for each station; each lies in the database at most twice, as the list that was followed by another is
//! there until the next pass. Making a list of keys opens every key once for each station; it is made anew only when
//! keys were added, or its validity runs out.
//!
//! | file | holds |
//! |---|---|
//! | `stations` | stations, their keys and tokens |
//! | `sets` | what people set for the post: cliché frames, thresholds, the tariff |
//! | `sources` | entries of the lists, from the books |
//! | `passes` | making a list |
//! | `rows` | the rows of that |
//! | `issued` | lists as they are handed out |
//! | `intake` | batches |
//! | `findings` | findings on their way to the meters' files |
//! | `sightings` | who else has seen an imprint, and what a meter's mail was worth |
//! | `ready` | whether a new epoch may be used |
//! | `routes` | all that over HTTP |

mod findings;
mod intake;
mod issued;
mod passes;
mod ready;
mod routes;
mod rows;
mod sets;
mod sightings;
mod sources;
mod stations;

pub use intake::{BATCH_BYTES_MAX, Receipt};
pub use issued::{Document, IssuedList};
pub use passes::{LIST_KINDS, Refreshed};
pub use ready::EpochUse;
pub use routes::routes;
pub use sources::CHUNK;
pub use stations::{MadeStation, NewStation, StationChange, StationRow};

use crate::audit::{Desk, Event, log};
use crate::books::BooksFault;
use crate::keys::KeyFault;
use crate::office::{Office, OfficeFault};
use link::h::{BatchError, Kind, ListError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Stop, Store, StoreError, Transaction};
use terms::Date;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Days from 1970-01-01 to 2000-01-01.
const DAYS_TO_2000: i64 = 10_957;

/// The post's desk at the centre.
#[derive(Clone, Debug)]
pub struct PostDesk {
    /// What everything is done through.
    pub office: Office,
}

/// Why the desk did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum PostFault {
    /// The office, the books or the keys.
    #[error(transparent)]
    Office(#[from] OfficeFault),
    /// The caller's mistake.
    #[error("{0}")]
    Request(String),
    /// The station's mistake: its batch is not one.
    #[error("{0}")]
    Batch(BatchError),
    /// The station's mistake, or somebody else's: a batch of this number was taken with another content.
    #[error(
        "a batch with this number was taken with another content: does another use this station's key, or was it set back?"
    )]
    Differs,
    /// The station's mistake: batches before this one are missing.
    #[error("batches before this one are missing: send number {expected} next")]
    Gap {
        /// The number that comes next.
        expected: u64,
    },
    /// No list of this kind was issued yet.
    #[error("no list of this kind has been issued yet: ask again later")]
    NoList,
    /// The station's mistake: there is no such station, or it is closed down.
    #[error("this token is no open station's: have it bound to the station at the centre")]
    NoStation,
    /// The list is too long for any station, or an entry of it contradicts itself.
    #[error("a list cannot be issued: {0}")]
    List(ListError),
}

impl PostFault {
    /// A number that stays the same from version to version, where a station can do something about it.
    pub fn code(&self) -> Option<u16> {
        match self {
            PostFault::Batch(error) => Some(error.code()),
            PostFault::List(error) => Some(error.code()),
            PostFault::Differs => Some(831),
            PostFault::Gap { .. } => Some(832),
            PostFault::NoList => Some(833),
            PostFault::NoStation => Some(834),
            PostFault::Office(_) | PostFault::Request(_) => None,
        }
    }
}

impl From<BooksFault> for PostFault {
    fn from(fault: BooksFault) -> PostFault {
        PostFault::Office(fault.into())
    }
}

impl From<KeyFault> for PostFault {
    fn from(fault: KeyFault) -> PostFault {
        PostFault::Office(fault.into())
    }
}

impl From<StoreError> for PostFault {
    fn from(error: StoreError) -> PostFault {
        BooksFault::from(error).into()
    }
}

impl From<sqlx::Error> for PostFault {
    fn from(error: sqlx::Error) -> PostFault {
        BooksFault::from(error).into()
    }
}

impl PostDesk {
    /// The desk of this office.
    pub fn new(office: Office) -> PostDesk {
        PostDesk { office }
    }

    fn store(&self) -> &Store {
        self.office.books().store()
    }

    /// Puts an entry to the desk of who did it.
    async fn note(
        &self,
        transaction: &mut Transaction,
        by: &str,
        now_ms: i64,
        event: Event,
    ) -> Result<(), sqlx::Error> {
        let desk = Desk::new(by).unwrap_or_else(|_| Desk::centre());
        log::append_to_desk(transaction, &desk, now_ms, by, &[event]).await
    }
}

/// Ends a transaction with a fault; a failed statement may be tried again.
fn stop(fault: PostFault) -> Stop<PostFault> {
    match fault {
        PostFault::Office(OfficeFault::Books(BooksFault::Store(StoreError::Statement(error)))) => {
            Stop::Statement(error)
        }
        fault => Stop::Refused(fault),
    }
}

fn damaged(what: impl Into<String>) -> PostFault {
    BooksFault::Damaged(what.into()).into()
}

/// What a column holds as JSON.
fn json(value: &impl Serialize) -> Result<String, PostFault> {
    serde_json::to_string(value).map_err(|error| damaged(error.to_string()))
}

/// What such a column says.
fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, PostFault> {
    serde_json::from_str(text).map_err(|error| damaged(error.to_string()))
}

/// A value that is written as one word.
fn word(value: &impl Serialize) -> Result<String, PostFault> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(damaged("a value is no word")),
    }
}

/// The kind of document that has this name.
pub fn kind_named(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.name() == name)
}

/// The day of a time, in UTC.
pub(crate) fn day_of(at_ms: i64) -> Date {
    let days = at_ms.div_euclid(DAY_MS).saturating_sub(DAYS_TO_2000).max(0);
    Date::from_day_number(u32::try_from(days).unwrap_or(u32::MAX)).unwrap_or(Date::LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_lies_on_its_day() {
        assert_eq!(day_of(1_795_262_400_000).to_string(), "2026-11-21");
        assert_eq!(day_of(1_795_262_400_000 + DAY_MS / 2 - 1).to_string(), "2026-11-21");
        assert_eq!(day_of(1_795_262_400_000 + DAY_MS / 2).to_string(), "2026-11-22");
        assert_eq!((day_of(-1), day_of(i64::MAX)), (Date::FIRST, Date::LAST));
    }

    #[test]
    fn every_kind_has_its_name() {
        for kind in Kind::ALL {
            assert_eq!(kind_named(kind.name()), Some(*kind));
            assert_eq!(word(kind).unwrap(), kind.name());
        }
        assert_eq!(kind_named("nothing"), None);
    }
}

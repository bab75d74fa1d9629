//! Link H: what centre and post say to each other (EP 0 660 270, Fig. 2).
//!
//! What always holds: everything that crosses is a signed document ([`seal`], [`open`]): its signature is checked over
//! the bytes as they came, before anything in them is parsed; every text and every list is bounded; a list stands only
//! as [`Current`], which comes out of [`Current::open`] alone; what a station reports can be sent again without being
//! counted twice. What it must never do: carry a key in clear, open a socket, read a clock.
//!
//! | module | holds |
//! |---|---|
//! | `document` | the signed envelope |
//! | `list` | what the centre publishes: numbered lists with an end date |
//! | `entries` | what stands in each of them |
//! | `batch` | what a station reports: numbered batches of sightings, findings, cases, confirmations |
//! | `text` | texts with a bound |

mod batch;
mod document;
mod entries;
mod list;
mod text;

pub use batch::{
    Batch, BatchError, Case, CaseId, CaseState, ENTRIES_MAX, Elsewhere, Finding, FindingKind,
    ImprintIdentity, Item, Place, Sighting, Taken,
};
pub use document::{DOCUMENT_BYTES_MAX, DocumentError, Kind, open, seal, seal_digest};
pub use entries::{
    ClicheEntry, KeyEntry, LastRefill, MeterEntry, MeterState, MvInterval, Rate, StatisticsEntry,
    SuspectEntry, ThresholdEntry, VerificationKey, seal_key,
};
pub use list::{Current, Entry, Expected, List, ListError, VERSION};
pub use text::{Name, Text, TextError};

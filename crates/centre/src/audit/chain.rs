//! One chain of the log: its name, its head, and how an entry is put to it. Pure: no clock, no table.
//!
//! What always holds: numbers of a chain run 1, 2, 3 without a gap; an entry's hash covers its chain, number, time,
//! author, event and the hash before it; what is too long is refused before it is hashed.

use super::{Digest, Event};
use std::fmt;
use std::str::FromStr;
use terms::Serial;

/// The longest event, in bytes of JSON.
pub const MAX_EVENT_BYTES: usize = 4096;
/// The longest author, in bytes.
pub const MAX_WHO_BYTES: usize = 64;
/// What the bytes of an entry begin with; no other hash of the log begins so.
const ENTRY_TAG: &[u8] = b"porto audit entry 1\n";

/// Whose chain it is. Ordered as its text is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// A desk's: what one person, one token or the service itself did.
    Desk(Desk),
    /// A meter's.
    Meter(Serial),
}

/// `desk:anna`, `meter:00012345`.
impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Chain::Desk(desk) => write!(f, "desk:{desk}"),
            Chain::Meter(serial) => write!(f, "meter:{serial}"),
        }
    }
}

impl FromStr for Chain {
    type Err = AuditFault;

    fn from_str(text: &str) -> Result<Chain, AuditFault> {
        let chain = match text.split_once(':') {
            Some(("desk", name)) => Chain::Desk(Desk::new(name)?),
            Some(("meter", serial)) => Chain::Meter(serial.parse().map_err(|_| AuditFault::Chain)?),
            _ => return Err(AuditFault::Chain),
        };
        // A serial number reads with fewer digits too; a chain has one name only.
        if chain.to_string() == text { Ok(chain) } else { Err(AuditFault::Chain) }
    }
}

/// The name of a desk: 1 to 32 of `a`-`z`, `0`-`9`, dot, hyphen and underscore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Desk(Box<str>);

impl Desk {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 32;
    /// The desk of the service itself; no person has this name.
    pub const CENTRE: &str = "centre";

    /// The desk with this name.
    pub fn new(name: &str) -> Result<Desk, AuditFault> {
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
        let fits = (1..=Desk::MAX_BYTES).contains(&name.len()) && name.bytes().all(plain);
        if fits { Ok(Desk(name.into())) } else { Err(AuditFault::Chain) }
    }

    /// The desk of the service itself.
    pub fn centre() -> Desk {
        Desk(Desk::CENTRE.into())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a chain ends: the number and hash of its last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 where there is none.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
}

impl Head {
    /// The head of a chain without entries.
    pub const START: Head = Head { number: 0, hash: Digest::NONE };

    /// The next entry of this chain: the row to insert. [`Record::head`] is the chain's head from then on.
    pub fn append(&self, chain: &Chain, at_ms: i64, who: &str, event: &Event) -> Result<Record, AuditFault> {
        let event = serde_json::to_string(event).map_err(|_| AuditFault::Event)?;
        let number = self.number.checked_add(1).ok_or(AuditFault::Number)?;
        let hash = entry_hash(&chain.to_string(), number, at_ms, who, &event, &self.hash)?;
        Ok(Record { chain: chain.clone(), number, at_ms, who: who.to_owned(), event, hash })
    }
}

/// An entry as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its chain.
    pub chain: Chain,
    /// Its number in the chain, from 1.
    pub number: u64,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Who: a person's or token's name, `meter`, or `centre`.
    pub who: String,
    /// What: an [`Event`] as JSON.
    pub event: String,
    /// The hash of all this and the hash before it.
    pub hash: Digest,
}

impl Record {
    /// The chain's head with this entry as its last.
    pub const fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash }
    }
}

/// The hash of an entry; the fault names the field that is too long or not printable.
pub(super) fn entry_hash(
    chain: &str,
    number: u64,
    at_ms: i64,
    who: &str,
    event: &str,
    previous: &Digest,
) -> Result<Digest, AuditFault> {
    if who.is_empty() || who.len() > MAX_WHO_BYTES || who.chars().any(char::is_control) {
        return Err(AuditFault::Who);
    }
    if event.len() > MAX_EVENT_BYTES {
        return Err(AuditFault::Event);
    }
    let length = |text: &str| u16::try_from(text.len()).map(u16::to_be_bytes).map_err(|_| AuditFault::Chain);
    Ok(Digest::of(&[
        ENTRY_TAG,
        &length(chain)?,
        chain.as_bytes(),
        &number.to_be_bytes(),
        &at_ms.to_be_bytes(),
        &length(who)?,
        who.as_bytes(),
        &length(event)?,
        event.as_bytes(),
        previous.bytes(),
    ]))
}

/// Why an entry cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// The chain's name.
    #[error("a chain is desk:NAME or meter:SERIAL with eight digits")]
    Chain,
    /// The author.
    #[error("an author has 1 to {MAX_WHO_BYTES} bytes, all of them printable")]
    Who,
    /// The event.
    #[error("an event has at most {MAX_EVENT_BYTES} bytes")]
    Event,
    /// The number.
    #[error("the chain has no further number")]
    Number,
}

//! The log as a file of lines, each one a JSON object, so that it can be kept, searched and verified anywhere.
//!
//! ```text
//! {"log":{...}}                       first: format, carrier, key
//! {"entry":{...}} ... {"head":{...}}  for each chain that grew: its new entries, then its head
//! {"seal":{...}}                      over the heads since the seal before
//! ...                                 and so on; what came after the last seal stands behind it
//! {"end":{...}}                       last: how many entries and seals there were
//! ```
//!
//! What always holds: each line has exactly one way to be written (no blanks, fields in this order), so that a verifier
//! can refuse any other; chains stand in the order of their names between two seals.

use super::{Chain, Digest, Head, LogName, Record, Seal, SealBody, SealedHead};
use crate::hex;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::io::{self, Write};

/// The format of the file.
pub const FORMAT: u32 = 1;
/// The longest line, in bytes with its end: an entry whose author is all quotation marks still fits.
pub const MAX_LINE_BYTES: usize = 8192;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Line<'a> {
    Log(LogLine),
    #[serde(borrow)]
    Entry(EntryLine<'a>),
    Head(HeadLine),
    Seal(SealLine),
    End(EndLine),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogLine {
    format: u32,
    carrier: String,
    key: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryLine<'a> {
    pub chain: String,
    pub number: u64,
    pub at_ms: i64,
    pub who: String,
    #[serde(borrow)]
    pub event: &'a RawValue,
    pub hash: Digest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadLine {
    pub chain: String,
    pub number: u64,
    pub hash: Digest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealLine {
    number: u64,
    at_ms: i64,
    heads: u64,
    entries: u64,
    root: Digest,
    previous: Digest,
    signature: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    pub entries: u64,
    pub seals: u64,
}

impl LogLine {
    fn of(log: &LogName) -> LogLine {
        let key = hex::encode(log.key().as_bytes());
        LogLine { format: FORMAT, carrier: log.carrier().to_owned(), key }
    }

    pub fn name(&self) -> Option<LogName> {
        let key = VerifyingKey::from_bytes(&hex::decode_array(&self.key)?).ok()?;
        LogName::new(&self.carrier, key)
    }

    pub const fn format(&self) -> u32 {
        self.format
    }
}

impl HeadLine {
    /// The head, where the chain's name is one.
    pub fn sealed(&self) -> Option<SealedHead> {
        let chain: Chain = self.chain.parse().ok()?;
        Some(SealedHead { chain, head: Head { number: self.number, hash: self.hash } })
    }
}

impl SealLine {
    fn of(seal: &Seal) -> SealLine {
        let SealBody { number, at_ms, heads, entries, root, previous } = seal.body;
        let signature = hex::encode(&seal.signature.to_bytes());
        SealLine { number, at_ms, heads, entries, root, previous, signature }
    }

    pub fn seal(&self) -> Option<Seal> {
        let &SealLine { number, at_ms, heads, entries, root, previous, ref signature } = self;
        let signature = Signature::from_bytes(&hex::decode_array(signature)?);
        Some(Seal { body: SealBody { number, at_ms, heads, entries, root, previous }, signature })
    }
}

/// Writes the file. The caller gives entries, heads and seals in the file's order.
#[derive(Debug)]
pub struct ExportWriter<W> {
    out: W,
    counts: EndLine,
}

impl<W: Write> ExportWriter<W> {
    /// Begins the file of this log.
    pub fn begin(out: W, log: &LogName) -> io::Result<ExportWriter<W>> {
        let mut writer = ExportWriter { out, counts: EndLine { entries: 0, seals: 0 } };
        writer.line(&Line::Log(LogLine::of(log)))?;
        Ok(writer)
    }

    /// Writes the next entry of a chain.
    pub fn entry(&mut self, record: &Record) -> io::Result<()> {
        self.counts.entries += 1;
        let event = serde_json::from_str(&record.event)?;
        let &Record { number, at_ms, hash, .. } = record;
        let (chain, who) = (record.chain.to_string(), record.who.clone());
        self.line(&Line::Entry(EntryLine { chain, number, at_ms, who, event, hash }))
    }

    /// Writes the head of the chain whose entries came last.
    pub fn head(&mut self, sealed: &SealedHead) -> io::Result<()> {
        let Head { number, hash } = sealed.head;
        self.line(&Line::Head(HeadLine { chain: sealed.chain.to_string(), number, hash }))
    }

    /// Writes the seal over the heads since the one before.
    pub fn seal(&mut self, seal: &Seal) -> io::Result<()> {
        self.counts.seals += 1;
        self.line(&Line::Seal(SealLine::of(seal)))
    }

    /// Ends the file; says how many entries and seals it holds.
    pub fn end(mut self) -> io::Result<(u64, u64)> {
        let EndLine { entries, seals } = self.counts;
        self.line(&Line::End(EndLine { entries, seals }))?;
        self.out.flush()?;
        Ok((entries, seals))
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }
}

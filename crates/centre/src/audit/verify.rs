//! What anyone can say of an exported log with the file alone.
//!
//! What always holds: every byte of the file counts. A line must be written in the one way the format has, each entry
//! must carry the hash of its chain up to it, each head must be where its chain ends, each seal must cover exactly the
//! heads before it, continue the seal before it and be signed. Memory grows with the number of chains (some 100 bytes
//! each), not with that of entries; a line is read up to a bound.
//!
//! What it cannot say: that the key in the file is the carrier's, and that nothing was cut off behind the last seal.
//! That is what [`Expected`] is for: a key and printed seals that the verifier got elsewhere.

use super::chain::entry_hash;
use super::export::{EntryLine, FORMAT, HeadLine, Line, MAX_LINE_BYTES, SealLine};
use super::{AuditFault, Chain, Digest, Head, LogName, MerkleRoot};
use ed25519_dalek::VerifyingKey;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Read};

/// What the verifier knows from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The carrier's key.
    pub key: Option<VerifyingKey>,
    /// Seals that were printed or published: number and hash.
    pub seals: BTreeMap<u64, Digest>,
}

/// What is true of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of it holds together.
    Genuine(Box<Findings>),
    /// It was changed, or is not whole.
    Broken {
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        fault: Fault,
    },
}

/// What a genuine file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Whose log it says it is.
    pub log: LogName,
    /// Whether that key was the expected one; `false` where none was expected.
    pub key_was_expected: bool,
    /// How many chains.
    pub chains: u64,
    /// How many entries.
    pub entries: u64,
    /// How many of them came after the last seal: nobody vouches for these being all.
    pub unsealed: u64,
    /// How many seals.
    pub seals: u64,
    /// When the last seal was made, in milliseconds since 1970 UTC.
    pub sealed_at_ms: i64,
    /// The hash of the last seal, to compare with its printed form.
    pub last_seal: Digest,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are what the sentence says")]
pub enum Fault {
    #[error("the line is longer than {MAX_LINE_BYTES} bytes or does not end")]
    LineEnd,
    #[error("the line is not one of the format, or not written in its one way")]
    Line,
    #[error("the file does not begin as a log of format {FORMAT}")]
    Begin,
    #[error("the key is not the expected one")]
    Key,
    #[error("{0}")]
    Field(#[from] AuditFault),
    #[error("a new entry or head of {chain} is out of the order of chains")]
    Order { chain: Chain },
    #[error("{chain} continues with entry {found} where {due} is due: an entry is missing, twice or moved")]
    Number { chain: Chain, due: u64, found: u64 },
    #[error("entry {number} of {chain} was changed, or the one before it")]
    Entry { chain: Chain, number: u64 },
    #[error("{chain} ends at entry {found}, its head is said to be {due}")]
    Head { chain: Chain, due: u64, found: u64 },
    #[error("{chain} has entries without a head")]
    NoHead { chain: Chain },
    #[error("seal {found} stands where {due} is due")]
    SealNumber { due: u64, found: u64 },
    #[error("seal {number} does not continue what was sealed before it")]
    SealBefore { number: u64 },
    #[error("seal {number} covers other heads: a chain was cut short, changed or left out")]
    SealHeads { number: u64 },
    #[error("the signature of seal {number} is not the carrier's")]
    SealSignature { number: u64 },
    #[error("seal {number} is another one than was printed")]
    SealPrinted { number: u64 },
    #[error("seal {number} was printed, and the file ends before it")]
    SealMissing { number: u64 },
    #[error("the file holds no seal, so nobody vouches for it")]
    NoSeal,
    #[error("the file has other counts than its end says")]
    Counts,
    #[error("the file is cut off")]
    NoEnd,
    #[error("something follows the end")]
    AfterEnd,
}

/// Verifies a file. `progress` hears after every line how many bytes were read.
pub fn verify(
    mut file: impl BufRead,
    expected: &Expected,
    mut progress: impl FnMut(u64),
) -> io::Result<Verdict> {
    let mut bytes_read = 0;
    let mut line_number = 0;
    let mut line = Vec::with_capacity(1024);
    let mut verifier: Option<Verifier> = None;
    loop {
        line.clear();
        line_number += 1;
        let length = (&mut file).take(MAX_LINE_BYTES as u64).read_until(b'\n', &mut line)?;
        bytes_read += length as u64;
        let result = match &mut verifier {
            _ if length == 0 => {
                return Ok(finish(verifier, line_number, expected));
            }
            None => Verifier::begin(&line, expected).map(|begun| verifier = Some(begun)),
            Some(verifier) => verifier.line(&line, expected),
        };
        if let Err(fault) = result {
            return Ok(Verdict::Broken { line: line_number, fault });
        }
        progress(bytes_read);
    }
}

fn finish(verifier: Option<Verifier>, line: u64, expected: &Expected) -> Verdict {
    let findings = verifier.ok_or(Fault::NoEnd).and_then(|verifier| verifier.finish(expected));
    match findings {
        Ok(findings) => Verdict::Genuine(Box::new(findings)),
        Err(fault) => Verdict::Broken { line, fault },
    }
}

struct Verifier {
    log: LogName,
    /// Every chain's head, as far as its head line was read.
    heads: HashMap<Chain, Head>,
    /// The chain whose entries are being read.
    growing: Option<(Chain, Head)>,
    /// The last chain whose head was read since the last seal.
    last_chain: Option<Chain>,
    /// What the next seal must cover.
    tree: MerkleRoot,
    heads_since_seal: u64,
    entries_since_seal: u64,
    entries: u64,
    seals: u64,
    sealed_at_ms: i64,
    last_seal: Digest,
    has_ended: bool,
}

impl Verifier {
    fn begin(line: &[u8], expected: &Expected) -> Result<Verifier, Fault> {
        let Line::Log(line) = parse(line)? else { return Err(Fault::Begin) };
        let log = line.name().filter(|_| line.format() == FORMAT).ok_or(Fault::Begin)?;
        if expected.key.is_some_and(|key| key != *log.key()) {
            return Err(Fault::Key);
        }
        let last_seal = log.hash();
        Ok(Verifier {
            log,
            heads: HashMap::new(),
            growing: None,
            last_chain: None,
            tree: MerkleRoot::default(),
            heads_since_seal: 0,
            entries_since_seal: 0,
            entries: 0,
            seals: 0,
            sealed_at_ms: 0,
            last_seal,
            has_ended: false,
        })
    }

    fn line(&mut self, line: &[u8], expected: &Expected) -> Result<(), Fault> {
        if self.has_ended {
            return Err(Fault::AfterEnd);
        }
        match parse(line)? {
            Line::Log(_) => Err(Fault::Begin),
            Line::Entry(entry) => self.entry(&entry),
            Line::Head(head) => self.head(&head),
            Line::Seal(seal) => self.seal(&seal, expected),
            Line::End(end) => {
                self.all_have_heads()?;
                self.has_ended = true;
                let is_so = end.entries == self.entries && end.seals == self.seals;
                if is_so { Ok(()) } else { Err(Fault::Counts) }
            }
        }
    }

    fn entry(&mut self, entry: &EntryLine) -> Result<(), Fault> {
        let chain: Chain = entry.chain.parse()?;
        let head = match self.growing.take() {
            Some((growing, head)) if growing == chain => head,
            Some((growing, _)) => return Err(Fault::NoHead { chain: growing }),
            None if self.last_chain.as_ref().is_some_and(|last| *last >= chain) => {
                return Err(Fault::Order { chain });
            }
            None => self.heads.get(&chain).copied().unwrap_or(Head::START),
        };
        let due = head.number.checked_add(1).ok_or(AuditFault::Number)?;
        if entry.number != due {
            return Err(Fault::Number { chain, due, found: entry.number });
        }
        let event = entry.event.get();
        let hash = entry_hash(&entry.chain, due, entry.at_ms, &entry.who, event, &head.hash)?;
        if hash != entry.hash {
            return Err(Fault::Entry { chain, number: due });
        }
        self.growing = Some((chain, Head { number: due, hash }));
        self.entries += 1;
        self.entries_since_seal += 1;
        Ok(())
    }

    fn head(&mut self, line: &HeadLine) -> Result<(), Fault> {
        let sealed = line.sealed().ok_or(AuditFault::Chain)?;
        let Some((chain, head)) = self.growing.take() else {
            let found = self.heads.get(&sealed.chain).map_or(0, |head| head.number);
            return Err(Fault::Head { chain: sealed.chain, due: line.number, found });
        };
        if chain != sealed.chain {
            return Err(Fault::NoHead { chain });
        }
        if head != sealed.head {
            return Err(Fault::Head { chain, due: line.number, found: head.number });
        }
        self.tree.push(&sealed.leaf());
        self.heads_since_seal += 1;
        self.heads.insert(chain.clone(), head);
        self.last_chain = Some(chain);
        Ok(())
    }

    fn all_have_heads(&mut self) -> Result<(), Fault> {
        self.growing.take().map_or(Ok(()), |(chain, _)| Err(Fault::NoHead { chain }))
    }

    fn seal(&mut self, line: &SealLine, expected: &Expected) -> Result<(), Fault> {
        self.all_have_heads()?;
        let seal = line.seal().ok_or(Fault::Line)?;
        let number = seal.body.number;
        if number != self.seals + 1 {
            return Err(Fault::SealNumber { due: self.seals + 1, found: number });
        }
        if seal.body.previous != self.last_seal {
            return Err(Fault::SealBefore { number });
        }
        let counts = (seal.body.heads, seal.body.entries);
        if seal.body.root != self.tree.root() || counts != (self.heads_since_seal, self.entries_since_seal) {
            return Err(Fault::SealHeads { number });
        }
        if !seal.is_signed_by(self.log.key()) {
            return Err(Fault::SealSignature { number });
        }
        let hash = seal.body.hash();
        if expected.seals.get(&number).is_some_and(|printed| *printed != hash) {
            return Err(Fault::SealPrinted { number });
        }
        self.seals = number;
        self.sealed_at_ms = seal.body.at_ms;
        self.last_seal = hash;
        self.last_chain = None;
        self.tree = MerkleRoot::default();
        (self.heads_since_seal, self.entries_since_seal) = (0, 0);
        Ok(())
    }

    fn finish(self, expected: &Expected) -> Result<Findings, Fault> {
        if !self.has_ended {
            return Err(Fault::NoEnd);
        }
        if self.seals == 0 {
            return Err(Fault::NoSeal);
        }
        if let Some((&number, _)) =
            expected.seals.iter().find(|(number, _)| !(1..=self.seals).contains(number))
        {
            return Err(Fault::SealMissing { number });
        }
        Ok(Findings {
            log: self.log,
            key_was_expected: expected.key.is_some(),
            chains: self.heads.len() as u64,
            entries: self.entries,
            unsealed: self.entries_since_seal,
            seals: self.seals,
            sealed_at_ms: self.sealed_at_ms,
            last_seal: self.last_seal,
        })
    }
}

/// The line, if it is written in its one way: what is read and written again must be the same bytes. So blanks,
/// other spellings of a letter or number and repeated fields are refused, though JSON would read them alike.
fn parse(line: &[u8]) -> Result<Line<'_>, Fault> {
    let line = line.strip_suffix(b"\n").ok_or(Fault::LineEnd)?;
    let parsed: Line = serde_json::from_slice(line).map_err(|_| Fault::Line)?;
    let again = serde_json::to_vec(&parsed).map_err(|_| Fault::Line)?;
    if again == line { Ok(parsed) } else { Err(Fault::Line) }
}

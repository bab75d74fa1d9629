//! Deposits from a bank's statement of account: ISO 20022 camt.053, versions 02 and 08.
//!
//! What always holds: the file is read piece by piece; only credits that the bank has booked and not reversed count;
//! payments booked together are taken apart only where they add up; no entity is expanded and no document type taken.

mod entry;

use super::counted::{Counted, TOO_LARGE};
use super::{Currency, Deposits, Problem, Reading, RefusedFile, Stop};
use entry::{Details, Element, Entry};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use std::io::BufRead;

const VERSIONS: [&str; 2] =
    ["urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"];
/// The deepest place of an element; the schema has 13.
const MAX_DEPTH: usize = 40;
/// The longest text of one element that is kept while it is read, in bytes.
const MAX_LEAF_BYTES: usize = 4096;
/// The most payments booked together in one entry.
const MAX_DETAILS: usize = 10_000;
/// Where a statement lies; a file may hold several.
const STATEMENT: &str = "/Document/BkToCstmrStmt/Stmt";
/// Where an entry lies.
const ENTRY: &str = "/Document/BkToCstmrStmt/Stmt/Ntry";
/// Where one payment of an entry lies.
const DETAILS: &str = "/Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls/TxDtls";

/// Reads the deposits of a statement in this currency.
pub fn read_camt(file: impl BufRead, currency: Currency) -> Result<Deposits, RefusedFile> {
    let mut statement = Statement::new(currency);
    let mut xml = NsReader::from_reader(Counted::new(file));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        xml.get_mut().begin_piece();
        let event = xml.read_resolved_event_into(&mut buffer);
        let taken = match event {
            Ok((_, Event::Eof)) => break,
            Ok((namespace, event)) => statement.event(&namespace, event),
            Err(error) => Err(xml_problem(error)),
        };
        statement.line = xml.get_ref().line();
        if let Err(problem) = taken {
            let _ = statement.reading.fault(statement.line, problem);
            break;
        }
        if statement.is_full {
            break;
        }
    }
    statement.finish()
}

fn xml_problem(error: quick_xml::Error) -> Problem {
    match error {
        quick_xml::Error::Io(error) if error.kind() == TOO_LARGE => Problem::TooLarge,
        quick_xml::Error::Io(_) => Problem::Medium,
        quick_xml::Error::Encoding(_) => Problem::Encoding,
        other => Problem::Xml(other.to_string()),
    }
}

/// The statement as far as it is read.
struct Statement {
    currency: Currency,
    reading: Reading,
    line: u64,
    is_full: bool,
    /// The version, once the outermost element told it.
    version: Option<&'static str>,
    /// Where the reader is, as `/Document/BkToCstmrStmt`.
    path: String,
    /// Where each element of the path begins in it.
    depths: Vec<usize>,
    /// The text of the innermost element, as far as it is read.
    text: String,
    /// The currency named by the innermost element.
    named_currency: Option<String>,
    account: String,
    statement_id: String,
    entries: u64,
    entry: Option<Entry>,
}

impl Statement {
    fn new(currency: Currency) -> Statement {
        Statement {
            currency,
            reading: Reading::new(),
            line: 1,
            is_full: false,
            version: None,
            path: String::new(),
            depths: Vec::new(),
            text: String::new(),
            named_currency: None,
            account: String::new(),
            statement_id: String::new(),
            entries: 0,
            entry: None,
        }
    }

    fn event(&mut self, namespace: &ResolveResult, event: Event) -> Result<(), Problem> {
        match event {
            Event::Start(start) => self.start(namespace, &start),
            Event::Empty(start) => {
                self.start(namespace, &start)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) => self.put(&text.xml10_content()),
            Event::CData(text) => self.put(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let sign = match reference.resolve_char_ref() {
                    Ok(Some(sign)) => sign,
                    Ok(None) => predefined(&reference.xml10_content()).ok_or(Problem::Entity)?,
                    Err(_) => return Err(Problem::Entity),
                };
                self.put(sign.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => Err(Problem::Entity),
            Event::Decl(declaration) => match declaration.encoding() {
                Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => Err(Problem::Encoding),
                Some(Err(error)) => Err(Problem::Xml(error.to_string())),
                _ => Ok(()),
            },
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, namespace: &ResolveResult, start: &BytesStart) -> Result<(), Problem> {
        if self.depths.len() >= MAX_DEPTH {
            return Err(Problem::TooLarge);
        }
        let own = match namespace {
            ResolveResult::Bound(namespace) => Some(namespace.0),
            _ => None,
        };
        if self.depths.is_empty() {
            self.begin(own)?;
        }
        self.depths.push(self.path.len());
        self.path.push('/');
        // What banks add in a namespace of their own has no place among the elements that are read.
        self.path.push_str(if own == self.version { "" } else { "?" });
        let local = start.local_name();
        self.path.push_str(local.into_inner());
        self.text.clear();
        self.named_currency = currency_of(start)?;
        match self.path.as_str() {
            ENTRY => self.entry = Some(Entry::at(self.line)),
            DETAILS => {
                let details = Details::at(self.line);
                if let Some(entry) = &mut self.entry {
                    if entry.details.len() >= MAX_DETAILS {
                        return Err(Problem::TooMany);
                    }
                    entry.details.push(details);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The outermost element: there is one, and it says the version.
    fn begin(&mut self, namespace: Option<&str>) -> Result<(), Problem> {
        let known = VERSIONS.into_iter().find(|version| Some(*version) == namespace);
        if self.version.is_some() || known.is_none() {
            return Err(Problem::Version);
        }
        self.version = known;
        Ok(())
    }

    fn put(&mut self, text: &str) -> Result<(), Problem> {
        if self.text.len() + text.len() > MAX_LEAF_BYTES {
            // Only blanks between elements may be as long as they like; they mean nothing.
            return if text.trim().is_empty() { Ok(()) } else { Err(Problem::TooLarge) };
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let named = self.named_currency.take();
        let element = |place| Element { place, text, named_currency: named.as_deref(), line: self.line };
        if self.path == ENTRY {
            self.is_full = self.finish_entry().is_err();
        } else if let Some(place) = self.path.strip_prefix(DETAILS) {
            let element = element(place);
            if let Some(details) = self.entry.as_mut().and_then(|entry| entry.details.last_mut()) {
                details.take(&element, self.currency);
            }
        } else if let Some(place) = self.path.strip_prefix(ENTRY) {
            let element = element(place);
            if let Some(entry) = &mut self.entry {
                entry.take(&element, self.currency);
            }
        } else {
            match self.path.strip_prefix(STATEMENT) {
                Some("/Id") => {
                    text.clone_into(&mut self.statement_id);
                    self.entries = 0;
                }
                Some("/Acct/Id/IBAN" | "/Acct/Id/Othr/Id") => text.clone_into(&mut self.account),
                _ => {}
            }
        }
        if let Some(begin) = self.depths.pop() {
            self.path.truncate(begin);
        }
    }

    fn finish_entry(&mut self) -> Result<(), Stop> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        self.entries += 1;
        let line = entry.line;
        match entry.is_deposit() {
            Ok(true) => {}
            Ok(false) => {
                self.reading.deposits.passed_over += 1;
                return Ok(());
            }
            Err(problem) => return self.reading.fault(line, problem),
        }
        // Where the bank gave the entry no reference, its place in this statement is one that stays.
        let name = match entry.reference.is_empty() {
            true => format!("{} {} {}", self.account, self.statement_id, self.entries),
            false => format!("{} {}", self.account, entry.reference),
        };
        let payments = match entry.payments(name.trim()) {
            Ok(payments) => payments,
            Err(fault) => return self.reading.fault(fault.line, fault.problem),
        };
        for (customer, payment) in payments {
            self.reading.payment(customer, payment)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Deposits, RefusedFile> {
        if self.reading.faults.is_empty() {
            let problem = match self.version {
                None => Some(Problem::Version),
                Some(_) if !self.depths.is_empty() => Some(Problem::Xml("it ends too early".to_owned())),
                Some(_) => None,
            };
            if let Some(problem) = problem {
                let _ = self.reading.fault(self.line, problem);
            }
        }
        self.reading.finish()
    }
}

/// What the element's attribute `Ccy` says.
fn currency_of(start: &BytesStart) -> Result<Option<String>, Problem> {
    let attribute = start.try_get_attribute("Ccy").map_err(|error| Problem::Xml(error.to_string()))?;
    // A currency is three capitals: nothing in it needs an entity.
    Ok(attribute.map(|attribute| attribute.value.into_owned()))
}

/// The five entities that XML itself has.
fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

//! IPP over HTTP: a request out, an answer back (RFC 8010).
//!
//! What always holds: an answer is bounded in length and depth before it is read, every exchange ends in time, and an
//! error says whether the printer can have got the request.

use crate::Reason;
use ipp::attribute::{IppAttribute, IppAttributes};
use ipp::model::{DelimiterTag, IppVersion, Operation, StatusCode};
use ipp::parser::IppParser;
use ipp::prelude::Uri;
use ipp::reader::IppReader;
use ipp::request::IppRequestResponse;
use ipp::value::{IppKeyword, IppMimeMediaType, IppName, IppValue};
use std::io::{self, Cursor};
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// The port of IPP.
const PORT: u16 = 631;
/// The longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// How deep collections may lie within each other: media are three deep.
const DEPTH_MAX: usize = 8;
const HEADER_BYTES: usize = 8;
const BEGIN_COLLECTION: u8 = 0x34;
const END_COLLECTION: u8 = 0x37;
/// Tags below this begin a group and carry neither name nor value.
const FIRST_VALUE_TAG: u8 = 0x10;
const CONNECT: Duration = Duration::from_secs(5);
const EXCHANGE: Duration = Duration::from_secs(30);
/// The user that jobs are sent for.
const USER: &str = "porto";

/// Where a printer is: `ipp://host[:port]/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
    url: String,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        let uri: Uri = text.parse().map_err(|_| AddressError)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(AddressError)?;
        let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        if uri.scheme_str() != Some("ipp") || has_user || uri.query().is_some() {
            return Err(AddressError);
        }
        let url = format!("http://{host}:{}{}", uri.port_u16().unwrap_or(PORT), uri.path());
        Ok(Address { uri, url })
    }
}

/// A text is no printer's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a printer's address is written ipp://host/path, with :port after the host where it is not {PORT}")]
pub struct AddressError;

/// The way to a printer.
#[derive(Debug)]
pub(super) struct Wire {
    agent: ureq::Agent,
    address: Address,
}

/// What a printer answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) attributes: IppAttributes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Loss {
    /// The request did not get to the printer.
    Unsent(Reason),
    /// It may have.
    Sent(Reason),
}

impl Loss {
    /// What is wrong, for requests that change nothing.
    pub(super) fn reason(self) -> Reason {
        match self {
            Loss::Unsent(reason) | Loss::Sent(reason) => reason,
        }
    }
}

impl Wire {
    pub(super) fn new(address: Address) -> Wire {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // A connection that is used again may be closed just then, and nobody could say what got through.
            .max_idle_connections(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(EXCHANGE))
            .build();
        Wire { agent: config.into(), address }
    }

    /// Asks for an operation on the printer or on one of its jobs.
    pub(super) fn ask(
        &self,
        operation: Operation,
        attributes: impl IntoIterator<Item = (DelimiterTag, IppAttribute)>,
        document: &[u8],
    ) -> Result<Answer, Loss> {
        let unsent = |_| Loss::Unsent(Reason::Unreachable("its address is too long".into()));
        let uri = Some(self.address.uri.clone());
        let mut request = IppRequestResponse::new(IppVersion::v1_1(), operation, uri).map_err(unsent)?;
        for (group, attribute) in attributes {
            request.attributes_mut().add(group, attribute);
        }
        let mut body = request.to_bytes().to_vec();
        body.extend_from_slice(document);
        let post = self.agent.post(&self.address.url).header("content-type", "application/ipp");
        let mut response = post.send(&body).map_err(loss)?;
        if response.status() != 200 {
            let refused = format!("HTTP status {}", response.status().as_u16());
            return Err(Loss::Sent(Reason::Rejected(refused)));
        }
        let bytes = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(loss)?;
        read(bytes).map_err(|fault| Loss::Sent(Reason::Garbled(fault)))
    }
}

fn read(bytes: Vec<u8>) -> Result<Answer, &'static str> {
    check_depth(&bytes)?;
    let parser = IppParser::new(IppReader::new(Cursor::new(bytes)));
    let (header, attributes, _) = parser.parse_parts().map_err(|_| "its answer is malformed")?;
    Ok(Answer { status: header.status_code(), attributes })
}

/// Collections that lie within each other without end would exhaust the stack when they are dropped.
fn check_depth(bytes: &[u8]) -> Result<(), &'static str> {
    let mut depth: usize = 0;
    let mut at = HEADER_BYTES;
    let length = |at: usize| match bytes.get(at..at + 2) {
        Some(&[high, low]) => Ok(usize::from(u16::from_be_bytes([high, low]))),
        _ => Err("its answer ends too soon"),
    };
    while let Some(&tag) = bytes.get(at) {
        at += 1;
        match tag {
            BEGIN_COLLECTION => depth += 1,
            END_COLLECTION => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err("its answer is nested too deeply");
        }
        if tag == DelimiterTag::EndOfAttributes as u8 {
            break;
        }
        if tag >= FIRST_VALUE_TAG {
            at += 2 + length(at)?;
            at += 2 + length(at)?;
        }
    }
    Ok(())
}

fn loss(error: ureq::Error) -> Loss {
    let reason = Reason::Unreachable(error.to_string());
    let never_connected = match &error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) => true,
        ureq::Error::Timeout(stage) => matches!(stage, ureq::Timeout::Resolve | ureq::Timeout::Connect),
        ureq::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
        ),
        _ => false,
    };
    if never_connected { Loss::Unsent(reason) } else { Loss::Sent(reason) }
}

/// Attributes of the operation itself.
pub(super) const OPERATION: DelimiterTag = DelimiterTag::OperationAttributes;
/// Attributes of the job that is asked for.
pub(super) const JOB: DelimiterTag = DelimiterTag::JobAttributes;

/// The user, which every operation names.
pub(super) fn user() -> (DelimiterTag, IppAttribute) {
    name("requesting-user-name", USER)
}

pub(super) fn name(attribute: &str, value: &str) -> (DelimiterTag, IppAttribute) {
    (OPERATION, named(attribute, IppValue::NameWithoutLanguage(IppName::new_truncated(value))))
}

pub(super) fn integer(attribute: &str, value: i32) -> (DelimiterTag, IppAttribute) {
    (OPERATION, named(attribute, IppValue::Integer(value)))
}

pub(super) fn format(value: &str) -> (DelimiterTag, IppAttribute) {
    (OPERATION, named("document-format", IppValue::MimeMediaType(IppMimeMediaType::new_truncated(value))))
}

pub(super) fn keyword(group: DelimiterTag, attribute: &str, value: &str) -> (DelimiterTag, IppAttribute) {
    (group, named(attribute, IppValue::Keyword(IppKeyword::new_truncated(value))))
}

/// Which attributes the answer is to have.
pub(super) fn requested(attributes: &[&str]) -> (DelimiterTag, IppAttribute) {
    let keywords = attributes.iter().map(|own| IppValue::Keyword(IppKeyword::new_truncated(*own)));
    (OPERATION, named("requested-attributes", IppValue::Array(keywords.collect())))
}

fn named(attribute: &str, value: IppValue) -> IppAttribute {
    IppAttribute::new(IppName::new_truncated(attribute), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with collections as deep as asked.
    fn answer(depth: usize) -> Vec<u8> {
        let mut bytes = vec![1, 1, 0, 0, 0, 0, 0, 1, 4];
        bytes.extend([BEGIN_COLLECTION, 0, 1, b'a', 0, 0]);
        for _ in 1..depth {
            bytes.extend([0x4a, 0, 0, 0, 1, b'b', BEGIN_COLLECTION, 0, 0, 0, 0]);
        }
        bytes.extend([END_COLLECTION, 0, 0, 0, 0].repeat(depth));
        bytes.push(3);
        bytes
    }

    #[test]
    fn an_answer_nested_without_end_is_not_read() {
        assert_eq!(read(answer(3)).unwrap().attributes.groups().len(), 1);
        assert!(read(answer(DEPTH_MAX)).is_ok());
        assert_eq!(read(answer(DEPTH_MAX + 1)).unwrap_err(), "its answer is nested too deeply");
        assert_eq!(read(answer(60_000)).unwrap_err(), "its answer is nested too deeply");
    }

    #[test]
    fn an_answer_cut_off_anywhere_is_refused() {
        let whole = answer(3);
        for length in 0..whole.len() {
            assert!(read(whole[..length].to_vec()).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn an_address_is_of_ipp_and_has_no_user() {
        let address: Address = "ipp://printer.local/ipp/print".parse().unwrap();
        assert_eq!(address.url, "http://printer.local:631/ipp/print");
        assert_eq!("ipp://h:8631/p".parse::<Address>().unwrap().url, "http://h:8631/p");
        for wrong in ["", "printer", "http://h/p", "ipps://h/p", "ipp://me@h/p", "ipp://h/p?q", "ipp:///p"] {
            assert_eq!(wrong.parse::<Address>(), Err(AddressError), "{wrong}");
        }
    }
}

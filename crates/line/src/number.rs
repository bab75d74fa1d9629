//! Numbers: where a peer is reached.
//!
//! ```text
//! tcp:centre.example:7080     tcp:192.0.2.7:7080      tcp:[2001:db8::7]:7080
//! modem:/dev/ttyS0,0,12345    the device, the prefix for an outside line (may be empty), the telephone number
//! modem:/dev/ttyS0            a modem to listen at
//! tel:12345                   a telephone number, to be dialled with whatever modem there is
//! file:/media/stick           a folder of carried files
//! ```
//!
//! What always holds: a number is short, of printable ASCII without spaces, so that no modem, terminal or log takes it
//! for a command, and reads back as it is shown. Whether it may be dialled is for the one who got it to say: from afar only `tcp:` and
//! `tel:` are taken ([`Number::may_come_from_afar`]), as devices and files are the own machine's affair.

pub use crate::error::NumberError;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The longest number.
pub const NUMBER_BYTES_MAX: usize = 128;
/// The longest telephone number, and the longest prefix.
const DIGITS_MAX: usize = 32;

/// Where a peer is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// By TCP.
    Tcp {
        /// The machine.
        host: Host,
        /// Its port.
        port: u16,
    },
    /// By a modem of this machine.
    Modem {
        /// Its serial line, in `/dev`.
        device: String,
        /// What is dialled first to get an outside line; mostly nothing.
        prefix: String,
        /// Whom it dials; nothing for a modem that only listens.
        digits: String,
    },
    /// By whatever modem there is.
    Telephone {
        /// The number, without a prefix.
        digits: String,
    },
    /// By files that are carried by hand.
    Files {
        /// Where they are put and looked for.
        folder: String,
    },
}

/// A machine on the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// By its IPv4 address.
    V4(Ipv4Addr),
    /// By its IPv6 address.
    V6(Ipv6Addr),
    /// By a name, in small letters.
    Name(String),
}

impl Number {
    /// Whether such a number may be taken from a peer: only one that leads out of this machine.
    pub fn may_come_from_afar(&self) -> bool {
        matches!(self, Number::Tcp { .. } | Number::Telephone { .. })
    }

    /// The number as it is dialled here: a telephone number by the modem and with the prefix of one's own.
    pub fn through(&self, own: &Number) -> Number {
        match (self, own) {
            (Number::Telephone { digits }, Number::Modem { device, prefix, .. }) => {
                Number::Modem { device: device.clone(), prefix: prefix.clone(), digits: digits.clone() }
            }
            _ => self.clone(),
        }
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Number, NumberError> {
        if text.len() > NUMBER_BYTES_MAX {
            return Err(NumberError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NumberError::Character);
        }
        let (kind, rest) = text.split_once(':').ok_or(NumberError::Kind)?;
        match kind {
            "tcp" => tcp(rest),
            "modem" => modem(rest),
            "tel" => Ok(Number::Telephone { digits: digits(rest)? }),
            "file" if rest.is_empty() => Err(NumberError::Folder),
            "file" => Ok(Number::Files { folder: rest.into() }),
            _ => Err(NumberError::Kind),
        }
    }
}

fn tcp(text: &str) -> Result<Number, NumberError> {
    let (host, port) = text.rsplit_once(':').ok_or(NumberError::Port)?;
    let is_plain = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|_| is_plain).ok_or(NumberError::Port)?;
    Ok(Number::Tcp { host: host.parse()?, port })
}

fn modem(text: &str) -> Result<Number, NumberError> {
    let mut parts = text.splitn(3, ',');
    let device = parts.next().filter(|device| is_device(device)).ok_or(NumberError::Device)?.into();
    let (prefix, number) = match (parts.next(), parts.next()) {
        (None, _) => return Ok(Number::Modem { device, prefix: String::new(), digits: String::new() }),
        (Some(prefix), Some(number)) => (prefix, number),
        (Some(_), None) => return Err(NumberError::Digits),
    };
    let prefix = if prefix.is_empty() { String::new() } else { digits(prefix)? };
    Ok(Number::Modem { device, prefix, digits: digits(number)? })
}

/// Whether a device lies in `/dev` and leads nowhere else.
fn is_device(device: &str) -> bool {
    let rest = device.strip_prefix("/dev/").unwrap_or_default();
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    rest.split('/').all(is_part)
}

/// Digits, with the two other keys of a telephone.
fn digits(text: &str) -> Result<String, NumberError> {
    let is_key = |byte: u8| byte.is_ascii_digit() || byte == b'*' || byte == b'#';
    if text.is_empty() || text.len() > DIGITS_MAX || !text.bytes().all(is_key) {
        return Err(NumberError::Digits);
    }
    Ok(text.into())
}

impl FromStr for Host {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Host, NumberError> {
        if let Some(inner) = text.strip_prefix('[') {
            let address = inner.strip_suffix(']').and_then(|inner| inner.parse().ok());
            return address.map(Host::V6).ok_or(NumberError::Host);
        }
        if let Ok(address) = text.parse() {
            return Ok(Host::V4(address));
        }
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_letter);
        // What ends in a number is an address that was mistyped; the system would read it in ways of its own.
        let ends_in_name = text
            .rsplit('.')
            .next()
            .is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()));
        if !ends_in_name || !text.split('.').all(is_label) {
            return Err(NumberError::Host);
        }
        Ok(Host::Name(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
            Number::Modem { device, digits, .. } if digits.is_empty() => write!(f, "modem:{device}"),
            Number::Modem { device, prefix, digits } => write!(f, "modem:{device},{prefix},{digits}"),
            Number::Telephone { digits } => write!(f, "tel:{digits}"),
            Number::Files { folder } => write!(f, "file:{folder}"),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::V4(address) => write!(f, "{address}"),
            Host::V6(address) => write!(f, "[{address}]"),
            Host::Name(name) => write!(f, "{name}"),
        }
    }
}

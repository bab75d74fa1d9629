//! What lies in JSON files between issuer and meter: personalisation, grant, order, inspection, report. See
//! docs/formats/grant.md and docs/formats/inspection.md.

use crate::HostError;
use crate::adapters;
use psd::{
    Grant, Inspection, Order, Personalisation, PersonalisationDocument, REPORT_BYTES_MAX, SealedReport,
    Signed, Task,
};
use serde::{Deserialize, Serialize};
use std::path::Path;
use terms::{Money, Serial};

/// The version of each document this program reads and writes.
const VERSION: u16 = 1;

/// Reads a personalisation file.
pub fn read_personalisation(path: &Path) -> Result<Personalisation, HostError> {
    let document: PersonalisationDocument = adapters::read_json(path)?;
    let fault =
        |error: psd::Error| HostError::Document { path: path.to_path_buf(), reason: error.to_string() };
    document.open().map_err(fault)
}

/// A signed grant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantDocument {
    version: u16,
    serial: Serial,
    number: u64,
    amount: i64,
    r3_before: Money,
    /// Takes all of R1 back, and ends the meter's service.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    closing: bool,
    signature: Hex<64>,
}

impl GrantDocument {
    /// The document of a signed grant.
    pub fn new(signed: &Signed<Grant>) -> GrantDocument {
        let Signed { message: Grant { serial, number, amount_minor, r3_before, closing }, signature } =
            *signed;
        GrantDocument {
            version: VERSION,
            serial,
            number,
            amount: amount_minor,
            r3_before,
            closing,
            signature: Hex(signature),
        }
    }

    /// Reads a grant file.
    pub fn read(path: &Path) -> Result<Signed<Grant>, HostError> {
        let document: GrantDocument = adapters::read_json(path)?;
        check_version(path, document.version)?;
        let GrantDocument { serial, number, amount, r3_before, closing, signature, .. } = document;
        let message = Grant { serial, number, amount_minor: amount, r3_before, closing };
        Ok(Signed { message, signature: signature.0 })
    }
}

/// A signed order of the centre.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderDocument {
    version: u16,
    serial: Serial,
    number: u64,
    task: Task,
    signature: Hex<64>,
}

impl OrderDocument {
    /// The document of a signed order.
    pub fn new(signed: &Signed<Order>) -> OrderDocument {
        let Signed { message: Order { serial, number, task }, signature } = *signed;
        OrderDocument { version: VERSION, serial, number, task, signature: Hex(signature) }
    }

    /// Reads an order file.
    pub fn read(path: &Path) -> Result<Signed<Order>, HostError> {
        let document: OrderDocument = adapters::read_json(path)?;
        check_version(path, document.version)?;
        let OrderDocument { serial, number, task, signature, .. } = document;
        Ok(Signed { message: Order { serial, number, task }, signature: signature.0 })
    }
}

/// A signed inspection: what a technician brings along.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionDocument {
    version: u16,
    inspection: Inspection,
    signature: Hex<64>,
}

impl InspectionDocument {
    /// The document of a signed inspection.
    pub fn new(signed: &Signed<Inspection>) -> InspectionDocument {
        let Signed { message, signature } = signed.clone();
        InspectionDocument { version: VERSION, inspection: message, signature: Hex(signature) }
    }

    /// Reads an inspection file.
    pub fn read(path: &Path) -> Result<Signed<Inspection>, HostError> {
        let document: InspectionDocument = adapters::read_json(path)?;
        check_version(path, document.version)?;
        Ok(Signed { message: document.inspection, signature: document.signature.0 })
    }
}

/// A device's report, sealed for the centre.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDocument {
    version: u16,
    serial: Serial,
    challenge: Hex<16>,
    report: String,
    mac: Hex<16>,
}

impl ReportDocument {
    /// The document of a report that was asked over this challenge.
    pub fn new(serial: Serial, challenge: [u8; 16], sealed: &SealedReport) -> ReportDocument {
        let report = sealed.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        ReportDocument { version: VERSION, serial, challenge: Hex(challenge), report, mac: Hex(sealed.mac) }
    }

    /// Reads a report file: the meter it says it is of, the challenge, and the report, not yet believed.
    pub fn read(path: &Path) -> Result<(Serial, [u8; 16], SealedReport), HostError> {
        let document: ReportDocument = adapters::read_json(path)?;
        check_version(path, document.version)?;
        let fault = || HostError::Document {
            path: path.to_path_buf(),
            reason: "the report is no row of hexadecimal digits".into(),
        };
        let digits: Option<Vec<u32>> = document.report.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() % 2 == 0 && digits.len() <= 2 * REPORT_BYTES_MAX);
        let pairs = digits.ok_or_else(fault)?;
        let bytes = pairs.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect();
        Ok((document.serial, document.challenge.0, SealedReport { bytes, mac: document.mac.0 }))
    }
}

fn check_version(path: &Path, version: u16) -> Result<(), HostError> {
    if version == VERSION {
        return Ok(());
    }
    let reason = format!("it has version {version}, and this program knows version {VERSION}");
    Err(HostError::Document { path: path.to_path_buf(), reason })
}

/// Public bytes as they are given on a command line, in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits<const N: usize>(pub [u8; N]);

/// A challenge for a report.
pub type Challenge = Digits<16>;
/// The SHA-256 of a program.
pub type Checksum = Digits<32>;

impl<const N: usize> std::str::FromStr for Digits<N> {
    type Err = serde::de::value::Error;

    fn from_str(text: &str) -> Result<Digits<N>, Self::Err> {
        use serde::de::IntoDeserializer;
        Hex::deserialize(text.into_deserializer()).map(|Hex(bytes)| Digits(bytes))
    }
}

/// Public bytes as hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Hex<N>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == 2 * N);
        let fault = || serde::de::Error::custom(format!("{} hexadecimal digits are needed", 2 * N));
        let digits = digits.ok_or_else(fault)?;
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (pair[0] << 4 | pair[1]) as u8;
        }
        Ok(Hex(bytes))
    }
}

pub(crate) mod key_text {
    //! A key as 64 hexadecimal digits; the text is wiped after use.

    use imprint::numbers::Key;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    pub fn serialize<S: Serializer>(key: &Key, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = key.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&Zeroizing::new(text))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Key::from_hex(&text).map_err(D::Error::custom)
    }
}

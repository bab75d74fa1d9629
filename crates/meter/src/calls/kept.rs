//! What is kept between calls, in a small file beside the meter's pairing: the centre's number, the modem, and that a
//! refill was asked for.
//!
//! What always holds: the file is replaced as a whole and is durable before the call goes on; one process at a time
//! works with it. A refill that was asked for stays noted until its end was told: so that whoever asks again after a
//! process was killed is not charged for two.
//!
//! ```text
//! {"version": 1, "centre": "tel:12345", "modem": "modem:/dev/ttyS0,0",
//!  "refill": {"serial": 12345678, "after_grant": 3}}
//! ```

use super::{CallFault, Called, End};
use line::Number;
use psd_host::issuer::replace_document;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use terms::Serial;

const VERSION: u16 = 1;
/// No file of these is longer.
const BYTES_MAX: u64 = 4096;

/// What is kept, open to this process alone.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    document: Document,
    /// Holds the lock for as long as it lives.
    _lock: File,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u16,
    #[serde(default, with = "text", skip_serializing_if = "Option::is_none")]
    centre: Option<Number>,
    #[serde(default, with = "text", skip_serializing_if = "Option::is_none")]
    modem: Option<Modem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refill: Option<Refill>,
}

/// A refill that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refill {
    serial: Serial,
    /// The number of the last grant that the meter had before.
    after_grant: u64,
}

impl Kept {
    /// Reads what is kept in this file, if it is there.
    pub fn open(path: &Path) -> Result<Kept, CallFault> {
        let lock = lock(path)?;
        let document = match path.exists() {
            true => read(path)?,
            false => Document { version: VERSION, centre: None, modem: None, refill: None },
        };
        Ok(Kept { path: path.into(), document, _lock: lock })
    }

    /// The centre's number.
    pub fn centre(&self) -> Result<&Number, CallFault> {
        self.document.centre.as_ref().ok_or_else(|| CallFault::NoCentre(self.path.clone()))
    }

    /// The modem to dial with.
    pub fn modem(&self) -> Option<&Modem> {
        self.document.modem.as_ref()
    }

    /// Keeps what was said anew: the centre's number, the modem. A number that names its modem is kept as
    /// the two, since the centre knows it without.
    pub fn set(&mut self, centre: Option<&Number>, modem: Option<&Modem>) -> Result<(), CallFault> {
        let mut document = self.document.clone();
        match centre {
            Some(Number::Modem { digits, .. }) if digits.is_empty() => {
                return Err(CallFault::NoDigits);
            }
            Some(Number::Modem { device, prefix, digits }) => {
                document.centre = Some(Number::Telephone { digits: digits.clone() });
                document.modem = Some(Modem { device: device.clone(), prefix: prefix.clone() });
            }
            Some(number) => document.centre = Some(number.clone()),
            None => {}
        }
        document.modem = modem.cloned().or(document.modem);
        self.replace(document)
    }

    /// Keeps the number that the centre gave.
    pub(super) fn move_to(&mut self, number: &Number) -> Result<(), CallFault> {
        self.replace(Document { centre: Some(number.clone()), ..self.document.clone() })
    }

    /// Notes that a refill is asked for of this meter, whose last grant has this number; an earlier note stays.
    pub(super) fn note_refill(&mut self, serial: Serial, after_grant: u64) -> Result<(), CallFault> {
        let earlier = self.document.refill.filter(|refill| refill.serial == serial);
        let refill = Some(earlier.unwrap_or(Refill { serial, after_grant }));
        self.replace(Document { refill, ..self.document.clone() })
    }

    /// Whether a refill of this meter was asked for whose end nobody saw, and its credit has come, as its last grant
    /// shows.
    pub(super) fn has_come(&self, serial: Serial, last_grant: u64) -> bool {
        self.document.refill.is_some_and(|refill| refill.serial == serial && refill.after_grant < last_grant)
    }

    /// Whoever asked was told how a call ended: where it was about a refill, the note of it is needed no more. The good
    /// end of another call tells the same, unless nobody is there to read it.
    pub fn told(&mut self, called: &Called, automatic: bool) -> Result<(), CallFault> {
        let tells_refill = called.asked_refill || matches!(called.end, End::CameBefore(_));
        if tells_refill || (called.end.is_done() && !automatic) {
            self.forget_refill()?;
        }
        Ok(())
    }

    fn forget_refill(&mut self) -> Result<(), CallFault> {
        self.replace(Document { refill: None, ..self.document.clone() })
    }

    fn replace(&mut self, document: Document) -> Result<(), CallFault> {
        if document != self.document {
            replace_document(&self.path, &document).map_err(CallFault::Keep)?;
            self.document = document;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Document, CallFault> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unusable(path))?;
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unusable(path))?;
    let wrong = |reason: String| CallFault::Settings { path: path.into(), reason };
    if bytes.len() as u64 > BYTES_MAX {
        return Err(wrong(format!("it is longer than {BYTES_MAX} bytes")));
    }
    let document: Document = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    if document.version != VERSION {
        let version = document.version;
        return Err(wrong(format!("it has version {version}, and this program knows version {VERSION}")));
    }
    Ok(document)
}

/// The lock lies beside the file, which is another one after each change.
fn lock(path: &Path) -> Result<File, CallFault> {
    let mut beside = path.as_os_str().to_os_string();
    beside.push(".lock");
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&beside);
    let file = opened.map_err(unusable(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CallFault::UnderWay(path.into())),
        Err(TryLockError::Error(error)) => Err(unusable(path)(error)),
    }
}

fn unusable(path: &Path) -> impl FnOnce(io::Error) -> CallFault {
    let path = path.to_path_buf();
    move |source| CallFault::Unusable { path, source }
}

/// A modem of this machine, and what it dials to get an outside line: `modem:/dev/ttyS0` or `modem:/dev/ttyS0,0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modem {
    device: String,
    prefix: String,
}

impl Modem {
    /// The modem as the number of whoever has it.
    pub fn number(&self) -> Number {
        Number::Modem { device: self.device.clone(), prefix: self.prefix.clone(), digits: String::new() }
    }
}

impl FromStr for Modem {
    type Err = String;

    fn from_str(text: &str) -> Result<Modem, String> {
        let sentence =
            || "a modem is its device, and the prefix if there is one: modem:/dev/ttyS0,0".to_string();
        // With some digit behind it, a device with a prefix is a number.
        let number = if text.contains(',') { format!("{text},0") } else { text.to_string() };
        match number.parse() {
            Ok(Number::Modem { device, prefix, .. }) => Ok(Modem { device, prefix }),
            _ => Err(sentence()),
        }
    }
}

impl fmt::Display for Modem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modem { device, prefix } = self;
        if prefix.is_empty() { write!(f, "modem:{device}") } else { write!(f, "modem:{device},{prefix}") }
    }
}

mod text {
    //! What is written as it is shown.

    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::fmt::Display;
    use std::str::FromStr;

    pub fn serialize<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn a_modem_is_a_device_with_or_without_a_prefix_and_no_number() {
        for text in ["modem:/dev/ttyS0", "modem:/dev/ttyS0,0"] {
            assert_eq!(text.parse::<Modem>().unwrap().to_string(), text);
        }
        for text in ["modem:/dev/ttyS0,0,12345", "tel:1", "modem:ttyS0", "modem:/dev/ttyS0,x", ""] {
            assert!(text.parse::<Modem>().is_err(), "{text}");
        }
        let modem: Modem = "modem:/dev/ttyS0,0".parse().unwrap();
        assert_eq!(number("tel:123").through(&modem.number()), number("modem:/dev/ttyS0,0,123"));
    }

    #[test]
    fn what_is_kept_is_there_again_and_a_number_with_its_modem_is_kept_as_the_two() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("meter.link");
        let mut kept = Kept::open(&path).unwrap();
        assert!(matches!(kept.centre(), Err(CallFault::NoCentre(_))));
        kept.set(Some(&number("modem:/dev/ttyS0,0,12345")), None).unwrap();
        assert!(matches!(Kept::open(&path), Err(CallFault::UnderWay(_))));
        drop(kept);
        let mut kept = Kept::open(&path).unwrap();
        assert_eq!(kept.centre().unwrap(), &number("tel:12345"));
        assert_eq!(kept.modem().unwrap().to_string(), "modem:/dev/ttyS0,0");
        kept.move_to(&number("tcp:centre:1")).unwrap();
        drop(kept);
        let kept = Kept::open(&path).unwrap();
        assert_eq!((kept.centre().unwrap(), kept.modem().is_some()), (&number("tcp:centre:1"), true));
    }

    #[test]
    fn a_refill_is_known_to_have_come_by_the_grant_after_the_one_noted_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Kept::open(&folder.path().join("meter.link")).unwrap();
        let (serial, other) = (Serial::new(12_345_678).unwrap(), Serial::new(12_345_679).unwrap());
        assert!(!kept.has_come(serial, 5));
        kept.note_refill(serial, 5).unwrap();
        kept.note_refill(serial, 6).unwrap();
        assert!(!kept.has_come(serial, 5) && kept.has_come(serial, 6) && !kept.has_come(other, 6));
        kept.forget_refill().unwrap();
        assert!(!kept.has_come(serial, 6));
    }

    #[test]
    fn what_is_no_settings_file_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("meter.link");
        let long = format!("{{\"version\": 1{}}}", " ".repeat(5000));
        for text in ["", "{}", r#"{"version": 2}"#, r#"{"version": 1, "more": 1}"#, &long] {
            std::fs::write(&path, text).unwrap();
            let refused = Kept::open(&path).unwrap_err();
            assert!(
                matches!(refused, CallFault::Settings { .. }) && !refused.is_refusal(),
                "{text}: {refused}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_refill_stays_noted_until_somebody_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Kept::open(&folder.path().join("meter.link")).unwrap();
        let serial = Serial::new(12_345_678).unwrap();
        let called = |end| Called::ended(end);
        let done = || End::Finished {
            finish: link::call::meter::Finish::Done,
            refusal: String::new(),
            dialled: String::new(),
        };
        kept.note_refill(serial, 5).unwrap();
        kept.told(&called(End::NobodyCalled), false).unwrap();
        kept.told(&called(done()), true).unwrap();
        assert!(kept.has_come(serial, 6), "neither tells what became of it");
        for (called, automatic) in [
            (called(done()), false),
            (called(End::CameBefore(6)), true),
            (Called { asked_refill: true, ..called(End::NobodyCalled) }, false),
        ] {
            kept.note_refill(serial, 5).unwrap();
            kept.told(&called, automatic).unwrap();
            assert!(!kept.has_come(serial, 6), "{called:?}");
        }
    }
}

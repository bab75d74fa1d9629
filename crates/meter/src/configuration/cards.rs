//! The card reader, and what makes a card this meter's.
//!
//! What always holds: the key of the meter's cards is drawn once, lies in a file of the owner's alone, and is wiped from
//! memory with who holds it.

use super::fault::{fault, setting};
use super::files::make_folder;
use super::{Configuration, ConfigurationFault};
use crate::machine::MakersKey;
use cards::{CardKey, Check, Constant, Drawn, Issuer as CardIssuer, Reader, TransportCode};
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use terms::Serial;
use zeroize::Zeroizing;

/// The key of this meter's cards, in its folder; made when it is first needed.
const CARD_KEY: &str = "cards.key";

/// The card reader.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardSettings {
    /// Which.
    pub reader: ReaderKind,
    /// The folder of a drawn reader.
    pub folder: Option<PathBuf>,
    /// The name of a PC/SC reader; the first one if not given.
    pub name: Option<String>,
    /// What is asked of a card.
    pub format: CardFormat,
    /// The constant C, eight digits, the same in all meters of a maker.
    pub constant: u32,
    /// The code that memory cards ask for before they are written, as their maker set it: six hexadecimal digits.
    pub transport_code: Option<String>,
    /// The file of the key that meter and maker share for replacing a lost master: 32 bytes.
    pub makers_key: Option<PathBuf>,
}

/// Kinds of reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderKind {
    /// None.
    #[default]
    Off,
    /// Cards in files, with a slot in a folder.
    Drawn,
    /// A reader of the PC/SC service.
    Pcsc,
}

/// What is asked of a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardFormat {
    /// The equations of DE 197 57 648 alone.
    Historic,
    /// Seals as well.
    #[default]
    Authenticated,
}

impl Configuration {
    pub(super) fn reader(&self) -> Result<Option<Box<dyn Reader>>, ConfigurationFault> {
        Ok(match self.cards.reader {
            ReaderKind::Off => None,
            ReaderKind::Drawn => Some(Box::new(self.drawn()?)),
            ReaderKind::Pcsc => Some(self.pcsc()?),
        })
    }

    /// The drawn reader of the settings.
    pub fn drawn(&self) -> Result<Drawn, ConfigurationFault> {
        let folder = self.path(self.cards.folder.as_deref().unwrap_or(Path::new("cards")));
        make_folder(&folder)?;
        Drawn::open(&folder).map_err(setting("cards.folder"))
    }

    #[cfg(feature = "pcsc")]
    fn pcsc(&self) -> Result<Box<dyn Reader>, ConfigurationFault> {
        Ok(Box::new(cards::PcscReader::new(self.cards.name.as_deref())))
    }

    #[cfg(not(feature = "pcsc"))]
    fn pcsc(&self) -> Result<Box<dyn Reader>, ConfigurationFault> {
        Err(fault(
            "cards.reader",
            "this program was built without PC/SC: build it with --features porto/pcsc",
        ))
    }

    pub(super) fn makers_key(&self) -> Result<Option<MakersKey>, ConfigurationFault> {
        let Some(path) = &self.cards.makers_key else { return Ok(None) };
        let path = self.path(path);
        let mut key = MakersKey::default();
        let read = File::open(&path).and_then(|mut file| file.read_exact(key.as_mut_slice()));
        read.map_err(|source| ConfigurationFault::File { path, source })?;
        Ok(Some(key))
    }

    /// What makes a card this meter's, where it works with cards; the device says the serial number.
    pub fn card_issuer(&self) -> Result<Option<CardIssuer>, ConfigurationFault> {
        if self.cards.reader == ReaderKind::Off {
            return Ok(None);
        }
        let constant = Constant::new(self.cards.constant);
        let code = match &self.cards.transport_code {
            Some(text) => transport_code(text)?,
            None => TransportCode::BLANK,
        };
        Ok(Some(CardIssuer {
            // The device says which; this one is never looked at.
            serial: Serial::new(0).map_err(setting("cards"))?,
            constant: constant.ok_or_else(|| fault("cards.constant", "it has at most eight digits"))?,
            key: card_key(&self.folder.join(CARD_KEY))?,
            code,
            check: match self.cards.format {
                CardFormat::Historic => Check::Historic,
                CardFormat::Authenticated => Check::Authenticated,
            },
        }))
    }
}

fn transport_code(text: &str) -> Result<TransportCode, ConfigurationFault> {
    let wrong = || fault("cards.transport_code", "it has six hexadecimal digits");
    let number = u32::from_str_radix(text, 16).map_err(|_| wrong())?;
    let [0, first, second, third] = number.to_be_bytes() else { return Err(wrong()) };
    if text.len() == 6 { Ok(TransportCode::new([first, second, third])) } else { Err(wrong()) }
}

/// The key of this meter's cards; drawn and kept in a file of the owner's alone when it is first needed.
fn card_key(path: &Path) -> Result<CardKey, ConfigurationFault> {
    let failed = |source| ConfigurationFault::File { path: path.into(), source };
    let mut bytes = Zeroizing::new([0; CardKey::BYTES]);
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            getrandom::fill(bytes.as_mut_slice())
                .map_err(|error| failed(io::Error::other(error.to_string())))?;
            file.write_all(bytes.as_slice()).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut file = File::open(path).map_err(failed)?;
            file.read_exact(bytes.as_mut_slice()).map_err(failed)?;
        }
        Err(error) => return Err(failed(error)),
    }
    Ok(CardKey::new(*bytes))
}

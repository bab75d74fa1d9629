//! The meter's settings file, `meter.toml` in the meter's folder: what it is connected to and how it behaves. Paths in
//! it are seen from that folder.
//!
//! What always holds: an unknown name is refused, so that a mistyped setting is not taken for a default; no secret
//! stands in it, only where it lies.

use crate::machine::{ComputerClock, Device, MachineFault, MakersKey, Parts, Place, Stationery};
use crate::routine::Settings;
use access::cards::Prefix;
use cards::{CardKey, Check, Constant, Drawn, Issuer as CardIssuer, Reader, TransportCode};
use imprint::picture::Issuer;
use imprint::picture::compose::Routine as PrintRoutine;
use imprint::picture::layout::DPI;
use journal::Journal;
use paper::{Arrangement, Envelope, Offset};
use printer::adapters::columns::Device as ColumnDevice;
use printer::adapters::files::{Folder, Form};
use printer::adapters::head::{Drive, Head, Letter, Mechanism};
use printer::adapters::ipp::{Ipp, Patience};
use printer::{Printer, Stations};
use rates::{ScaleAddress, Table, Tables};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use terms::Serial;
use zeroize::Zeroizing;

/// The settings file in a meter's folder.
pub const SETTINGS: &str = "meter.toml";
/// No settings file and no rate table is longer.
const TEXT_BYTES_MAX: u64 = 1 << 20;
/// The resolution of a raster for office printers, a multiple of the head's.
const PRINTER_DPI: u32 = 1_200;
/// The key of this meter's cards, in its folder; made when it is first needed.
const CARD_KEY: &str = "cards.key";

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationFault {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not as it must be.
    #[error("{}: {reason}", path.display())]
    Text {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting is not as it must be.
    #[error("{name}: {reason}")]
    Setting {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The machine cannot be put together.
    #[error(transparent)]
    Machine(#[from] MachineFault),
}

/// The settings of a meter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The folder they were read from.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The security device.
    pub device: DeviceSettings,
    /// The printer.
    #[serde(default)]
    pub printer: PrinterSettings,
    /// How imprints look.
    #[serde(default)]
    pub imprint: ImprintSettings,
    /// How the routine behaves.
    #[serde(default)]
    pub routine: Settings,
    /// The first two digits of all cost centres.
    #[serde(default = "first_prefix")]
    pub prefix: Prefix,
    /// The card reader.
    #[serde(default)]
    pub cards: CardSettings,
    /// The scale, as `rates` names it.
    #[serde(default)]
    pub scale: Option<String>,
    /// Rate tables.
    #[serde(default)]
    pub rates: Vec<PathBuf>,
    /// The panel.
    #[serde(default)]
    pub panel: PanelSettings,
}

fn first_prefix() -> Prefix {
    Settings::default().first_centre.prefix()
}

/// Where the security device is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceSettings {
    /// Its memory file, where it runs in the meter's own process.
    pub memory: Option<PathBuf>,
    /// The socket of `porto psd serve`.
    pub socket: Option<PathBuf>,
    /// The pairing with it.
    pub pairing: Option<PathBuf>,
}

/// The printer.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrinterSettings {
    /// Which.
    pub kind: PrinterKind,
    /// The folder of `files` and of what `head` prints.
    pub folder: PathBuf,
    /// The form of files.
    pub form: FileForm,
    /// The address of `ipp`.
    pub address: Option<String>,
    /// The device file of `columns`.
    pub device: Option<PathBuf>,
    /// Whether a feeder is driven.
    pub feeder: bool,
    /// Whether a stacker is driven.
    pub stacker: bool,
}

impl Default for PrinterSettings {
    fn default() -> PrinterSettings {
        PrinterSettings {
            kind: PrinterKind::Files,
            folder: "letters".into(),
            form: FileForm::Pdf,
            address: None,
            device: None,
            feeder: false,
            stacker: false,
        }
    }
}

/// Kinds of printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrinterKind {
    /// A file for each letter.
    Files,
    /// A printer on the network.
    Ipp,
    /// A simulated franking head with encoder, clock, feeder and stacker; its letters are files too.
    Head,
    /// A device that takes columns.
    Columns,
}

/// Forms of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileForm {
    /// The imprint alone, a picture at its true size.
    Png,
    /// The imprint on its envelope.
    Pdf,
    /// The same as a raster for printers.
    Pwg,
    /// The head's columns.
    Columns,
}

/// How imprints look.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImprintSettings {
    /// The envelope: dl, c6, c5 or c4.
    pub envelope: Option<String>,
    /// How far the imprint is moved left and down, in millimetres.
    pub offset: Option<String>,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// The town.
    pub town: Option<String>,
    /// What stands below the date.
    pub office: Option<String>,
    /// The currency beside the postage.
    pub currency: Option<String>,
    /// What stands in the place of an endorsement.
    pub motto: Option<String>,
}

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

/// The panel.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PanelSettings {
    /// Where it is served.
    pub listen: String,
    /// A certificate and those above it (PEM), for other addresses than this machine's own.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

impl Default for PanelSettings {
    fn default() -> PanelSettings {
        PanelSettings { listen: "127.0.0.1:7060".into(), certificate: None, key: None }
    }
}

impl Configuration {
    /// Reads the settings of the meter in this folder.
    pub fn read(folder: &Path) -> Result<Configuration, ConfigurationFault> {
        let path = folder.join(SETTINGS);
        let text = read_text(&path)?;
        let parsed: Result<Configuration, _> = toml::from_str(&text);
        let parsed =
            parsed.map_err(|error| ConfigurationFault::Text { path, reason: error.message().into() })?;
        Ok(Configuration { folder: folder.into(), ..parsed })
    }

    /// A path that stands in the settings.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// Where the journal lies.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal.db")
    }

    /// Where what is kept of calls lies.
    pub fn calls(&self) -> PathBuf {
        self.folder.join("meter.link")
    }

    /// Puts the machine together. The mechanism is that of a simulated head, where there is one.
    pub fn parts(&self) -> Result<(Parts, Option<Mechanism>), ConfigurationFault> {
        let mut journal = Journal::open(&self.journal()).map_err(MachineFault::from)?;
        let (printer, mechanism) = self.printer()?;
        let scale = match &self.scale {
            Some(address) => {
                let address: ScaleAddress = address.parse().map_err(setting("scale"))?;
                Some(address.open().map_err(setting("scale"))?)
            }
            None => None,
        };
        let parts = Parts {
            settings: self.routine.clone(),
            prefix: self.prefix,
            device: self.device()?,
            printer,
            stations: Stations { feeder: self.printer.feeder, stacker: self.printer.stacker },
            stationery: self.stationery(&mut journal)?,
            tables: self.tables(&mut journal)?,
            scale,
            reader: self.reader()?,
            card_issuer: self.card_issuer()?,
            makers_key: self.makers_key()?,
            calls: self.calls(),
            clock: Box::new(ComputerClock::new()),
            journal,
        };
        Ok((parts, mechanism))
    }

    fn device(&self) -> Result<Device, ConfigurationFault> {
        let DeviceSettings { memory, socket, pairing } = &self.device;
        let place = match (memory, socket) {
            (Some(memory), None) => Place::Memory(self.path(memory)),
            (None, Some(socket)) => Place::Socket(self.path(socket)),
            _ => return Err(fault("device", "one of memory and socket is needed")),
        };
        let beside = match &place {
            Place::Memory(memory) => Some(psd_host::pairing_path(memory)),
            Place::Socket(_) => None,
        };
        let pairing = pairing.as_ref().map(|pairing| self.path(pairing)).or(beside);
        let pairing = pairing.ok_or_else(|| fault("device.pairing", "a socket needs the pairing's file"))?;
        Ok(Device::new(place, pairing))
    }

    fn printer(&self) -> Result<(Box<dyn Printer>, Option<Mechanism>), ConfigurationFault> {
        let settings = &self.printer;
        let folder = self.path(&settings.folder);
        let form = match settings.form {
            FileForm::Png => Form::Png,
            FileForm::Pdf => Form::Pdf,
            FileForm::Pwg => Form::Raster { enlargement: PRINTER_DPI / DPI },
            FileForm::Columns => Form::Columns,
        };
        Ok(match settings.kind {
            PrinterKind::Files => {
                make_folder(&folder)?;
                (Box::new(Folder::new(folder, form)), None)
            }
            PrinterKind::Head => {
                make_folder(&folder)?;
                let mechanism = Mechanism::default();
                let tray = move |letter: Letter| keep_letter(&folder, &letter);
                (Box::new(Head::new(Drive::default(), mechanism.clone(), Box::new(tray))), Some(mechanism))
            }
            PrinterKind::Ipp => {
                let address = settings.address.as_deref();
                let address =
                    address.ok_or_else(|| fault("printer.address", "an IPP printer has an address"))?;
                let address = address.parse().map_err(setting("printer.address"))?;
                (Box::new(Ipp::new(address, Patience::default())), None)
            }
            PrinterKind::Columns => {
                let device = settings.device.as_ref();
                let path =
                    self.path(device.ok_or_else(|| fault("printer.device", "name the device's file"))?);
                let opened = OpenOptions::new().write(true).open(&path);
                let file = opened.map_err(|source| ConfigurationFault::File { path, source })?;
                (Box::new(ColumnDevice::new(file)), None)
            }
        })
    }

    fn stationery(&self, journal: &mut Journal) -> Result<Stationery, ConfigurationFault> {
        let settings = &self.imprint;
        let usual = Issuer::default();
        let envelope = settings.envelope.as_deref().map(str::parse).transpose();
        let offset = settings.offset.as_deref().map(str::parse).transpose();
        let cliches = journal.cliches().map_err(MachineFault::from)?;
        Ok(Stationery {
            arrangement: Arrangement::default(),
            issuer: Issuer {
                carrier: settings.carrier.clone().unwrap_or(usual.carrier),
                town: settings.town.clone().unwrap_or(usual.town),
                office: settings.office.clone().unwrap_or(usual.office),
                currency: settings.currency.clone().unwrap_or(usual.currency),
                motto: settings.motto.clone().unwrap_or(usual.motto),
            },
            envelope: envelope.map_err(setting("imprint.envelope"))?.unwrap_or(Envelope::default()),
            offset: offset.map_err(setting("imprint.offset"))?.unwrap_or(Offset::default()),
            routine: PrintRoutine::WhilePrinting,
            cliches: cliches
                .into_iter()
                .map(|stored| (stored.cliche.number(), stored))
                .collect::<BTreeMap<_, _>>(),
        })
    }

    fn tables(&self, journal: &mut Journal) -> Result<Tables, ConfigurationFault> {
        let mut tables = Tables::default();
        for path in &self.rates {
            let path = self.path(path);
            let wrong = |reason: String| ConfigurationFault::Text { path: path.clone(), reason };
            let table = Table::from_toml(&read_text(&path)?).map_err(|error| wrong(error.to_string()))?;
            tables.insert(table).map_err(|error| wrong(error.to_string()))?;
        }
        for (name, day) in journal.rate_tables().map_err(MachineFault::from)? {
            let Some(kept) = journal.rate_table(&name, day).map_err(MachineFault::from)? else { continue };
            let table = Table::from_json(&kept.document).map_err(setting("rates"))?;
            tables.insert(table).map_err(setting("rates"))?;
        }
        Ok(tables)
    }

    fn reader(&self) -> Result<Option<Box<dyn Reader>>, ConfigurationFault> {
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

    fn makers_key(&self) -> Result<Option<MakersKey>, ConfigurationFault> {
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

/// What a simulated head has printed is kept as a picture.
fn keep_letter(folder: &Path, letter: &Letter) {
    let mut bytes = Vec::new();
    if paper::write_png(&letter.bitmap, DPI, &mut bytes).is_ok() {
        let _ = fs::write(folder.join(format!("{}.png", letter.name)), bytes);
    }
}

fn make_folder(path: &Path) -> Result<(), ConfigurationFault> {
    fs::create_dir_all(path).map_err(|source| ConfigurationFault::File { path: path.into(), source })
}

/// A text of bounded length.
pub fn read_text(path: &Path) -> Result<String, ConfigurationFault> {
    let failed = |source| ConfigurationFault::File { path: path.into(), source };
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(TEXT_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn fault(name: &'static str, reason: &str) -> ConfigurationFault {
    ConfigurationFault::Setting { name, reason: reason.into() }
}

fn setting<E: ToString>(name: &'static str) -> impl Fn(E) -> ConfigurationFault {
    move |error| ConfigurationFault::Setting { name, reason: error.to_string() }
}

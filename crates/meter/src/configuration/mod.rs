//! The meter's settings file, `meter.toml` in the meter's folder: what it is connected to and how it behaves. Paths in
//! it are seen from that folder.
//!
//! What always holds: an unknown name is refused, so that a mistyped setting is not taken for a default; no secret
//! stands in it, only where it lies.
//!
//! | file | holds |
//! |---|---|
//! | `cards` | the card reader, and what makes a card this meter's |
//! | `device` | where the security device is |
//! | `fault` | why the settings cannot be used |
//! | `files` | reading and making what the settings name |
//! | `imprint` | how imprints look |
//! | `printer` | the printer |

mod cards;
mod device;
mod fault;
mod files;
mod imprint;
mod printer;

pub use self::cards::{CardFormat, CardSettings, ReaderKind};
pub use self::imprint::ImprintSettings;
pub use self::printer::{FileForm, PrinterKind, PrinterSettings};
pub use device::DeviceSettings;
pub use fault::ConfigurationFault;
pub use files::read_text;

use self::fault::setting;
use crate::machine::{ComputerClock, MachineFault, Parts};
use crate::routine::Settings;
use ::printer::Stations;
use ::printer::adapters::head::Mechanism;
use access::cards::Prefix;
use journal::Journal;
use rates::{ScaleAddress, Table, Tables};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The settings file in a meter's folder.
pub const SETTINGS: &str = "meter.toml";

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
}

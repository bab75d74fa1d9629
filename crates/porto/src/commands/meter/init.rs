//! `porto meter init`: a folder with a settings file that says what each setting is.

use super::configuration_failure;
use super::settings::{Chosen, DeviceAt, text};
use crate::failure::Failure;
use crate::output;
use clap::ValueEnum;
use line::Number;
use meter::calls::Kept;
use meter::configuration::{Configuration, SETTINGS};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Makes a meter's folder with its settings file, in which each setting is explained. Nothing is ever overwritten.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter init mailroom --memory meter.psd --centre tcp:centre.example:7080\n  porto \
meter init mailroom --socket /run/porto/psd.sock --pairing meter.psd.pair --printer ipp --printer-address \
ipp://printer.example/ipp/print\n  porto meter init mailroom --memory meter.psd --cards drawn"
)]
pub struct Init {
    /// The folder; made if it is not there.
    folder: PathBuf,
    #[command(flatten)]
    device: DevicePlace,
    /// The pairing with the device; with --memory FILE it is FILE.pair if not given.
    #[arg(long, value_name = "FILE", required_unless_present = "memory")]
    pairing: Option<PathBuf>,
    /// The centre's number, such as tcp:centre.example:7080, which is kept for all calls.
    #[arg(long, value_name = "NUMBER")]
    centre: Option<Number>,
    /// The printer.
    #[arg(long, value_enum, default_value_t = PrinterName::Files)]
    printer: PrinterName,
    /// The address of an IPP printer.
    #[arg(long, value_name = "URL", required_if_eq("printer", "ipp"))]
    printer_address: Option<String>,
    /// The device file of a printer that takes columns.
    #[arg(long, value_name = "FILE", required_if_eq("printer", "columns"))]
    printer_device: Option<PathBuf>,
    /// Whether the meter works with chip cards, and by which reader.
    #[arg(long, value_enum, default_value_t = CardsName::Off)]
    cards: CardsName,
}

/// Where the device is.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct DevicePlace {
    /// The device's memory file, where the meter runs the device itself.
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
    /// The socket of a device that `porto psd serve` runs.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum PrinterName {
    /// A file for each letter.
    Files,
    /// A printer on the network.
    Ipp,
    /// A simulated franking head.
    Head,
    /// A device that takes columns.
    Columns,
}

#[derive(Clone, Copy, ValueEnum)]
enum CardsName {
    /// The meter works without cards.
    Off,
    /// Cards in files, for trials.
    Drawn,
    /// A reader of the PC/SC service.
    Pcsc,
}

impl Init {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let text = text(&self.chosen()?);
        fs::create_dir_all(&self.folder).map_err(unusable(&self.folder))?;
        let path = self.folder.join(SETTINGS);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = file.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::refused(format!("{} exists already", path.display())),
            _ => unusable(&path)(error),
        })?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unusable(&path))?;
        let configuration = Configuration::read(&self.folder).map_err(configuration_failure)?;
        if let Some(centre) = &self.centre {
            let kept = Kept::open(&configuration.calls());
            kept.and_then(|mut kept| kept.set(Some(centre), None)).map_err(Failure::usage)?;
        }
        let folder = self.folder.display();
        output::line(&format!("settings in {}", path.display()))?;
        let next = match self.cards {
            CardsName::Off => format!("porto meter frank --meter {folder} --postage 110"),
            CardsName::Drawn | CardsName::Pcsc => format!("porto meter card make --meter {folder}"),
        };
        output::line(&format!("next: {next}"))?;
        Ok(ExitCode::SUCCESS)
    }

    fn chosen(&self) -> Result<Chosen, Failure> {
        let device = match (&self.device.memory, &self.device.socket) {
            (Some(memory), _) if !memory.exists() => {
                return Err(Failure::usage(format!(
                    "there is no device in {}: make one with `porto psd init`",
                    memory.display()
                )));
            }
            (Some(memory), _) => DeviceAt::Memory(absolute(memory)?),
            (None, Some(socket)) => DeviceAt::Socket(absolute(socket)?),
            (None, None) => return Err(Failure::usage("either --memory or --socket is needed")),
        };
        Ok(Chosen {
            device,
            pairing: self.pairing.as_deref().map(absolute).transpose()?,
            printer: name(self.printer),
            printer_address: self.printer_address.clone(),
            printer_device: self.printer_device.as_deref().map(absolute).transpose()?,
            reader: name(self.cards),
        })
    }
}

fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Paths in the file are seen from the meter's folder; those on the command line from where it was given.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(unusable(path))
}

fn unusable(path: &Path) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |error| Failure::usage(format!("{}: {error}", path.display()))
}

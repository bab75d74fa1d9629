//! The printer: files, an office printer, a device that takes columns, or a simulated head.
//!
//! What always holds: a folder that letters are printed into is there.

use super::fault::{fault, setting};
use super::files::make_folder;
use super::{Configuration, ConfigurationFault};
use imprint::picture::layout::DPI;
use printer::Printer;
use printer::adapters::columns::Device as ColumnDevice;
use printer::adapters::files::{Folder, Form};
use printer::adapters::head::{Drive, Head, Letter, Mechanism};
use printer::adapters::ipp::{Ipp, Patience};
use serde::Deserialize;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

/// The resolution of a raster for office printers, a multiple of the head's.
const PRINTER_DPI: u32 = 1_200;

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

impl Configuration {
    pub(super) fn printer(&self) -> Result<(Box<dyn Printer>, Option<Mechanism>), ConfigurationFault> {
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
}

/// What a simulated head has printed is kept as a picture.
fn keep_letter(folder: &Path, letter: &Letter) {
    let mut bytes = Vec::new();
    if paper::write_png(&letter.bitmap, DPI, &mut bytes).is_ok() {
        let _ = fs::write(folder.join(format!("{}.png", letter.name)), bytes);
    }
}

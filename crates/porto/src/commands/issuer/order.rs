//! `porto issuer order` and `porto issuer opening`: what a meter is to do beside taking credit.

use super::{Folder, check_new};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use psd::{Clock, Program, Signed, Task};
use psd_host::SystemClock;
use psd_host::documents::{Checksum, OrderDocument};
use psd_host::issuer::write_document;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terms::Serial;

/// Tenths of a second in a minute.
const MINUTE_TENTHS: u64 = 60 * 10;

/// Signs an order for a meter, to be handed in with `porto psd order`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto issuer order issuer --serial 12345678 --out stop.json stop\n  \
porto issuer order issuer --serial 12345678 --out new.json enrol --program control-unit --image target/release/porto")]
pub struct Order {
    #[command(flatten)]
    folder: Folder,
    /// The meter.
    #[arg(long)]
    serial: Serial,
    /// Where to write the order.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(subcommand)]
    what: What,
}

/// What is to be done.
#[derive(clap::Subcommand)]
enum What {
    /// The meter franks no more
    Stop,
    /// The meter may frank again
    Free,
    /// A program's next image may take the place of the one enrolled
    Enrol {
        /// Which program
        #[arg(long)]
        program: ProgramName,
        /// The next image
        #[arg(long, value_name = "FILE", required_unless_present = "checksum")]
        image: Option<PathBuf>,
        /// Its SHA-256, where the image itself is not at hand
        #[arg(long, value_name = "HEX", conflicts_with = "image")]
        checksum: Option<Checksum>,
    },
    /// How many imprints the meter may make until it is to call
    Pieces {
        /// The number
        count: u32,
    },
    /// The time it is now: lifts the block of a clock that shows it
    Clock,
    /// Errors were read, and are counted anew
    ClearErrors,
    /// Another control unit may be paired
    Unpair,
    /// The customer's lock is forgotten, since its system manager's password is lost
    ForgetLock,
}

/// A program that a device measures.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ProgramName {
    /// The device's own
    Device,
    /// The control unit's
    ControlUnit,
}

impl Order {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        check_new(&self.out)?;
        let task = self.what.task()?;
        let order = self.folder.open()?.order(self.serial, task).map_err(failure)?;
        write(&order, &self.out)
    }
}

impl What {
    fn task(&self) -> Result<Task, Failure> {
        Ok(match self {
            What::Stop => Task::Stop(true),
            What::Free => Task::Stop(false),
            What::Enrol { program, image, checksum } => {
                let program = match program {
                    ProgramName::Device => Program::Own,
                    ProgramName::ControlUnit => Program::ControlUnit,
                };
                let checksum = match (checksum, image) {
                    (Some(checksum), _) => checksum.0,
                    (None, Some(image)) => psd_host::measure(image).map_err(failure)?,
                    (None, None) => return Err(Failure::usage("either --image or --checksum is needed")),
                };
                Task::Enrol { program, checksum }
            }
            What::Pieces { count } => Task::Pieces(*count),
            What::Clock => Task::Clock { tenths: now_tenths()? },
            What::ClearErrors => Task::ClearErrors,
            What::Unpair => Task::Unpair,
            What::ForgetLock => Task::ForgetLock,
        })
    }
}

/// Signs the next codeword for a meter whose housing somebody is allowed to open, within a time.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto issuer opening issuer --serial 12345678 --minutes 60 --out opening.json"
)]
pub struct Opening {
    #[command(flatten)]
    folder: Folder,
    /// The meter.
    #[arg(long)]
    serial: Serial,
    /// For how long it is allowed, in minutes.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=10_080))]
    minutes: u64,
    /// Where to write the order.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Opening {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        check_new(&self.out)?;
        let expires_tenths = now_tenths()? + self.minutes * MINUTE_TENTHS;
        let order = self.folder.open()?.opening(self.serial, expires_tenths).map_err(failure)?;
        write(&order, &self.out)
    }
}

pub(super) fn now_tenths() -> Result<u64, Failure> {
    Ok(SystemClock.now().map_err(Failure::refused)?.tenths)
}

/// Writes an order and says so.
pub(super) fn write(order: &Signed<psd::Order>, out: &Path) -> Result<ExitCode, Failure> {
    write_document(out, &OrderDocument::new(order)).map_err(failure)?;
    let psd::Order { serial, number, .. } = order.message;
    output::line(&format!("order {number} for meter {serial} in {}", out.display()))?;
    Ok(ExitCode::SUCCESS)
}

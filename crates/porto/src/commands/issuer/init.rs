//! `porto issuer init`: a new issuer.

use super::Folder;
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use post::list::MeterList;
use psd_host::issuer::{Issuer, SPECIMENS};
use std::process::ExitCode;
use terms::Serial;

/// Makes a new issuer for specimens: meters for development, whose imprints are never worth postage.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto issuer init issuer")]
pub struct Init {
    #[command(flatten)]
    folder: Folder,
    /// The first serial number of its specimens [default: 10000000].
    #[arg(long)]
    first: Option<Serial>,
    /// The last serial number of its specimens [default: 19999999].
    #[arg(long)]
    last: Option<Serial>,
}

impl Init {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let default = |given: Option<Serial>, value| match given {
            Some(serial) => Ok(serial),
            None => Serial::new(value).map_err(Failure::usage),
        };
        let first = default(self.first, SPECIMENS.0)?;
        let last = default(self.last, SPECIMENS.1)?;
        if first > last {
            return Err(Failure::usage("the first serial number is greater than the last"));
        }
        let folder = &self.folder.folder;
        let issuer = Issuer::init(folder, (first, last)).map_err(failure)?;
        issuer.write_list(&MeterList::empty()).map_err(failure)?;
        output::line(&format!("issuer in {} for specimens {first} to {last}", folder.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto issuer mark`: suspicion, for the meter and for the post.

use super::{Folder, read_list};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use post::list::Standing;
use psd::Task;
use psd_host::documents::OrderDocument;
use psd_host::issuer::write_document;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::Serial;

/// Puts a meter under suspicion or takes it off: signs the word for the meter and changes the post's list.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto issuer mark issuer --serial 12345678 --why \"two papers, one number\" \
--out mark.json\n  porto issuer mark issuer --serial 12345678 --clear --out clear.json"
)]
pub struct Mark {
    #[command(flatten)]
    folder: Folder,
    /// The meter.
    #[arg(long)]
    serial: Serial,
    /// The reason, for the examiner.
    #[arg(long, required_unless_present = "clear")]
    why: Option<String>,
    /// The meter is no longer under suspicion.
    #[arg(long, conflicts_with = "why")]
    clear: bool,
    /// Where to write the order.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Mark {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.out.exists() {
            let sentence = format!("{} exists already, and nothing is written over it", self.out.display());
            return Err(Failure::refused(sentence));
        }
        let mut issuer = self.folder.open()?;
        let mut list = read_list(&issuer)?;
        let order = issuer.order(self.serial, Task::Suspicion(!self.clear)).map_err(failure)?;
        for meter in list.meters.iter_mut().filter(|meter| meter.serial == self.serial) {
            meter.standing = match &self.why {
                Some(why) => Standing::Suspect { why: why.clone() },
                None => Standing::Active,
            };
        }
        issuer.write_list(&list).map_err(failure)?;
        write_document(&self.out, &OrderDocument::new(&order)).map_err(failure)?;
        let number = order.message.number;
        output::line(&format!("order {number} for meter {} in {}", self.serial, self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `porto issuer master`: the maker's word that a meter may take a new master card in the place of a lost one
//! (DE 197 57 648, page 4).

use super::{Folder, check_new};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use access::cards::MakersMessage;
use psd_host::issuer::write_document;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{CardNumber, Serial};

/// Vouches for a new master card of a meter whose master is lost, for `porto meter card replace-master`. The meter must
/// have the maker's key (DIR/makers.key, `makers_key` in its settings) since it was delivered.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto issuer master issuer --key\n  porto issuer master issuer --serial 12345678 --out \
proof.json"
)]
pub struct Master {
    #[command(flatten)]
    folder: Folder,
    /// Only makes the maker's key where there is none yet, and says where it lies.
    #[arg(long, conflicts_with_all = ["serial", "out"])]
    key: bool,
    /// The meter.
    #[arg(long, required_unless_present = "key")]
    serial: Option<Serial>,
    /// Where to write the document.
    #[arg(long, value_name = "FILE", required_unless_present = "key")]
    out: Option<PathBuf>,
}

impl Master {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut issuer = self.folder.open()?;
        let (path, key) = issuer.makers_key().map_err(failure)?;
        let (Some(serial), Some(out)) = (self.serial, self.out) else {
            output::line(&format!("the maker's key is {}", path.display()))?;
            return Ok(ExitCode::SUCCESS);
        };
        check_new(&out)?;
        let counter = issuer.next_master(serial).map_err(failure)?;
        let message = MakersMessage::new(key.bytes(), serial, counter, draw_card_number()?);
        write_document(&out, &message).map_err(failure)?;
        output::line(&format!("new master {counter} of meter {serial} in {}", out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A card's number is a secret, so it is drawn.
fn draw_card_number() -> Result<CardNumber, Failure> {
    loop {
        let drawn = getrandom::u64().map_err(Failure::refused)? >> 30;
        // Numbers beyond the digits are drawn again, so that none is likelier than another; 0 is nobody's.
        if let Some(number) = CardNumber::new(drawn).ok().filter(|number| number.value() != 0) {
            return Ok(number);
        }
    }
}

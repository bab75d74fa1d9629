//! `porto psd pair`: this computer becomes the control unit of a device, once.

use super::{Device, failure, refused};
use crate::failure::Failure;
use crate::output;
use psd_host::{Identity, IdentitySource};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Pairs a device with this computer: from then on it franks only while it gets this computer's answers. Once; to pair
/// it with another one the centre has to order `unpair`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto psd pair --socket meter.sock --pairing meter.pair")]
pub struct Pair {
    #[command(flatten)]
    device: Device,
    /// Where to keep the pairing: a file that its owner alone can read.
    #[arg(long, value_name = "FILE")]
    pairing: PathBuf,
    /// What identifies this computer: tpm, product-uuid, board-serial, disk-serial, machine-id, host-name; the best that
    /// files show if not given.
    #[arg(long, value_name = "SOURCE")]
    identity: Option<IdentitySource>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What was done.
#[derive(Serialize)]
struct Paired {
    identity: IdentitySource,
    /// Another machine can carry the same identifier, as after a disk was copied.
    weak: bool,
    pairing: PathBuf,
}

impl Pair {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.pairing.exists() {
            let sentence =
                format!("{} exists already, and nothing is written over it", self.pairing.display());
            return Err(Failure::refused(sentence));
        }
        let root = Path::new("/");
        let identity = match self.identity {
            Some(source) => Identity::read(source, root),
            None => Identity::find(root),
        };
        let identity = identity.map_err(failure)?;
        let mut client = self.device.connect()?;
        client.attach().map_err(refused)?;
        client.pair(&self.pairing, &identity).map_err(refused)?;
        let paired = Paired { identity: identity.source, weak: identity.is_weak(), pairing: self.pairing };
        if self.json {
            output::json(&paired)?;
            return Ok(ExitCode::SUCCESS);
        }
        let weak = if paired.weak { ", which another computer can carry too" } else { "" };
        output::line(&format!("paired by {}{weak}; kept in {}", paired.identity, paired.pairing.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

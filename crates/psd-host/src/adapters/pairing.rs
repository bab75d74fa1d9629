//! What a control unit keeps of being paired with a device: the key of its answers, the device's serial number, and
//! which identifier of its hardware it answers with; not the identifier itself, which is read anew each time.
//!
//! A file that its owner alone can read. One that others can read is refused, since its key may be known.

use super::files;
use super::identity::IdentitySource;
use crate::HostError;
use crate::documents::key_text;
use imprint::numbers::Key;
use serde::{Deserialize, Serialize};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use terms::Serial;

const VERSION: u16 = 1;
/// The rights of everybody but the owner.
const OTHERS: u32 = 0o077;

/// A control unit's side of a pairing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    version: u16,
    /// The device.
    pub serial: Serial,
    /// Which identifier was shown at pairing, and is answered with since.
    pub identity: IdentitySource,
    /// The key of the answers.
    #[serde(with = "key_text")]
    pub key: Key,
}

impl Pairing {
    /// A pairing with this device.
    pub fn new(serial: Serial, identity: IdentitySource, key: Key) -> Pairing {
        Pairing { version: VERSION, serial, identity, key }
    }

    /// Reads what was kept.
    pub fn read(path: &Path) -> Result<Pairing, HostError> {
        let mode = fs::metadata(path).map_err(HostError::file(path, "read"))?.mode();
        if mode & OTHERS != 0 {
            return Err(HostError::Exposed(path.to_path_buf()));
        }
        let pairing: Pairing = files::read_json(path)?;
        if pairing.version != VERSION {
            let reason =
                format!("it has version {}, and this program knows version {VERSION}", pairing.version);
            return Err(HostError::Document { path: path.to_path_buf(), reason });
        }
        Ok(pairing)
    }

    /// Keeps it, instead of an earlier pairing.
    pub fn write(&self, path: &Path) -> Result<(), HostError> {
        files::replace(path, &crate::issuer::to_json(self)?)
    }
}

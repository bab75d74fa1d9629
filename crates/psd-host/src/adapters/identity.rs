//! What tells one computer's hardware from another's: the identifier the control unit answers with when the device
//! interrogates it (claim A8: the code is the hardware's own).
//!
//! What always holds: an identifier leaves as a hash over its kind and its value, never in clear; a value that makers
//! leave in many machines alike is none; the fallbacks that a copied disk carries along are named weak wherever they
//! appear. Whoever may read an identifier can answer with it on another machine: with the pairing key it is only one
//! of two parts, and no secret.

use crate::HostError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

/// No identifier is longer.
const VALUE_BYTES_MAX: u64 = 256;
/// Keeps these hashes apart from all others.
const LABEL: &[u8] = b"porto hardware identifier 1";
/// What makers' tools leave where an identifier should stand.
const PLACEHOLDERS: [&str; 14] = [
    "none",
    "(none)",
    "localhost",
    "localhost.localdomain",
    "unknown",
    "default string",
    "not specified",
    "not applicable",
    "to be filled by o.e.m.",
    "system serial number",
    "base board serial number",
    "serial number",
    "03000200-0400-0500-0006-000700080009",
    "uninitialized",
];

/// Where an identifier comes from. The best come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentitySource {
    /// The endorsement key of the TPM, which never leaves the chip.
    Tpm,
    /// The unique number of the product, in the firmware. Only root can read it.
    ProductUuid,
    /// The serial number of the main board, in the firmware. Only root can read it.
    BoardSerial,
    /// The serial number of a disk that is built in.
    DiskSerial,
    /// The number that the system drew when it was installed. Weak: it lies on the disk and is copied with it.
    MachineId,
    /// The name that the computer was given. Weak: any other can be given the same.
    HostName,
}

impl IdentitySource {
    /// All sources, the best first.
    pub const ALL: [IdentitySource; 6] = [
        IdentitySource::Tpm,
        IdentitySource::ProductUuid,
        IdentitySource::BoardSerial,
        IdentitySource::DiskSerial,
        IdentitySource::MachineId,
        IdentitySource::HostName,
    ];

    /// Its name, in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            IdentitySource::Tpm => "tpm",
            IdentitySource::ProductUuid => "product-uuid",
            IdentitySource::BoardSerial => "board-serial",
            IdentitySource::DiskSerial => "disk-serial",
            IdentitySource::MachineId => "machine-id",
            IdentitySource::HostName => "host-name",
        }
    }

    /// Whether another machine can carry the same without anybody meaning harm, as after its disk was copied.
    pub const fn is_weak(self) -> bool {
        matches!(self, IdentitySource::MachineId | IdentitySource::HostName)
    }
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no source of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier comes from tpm, product-uuid, board-serial, disk-serial, machine-id or host-name")]
pub struct NoIdentitySource;

impl FromStr for IdentitySource {
    type Err = NoIdentitySource;

    fn from_str(text: &str) -> Result<IdentitySource, NoIdentitySource> {
        IdentitySource::ALL.into_iter().find(|source| source.name() == text).ok_or(NoIdentitySource)
    }
}

/// The identifier of a computer's hardware, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Where it comes from.
    pub source: IdentitySource,
    /// The SHA-256 over a label, the source's name and the value.
    pub hash: [u8; 32],
}

impl Identity {
    /// The best identifier that can be read in this system's files, `/` on a real machine. A TPM is asked only where
    /// it is named, since the asking takes a moment and rights of its own.
    pub fn find(root: &Path) -> Result<Identity, HostError> {
        let found = IdentitySource::ALL.into_iter().find_map(|source| Identity::from_files(source, root));
        found.ok_or(HostError::NoIdentity)
    }

    /// The identifier from one source. That of a TPM is asked of the chip itself: the one that the environment's
    /// `TPM2TOOLS_TCTI` names, as other tools have it, or else the system's.
    pub fn read(source: IdentitySource, root: &Path) -> Result<Identity, HostError> {
        match source {
            IdentitySource::Tpm => of_tpm(root),
            source => Identity::from_files(source, root).ok_or(HostError::IdentityUnread(source)),
        }
    }

    /// The identifier whose value is this.
    pub fn of_value(source: IdentitySource, value: &[u8]) -> Identity {
        let mut hash = Sha256::new();
        for part in [LABEL, source.name().as_bytes(), value] {
            // The length before each part keeps different parts from running into the same bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Identity { source, hash: hash.finalize().into() }
    }

    /// Whether another machine can carry the same, as after its disk was copied.
    pub const fn is_weak(&self) -> bool {
        self.source.is_weak()
    }

    fn from_files(source: IdentitySource, root: &Path) -> Option<Identity> {
        let value = match source {
            IdentitySource::Tpm => None,
            IdentitySource::ProductUuid => value(&root.join("sys/class/dmi/id/product_uuid")),
            IdentitySource::BoardSerial => value(&root.join("sys/class/dmi/id/board_serial")),
            IdentitySource::DiskSerial => disk_serial(&root.join("sys/block")),
            IdentitySource::MachineId => value(&root.join("etc/machine-id")),
            IdentitySource::HostName => value(&root.join("proc/sys/kernel/hostname")),
        };
        value.map(|value| Identity::of_value(source, value.as_bytes()))
    }
}

#[cfg(feature = "tpm")]
fn of_tpm(root: &Path) -> Result<Identity, HostError> {
    let systems = || format!("device:{}", root.join("dev/tpmrm0").display());
    let tcti = std::env::var("TPM2TOOLS_TCTI").unwrap_or_else(|_| systems());
    let key = super::Tpm::open(&tcti)?.endorsement_key()?;
    Ok(Identity::of_value(IdentitySource::Tpm, &key))
}

#[cfg(not(feature = "tpm"))]
fn of_tpm(_: &Path) -> Result<Identity, HostError> {
    Err(HostError::WithoutTpm)
}

/// The least serial number of the disks that are built in, so that the order in which a start finds them changes
/// nothing. Another disk beside it may: then a new pairing is due.
fn disk_serial(disks: &Path) -> Option<String> {
    let disks = fs::read_dir(disks).ok()?.filter_map(|disk| disk.ok().map(|disk| disk.path()));
    disks.filter(|disk| is_built_in(disk)).filter_map(|disk| serial_of(&disk)).min()
}

/// Whether a disk is no medium that is changed and hangs on no USB.
fn is_built_in(disk: &Path) -> bool {
    let place = fs::canonicalize(disk).unwrap_or_default();
    let on_usb = place.iter().any(|part| part.to_str().is_some_and(|part| part.starts_with("usb")));
    !on_usb && bytes(&disk.join("removable")).is_none_or(|flag| flag.trim_ascii() != b"1")
}

/// A disk's serial number: with NVMe and eMMC, with SCSI and SATA. That of a virtual disk (`vda/serial`) is none: it
/// names an image, and comes along with each copy.
fn serial_of(disk: &Path) -> Option<String> {
    value(&disk.join("device/serial")).or_else(|| page_80(&disk.join("device/vpd_pg80")))
}

/// The content of a file as an identifier: one line of text that is no placeholder.
fn value(path: &Path) -> Option<String> {
    meaningful(str::from_utf8(&bytes(path)?).ok()?)
}

/// The serial number in the page of "vital product data" of that number: type, page, length in two bytes, text.
fn page_80(path: &Path) -> Option<String> {
    let page = bytes(path)?;
    let (head, text) = page.split_at_checked(4)?;
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    meaningful(str::from_utf8(text.get(..length)?).ok()?)
}

fn bytes(path: &Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path).ok()?.take(VALUE_BYTES_MAX + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= VALUE_BYTES_MAX).then_some(content)
}

/// The text without the blanks around it, unless it is one that many machines carry.
fn meaningful(text: &str) -> Option<String> {
    let text = text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\0').to_lowercase();
    let mut signs = text.chars().filter(|sign| sign.is_ascii_alphanumeric());
    let first = signs.next()?;
    let all_alike = signs.all(|sign| sign == first);
    let is_placeholder =
        all_alike || text.contains(char::is_control) || PLACEHOLDERS.contains(&text.as_str());
    (!is_placeholder).then_some(text)
}

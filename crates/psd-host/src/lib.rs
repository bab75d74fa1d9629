//! Runs a postal security device on a computer: its memory is a file, its clock the system's.
//!
//! What always holds: one process at a time has a memory open, and a second one is told so; files that hold keys
//! can be read by their owner alone; a memory file never changes its size, so a commit is one write and one
//! `fdatasync`. What a computer cannot give is a housing: whoever can read the owner's files can read the keys.
//!
//! To use a device: a [`client::Client`], over the socket of `porto psd serve` or on a memory file of its own. To
//! embed one: [`open`] a memory, call [`psd::Psd::frank`].
//!
//! | module | holds |
//! |---|---|
//! | [`adapters`] | the memory's file, the clock, the codeword's file, sensors, programs, the hardware's identifier |
//! | [`client`] | what drives a device: over a socket or in its own process |
//! | `computer` | the board that a computer is |
//! | [`documents`] | what lies in JSON files: personalisation, grant, mark |
//! | `equipment` | what a device is equipped with: sensors, a TPM |
//! | [`hardening`] | what a process that runs a device gives up |
//! | [`issuer`] | the development issuer: draws keys, signs grants |
//! | [`server`] | a device behind a socket, or for its own process |
//! | [`workloads`] | the loads that are measured, here and beside peers |

pub mod adapters;
pub mod client;
mod computer;
pub mod documents;
mod equipment;
mod error;
pub mod hardening;
pub mod issuer;
pub mod server;
mod wire;
pub mod workloads;

pub use adapters::{
    FileMemory, Identity, IdentitySource, Pairing, Programs, SensorPlace, Sensors, SystemClock, TamperFile,
};
#[cfg(feature = "tpm")]
pub use adapters::{SealedKey, Tpm};
pub use computer::Computer;
pub use equipment::{Equipment, TpmPlace, codeword_path, key_path, sealed_key_path};
pub use error::HostError;

use imprint::numbers::RequestId;
use psd::service::Service;
use psd::{Clock, MemoryKey, Personalisation, Psd, Rescue, sectors_needed};
use server::FileService;
use std::path::{Path, PathBuf};

/// How many debits one commit of a device on a computer holds.
pub const BATCH: usize = 1000;

/// A device whose memory is a file.
pub type FilePsd<C = SystemClock> = Psd<FileMemory, Computer<C>, BATCH>;

/// Opens the device whose memory is this file; its key lies beside it.
pub fn open(path: &Path) -> Result<Box<FilePsd>, HostError> {
    open_with(path, SystemClock)
}

/// The same with a clock of the caller's.
pub fn open_with<C: Clock>(path: &Path, clock: C) -> Result<Box<FilePsd<C>>, HostError> {
    open_equipped(path, clock, &Equipment::default())
}

/// The same with sensors, and with the TPM that the memory was made with.
pub fn open_equipped<C: Clock>(
    path: &Path,
    clock: C,
    equipment: &Equipment,
) -> Result<Box<FilePsd<C>>, HostError> {
    let memory = FileMemory::open(path)?;
    let (key, board) = equipment::equip(path, clock, equipment)?;
    Ok(Box::new(Psd::open(memory, &MemoryKey::new(*key), board)?))
}

/// The service of the device whose memory is this file: also of one that halted at its start, which says why and takes
/// a service reset.
pub fn open_service<C: Clock + Clone>(
    path: &Path,
    clock: C,
    equipment: &Equipment,
) -> Result<Box<FileService<C>>, HostError> {
    match open_equipped(path, clock.clone(), equipment) {
        Ok(psd) => Ok(Box::new(Service::new(*psd))),
        Err(HostError::Device(fault)) => {
            let memory = FileMemory::open(path)?;
            let (key, board) = equipment::equip(path, clock, equipment)?;
            let key = MemoryKey::new(*key);
            // Where not even its name can be read, the first fault says most.
            let rescue = Rescue::open(memory, &key, board, fault).map_err(|_| fault)?;
            Ok(Box::new(Service::halted(rescue, key)))
        }
        Err(error) => Err(error),
    }
}

/// Makes a new memory file this meter's, and its key file beside it. Neither may exist before.
pub fn personalise(path: &Path, personalisation: Personalisation) -> Result<Box<FilePsd>, HostError> {
    personalise_with(path, personalisation, SystemClock)
}

/// The same with a clock of the caller's.
pub fn personalise_with<C: Clock>(
    path: &Path,
    personalisation: Personalisation,
    clock: C,
) -> Result<Box<FilePsd<C>>, HostError> {
    personalise_equipped(path, personalisation, clock, &Equipment::default())
}

/// The same with sensors, and with a TPM that keeps the memory's key from then on.
pub fn personalise_equipped<C: Clock>(
    path: &Path,
    personalisation: Personalisation,
    clock: C,
    equipment: &Equipment,
) -> Result<Box<FilePsd<C>>, HostError> {
    personalisation.check()?;
    if path.exists() {
        return Err(HostError::Exists(path.to_path_buf()));
    }
    let (key, board) = equipment::equip_new(path, clock, equipment)?;
    let finished = make(path, &key, personalisation, board);
    if finished.is_err() {
        equipment::unequip(path, equipment);
    }
    finished
}

/// Writes the memory under an unfinished name and gives it its own once it is whole.
fn make<C: Clock>(
    path: &Path,
    key: &[u8; 32],
    personalisation: Personalisation,
    board: Computer<C>,
) -> Result<Box<FilePsd<C>>, HostError> {
    let unfinished = beside(path, ".new");
    let memory = FileMemory::create(&unfinished, sectors_needed(BATCH))?;
    let made = Psd::personalise(memory, &MemoryKey::new(*key), personalisation, board);
    let published = made.map_err(HostError::from).and_then(|psd| {
        adapters::publish(&unfinished, path)?;
        Ok(Box::new(psd))
    });
    published.inspect_err(|_| adapters::remove(&unfinished))
}

/// The checksum of a program's image, as a device measures it.
pub fn measure(image: &Path) -> Result<psd::Checksum, HostError> {
    adapters::measure(image).map_err(HostError::file(image, "measured"))
}

/// A challenge for a report.
pub fn draw_challenge() -> Result<[u8; 16], HostError> {
    let mut bytes = [0; 16];
    adapters::random(&mut bytes)?;
    Ok(bytes)
}

/// Where the pairing of a memory file that is used in one process lies.
pub fn pairing_path(path: &Path) -> PathBuf {
    beside(path, ".pair")
}

/// A request id that nobody else has drawn.
pub fn draw_request_id() -> Result<RequestId, HostError> {
    let mut bytes = [0; 8];
    adapters::random(&mut bytes)?;
    Ok(RequestId(u64::from_le_bytes(bytes)))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    name.into()
}

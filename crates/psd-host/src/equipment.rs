//! What a device on a computer is equipped with beyond the least: sensors, and a TPM that keeps its key, its counter
//! and its codeword.
//!
//! What always holds: a memory is opened as it was made, with the TPM that sealed its key or with the key file beside
//! it, and the other way is refused in a sentence; of a device that could not be made nothing stays behind.
//!
//! ```text
//! FILE            the memory
//! FILE.key        its key, 32 bytes        without a TPM
//! FILE.codeword   the codeword, 16 bytes   without a TPM
//! FILE.tpm        the key, sealed          with a TPM, which holds the rest (docs/formats/tpm.md)
//! ```

use crate::adapters::{self, Programs, SensorPlace, Sensors, TamperFile, Vault};
use crate::{Computer, HostError, beside};
use psd::Clock;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What a device is equipped with. By default no sensor and no TPM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Equipment {
    /// Where the housing's sensors are.
    pub sensors: Vec<SensorPlace>,
    /// The TPM.
    pub tpm: Option<TpmPlace>,
    /// Whether the device is a program of its own, whose image is measured at each start.
    pub is_own_program: bool,
}

impl Equipment {
    fn programs(&self) -> Result<Programs, HostError> {
        if !self.is_own_program {
            return Ok(Programs::new());
        }
        Programs::with_own().map_err(HostError::file(Path::new("/proc/self/exe"), "opened"))
    }
}

/// Where a TPM is, and where in it a device has its two indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TpmPlace {
    /// How to reach it, as the system's libraries name it (TCTI): `device:/dev/tpmrm0`.
    pub tcti: String,
    /// The first index of a device that is made; one that exists knows its own.
    pub index_base: u32,
}

impl TpmPlace {
    /// The first index where none is asked for, in the range that the TCG leaves to owners.
    pub const INDEX_BASE: u32 = 0x0180_7078;
    /// The least first index.
    pub const INDEX_BASE_MIN: u32 = 0x0180_0000;
    /// The greatest first index.
    pub const INDEX_BASE_MAX: u32 = 0x01bf_fffe;

    /// The TPM that this TCTI names.
    pub fn new(tcti: String) -> TpmPlace {
        TpmPlace { tcti, index_base: TpmPlace::INDEX_BASE }
    }

    /// The device file it is reached through, if it is reached through one.
    pub(crate) fn device(&self) -> Option<&str> {
        match self.tcti.split_once(':') {
            Some(("device", path)) => Some(path),
            None if self.tcti == "device" => Some("/dev/tpm0"),
            _ => None,
        }
    }

    /// The ports it is reached through, if it is reached over a network: for commands, and the next for its control.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let (kind, rest) = self.tcti.split_once(':').unwrap_or((&self.tcti, ""));
        if !["swtpm", "mssim"].contains(&kind) {
            return Vec::new();
        }
        let named = rest.split(',').find_map(|part| part.strip_prefix("port="));
        let port: u16 = named.and_then(|port| port.parse().ok()).unwrap_or(2321);
        vec![port, port.saturating_add(1)]
    }

    /// Removes the two indices there, so that a new device can be made with them. A device that still used them does
    /// not start any more.
    pub fn clear(&self) -> Result<(), HostError> {
        tpm::remove(self)
    }
}

/// The key of a memory.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Where the key of a memory file lies, if no TPM keeps it.
pub fn key_path(path: &Path) -> PathBuf {
    beside(path, ".key")
}

/// Where the codeword of a memory file lies, if no TPM keeps it.
pub fn codeword_path(path: &Path) -> PathBuf {
    beside(path, ".codeword")
}

/// Where the sealed key of a memory file lies, if a TPM keeps it.
pub fn sealed_key_path(path: &Path) -> PathBuf {
    beside(path, ".tpm")
}

/// The key of a memory that exists, and the computer it runs on.
pub(crate) fn equip<C: Clock>(
    path: &Path,
    clock: C,
    equipment: &Equipment,
) -> Result<(Key, Computer<C>), HostError> {
    let sensors = Sensors::open(&equipment.sensors)?;
    let (key, vault) = match (&equipment.tpm, sealed_key_path(path).exists()) {
        (None, true) => return Err(HostError::Sealed(path.to_path_buf())),
        (None, false) => (read_key(&key_path(path))?, Vault::File(TamperFile::new(codeword_path(path)))),
        (Some(_), false) => return Err(HostError::NotSealed(path.to_path_buf())),
        (Some(place), true) => tpm::open(place, &sealed_key_path(path))?,
    };
    let programs = equipment.programs()?;
    Ok((key, Computer::new(clock, vault).with_sensors(sensors).with_programs(programs)))
}

/// The same for a memory that is to be made: its key is drawn and kept beside it, or in the TPM.
pub(crate) fn equip_new<C: Clock>(
    path: &Path,
    clock: C,
    equipment: &Equipment,
) -> Result<(Key, Computer<C>), HostError> {
    let sensors = Sensors::open(&equipment.sensors)?;
    let mut key = Zeroizing::new([0; 32]);
    adapters::random(key.as_mut_slice())?;
    let vault = match &equipment.tpm {
        None => {
            adapters::create_private(&key_path(path), key.as_slice())?;
            Vault::File(TamperFile::new(codeword_path(path)))
        }
        Some(place) => tpm::set_up(place, &sealed_key_path(path), &key)?,
    };
    let programs = equipment.programs()?;
    Ok((key, Computer::new(clock, vault).with_sensors(sensors).with_programs(programs)))
}

/// Takes back what [`equip_new`] has made for a device that then could not be made.
pub(crate) fn unequip(path: &Path, equipment: &Equipment) {
    adapters::remove(&codeword_path(path));
    match &equipment.tpm {
        None => adapters::remove(&key_path(path)),
        Some(place) => {
            adapters::remove(&sealed_key_path(path));
            // That something stays is no error worth hiding the first one.
            let _ = place.clear();
        }
    }
}

fn read_key(path: &Path) -> Result<Key, HostError> {
    let content = adapters::read_bounded(path, 32)?;
    content.as_slice().try_into().map(Zeroizing::new).map_err(|_| HostError::Key(path.to_path_buf()))
}

#[cfg(feature = "tpm")]
mod tpm {
    use super::{Key, TpmPlace};
    use crate::HostError;
    use crate::adapters::{self, SealedKey, Tpm, Vault};
    use std::path::Path;

    pub fn open(place: &TpmPlace, path: &Path) -> Result<(Key, Vault), HostError> {
        let content = adapters::read_bounded(path, SealedKey::BYTES_MAX)?;
        let sealed = SealedKey::from_bytes(&content)
            .map_err(|reason| HostError::Document { path: path.to_path_buf(), reason: reason.into() })?;
        let tpm = Tpm::open(&place.tcti)?;
        let key = tpm.unseal(&sealed)?;
        let (counter, memory) = tpm.parts(sealed.index_base, &key)?;
        Ok((key, Vault::Tpm(counter, memory)))
    }

    pub fn set_up(place: &TpmPlace, path: &Path, key: &Key) -> Result<Vault, HostError> {
        if path.exists() {
            return Err(HostError::Exists(path.to_path_buf()));
        }
        let tpm = Tpm::open(&place.tcti)?;
        let sealed = tpm.set_up(place.index_base, key)?;
        let kept = adapters::create_private(path, &sealed.to_bytes());
        kept.inspect_err(|_| drop(tpm.remove(place.index_base)))?;
        let (counter, memory) = tpm.parts(place.index_base, key)?;
        Ok(Vault::Tpm(counter, memory))
    }

    pub fn remove(place: &TpmPlace) -> Result<(), HostError> {
        Ok(Tpm::open(&place.tcti)?.remove(place.index_base)?)
    }
}

#[cfg(not(feature = "tpm"))]
mod tpm {
    use super::{Key, TpmPlace};
    use crate::HostError;
    use crate::adapters::Vault;
    use std::path::Path;

    pub fn open(_: &TpmPlace, _: &Path) -> Result<(Key, Vault), HostError> {
        Err(HostError::WithoutTpm)
    }

    pub fn set_up(_: &TpmPlace, _: &Path, _: &Key) -> Result<Vault, HostError> {
        Err(HostError::WithoutTpm)
    }

    pub fn remove(_: &TpmPlace) -> Result<(), HostError> {
        Err(HostError::WithoutTpm)
    }
}

//! Where the security device is: a memory file in the meter's own process, or a socket.
//!
//! What always holds: it is one of the two, and there is a pairing with it.

use super::fault::fault;
use super::{Configuration, ConfigurationFault};
use crate::machine::{Device, Place};
use serde::Deserialize;
use std::path::PathBuf;

/// Where the security device is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceSettings {
    /// Its memory file, where it runs in the meter's own process.
    pub memory: Option<PathBuf>,
    /// The socket of `porto psd serve`.
    pub socket: Option<PathBuf>,
    /// The pairing with it.
    pub pairing: Option<PathBuf>,
}

impl Configuration {
    pub(super) fn device(&self) -> Result<Device, ConfigurationFault> {
        let DeviceSettings { memory, socket, pairing } = &self.device;
        let place = match (memory, socket) {
            (Some(memory), None) => Place::Memory(self.path(memory)),
            (None, Some(socket)) => Place::Socket(self.path(socket)),
            _ => return Err(fault("device", "one of memory and socket is needed")),
        };
        let beside = match &place {
            Place::Memory(memory) => Some(psd_host::pairing_path(memory)),
            Place::Socket(_) => None,
        };
        let pairing = pairing.as_ref().map(|pairing| self.path(pairing)).or(beside);
        let pairing = pairing.ok_or_else(|| fault("device.pairing", "a socket needs the pairing's file"))?;
        Ok(Device::new(place, pairing))
    }
}

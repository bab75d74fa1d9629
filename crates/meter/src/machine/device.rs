//! The way to the security device: connected when it is needed, and again where the connection was lost.

use psd_host::client::{Attendant, Client, ClientError};
use psd_host::{Equipment, HostError};
use std::path::{Path, PathBuf};

/// Where the device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its memory file: it runs in this process.
    Memory(PathBuf),
    /// The socket of a device that runs elsewhere.
    Socket(PathBuf),
}

/// The security device, seen by its control unit.
#[derive(Debug)]
pub struct Device {
    place: Place,
    pairing: PathBuf,
    client: Option<Client>,
}

impl Device {
    /// The device at this place, paired by this file.
    pub fn new(place: Place, pairing: PathBuf) -> Device {
        Device { place, pairing, client: None }
    }

    /// The connection to it, as its control unit.
    pub fn client(&mut self) -> Result<&mut Client, ClientError> {
        if self.client.is_none() {
            self.client = Some(self.connect()?);
        }
        self.client.as_mut().ok_or(ClientError::Closed)
    }

    /// Forgets a connection on which nobody answers any more.
    pub fn drop_connection(&mut self) {
        self.client = None;
    }

    fn connect(&self) -> Result<Client, ClientError> {
        let attendant = Attendant::read(&self.pairing, Path::new("/")).map_err(ClientError::Host)?;
        let mut client = match &self.place {
            Place::Memory(path) => Client::open(path, &Equipment::default())?,
            Place::Socket(path) => Client::connect(path)?,
        };
        client.attend(attendant);
        match client.attach() {
            Ok(()) => Ok(client),
            Err(error) => Err(error),
        }
    }
}

/// Whether nobody knows what became of what was asked.
pub(super) fn is_lost(error: &ClientError) -> bool {
    matches!(error, ClientError::Closed | ClientError::TimedOut | ClientError::Confused)
        || matches!(error, ClientError::Host(HostError::Thread(_)))
}

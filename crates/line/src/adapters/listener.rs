//! Dialling a number and listening for a call, whatever the line.

use super::{files, serial, tcp};
use crate::{DialError, Line, ListenError, Number, Times};
use std::time::Duration;

/// Calls a number.
pub fn dial(number: &Number, times: &Times) -> Result<Box<dyn Line>, DialError> {
    match number {
        Number::Tcp { host, port } => tcp::dial(host, *port, times),
        Number::Modem { device, prefix, digits } if !digits.is_empty() => {
            serial::dial(device, prefix, digits, times)
        }
        Number::Files { folder } => files::dial(folder),
        Number::Modem { .. } | Number::Telephone { .. } => Err(DialError::NotDialable(number.to_string())),
    }
}

/// Waits for calls: at the centre for those of meters, at a meter for the centre's call-back.
#[derive(Debug)]
pub struct Listener(Kind);

#[derive(Debug)]
enum Kind {
    Tcp(tcp::Door),
    Modem(Box<serial::Answering>),
    Files(files::Inbox),
}

impl Listener {
    /// Listens at an address (`tcp:[::]:7080`) or a modem (`modem:/dev/ttyS0`), or looks into a folder.
    pub fn open(own: &Number, times: &Times) -> Result<Listener, ListenError> {
        let kind = match own {
            Number::Tcp { host, port } => Kind::Tcp(tcp::Door::open(host, *port, times)?),
            Number::Modem { device, .. } => Kind::Modem(Box::new(serial::Answering::open(device, times)?)),
            Number::Files { folder } => Kind::Files(files::Inbox::open(folder)?),
            Number::Telephone { .. } => return Err(ListenError::NotOwn(own.to_string())),
        };
        Ok(Listener(kind))
    }

    /// The next call, if one comes in time.
    pub fn next(&mut self, limit: Duration) -> Result<Option<Box<dyn Line>>, ListenError> {
        match &mut self.0 {
            Kind::Tcp(door) => door.next(limit),
            Kind::Modem(modem) => modem.next(limit),
            Kind::Files(inbox) => inbox.next(limit),
        }
    }

    /// Where it is reached: with the port that the system chose, where none was given.
    pub fn own(&self) -> Option<Number> {
        match &self.0 {
            Kind::Tcp(door) => door.own(),
            Kind::Modem(_) | Kind::Files(_) => None,
        }
    }
}

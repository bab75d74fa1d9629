//! Long work beside a device: it goes on in a thread of its own, and the device hears from this process meanwhile.
//!
//! What always holds: no silence towards the device is longer than [`SIGN_OF_LIFE`], however long the work takes, so that
//! nobody takes the connection for a dead one. Work whose device is lost is left to end by itself, within its own time.

use super::CallFault;
use line::{Line, Received};
use psd_host::client::Client;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How often the device hears from this process while it waits for somebody else.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// Does what may take long in a thread of its own, and gives the device a sign of life meanwhile.
pub fn attended<T: Send + 'static>(
    client: &mut Client,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CallFault> {
    let (sender, receiver) = channel();
    let work = move || drop(sender.send(work()));
    thread::Builder::new().name("line".into()).spawn(work).map_err(CallFault::Thread)?;
    loop {
        match receiver.recv_timeout(SIGN_OF_LIFE) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => drop(client.hello()?),
            Err(RecvTimeoutError::Disconnected) => return Err(CallFault::LineDied),
        }
    }
}

/// The next frame of a line, or why there is none.
pub(super) fn receive(
    client: &mut Client,
    mut line: Box<dyn Line>,
    limit: Duration,
) -> Result<(Box<dyn Line>, Received), CallFault> {
    attended(client, move || {
        let received = line.receive(limit);
        (line, received)
    })
}

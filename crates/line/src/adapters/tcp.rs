//! TCP, over IPv4 and IPv6.

use crate::number::{Host, Number};
use crate::stream::{Bytes, Stream, is_timeout};
use crate::times::{Deadline, Times};
use crate::{DialError, Line, ListenError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How many addresses of a name are tried.
const ADDRESSES_MAX: usize = 8;

/// Connects to the first address of the host that answers.
pub(super) fn dial(host: &Host, port: u16, times: &Times) -> Result<Box<dyn Line>, DialError> {
    let deadline = Deadline::after(times.connect);
    let addresses = addresses(host, port, deadline)?;
    let mut last = DialError::Unreachable(host.to_string());
    for (index, address) in addresses.iter().enumerate() {
        // Each address gets its share, so that the first one does not take all the time.
        let Some(remaining) = deadline.remaining() else { return Err(DialError::TimedOut) };
        let share = remaining / (addresses.len() - index) as u32;
        match TcpStream::connect_timeout(address, share) {
            Ok(stream) => return line(stream, times).map_err(|_| DialError::Refused),
            Err(error) => last = refusal(&error, host),
        }
    }
    Err(last)
}

fn refusal(error: &io::Error, host: &Host) -> DialError {
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => DialError::Refused,
        _ if is_timeout(error) => DialError::TimedOut,
        _ => DialError::Unreachable(host.to_string()),
    }
}

fn addresses(host: &Host, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, DialError> {
    match host {
        Host::V4(address) => Ok(vec![(*address, port).into()]),
        Host::V6(address) => Ok(vec![(*address, port).into()]),
        Host::Name(name) => resolve(name.clone(), port, deadline),
    }
}

/// Asks the system for a name's addresses. It cannot be told to hurry, so a thread of its own waits for it.
fn resolve(name: String, port: u16, deadline: Deadline) -> Result<Vec<SocketAddr>, DialError> {
    let unreachable = || DialError::Unreachable(name.clone());
    let (answer, answers) = channel();
    let asked = name.clone();
    let waiting = thread::Builder::new().name("line-resolver".into()).spawn(move || {
        let found = (asked.as_str(), port).to_socket_addrs();
        let _ = answer.send(found.map(|found| found.take(ADDRESSES_MAX).collect::<Vec<_>>()));
    });
    waiting.map_err(|_| unreachable())?;
    match answers.recv_timeout(deadline.remaining_or_shortest()) {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        Err(RecvTimeoutError::Timeout) => Err(DialError::TimedOut),
        _ => Err(unreachable()),
    }
}

fn line(stream: TcpStream, times: &Times) -> io::Result<Box<dyn Line>> {
    // Each frame is an answer that the other end waits for.
    stream.set_nodelay(true)?;
    let peer = Number::of(stream.peer_addr()?).to_string();
    Ok(Box::new(Stream::new(Tcp { stream, peer }, &[], times.send)))
}

struct Tcp {
    stream: TcpStream,
    peer: String,
}

impl Bytes for Tcp {
    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(limit))?;
        self.stream.read(buffer)
    }

    fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(limit))?;
        self.stream.write(bytes)
    }

    fn close(&mut self) {
        // One that is down already is what is wanted.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn peer(&self) -> String {
        self.peer.clone()
    }
}

impl Number {
    /// The number of a socket's address.
    pub fn of(address: SocketAddr) -> Number {
        let host = match address.ip().to_canonical() {
            std::net::IpAddr::V4(ip) => Host::V4(ip),
            std::net::IpAddr::V6(ip) => Host::V6(ip),
        };
        Number::Tcp { host, port: address.port() }
    }
}

/// A socket that peers connect to.
#[derive(Debug)]
pub(super) struct Door {
    listener: TcpListener,
    times: Times,
}

impl Door {
    pub fn open(host: &Host, port: u16, times: &Times) -> Result<Door, ListenError> {
        let name = Number::Tcp { host: host.clone(), port }.to_string();
        let opened = (|| {
            let listener = match host {
                Host::V4(address) => TcpListener::bind((*address, port)),
                Host::V6(address) => TcpListener::bind((*address, port)),
                Host::Name(name) => TcpListener::bind((name.as_str(), port)),
            }?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        })();
        let listener = opened.map_err(|error| ListenError::Device(name, error))?;
        Ok(Door { listener, times: *times })
    }

    pub fn own(&self) -> Option<Number> {
        self.listener.local_addr().ok().map(Number::of)
    }

    /// The next connection, if one comes in time. One that breaks at once is no connection.
    pub fn next(&self, limit: Duration) -> Result<Option<Box<dyn Line>>, ListenError> {
        let deadline = Deadline::after(limit);
        let mut wait = deadline.remaining_or_shortest();
        loop {
            let mut waited = [PollFd::new(&self.listener, PollFlags::IN)];
            let time = Timespec {
                tv_sec: wait.as_secs().min(i32::MAX as u64) as i64,
                tv_nsec: wait.subsec_nanos().into(),
            };
            match poll(&mut waited, Some(&time)) {
                Err(error) if error != rustix::io::Errno::INTR => return Err(self.fault(error.into())),
                _ => {}
            }
            match self.listener.accept() {
                Ok((stream, _)) => {
                    let made = stream.set_nonblocking(false).and_then(|()| line(stream, &self.times));
                    if let Ok(line) = made {
                        return Ok(Some(line));
                    }
                }
                Err(error) if is_passing(&error) => {}
                Err(error) => return Err(self.fault(error)),
            }
            match deadline.remaining() {
                Some(remaining) => wait = remaining,
                None => return Ok(None),
            }
        }
    }

    fn fault(&self, error: io::Error) -> ListenError {
        let name = self.own().map_or_else(|| "the socket".into(), |own| own.to_string());
        ListenError::Device(name, error)
    }
}

/// Whether an error of accepting is the affair of that one connection.
fn is_passing(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    is_timeout(error) || matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

//! A modem at a serial line.

use crate::modem::{Action, Code, Dialler, Event, Failure, Farewell, Goal, farewell};
use crate::stream::{Bytes, Stream, is_timeout};
use crate::times::{Deadline, Times};
use crate::{DialError, Line, ListenError};
use rustix::fs::{FlockOperation, flock};
use serial2::{CharSize, FlowControl, Parity, SerialPort, Settings, StopBits};
use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

/// What modems have spoken to their computers at for thirty years.
const BAUD: u32 = 115_200;
/// How often it is looked whether the carrier is still there.
const LOOK: Duration = Duration::from_millis(100);
/// How long the terminal is not ready, for the modem to hang up.
const NOT_READY: Duration = Duration::from_millis(500);

/// Calls a number with the modem at this device.
pub(super) fn dial(
    device: &str,
    prefix: &str,
    digits: &str,
    times: &Times,
) -> Result<Box<dyn Line>, DialError> {
    let mut port = Port::open(device).map_err(|error| DialError::Device(device.into(), error))?;
    let goal = Goal::Call { prefix: prefix.into(), digits: digits.into() };
    let mut run = Run::begin(goal, times);
    match run.until(&mut port, None) {
        Outcome::Connected(data) => Ok(line(port, format!("modem:{device},{prefix},{digits}"), &data, times)),
        Outcome::Failed(failure) => Err(refusal(failure, device)),
        Outcome::Broken(error) => Err(DialError::Device(device.into(), error)),
        Outcome::HungUp | Outcome::NobodyCalled => Err(DialError::NoModem(device.into())),
    }
}

fn refusal(failure: Failure, device: &str) -> DialError {
    match failure {
        Failure::Refused(Code::Busy) => DialError::Busy,
        Failure::Refused(Code::NoAnswer) => DialError::NoAnswer,
        Failure::Refused(Code::NoDialTone) => DialError::NoDialTone,
        Failure::Refused(Code::NoCarrier) => DialError::NoCarrier,
        Failure::TimedOut => DialError::TimedOut,
        Failure::Refused(_) | Failure::NoModem => DialError::NoModem(device.into()),
    }
}

/// A modem that waits for calls.
#[derive(Debug)]
pub(super) struct Answering {
    device: String,
    times: Times,
    /// Nothing while a call has it.
    waiting: Option<(Port, Run)>,
}

impl Answering {
    /// Sets the modem up, so that what is wrong with it is known before it is waited for.
    pub fn open(device: &str, times: &Times) -> Result<Answering, ListenError> {
        let mut answering = Answering { device: device.into(), times: *times, waiting: None };
        let mut port = Port::open(device).map_err(|error| answering.fault(error))?;
        let mut run = Run::begin(Goal::Answer, times);
        match run.until(&mut port, Some(Deadline::after(Duration::ZERO))) {
            Outcome::NobodyCalled => {}
            Outcome::Broken(error) => return Err(answering.fault(error)),
            _ => return Err(ListenError::NoModem(device.into())),
        }
        answering.waiting = Some((port, run));
        Ok(answering)
    }

    /// The next call, if one comes in time.
    pub fn next(&mut self, limit: Duration) -> Result<Option<Box<dyn Line>>, ListenError> {
        let deadline = Deadline::after(limit);
        loop {
            let Some((mut port, mut run)) = self.take()? else {
                // The last call still has the modem.
                match deadline.remaining() {
                    Some(remaining) => thread::sleep(remaining.min(LOOK)),
                    None => return Ok(None),
                }
                continue;
            };
            match run.until(&mut port, Some(deadline)) {
                Outcome::Connected(data) => {
                    return Ok(Some(line(port, format!("modem:{}", self.device), &data, &self.times)));
                }
                Outcome::NobodyCalled => {
                    self.waiting = Some((port, run));
                    return Ok(None);
                }
                Outcome::Broken(error) => return Err(self.fault(error)),
                Outcome::Failed(_) | Outcome::HungUp => {
                    return Err(ListenError::NoModem(self.device.clone()));
                }
            }
        }
    }

    /// The modem, set up anew after a call; nothing while it is used.
    fn take(&mut self) -> Result<Option<(Port, Run)>, ListenError> {
        if let Some(waiting) = self.waiting.take() {
            return Ok(Some(waiting));
        }
        match Port::open(&self.device) {
            Ok(port) => Ok(Some((port, Run::begin(Goal::Answer, &self.times)))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(self.fault(error)),
        }
    }

    fn fault(&self, error: io::Error) -> ListenError {
        ListenError::Device(self.device.clone(), error)
    }
}

/// A serial line that nobody else has.
#[derive(Debug)]
struct Port(SerialPort);

impl Port {
    fn open(device: &str) -> io::Result<Port> {
        let port = SerialPort::open(device, |mut settings: Settings| {
            settings.set_raw();
            settings.set_baud_rate(BAUD)?;
            settings.set_char_size(CharSize::Bits8);
            settings.set_stop_bits(StopBits::One);
            settings.set_parity(Parity::None);
            settings.set_flow_control(FlowControl::RtsCts);
            Ok(settings)
        })?;
        flock(&port, FlockOperation::NonBlockingLockExclusive)?;
        port.discard_buffers()?;
        // A line without these wires has none to set.
        let _ = port.set_dtr(true);
        Ok(Port(port))
    }

    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.0.set_read_timeout(limit)?;
        self.0.read(buffer)
    }

    fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        self.0.set_write_timeout(limit)?;
        self.0.write(bytes)
    }

    /// Whether the modem shows a carrier, where it has a wire for that.
    fn carrier(&self) -> Option<bool> {
        self.0.read_cd().ok()
    }
}

/// A dialler at work.
#[derive(Debug)]
struct Run {
    dialler: Dialler,
    times: Times,
    has_begun: bool,
    wait: Deadline,
}

#[derive(Debug)]
enum Outcome {
    Connected(Vec<u8>),
    HungUp,
    NobodyCalled,
    Failed(Failure),
    Broken(io::Error),
}

impl Run {
    fn begin(goal: Goal, times: &Times) -> Run {
        let wait = Deadline::after(Duration::MAX);
        Run { dialler: Dialler::new(goal, times), times: *times, has_begun: false, wait }
    }

    /// Runs it to its end, or until nobody has called by then. A call that has begun to ring is waited for.
    fn until(&mut self, port: &mut Port, listen: Option<Deadline>) -> Outcome {
        let mut actions = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            self.dialler.handle(Event::Start, &mut actions);
        }
        let mut chunk = [0; 256];
        loop {
            for action in actions.drain(..) {
                if let Some(outcome) = self.perform(port, action) {
                    return outcome;
                }
            }
            let deadline = if self.dialler.is_listening() { listen } else { Some(self.wait) };
            let Some(limit) = deadline.map_or(Some(LOOK), Deadline::remaining) else {
                if self.dialler.is_listening() {
                    return Outcome::NobodyCalled;
                }
                self.dialler.handle(Event::Elapsed, &mut actions);
                continue;
            };
            match port.read(&mut chunk, limit) {
                Ok(0) => return Outcome::Broken(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.dialler.handle(Event::Read(&chunk[..count]), &mut actions),
                Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Outcome::Broken(error),
            }
        }
    }

    fn perform(&mut self, port: &mut Port, action: Action) -> Option<Outcome> {
        match action {
            Action::Write(text) => {
                write_all(port, text.as_bytes(), self.times.command).err().map(Outcome::Broken)
            }
            Action::Wait(time) => {
                self.wait = Deadline::after(time);
                None
            }
            Action::Listen => None,
            Action::Connected(data) => Some(Outcome::Connected(data)),
            Action::HungUp => Some(Outcome::HungUp),
            Action::Failed(failure) => Some(Outcome::Failed(failure)),
        }
    }
}

fn write_all(port: &mut Port, mut bytes: &[u8], limit: Duration) -> io::Result<()> {
    let deadline = Deadline::after(limit);
    while !bytes.is_empty() {
        let limit = deadline.remaining().ok_or(ErrorKind::TimedOut)?;
        let count = port.write(bytes, limit)?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}

fn line(port: Port, peer: String, data: &[u8], times: &Times) -> Box<dyn Line> {
    // A carrier that is not shown now never is: then the wire says nothing.
    let shows_carrier = port.carrier() == Some(true);
    let modem = Modem { port, peer, times: *times, shows_carrier, has_carrier: true };
    Box::new(Stream::new(modem, data, times.send))
}

/// A modem in a call.
struct Modem {
    port: Port,
    peer: String,
    times: Times,
    shows_carrier: bool,
    has_carrier: bool,
}

impl Modem {
    /// Whether it is known to be gone: the modem said so, or its wire does.
    fn lost_carrier(&mut self) -> bool {
        if self.shows_carrier && self.port.carrier() == Some(false) {
            self.has_carrier = false;
        }
        !self.has_carrier
    }
}

impl Bytes for Modem {
    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        let deadline = Deadline::after(limit);
        let mut wait = deadline.remaining_or_shortest();
        loop {
            match self.port.read(buffer, wait.min(LOOK)) {
                Err(error) if is_timeout(&error) => {}
                other => return other,
            }
            // Only after what was there has been read: the other end's last words came before it went.
            if self.lost_carrier() {
                return Ok(0);
            }
            wait = deadline.remaining().ok_or(ErrorKind::TimedOut)?;
        }
    }

    fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<usize> {
        if self.lost_carrier() {
            return Ok(0);
        }
        self.port.write(bytes, limit)
    }

    fn is_farewell(&mut self, bytes: &[u8]) -> bool {
        let farewell = farewell(bytes);
        self.has_carrier &= farewell != Farewell::Whole;
        farewell != Farewell::None
    }

    /// Tells the modem by `+++` and `ATH`, behind what was sent last; where it does not listen, the line that says the
    /// terminal is ready is dropped.
    fn close(&mut self) {
        if !self.lost_carrier() {
            // That it cannot be told is no error worth more than the end of the call.
            let _ = Run::begin(Goal::HangUp, &self.times).until(&mut self.port, None);
            if !self.lost_carrier() && self.port.0.set_dtr(false).is_ok() {
                thread::sleep(NOT_READY);
            }
        }
        // What a dead modem never took would hold up the closing of the line.
        let _ = self.port.0.discard_buffers();
    }

    fn peer(&self) -> String {
        self.peer.clone()
    }
}

//! A scale at a serial line, be it a wire or a USB device that shows itself as one.
//!
//! What always holds: each question has one answer or a fault, within a bounded time; after a fault of the line it is
//! opened anew and has to be quiet before anything is asked, so that the answer to an old question is not taken for the
//! answer to a new one. A scale that is plugged in again is found again.

use crate::scale::{Answer, CharacterFrame, Command, Line, Parity, Protocol};
use crate::{Reading, Scale, ScaleFault};
use rustix::fs::{FlockOperation, flock};
use serial2::{CharSize, FlowControl, SerialPort, Settings, StopBits};
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// How long a scale may take to say what it shows.
const SHOW: Duration = Duration::from_secs(1);
/// How long it may take to set itself to zero, which it does only once it has come to rest.
const SET: Duration = Duration::from_secs(10);
/// How long a line has to be quiet before it is asked, after it was opened.
const QUIET: Duration = Duration::from_millis(300);
/// How long it may take to become so.
const HUSH: Duration = Duration::from_secs(2);
/// The shortest wait: a time-out of nothing would mean none to the system.
const SHORTEST: Duration = Duration::from_millis(1);

/// A scale at a serial line that nobody else has.
#[derive(Debug)]
pub(super) struct SerialScale {
    device: String,
    line: Line,
    /// Nothing after a fault of the line, until it is opened anew.
    port: Option<SerialPort>,
}

impl SerialScale {
    /// The scale at this device, which must be there.
    pub fn open(device: &str, line: Line) -> Result<SerialScale, ScaleFault> {
        Ok(SerialScale { device: device.into(), line, port: Some(open(device, line)?) })
    }

    fn ask(&mut self, command: Command, limit: Duration) -> Result<Answer, ScaleFault> {
        let mut port = match self.port.take() {
            Some(port) => port,
            None => open(&self.device, self.line)?,
        };
        let protocol = self.line.protocol;
        let answer = exchange(&mut port, protocol, command, limit);
        let answer = answer.and_then(|bytes| protocol.understand(command, &bytes));
        let is_out_of_step =
            matches!(answer, Err(ScaleFault::Unplugged(_) | ScaleFault::Silent | ScaleFault::Garbled));
        self.port = if is_out_of_step { None } else { Some(port) };
        answer
    }

    fn set(&mut self, command: Command) -> Result<(), ScaleFault> {
        match self.ask(command, SET)? {
            Answer::Done => Ok(()),
            Answer::Shows(_) => Err(ScaleFault::Garbled),
        }
    }
}

impl Scale for SerialScale {
    fn weigh(&mut self) -> Result<Reading, ScaleFault> {
        match self.ask(Command::Weigh, SHOW)? {
            Answer::Shows(reading) => Ok(reading),
            Answer::Done => Err(ScaleFault::Garbled),
        }
    }

    fn zero(&mut self) -> Result<(), ScaleFault> {
        self.set(Command::Zero)
    }

    fn tare(&mut self) -> Result<(), ScaleFault> {
        self.set(Command::Tare)
    }
}

/// Opens the line and waits until it is quiet.
fn open(device: &str, line: Line) -> Result<SerialPort, ScaleFault> {
    let mut port = port(device, line).map_err(|error| ScaleFault::Device(device.into(), error))?;
    hush(&mut port)?;
    Ok(port)
}

fn port(device: &str, line: Line) -> io::Result<SerialPort> {
    let CharacterFrame { has_seven_bits, parity, has_two_stop_bits } = line.frame;
    let port = SerialPort::open(device, |mut settings: Settings| {
        settings.set_raw();
        settings.set_baud_rate(line.baud)?;
        settings.set_char_size(if has_seven_bits { CharSize::Bits7 } else { CharSize::Bits8 });
        settings.set_stop_bits(if has_two_stop_bits { StopBits::Two } else { StopBits::One });
        settings.set_parity(match parity {
            Parity::None => serial2::Parity::None,
            Parity::Even => serial2::Parity::Even,
            Parity::Odd => serial2::Parity::Odd,
        });
        settings.set_flow_control(FlowControl::None);
        Ok(settings)
    })?;
    flock(&port, FlockOperation::NonBlockingLockExclusive)?;
    // Some scales live on these wires, or speak only while they are set. A line without them has none to set.
    let _ = port.set_dtr(true);
    let _ = port.set_rts(true);
    Ok(port)
}

/// Waits until nothing comes any more. A scale that never stops speaking is not one that waits to be asked.
fn hush(port: &mut SerialPort) -> Result<(), ScaleFault> {
    let begin = Instant::now();
    let mut chunk = [0; 256];
    while begin.elapsed() < HUSH {
        if read(port, &mut chunk, QUIET)? == 0 {
            return Ok(());
        }
    }
    Err(ScaleFault::Garbled)
}

/// Asks, and reads until the byte that ends an answer.
fn exchange(
    port: &mut SerialPort,
    protocol: Protocol,
    command: Command,
    limit: Duration,
) -> Result<Vec<u8>, ScaleFault> {
    let begin = Instant::now();
    // What the scale said of its own accord, such as at its print key, is no answer.
    port.discard_input_buffer().map_err(ScaleFault::Unplugged)?;
    port.set_write_timeout(limit).map_err(ScaleFault::Unplugged)?;
    port.write_all(protocol.question(command)).map_err(|error| match is_timeout(&error) {
        true => ScaleFault::Silent,
        false => ScaleFault::Unplugged(error),
    })?;
    let mut answer = Vec::new();
    let mut chunk = [0; Protocol::ANSWER_BYTES_MAX];
    loop {
        let left = limit.saturating_sub(begin.elapsed());
        let count = if left.is_zero() { 0 } else { read(port, &mut chunk, left)? };
        if count == 0 {
            return Err(if answer.is_empty() { ScaleFault::Silent } else { ScaleFault::Garbled });
        }
        answer.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if answer.len() > Protocol::ANSWER_BYTES_MAX {
            return Err(ScaleFault::Garbled);
        }
        if let Some(end) = answer.iter().position(|byte| *byte == protocol.end()) {
            // Whatever stands behind it means that question and answer are out of step.
            return if end + 1 == answer.len() { Ok(answer) } else { Err(ScaleFault::Garbled) };
        }
    }
}

/// What there is to read, at least a byte; 0 where nothing came within this time.
fn read(port: &mut SerialPort, chunk: &mut [u8], limit: Duration) -> Result<usize, ScaleFault> {
    port.set_read_timeout(limit.max(SHORTEST)).map_err(ScaleFault::Unplugged)?;
    loop {
        match port.read(chunk) {
            Ok(0) => return Err(ScaleFault::Unplugged(ErrorKind::UnexpectedEof.into())),
            Ok(count) => return Ok(count),
            Err(error) if is_timeout(&error) => return Ok(0),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(ScaleFault::Unplugged(error)),
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

//! The result codes of a modem, in words (`ATV1`).
//!
//! ```text
//! CR LF word CR LF        CONNECT may be followed by a space and the speed
//! ```
//!
//! A code ends at its LF and not before, so that the first byte of data is the one after it.

use crate::frame::FRAME_BYTES_MAX;

/// The longest line that may be a result code.
pub const CODE_BYTES_MAX: usize = 64;

/// How a modem without a line for the carrier says that it is gone, in the middle of the data.
const FAREWELL: &[u8] = b"\r\nNO CARRIER\r\n";

// A frame cannot begin like this: so where one should begin, this is the modem's own word.
const _: () = assert!(u16::from_le_bytes([FAREWELL[0], FAREWELL[1]]) as usize > FRAME_BYTES_MAX);

/// What a modem says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The command was carried out.
    Ok,
    /// The carrier is there: what follows is data.
    Connect,
    /// Somebody calls.
    Ring,
    /// The carrier is lost, or none was found.
    NoCarrier,
    /// The command was not understood.
    Error,
    /// The own line is dead.
    NoDialTone,
    /// The other end is engaged.
    Busy,
    /// Nobody answers.
    NoAnswer,
}

impl Code {
    fn parse(line: &[u8]) -> Option<Code> {
        match line {
            b"OK" => Some(Code::Ok),
            b"CONNECT" => Some(Code::Connect),
            b"RING" => Some(Code::Ring),
            b"NO CARRIER" => Some(Code::NoCarrier),
            b"ERROR" => Some(Code::Error),
            b"NO DIALTONE" | b"NO DIAL TONE" => Some(Code::NoDialTone),
            b"BUSY" => Some(Code::Busy),
            b"NO ANSWER" => Some(Code::NoAnswer),
            _ if line.starts_with(b"CONNECT ") => Some(Code::Connect),
            _ => None,
        }
    }
}

/// Finds result codes among what a modem sends, echoes and garbage included.
#[derive(Debug, Default)]
pub struct Codes {
    line: Vec<u8>,
    /// The line has become longer than any code; the rest of it is passed over.
    is_overlong: bool,
}

impl Codes {
    /// Takes the next byte. Gives the code that ends with it, if one does.
    pub fn push(&mut self, byte: u8) -> Option<Code> {
        match byte {
            b'\n' => {
                let is_overlong = std::mem::take(&mut self.is_overlong);
                let code = Code::parse(self.line.trim_ascii()).filter(|_| !is_overlong);
                self.line.clear();
                code
            }
            _ if self.line.len() < CODE_BYTES_MAX => {
                self.line.push(byte);
                None
            }
            _ => {
                self.is_overlong = true;
                None
            }
        }
    }

    /// Forgets what was begun: a new command is answered from here on.
    pub fn clear(&mut self) {
        *self = Codes::default();
    }
}

/// How much of the modem's word that the carrier is gone stands where a frame should begin.
///
/// Within a frame the same bytes are data: there only the carrier's own line, or silence, says that it is gone.
pub fn farewell(bytes: &[u8]) -> Farewell {
    match bytes {
        _ if bytes.starts_with(FAREWELL) => Farewell::Whole,
        [_, _, ..] if FAREWELL.starts_with(bytes) => Farewell::Begun,
        _ => Farewell::None,
    }
}

/// How much of a modem's last word is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// It is something else.
    None,
    /// Its beginning, which nothing but a modem says.
    Begun,
    /// All of it: the modem is in its command state.
    Whole,
}

//! Kind a: the memory SLE 4442 behind a reader. 256 bytes, of which the first 32 can each be protected for good; nothing
//! is written before the code of three bytes was given, of which three wrong ones close the memory for good.

use super::{Answer, Command, Pull};
use crate::commands::Status;
use crate::geometry::{A_BYTES, A_PROTECTED_BYTES};
use terms::bytes::Reader as Fields;

/// What the chip says of itself, and what its maker protects before it is sold.
const HEADER: [u8; 4] = [0xA2, 0x13, 0x10, 0x91];
const CHIP_MAKER: (usize, [u8; 2]) = (6, [0x81, 0x15]);
const CARD_MAKER: (usize, [u8; 6]) = (21, [0xD2, 0x76, 0x00, 0x00, 0x04, 0x00]);
const ALL_TRIES: u8 = 0b111;

#[derive(Clone)]
pub(super) struct Sle4442 {
    cells: [u8; A_BYTES],
    /// Bit 0 for the first byte; a bit that is set lets its byte be written.
    writable: u32,
    code: [u8; 3],
    /// A bit for each try that is left.
    tries: u8,
    is_selected: bool,
    is_open: bool,
}

impl Default for Sle4442 {
    fn default() -> Sle4442 {
        let mut chip = Sle4442 {
            cells: [0xFF; A_BYTES],
            writable: u32::MAX,
            code: [0xFF; 3],
            tries: ALL_TRIES,
            is_selected: false,
            is_open: false,
        };
        for (at, bytes) in
            [(0, HEADER.as_slice()), (CHIP_MAKER.0, &CHIP_MAKER.1), (CARD_MAKER.0, &CARD_MAKER.1)]
        {
            for (at, byte) in (at..).zip(bytes) {
                chip.cells[at] = *byte;
                chip.writable &= !(1 << at);
            }
        }
        chip
    }
}

impl Sle4442 {
    pub fn power_on(&mut self) {
        self.is_selected = false;
        self.is_open = false;
    }

    pub fn answer(&mut self, command: &[u8], pull: &mut Pull) -> Answer {
        let command = Command::parse(command)?;
        if command.class != 0xFF {
            return Err(Status::NO_SUCH_CLASS);
        }
        if command.instruction == 0xA4 {
            self.power_on();
            self.is_selected = command.data()? == [0x06];
            return if self.is_selected { Ok(Vec::new()) } else { Err(Status::FAILED) };
        }
        if !self.is_selected {
            return Err(Status::FAILED);
        }
        match command.instruction {
            0xB0 => self.read(command.address(), command.expected()?),
            0xB1 => Ok(vec![self.tries, 0, 0, 0]),
            0xB2 => Ok(self.writable.to_le_bytes().to_vec()),
            0xD0 => self.write(command.address(), command.data()?, pull),
            0xD1 => self.protect(command.address(), command.data()?, pull),
            0x20 => self.present(command.data()?),
            _ => Err(Status::NOT_KNOWN),
        }
    }

    fn read(&self, at: usize, length: usize) -> Answer {
        self.cells.get(at..at + length).map(<[u8]>::to_vec).ok_or(Status::OUTSIDE)
    }

    fn is_writable(&self, at: usize) -> bool {
        at >= A_PROTECTED_BYTES || self.writable >> at & 1 == 1
    }

    /// Bytes that may not be written are passed over, as the chip does: it has no way to refuse.
    fn write(&mut self, at: usize, bytes: &[u8], pull: &mut Pull) -> Answer {
        if at + bytes.len() > A_BYTES {
            return Err(Status::OUTSIDE);
        }
        for (at, byte) in (at..).zip(bytes) {
            if self.is_open && self.is_writable(at) && !pull.is_gone {
                pull.program(&mut self.cells, at, &[*byte], at + 1);
            }
        }
        Ok(Vec::new())
    }

    fn protect(&mut self, at: usize, bytes: &[u8], pull: &mut Pull) -> Answer {
        if at + bytes.len() > A_PROTECTED_BYTES {
            return Err(Status::OUTSIDE);
        }
        for (at, byte) in (at..).zip(bytes) {
            if self.is_open && !pull.is_gone && self.cells[at] == *byte && pull.allow_step() {
                self.writable &= !(1 << at);
            }
        }
        Ok(Vec::new())
    }

    fn present(&mut self, code: &[u8]) -> Answer {
        self.is_open = self.tries != 0 && code == self.code;
        self.tries = if self.is_open { ALL_TRIES } else { self.tries >> 1 };
        Err(Status(0x9000 | u16::from(self.tries)))
    }

    pub fn put(&self, image: &mut Vec<u8>) {
        image.extend_from_slice(&self.cells);
        image.extend_from_slice(&self.writable.to_le_bytes());
        image.extend_from_slice(&self.code);
        image.push(self.tries);
    }

    pub fn take(fields: &mut Fields<'_>) -> Option<Sle4442> {
        Some(Sle4442 {
            cells: fields.bytes()?,
            writable: fields.u32()?,
            code: fields.bytes()?,
            tries: fields.u8()? & ALL_TRIES,
            is_selected: false,
            is_open: false,
        })
    }
}

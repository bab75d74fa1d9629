//! Kind b: the I²C memory AT24C256 behind a reader. 32 KB in pages of 64 bytes; a write that runs over the end of its
//! page goes on at the page's beginning, and a page is programmed as a whole.

use super::{Answer, Command, Pull};
use crate::commands::Status;
use crate::geometry::{B_BYTES, PAGE_BYTES};
use terms::bytes::Reader as Fields;

const PAGE: usize = PAGE_BYTES as usize;

#[derive(Clone)]
pub(super) struct I2c {
    cells: Vec<u8>,
    is_selected: bool,
    has_pages: bool,
}

impl Default for I2c {
    fn default() -> I2c {
        I2c { cells: vec![0xFF; B_BYTES], is_selected: false, has_pages: false }
    }
}

impl I2c {
    pub fn power_on(&mut self) {
        self.is_selected = false;
        self.has_pages = false;
    }

    pub fn answer(&mut self, command: &[u8], pull: &mut Pull) -> Answer {
        let command = Command::parse(command)?;
        if command.class != 0xFF {
            return Err(Status::NO_SUCH_CLASS);
        }
        match command.instruction {
            0xA4 => {
                self.power_on();
                self.is_selected = command.data()? == [0x02];
                if self.is_selected { Ok(Vec::new()) } else { Err(Status::FAILED) }
            }
            _ if !self.is_selected => Err(Status::FAILED),
            0x01 => {
                self.has_pages = command.data()? == [0x06];
                Ok(Vec::new())
            }
            0xB0 => {
                let at = command.address();
                let cells = self.cells.get(at..at + command.expected()?);
                cells.map(<[u8]>::to_vec).ok_or(Status::OUTSIDE)
            }
            0xD0 if self.has_pages => self.write(command.address(), command.data()?, pull),
            _ => Err(Status::NOT_KNOWN),
        }
    }

    fn write(&mut self, at: usize, bytes: &[u8], pull: &mut Pull) -> Answer {
        if at >= B_BYTES || bytes.len() > PAGE {
            return Err(Status::OUTSIDE);
        }
        let page = at / PAGE * PAGE;
        let until_end = bytes.len().min(page + PAGE - at);
        let (front, rolled_over) = bytes.split_at(until_end);
        pull.program(&mut self.cells, at, front, page + PAGE);
        if !rolled_over.is_empty() && !pull.is_gone {
            pull.program(&mut self.cells, page, rolled_over, page + PAGE);
        }
        Ok(Vec::new())
    }

    pub fn put(&self, image: &mut Vec<u8>) {
        image.extend_from_slice(&self.cells);
    }

    pub fn take(fields: &mut Fields<'_>) -> Option<I2c> {
        let cells = fields.slice(B_BYTES)?.to_vec();
        Some(I2c { cells, is_selected: false, has_pages: false })
    }
}

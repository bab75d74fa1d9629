//! Kind n: a processor card with the card application of `docs/formats/card.md`.

use super::{Answer, Command, Pull};
use crate::commands::{APPLICATION_ID, Status, reference};
use crate::geometry::{PAGE_BYTES, file};
use crate::identification::Unique;
use std::ops::Range;
use subtle::ConstantTimeEq;
use terms::bytes::Reader as Fields;

const PAGE: usize = PAGE_BYTES as usize;
const CODE_BYTES_MAX: usize = 12;
const METER_TRIES: u8 = 8;
const USER_TRIES: u8 = 3;

/// A file: its number and where it lies among the cells.
const FILES: [(u16, Range<usize>); 4] = {
    const TWO: usize = 64;
    const THREE: usize = TWO + 64;
    const APPLICATIONS: usize = THREE + file::THREE_BYTES;
    [
        (file::ONE, 0..file::ONE_BYTES),
        (file::TWO, TWO..TWO + file::TWO_BYTES),
        (file::THREE, THREE..THREE + file::THREE_BYTES),
        (file::APPLICATIONS, APPLICATIONS..APPLICATIONS + file::APPLICATIONS_BYTES),
    ]
};
const CELLS: usize = FILES[3].1.end;

/// A code of the card: its bytes, their number 0 where none is set, and the tries that are left.
#[derive(Clone, Default)]
struct Code {
    bytes: [u8; CODE_BYTES_MAX],
    length: u8,
    tries: u8,
    is_given: bool,
}

impl Code {
    const fn is_set(&self) -> bool {
        self.length > 0
    }

    /// The answer to a code, or to the question how many tries are left.
    fn verify(&mut self, code: &[u8], all_tries: u8) -> Answer {
        if !self.is_set() {
            return Err(Status::NO_CODE);
        }
        if code.is_empty() {
            return if self.is_given { Ok(Vec::new()) } else { Err(Status::wrong_code(self.tries)) };
        }
        if self.tries == 0 {
            return Err(Status::BLOCKED);
        }
        // The try is counted before the code is looked at.
        self.tries -= 1;
        self.is_given = self.bytes[..usize::from(self.length)].ct_eq(code).into();
        if !self.is_given {
            return Err(Status::wrong_code(self.tries));
        }
        self.tries = all_tries;
        Ok(Vec::new())
    }

    fn put(&self, image: &mut Vec<u8>) {
        image.extend_from_slice(&self.bytes);
        image.extend_from_slice(&[self.length, self.tries]);
    }

    fn take(fields: &mut Fields<'_>) -> Option<Code> {
        let (bytes, length, tries) = (fields.bytes()?, fields.u8()?, fields.u8()?);
        let is_code = usize::from(length) <= CODE_BYTES_MAX;
        is_code.then_some(Code { bytes, length, tries, is_given: false })
    }
}

#[derive(Clone)]
pub(super) struct Processor {
    unique: Unique,
    cells: Vec<u8>,
    /// Whether the files of parts I and II are activated: they are never written again.
    activated: [bool; 2],
    meter: Code,
    user: Code,
    is_selected: bool,
    file: Option<usize>,
}

impl Processor {
    pub fn new(unique: Unique) -> Processor {
        Processor {
            unique,
            cells: vec![0xFF; CELLS],
            activated: [false; 2],
            meter: Code::default(),
            user: Code::default(),
            is_selected: false,
            file: None,
        }
    }

    pub fn power_on(&mut self) {
        self.is_selected = false;
        self.file = None;
        self.meter.is_given = false;
        self.user.is_given = false;
    }

    pub fn answer(&mut self, command: &[u8], pull: &mut Pull) -> Answer {
        let command = Command::parse(command)?;
        match (command.class, command.instruction, command.p1, command.p2) {
            (0x00, 0xA4, 0x04, 0x0C) => {
                self.power_on();
                self.is_selected = command.data()? == APPLICATION_ID;
                if self.is_selected { Ok(Vec::new()) } else { Err(Status::NOT_FOUND) }
            }
            (0x00, ..) if self.is_selected => self.answer_selected(&command, pull),
            (0x00, ..) => Err(Status::NOT_KNOWN),
            _ => Err(Status::NO_SUCH_CLASS),
        }
    }

    fn answer_selected(&mut self, command: &Command<'_>, pull: &mut Pull) -> Answer {
        match (command.instruction, command.p1, command.p2) {
            (0xA4, 0x02, 0x0C) => {
                let number =
                    command.data()?.try_into().map(u16::from_be_bytes).map_err(|_| Status::LENGTH)?;
                self.file = FILES.iter().position(|(file, _)| *file == number);
                self.file.map(|_| Vec::new()).ok_or(Status::NOT_FOUND)
            }
            (0xCA, 0x01, 0x00) => Ok(self.unique.bytes().to_vec()),
            (0xCA, 0x01, 0x01) => Ok(self.activated.map(u8::from).to_vec()),
            (0xB0, ..) => self.read(command.address(), command.expected()?),
            (0xD6, ..) => self.update(command.address(), command.data()?, pull),
            (0x44, 0, 0) => self.activate(pull),
            (0x20, 0, code) => self.verify(code, command.body.get(1..).unwrap_or_default()),
            (0x24, 1, code) => self.set_code(code, command.data()?, pull),
            _ => Err(Status::NOT_KNOWN),
        }
    }

    /// The selected file: its index, and the cells from `at` on of which there are `length`.
    fn cells_of_file(&self, at: usize, length: usize) -> Result<(usize, Range<usize>), Status> {
        let index = self.file.ok_or(Status::CONDITIONS)?;
        let whole = &FILES[index].1;
        let (begin, end) = (whole.start + at, whole.start + at + length);
        if end <= whole.end { Ok((index, begin..end)) } else { Err(Status::OUTSIDE) }
    }

    /// Parts I and II may be read by all; what comes after them by the meter that made the card.
    fn read(&self, at: usize, length: usize) -> Answer {
        let (index, cells) = self.cells_of_file(at, length)?;
        if index >= 2 && self.meter.is_set() && !self.meter.is_given {
            return Err(Status::NOT_ALLOWED);
        }
        Ok(self.cells[cells].to_vec())
    }

    fn update(&mut self, at: usize, bytes: &[u8], pull: &mut Pull) -> Answer {
        let (index, cells) = self.cells_of_file(at, bytes.len())?;
        match self.activated.get(index) {
            Some(true) => return Err(Status::CONDITIONS),
            None if !self.meter.is_given => return Err(Status::NOT_ALLOWED),
            _ => {}
        }
        let file_end = FILES[index].1.end;
        let mut rest = bytes;
        let mut at = cells.start;
        while !rest.is_empty() && !pull.is_gone {
            let page_end = (at / PAGE + 1) * PAGE;
            let (piece, behind) = rest.split_at(rest.len().min(page_end - at));
            pull.program(&mut self.cells, at, piece, page_end.min(file_end));
            at += piece.len();
            rest = behind;
        }
        Ok(Vec::new())
    }

    fn activate(&mut self, pull: &mut Pull) -> Answer {
        let index = self.file.ok_or(Status::CONDITIONS)?;
        let flag = self.activated.get_mut(index).ok_or(Status::CONDITIONS)?;
        *flag |= pull.allow_step();
        Ok(Vec::new())
    }

    fn verify(&mut self, code: u8, secret: &[u8]) -> Answer {
        match code {
            reference::METER => self.meter.verify(secret, METER_TRIES),
            reference::USER => self.user.verify(secret, USER_TRIES),
            _ => Err(Status::NOT_FOUND),
        }
    }

    /// Until part II is activated any meter may set its code; after that nobody. The user's is set by that meter.
    fn set_code(&mut self, code: u8, secret: &[u8], pull: &mut Pull) -> Answer {
        if !(4..=CODE_BYTES_MAX).contains(&secret.len()) {
            return Err(Status::LENGTH);
        }
        let (place, tries) = match code {
            reference::METER if !self.activated[1] => (&mut self.meter, METER_TRIES),
            reference::USER if self.meter.is_given => (&mut self.user, USER_TRIES),
            reference::METER | reference::USER => return Err(Status::NOT_ALLOWED),
            _ => return Err(Status::NOT_FOUND),
        };
        if pull.allow_step() {
            let mut bytes = [0; CODE_BYTES_MAX];
            bytes[..secret.len()].copy_from_slice(secret);
            *place = Code { bytes, length: secret.len() as u8, tries, is_given: false };
        }
        Ok(Vec::new())
    }

    pub fn put(&self, image: &mut Vec<u8>) {
        image.extend_from_slice(self.unique.bytes());
        image.extend_from_slice(&self.activated.map(u8::from));
        self.meter.put(image);
        self.user.put(image);
        image.extend_from_slice(&self.cells);
    }

    pub fn take(fields: &mut Fields<'_>) -> Option<Processor> {
        let unique = Unique::new(fields.bytes()?);
        let activated = fields.bytes::<2>()?.map(|flag| flag == 1);
        let (meter, user) = (Code::take(fields)?, Code::take(fields)?);
        let cells = fields.slice(CELLS)?.to_vec();
        Some(Processor { cells, activated, meter, user, ..Processor::new(unique) })
    }
}

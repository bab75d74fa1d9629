//! The programs' images against those enrolled (EP 0 660 269, [43], [119]; kill mode 2).
//!
//! What always holds: the image is measured by the device's board and never told by the control unit; the first one
//! measured is enrolled by that, any later one by the centre beforehand; any other blocks.

use super::Psd;
use super::reactions::Event;
use crate::board::Board;
use crate::error::Error;
use crate::memory::Memory;
use crate::setup::{Enrolled, Sight};
use link::{Block, Checksum, Finding, Program};

impl Enrolled {
    /// Takes an image as the one in use; what was announced before it is no longer awaited.
    pub(super) fn adopt(&mut self, image: Checksum) {
        *self = Enrolled { current: Some(image), next: None };
    }
}

impl Event {
    /// A program that is not the one enrolled.
    pub(super) fn program(measured: &Checksum) -> Event {
        let [a, b, c, d, ..] = *measured;
        Event::Program(u32::from_be_bytes([a, b, c, d]))
    }
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Measures a program and holds it against what is enrolled.
    pub(super) fn check_program(&mut self, program: Program) -> Result<(), Error> {
        let Some(measured) = self.board.measure(program)? else { return Ok(()) };
        let sight = self.setup.programs.of(program).judge(&measured);
        // Who has not answered cannot frank, and is not judged: else anybody who connects could end the meter.
        if program == Program::ControlUnit && !self.watch.is_proven && sight != Sight::Current {
            self.watch.is_unjudged = true;
            return Ok(());
        }
        match sight {
            Sight::Current => Ok(()),
            Sight::First => self.adopt_program(program, measured, Finding::ENROLLED),
            Sight::Next => self.adopt_program(program, measured, Finding::UPDATED),
            Sight::Other if self.state().standing.blocks.has(Block::Kill2) => {
                Err(Error::Stopped(Block::Kill2))
            }
            Sight::Other => Err(self.fault(Event::program(&measured))),
        }
    }

    /// The cheap form, around franking: measures only what shows signs of a change.
    pub(super) fn check_programs_quickly(&mut self) -> Result<(), Error> {
        for program in [Program::ControlUnit, Program::Own] {
            if !self.board.is_as_measured(program) {
                self.check_program(program)?;
            }
        }
        Ok(())
    }

    fn adopt_program(&mut self, program: Program, image: Checksum, kind: u16) -> Result<(), Error> {
        let mut setup = self.setup.clone();
        setup.programs.of_mut(program).adopt(image);
        let mut state = *self.state();
        self.note(&mut state, kind, 0);
        self.commit_setup(state, setup)
    }
}

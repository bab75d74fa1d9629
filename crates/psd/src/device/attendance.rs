//! The control unit at the other end: pairing, the device's questions, and what it reports of its printing.
//!
//! What always holds: the device is inactive from its start until a right answer, and whenever one fails to come; the
//! answers prove that the paired control unit is there, and nothing it reports lifts anything but a passing fault.

use super::Psd;
use super::reactions::Event;
use crate::board::Board;
use crate::error::Error;
use crate::memory::Memory;
use crate::setup::Paired;
use crate::supervision::interrogation::{AnswerError, Code, Identity, Pairing, PairingKey};
use crate::supervision::printing::{PrintReport, Verdict, judge_columns};
use link::{Block, ErrorKind, Finding, Program};
use zeroize::Zeroizing;

/// The clocks counted between the columns of one print whose data change, and how many such columns there are.
#[derive(Clone, Debug)]
pub struct Columns<I> {
    /// Clocks of each.
    pub clocks: I,
    /// How many columns with changing data the print has.
    pub expected: u32,
}

/// What the control unit is to do about its print speed.
pub type PrintAdvice = Verdict;

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Pairs the device with the control unit of this hardware, once, and gives the key that both share from then on.
    pub fn pair(&mut self, identity: Identity) -> Result<PairingKey, Error> {
        let paired = self.try_pair(identity);
        self.counted(paired)
    }

    fn try_pair(&mut self, identity: Identity) -> Result<PairingKey, Error> {
        if self.setup.pairing.is_some() {
            return Err(Error::PairedAlready);
        }
        let mut bytes = Zeroizing::new([0; PairingKey::BYTES]);
        self.board.fill(bytes.as_mut_slice())?;
        let key = PairingKey::new(*bytes);
        let measured = self.board.measure(Program::ControlUnit)?;
        let mut setup = self.setup.clone();
        setup.pairing = Some(Paired { key: key.clone(), identity });
        if let Some(measured) = measured {
            setup.programs.control_unit.adopt(measured);
        }
        self.commit_setup(*self.state(), setup)?;
        self.watch.is_unjudged = false;
        self.watch.interrogation.ask_at_once();
        Ok(key)
    }

    /// What came was no command: it is counted.
    pub fn note_frame(&mut self) {
        self.count(ErrorKind::Frames);
    }

    /// Whether a control unit is paired with the device.
    pub fn is_paired(&self) -> bool {
        self.setup.pairing.is_some()
    }

    /// The program at the other end of this connection is the control unit from now on: it is measured, and it is
    /// asked at once, and no answer of one that was there before speaks for it.
    pub fn connect(&mut self, peer: u32) -> Result<(), Error> {
        self.watch.interrogation.deactivate();
        self.watch.is_proven = false;
        self.watch.is_unjudged = false;
        self.board.attach(peer)?;
        self.attach().inspect_err(|_| self.board.detach())
    }

    /// There is no control unit any more.
    pub fn disconnect(&mut self) {
        self.watch.is_proven = false;
        self.watch.is_unjudged = false;
        self.board.detach();
    }

    /// The same where the board knows of one control unit alone.
    pub(super) fn attach(&mut self) -> Result<(), Error> {
        self.watch.interrogation.ask_at_once();
        self.check_program(Program::ControlUnit)
    }

    /// Whether the control unit's answers keep the device active.
    pub fn is_active(&mut self) -> bool {
        let elapsed_ms = self.board.elapsed_ms();
        self.watch.interrogation.is_active(elapsed_ms)
    }

    /// Takes the control unit's answer to a question. A wrong one makes the device inactive at once.
    pub fn answer(&mut self, number: u32, code: &Code) -> Result<(), Error> {
        let elapsed_ms = self.board.elapsed_ms();
        let Some(paired) = &self.setup.pairing else { return Err(Error::NotPaired) };
        let serial = self.numbers.personalisation.serial;
        let pairing = Pairing { key: &paired.key, serial, identity: &paired.identity };
        let answered = self.watch.interrogation.answer(number, code, pairing, elapsed_ms, &mut self.board);
        if answered == Err(AnswerError::WrongCode) {
            self.count(ErrorKind::Interrogation);
        }
        answered?;
        self.watch.is_proven = true;
        if core::mem::take(&mut self.watch.is_unjudged) {
            self.check_program(Program::ControlUnit)?;
        }
        Ok(())
    }

    /// Judges what the control unit counted of its encoder, and says what is to be done about the motor.
    pub fn report_speed(&mut self, report: PrintReport) -> Result<PrintAdvice, Error> {
        if !self.is_active() {
            return Err(Error::Stopped(Block::Inactive));
        }
        let settings = self.settings().printing.clone();
        let was_blocked = self.state().standing.blocks.has(Block::PrintSpeed);
        let verdict = self.watch.speed.judge(report, &settings);
        match verdict {
            Verdict::Block | Verdict::Warn { .. } => self.count(ErrorKind::Printing),
            Verdict::InOrder | Verdict::Correct { .. } => {}
        }
        let mut state = *self.state();
        let blocks = state.standing.blocks;
        match verdict {
            Verdict::Block if !was_blocked => {
                state.standing.blocks = blocks.with(Block::PrintSpeed);
                self.note(&mut state, Finding::PRINT_SPEED, report.pulses.into());
                self.commit_state(state)?;
            }
            Verdict::InOrder if was_blocked => {
                state.standing.blocks = blocks.without(Block::PrintSpeed);
                self.commit_state(state)?;
            }
            _ => {}
        }
        Ok(verdict)
    }

    /// Judges the time between the columns of a print: one that deviates blocks the machine (kill mode 1).
    pub fn report_columns(&mut self, columns: Columns<impl IntoIterator<Item = u32>>) -> Result<(), Error> {
        if !self.is_active() {
            return Err(Error::Stopped(Block::Inactive));
        }
        let settings = &self.settings().printing;
        match judge_columns(columns.clocks, columns.expected, settings) {
            Ok(()) => Ok(()),
            Err(_) if self.state().standing.blocks.has(Block::Kill1) => Err(Error::Stopped(Block::Kill1)),
            Err(fault) => Err(self.fault(Event::Columns(fault.clocks))),
        }
    }
}

//! What the device does while nothing is asked of it: it asks the control unit, looks at its sensor, and after a while
//! checks itself (EP 0 660 269, [119]-[120], [131]; steps 211, 213, 405, 408).
//!
//! What always holds: the standby flag is reset only where program, registers, codeword and the log of manipulations
//! are clean; where they are not, the settings' reaction follows, by default the loss of the codeword.

use super::Psd;
use super::codeword::Sight as CodewordSight;
use super::reactions::Event;
use crate::board::Board;
use crate::error::Error;
use crate::memory::{Memory, Newest};
use crate::supervision::interrogation::Question;
use link::{Block, Finding, Program};
use serde::{Deserialize, Serialize};

/// What a self-test found of each part: whether it is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTest {
    /// R3 = R1 + R2.
    pub registers: bool,
    /// Both copies of the newest record carry right MACs.
    pub memory: bool,
    /// The codeword is there and right.
    pub codeword: bool,
    /// The programs are those enrolled.
    pub programs: bool,
    /// The housing's sensor can be read, and the housing is closed.
    pub sensor: bool,
    /// The clock runs and is believed.
    pub clock: bool,
    /// There are random numbers.
    pub randomness: bool,
}

impl SelfTest {
    /// Whether every part is in order.
    pub const fn is_passed(&self) -> bool {
        self.registers
            && self.memory
            && self.codeword
            && self.programs
            && self.sensor
            && self.clock
            && self.randomness
    }
}

/// Whether a check found no manipulation. A part that cannot be read is none: the check is done again later.
fn is_clean(checked: Result<(), Error>) -> Result<bool, Error> {
    match checked {
        Ok(()) => Ok(true),
        Err(Error::Stopped(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// One round of the device's loop, to be called some times a second. Gives the question that is to be put to the
    /// control unit, where one is due.
    pub fn tick(&mut self) -> Result<Option<Question>, Error> {
        let now_ms = self.board.elapsed_ms();
        self.watch.seen_ms = now_ms;
        self.check_housing()?;
        if self.board.is_watched() && !self.state().standing.blocks.has(Block::Kill1) {
            return Err(self.fault(Event::RunTime));
        }
        self.check_standby(now_ms)?;
        Ok(self.watch.interrogation.tick(now_ms, &mut self.board)?)
    }

    /// The sensor, and the codeword that goes with it.
    fn check_housing(&mut self) -> Result<(), Error> {
        if self.state().standing.blocks.has(Block::KillCodeword) {
            return Ok(());
        }
        match self.board.was_opened() {
            Ok(false) if !self.watch.is_waiting => Ok(()),
            Ok(_) => self.look_at_codeword().map(drop),
            Err(_) => self.note_sensor(),
        }
    }

    /// A sensor that cannot be read is noted once: it is no opening.
    fn note_sensor(&mut self) -> Result<(), Error> {
        let mut state = *self.state();
        if state.findings.iter().any(|finding| finding.kind == Finding::SENSOR) {
            return Ok(());
        }
        self.note(&mut state, Finding::SENSOR, 0);
        self.commit_state(state)
    }

    fn check_standby(&mut self, now_ms: u64) -> Result<(), Error> {
        let standby = self.settings().standby;
        self.watch.rounds = self.watch.rounds.saturating_add(1);
        let idle_ms = now_ms.saturating_sub(self.watch.busy_ms);
        let is_due = |after: u32, passed: u64| after != 0 && passed >= u64::from(after);
        if !is_due(standby.after_ms, idle_ms) && !is_due(standby.after_rounds, self.watch.rounds.into()) {
            return Ok(());
        }
        self.watch.is_standby = true;
        self.leave_standby(now_ms)
    }

    /// Checks program, registers, codeword and log; only where all are clean the flag falls.
    fn leave_standby(&mut self, now_ms: u64) -> Result<(), Error> {
        self.watch.busy_ms = now_ms;
        self.watch.rounds = 0;
        if self.state().standing.blocks.iter().any(Block::is_fatal) {
            return Ok(());
        }
        let programs = is_clean(self.check_programs())?;
        let registers = self.state().registers.check().is_ok() && self.check_newest()?;
        let codeword = is_clean(self.look_at_codeword().map(drop))?;
        let is_clean = programs && registers && codeword && !self.watch.found;
        if is_clean {
            self.watch.is_standby = false;
            return Ok(());
        }
        let error = self.fault(Event::Standby);
        // This check has had its consequences: the next one looks for what is found after it.
        self.watch.found = false;
        Err(error)
    }

    /// Whether the newest record is still what was written; a copy that is damaged heals with the next commit.
    fn check_newest(&mut self) -> Result<bool, Error> {
        match self.store.newest_sight()? {
            Newest::Whole => Ok(true),
            Newest::Damaged => {
                let mut state = *self.state();
                self.note(&mut state, Finding::HEALED, 0);
                self.commit_state(state)?;
                self.store.mend(!state.standing.redundancy_taken)?;
                Ok(true)
            }
            Newest::Lost => Ok(false),
        }
    }

    fn check_programs(&mut self) -> Result<(), Error> {
        self.check_program(Program::ControlUnit)?;
        self.check_program(Program::Own)
    }

    /// Whether the device has checked itself because nothing was asked of it, and was not clean.
    pub const fn is_in_standby(&self) -> bool {
        self.watch.is_standby
    }

    /// Tests every part. What passes by itself is lifted where its cause is gone; nothing else is.
    pub fn self_test(&mut self) -> Result<SelfTest, Error> {
        let mut random = [0; 16];
        let sensor = self.board.was_opened();
        let codeword = self.look_at_codeword();
        Ok(SelfTest {
            registers: self.state().registers.check().is_ok(),
            memory: self.store.newest_sight() == Ok(Newest::Whole),
            codeword: matches!(codeword, Ok(CodewordSight::Kept | CodewordSight::Replaced)),
            programs: self.check_programs().is_ok(),
            sensor: sensor == Ok(false),
            clock: !self.state().standing.blocks.has(Block::Clock) && self.now().is_ok(),
            randomness: self.board.fill(&mut random).is_ok() && random != [0; 16],
        })
    }
}

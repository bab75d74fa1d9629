//! The board of a computer: what a security device finds around it there.

use crate::adapters::{self, SystemClock, TamperFile};
use psd::{
    Clock, ClockError, Codeword, CommitCounter, Gauge, Now, PartFault, ProgramImage, Randomness, RunTime,
    Sensor, TamperMemory,
};
use std::path::PathBuf;
use std::time::Instant;

/// A computer as a board.
#[derive(Debug)]
pub struct Computer<C = SystemClock> {
    clock: C,
    started: Instant,
    tamper: TamperFile,
}

impl<C: Clock> Computer<C> {
    /// The board with this clock, whose codeword lies in this file.
    pub fn new(clock: C, codeword: PathBuf) -> Computer<C> {
        Computer { clock, started: Instant::now(), tamper: TamperFile::new(codeword) }
    }
}

impl<C: Clock> Clock for Computer<C> {
    fn now(&mut self) -> Result<Now, ClockError> {
        self.clock.now()
    }
}

impl<C> Gauge for Computer<C> {}
impl<C> Sensor for Computer<C> {}
impl<C> ProgramImage for Computer<C> {}
impl<C> CommitCounter for Computer<C> {}

impl<C> RunTime for Computer<C> {
    fn elapsed_ms(&mut self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn processor_ns(&mut self) -> u64 {
        adapters::processor_ns()
    }
}

impl<C> Randomness for Computer<C> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
        adapters::random(bytes).map_err(|_| PartFault)
    }
}

impl<C> TamperMemory for Computer<C> {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        self.tamper.codeword()
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        self.tamper.keep_codeword(codeword)
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        self.tamper.lose_codeword()
    }
}

//! The board of a computer: what a security device finds around it there.
//!
//! | part | a computer's |
//! |---|---|
//! | clock | the system's |
//! | run time | the thread's processor time; a tracer of the process |
//! | randomness | the kernel's |
//! | passwords | Argon2id |
//! | tamper memory, counter of commits | a file of its own and no counter, or a TPM |
//! | sensor | a chassis contact, a line, a test switch; none unless named |
//! | programs | the files that this process and the control unit's run |
//! | gauge | none |

use crate::adapters::{self, Programs, Sensors, SystemClock, Tracer, Vault};
use access::{HashFault, PasswordHash, Verifier};
use psd::{
    Checksum, Clock, ClockError, Codeword, CommitCounter, Gauge, Now, PartFault, Program, ProgramImage,
    Randomness, RunTime, Sensor, TamperMemory,
};
use zeroize::Zeroizing;

/// A computer as a board.
#[derive(Debug)]
pub struct Computer<C = SystemClock> {
    clock: C,
    tracer: Tracer,
    vault: Vault,
    sensors: Sensors,
    programs: Programs,
}

impl<C: Clock> Computer<C> {
    /// The board with this clock and this vault, without sensors and without a control unit.
    pub(crate) fn new(clock: C, vault: Vault) -> Computer<C> {
        Computer {
            clock,
            tracer: Tracer::of_this_process(),
            vault,
            sensors: Sensors::default(),
            programs: Programs::new(),
        }
    }

    /// The same, which measures these programs.
    pub(crate) fn with_programs(mut self, programs: Programs) -> Computer<C> {
        self.programs = programs;
        self
    }

    /// The same with these sensors on its housing.
    pub(crate) fn with_sensors(mut self, sensors: Sensors) -> Computer<C> {
        self.sensors = sensors;
        self
    }
}

impl<C: Clock> Clock for Computer<C> {
    fn now(&mut self) -> Result<Now, ClockError> {
        self.clock.now()
    }
}

impl<C> Gauge for Computer<C> {}

impl<C> RunTime for Computer<C> {
    fn elapsed_ms(&mut self) -> u64 {
        adapters::elapsed_ms()
    }

    fn processor_ns(&mut self) -> u64 {
        adapters::processor_ns()
    }

    fn is_watched(&mut self) -> bool {
        self.tracer.is_there()
    }
}

impl<C> Randomness for Computer<C> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
        adapters::random(bytes).map_err(|_| PartFault)
    }
}

impl<C> PasswordHash for Computer<C> {
    fn derive(
        &mut self,
        password: &[u8],
        salt: &[u8; Verifier::SALT_BYTES],
    ) -> Result<Zeroizing<[u8; Verifier::DERIVED_BYTES]>, HashFault> {
        adapters::derive(password, salt)
    }
}

impl<C> TamperMemory for Computer<C> {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        self.vault.codeword()
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        self.vault.keep_codeword(codeword)
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        self.vault.lose_codeword()
    }
}

impl<C> Sensor for Computer<C> {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        self.sensors.was_opened()
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        self.sensors.arm()
    }
}

impl<C> ProgramImage for Computer<C> {
    fn attach(&mut self, peer: u32) -> Result<(), PartFault> {
        self.programs.attach(peer).map_err(|_| PartFault)
    }

    fn detach(&mut self) {
        self.programs.detach();
    }

    fn measure(&mut self, program: Program) -> Result<Option<Checksum>, PartFault> {
        self.programs.measure(program)
    }

    fn is_as_measured(&mut self, program: Program) -> bool {
        self.programs.is_as_measured(program)
    }
}

impl<C> CommitCounter for Computer<C> {
    fn value(&mut self) -> Result<Option<u64>, PartFault> {
        self.vault.value()
    }

    fn advance(&mut self) -> Result<(), PartFault> {
        self.vault.advance()
    }
}

//! A board whose every part the test sets: its knobs outlive the device that is built on it.

use access::{HashFault, PasswordHash, Verifier};
use psd::{
    Checksum, Clock, ClockError, Codeword, CommitCounter, Gauge, Now, PartFault, Program, ProgramImage,
    Randomness, RunTime, Sensor, TamperMemory,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use zeroize::Zeroizing;

/// Handles to one board share it.
#[derive(Clone)]
pub struct Board(Rc<Knobs>);

/// What a test can turn.
pub struct Knobs {
    pub now: Cell<Result<Now, ClockError>>,
    pub elapsed_ms: Cell<u64>,
    pub processor_ns: Cell<u64>,
    /// Added to the processor's time at each look at it.
    pub pace_ns: Cell<u64>,
    pub watched: Cell<bool>,
    pub gauge: Cell<Option<u16>>,
    pub codeword: RefCell<Option<Codeword>>,
    /// The sensor's memory of an opening.
    pub opened: Cell<bool>,
    /// The housing stands open: arming the sensor does not make it forget.
    pub held_open: Cell<bool>,
    pub control_unit: Cell<Option<Checksum>>,
    pub own: Cell<Option<Checksum>>,
    /// No image can be read.
    pub is_blind: Cell<bool>,
    pub counter: Cell<Option<u64>>,
    /// The counter does not advance.
    pub is_counter_stuck: Cell<bool>,
    /// Seed of the random numbers: the same for every board, so that a run can be repeated.
    pub seed: Cell<u64>,
    /// The image measured last, by which the cheap sign is judged.
    measured: Cell<[Option<Checksum>; 2]>,
}

impl std::ops::Deref for Board {
    type Target = Knobs;

    fn deref(&self) -> &Knobs {
        &self.0
    }
}

impl Board {
    pub fn new(now: Now) -> Board {
        Board(Rc::new(Knobs {
            now: Cell::new(Ok(now)),
            elapsed_ms: Cell::new(0),
            processor_ns: Cell::new(0),
            pace_ns: Cell::new(1000),
            watched: Cell::new(false),
            gauge: Cell::new(None),
            codeword: RefCell::new(None),
            opened: Cell::new(false),
            held_open: Cell::new(false),
            control_unit: Cell::new(None),
            own: Cell::new(None),
            is_blind: Cell::new(false),
            counter: Cell::new(None),
            is_counter_stuck: Cell::new(false),
            seed: Cell::new(1),
            measured: Cell::new([None; 2]),
        }))
    }

    fn program(&self, program: Program) -> Option<Checksum> {
        match program {
            Program::Own => self.own.get(),
            Program::ControlUnit => self.control_unit.get(),
        }
    }
}

impl Clock for Board {
    fn now(&mut self) -> Result<Now, ClockError> {
        self.now.get()
    }
}

impl Gauge for Board {
    fn reading(&mut self) -> Option<u16> {
        self.gauge.get()
    }
}

impl RunTime for Board {
    fn elapsed_ms(&mut self) -> u64 {
        self.elapsed_ms.get()
    }

    fn processor_ns(&mut self) -> u64 {
        self.processor_ns.set(self.processor_ns.get() + self.pace_ns.get());
        self.processor_ns.get()
    }

    fn is_watched(&mut self) -> bool {
        self.watched.get()
    }
}

/// Quick, and different for each password and salt.
impl PasswordHash for Board {
    fn derive(
        &mut self,
        password: &[u8],
        salt: &[u8; Verifier::SALT_BYTES],
    ) -> Result<Zeroizing<[u8; Verifier::DERIVED_BYTES]>, HashFault> {
        let mut state = password.len() as u64;
        let mut derived = Zeroizing::new([0; Verifier::DERIVED_BYTES]);
        for (place, byte) in (0..128).zip(salt.iter().chain(password).cycle()) {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            derived[place % Verifier::DERIVED_BYTES] ^= (state >> 24) as u8;
        }
        Ok(derived)
    }
}

impl Randomness for Board {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
        for byte in bytes {
            let mut x = self.seed.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            self.seed.set(x);
            *byte = x as u8;
        }
        Ok(())
    }
}

impl TamperMemory for Board {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        Ok(self.codeword.borrow().clone())
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        self.codeword.replace(Some(codeword.clone()));
        Ok(())
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        self.codeword.replace(None);
        Ok(())
    }
}

impl Sensor for Board {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        Ok(self.opened.get() || self.held_open.get())
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        self.opened.set(false);
        Ok(())
    }
}

impl ProgramImage for Board {
    fn measure(&mut self, program: Program) -> Result<Option<Checksum>, PartFault> {
        if self.is_blind.get() {
            return Err(PartFault);
        }
        let found = self.program(program);
        let mut measured = self.measured.get();
        measured[usize::from(program == Program::Own)] = found;
        self.measured.set(measured);
        Ok(found)
    }

    fn is_as_measured(&mut self, program: Program) -> bool {
        self.measured.get()[usize::from(program == Program::Own)] == self.program(program)
    }
}

impl CommitCounter for Board {
    fn value(&mut self) -> Result<Option<u64>, PartFault> {
        Ok(self.counter.get())
    }

    fn advance(&mut self) -> Result<(), PartFault> {
        if self.is_counter_stuck.get() {
            return Err(PartFault);
        }
        self.counter.set(self.counter.get().map(|value| value + 1));
        Ok(())
    }
}

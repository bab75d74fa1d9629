//! The chip around the device: its timer, its noise, its battery-backed memory, its lid switch. Its peripherals outlive
//! each start of the program, as a chip's do.

use access::{HashFault, PasswordHash};
use core::cell::{Cell, RefCell};
use psd::{
    Clock, ClockError, Codeword, CommitCounter, EPOCH, Gauge, Now, PartFault, ProgramImage, Randomness,
    RunTime, Sensor, TamperMemory,
};
use terms::Date;
use zeroize::Zeroizing;

const TENTHS_A_DAY: u64 = 24 * 60 * 60 * 10;

/// The peripherals.
pub struct Peripherals {
    /// The timer since power-on.
    pub timer_ms: Cell<u64>,
    /// The battery-backed clock, in tenths of a second since [`EPOCH`].
    pub clock_tenths: Cell<u64>,
    /// The state of the noise source; on a chip a ring oscillator and not a formula.
    pub noise: Cell<u64>,
    /// The battery-backed memory that the lid switch clears.
    pub codeword: RefCell<Option<Codeword>>,
    /// The switch under the lid; it stays set until it is armed again.
    pub lid_opened: Cell<bool>,
    /// A counter in the chip's one-time memory.
    pub fuses: Cell<u64>,
}

impl Peripherals {
    /// A chip on a day so many days after [`EPOCH`].
    pub fn new(days: u64, noise: u64) -> Peripherals {
        Peripherals {
            timer_ms: Cell::new(0),
            clock_tenths: Cell::new(days * TENTHS_A_DAY),
            noise: Cell::new(noise),
            codeword: RefCell::new(None),
            lid_opened: Cell::new(false),
            fuses: Cell::new(0),
        }
    }

    /// Time goes on.
    pub fn pass_ms(&self, ms: u64) {
        let before_ms = self.timer_ms.replace(self.timer_ms.get() + ms);
        let tenths = (before_ms + ms) / 100 - before_ms / 100;
        self.clock_tenths.set(self.clock_tenths.get() + tenths);
    }

    /// The day it is.
    pub fn today(&self) -> Date {
        let days = (self.clock_tenths.get() / TENTHS_A_DAY) as u32;
        Date::from_day_number(EPOCH.day_number() + days).unwrap_or(EPOCH)
    }
}

/// The board of a device on this chip.
#[derive(Clone, Copy)]
pub struct Chip<'a>(pub &'a Peripherals);

impl Clock for Chip<'_> {
    fn now(&mut self) -> Result<Now, ClockError> {
        let tenths = self.0.clock_tenths.get();
        let minute = (tenths % TENTHS_A_DAY / 600) as u16;
        Ok(Now { tenths, today: self.0.today(), minute })
    }
}

impl RunTime for Chip<'_> {
    fn elapsed_ms(&mut self) -> u64 {
        self.0.timer_ms.get()
    }

    fn processor_ns(&mut self) -> u64 {
        // The device is alone on the chip: what the timer counts, the processor has worked.
        self.0.timer_ms.get() * 1_000_000
    }
}

impl Randomness for Chip<'_> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PartFault> {
        for byte in bytes {
            let mut noise = self.0.noise.get();
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            self.0.noise.set(noise);
            *byte = (noise >> 32) as u8;
        }
        Ok(())
    }
}

impl PasswordHash for Chip<'_> {
    fn derive(&mut self, _: &[u8], _: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, HashFault> {
        // A chip of this size has no room for a hash that is hard for memory: its users come by card.
        Err(HashFault)
    }
}

impl TamperMemory for Chip<'_> {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        Ok(self.0.codeword.borrow().clone())
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        self.0.codeword.replace(Some(codeword.clone()));
        Ok(())
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        self.0.codeword.replace(None);
        Ok(())
    }
}

impl Sensor for Chip<'_> {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        Ok(self.0.lid_opened.get())
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        self.0.lid_opened.set(false);
        Ok(())
    }
}

impl CommitCounter for Chip<'_> {
    fn value(&mut self) -> Result<Option<u64>, PartFault> {
        Ok(Some(self.0.fuses.get()))
    }

    fn advance(&mut self) -> Result<(), PartFault> {
        self.0.fuses.set(self.0.fuses.get() + 1);
        Ok(())
    }
}

impl Gauge for Chip<'_> {}
impl ProgramImage for Chip<'_> {}

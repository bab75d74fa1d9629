//! What touches the world: files, the system's clock, its randomness, sensors, programs, hardware.
//!
//! | module | holds |
//! |---|---|
//! | `clock` | the system's clock |
//! | `files` | private files, read within bounds and replaced as a whole |
//! | `identity` | what tells one computer's hardware from another's |
//! | `memory` | the device's memory in a file |
//! | `pairing` | what a control unit keeps of a pairing |
//! | `password` | what is derived from a password |
//! | `program` | the images of programs that run |
//! | `sensors` | what notices that the housing is opened |
//! | `tamper` | the codeword in a file |
//! | `tpm` | a TPM 2.0: the memory's key, a counter, the codeword (feature `tpm`) |
//! | `tracer` | whether a debugger holds the process |
//! | `vault` | where codeword and counter are |

mod clock;
mod files;
mod identity;
mod memory;
mod pairing;
mod password;
mod program;
mod sensors;
mod tamper;
#[cfg(feature = "tpm")]
mod tpm;
mod tracer;
mod vault;

pub use clock::SystemClock;
pub use identity::{Identity, IdentitySource, NoIdentitySource};
pub use memory::FileMemory;
pub use pairing::Pairing;
pub use program::Programs;
pub use sensors::{Chassis, Level, Line, NoSensorPlace, SensorError, SensorPlace, Sensors, TestSwitch};
pub use tamper::TamperFile;
#[cfg(feature = "tpm")]
pub use tpm::{SealedKey, Tpm, TpmCounter, TpmError, TpmTamperMemory};

pub(crate) use password::derive;
pub(crate) use program::OPENER;
pub(crate) use program::measure;
pub(crate) use tracer::Tracer;
pub(crate) use vault::Vault;

pub(crate) use files::{create_private, lock, publish, read_bounded, read_json, remove, replace};

use crate::HostError;

/// Nanoseconds the processor has worked for this thread.
pub(crate) fn processor_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Milliseconds since the computer was started, those it slept included.
pub(crate) fn elapsed_ms() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
}

/// Fills bytes with the system's randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), HostError> {
    getrandom::fill(bytes).map_err(|_| HostError::Randomness)
}

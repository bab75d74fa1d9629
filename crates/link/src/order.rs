//! What the centre orders beside credit: numbered and signed, each carried out once.

use crate::grant::Message;
use crate::keys::WrappedCodeword;
use serde::{Deserialize, Serialize};
use terms::bytes::Writer;
use terms::{Registers, Serial};

/// An order for a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// The meter it is for.
    pub serial: Serial,
    /// Its number: greater than that of the last order carried out.
    pub number: u64,
    /// What is to be done.
    pub task: Task,
}

/// What an order wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// The meter is under suspicion from now on, or no longer; its imprints say so.
    Suspicion(bool),
    /// The meter is to frank no more, or may again ([143]).
    Stop(bool),
    /// The next codeword Y', for an opening that was announced ([69]-[76]).
    NextCodeword {
        /// Y' in coded form under the link key.
        #[serde(with = "crate::hex")]
        wrapped: WrappedCodeword,
        /// Until when it may take the place of a lost one, in tenths of a second since the device's epoch.
        expires_tenths: u64,
    },
    /// A program's next version may take the place of the one enrolled.
    Enrol {
        /// Which program.
        program: Program,
        /// The SHA-256 of its next image.
        #[serde(with = "crate::hex")]
        checksum: Checksum,
    },
    /// The piece credit S' until the next call.
    Pieces(u32),
    /// The time it is: lifts the block of a clock that now shows it.
    Clock {
        /// Tenths of a second since the device's epoch.
        tenths: u64,
    },
    /// The errors are read and counted anew; the mark of a manipulation goes with them.
    ClearErrors,
    /// Another control unit may be paired.
    Unpair,
    /// The customer's lock is forgotten, with its system manager and users, so that it can be set anew: for a customer
    /// who has lost the system manager's password.
    ForgetLock,
    /// The service reset after a fatal fault ([166]).
    Reset(Reset),
}

/// The service reset: what the RESET-EPROM of the source brings with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reset {
    /// Number of the commit before the fault, from the device's report: one reset mends one fault.
    pub faulted_at: u64,
    /// The codeword that is Y from now on, in coded form under the link key as it was at personalisation.
    #[serde(with = "crate::hex")]
    pub codeword: WrappedCodeword,
    /// The registers by the centre's books, where the device's own are not what they should be.
    pub registers: Option<Proven>,
}

/// Registers that the centre vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Proven {
    /// The registers.
    pub registers: Registers,
    /// Number of the last grant they include.
    pub grant: u64,
}

/// A program whose image is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// The one the device itself runs in.
    Own,
    /// The control unit's: on a computer the executable at the other end of the socket.
    ControlUnit,
}

/// The SHA-256 of a program's image.
pub type Checksum = [u8; 32];

const ORDER_HEAD: [u8; 16] = *b"porto order v1\0\0";
/// Bytes of the longest task.
const TASK_BYTES: usize = 1 + 8 + 24 + 1 + 5 * 8 + 8;
/// Bytes of an order that are signed.
const ORDER_BYTES: usize = ORDER_HEAD.len() + 4 + 8 + 1 + TASK_BYTES;

impl Message for Order {
    type Bytes = [u8; ORDER_BYTES];

    fn serial(&self) -> Serial {
        self.serial
    }

    fn signed_bytes(&self) -> [u8; ORDER_BYTES] {
        let mut bytes = [0; ORDER_BYTES];
        let writer = &mut Writer::new(&mut bytes);
        writer.put(&ORDER_HEAD);
        writer.put(&self.serial.value().to_le_bytes());
        writer.put(&self.number.to_le_bytes());
        writer.put(&[self.task.kind()]);
        self.task.put(writer);
        bytes
    }
}

impl Task {
    /// The number of the kind, as it is signed.
    const fn kind(&self) -> u8 {
        match self {
            Task::Suspicion(_) => 1,
            Task::Stop(_) => 2,
            Task::NextCodeword { .. } => 3,
            Task::Enrol { .. } => 4,
            Task::Pieces(_) => 5,
            Task::Clock { .. } => 6,
            Task::ClearErrors => 7,
            Task::Unpair => 8,
            Task::Reset(_) => 9,
            Task::ForgetLock => 10,
        }
    }

    /// Whether it is the service's, and taken even where blocking is at once.
    pub const fn is_service(&self) -> bool {
        matches!(self, Task::Reset(_) | Task::Enrol { .. } | Task::Unpair | Task::ClearErrors)
    }

    fn put(&self, writer: &mut Writer<'_>) {
        match self {
            Task::Suspicion(yes) | Task::Stop(yes) => drop(writer.put(&[u8::from(*yes)])),
            Task::NextCodeword { wrapped, expires_tenths } => {
                writer.put(wrapped);
                writer.put(&expires_tenths.to_le_bytes());
            }
            Task::Enrol { program, checksum } => {
                writer.put(&[match program {
                    Program::Own => 1,
                    Program::ControlUnit => 2,
                }]);
                writer.put(checksum);
            }
            Task::Pieces(count) => drop(writer.put(&count.to_le_bytes())),
            Task::Clock { tenths } => drop(writer.put(&tenths.to_le_bytes())),
            Task::ClearErrors | Task::Unpair | Task::ForgetLock => {}
            Task::Reset(reset) => reset.put(writer),
        }
    }
}

impl Reset {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.put(&self.faulted_at.to_le_bytes());
        writer.put(&self.codeword);
        writer.put(&[u8::from(self.registers.is_some())]);
        let Some(Proven { registers: Registers { r1, r2, r3, r4, r8 }, grant }) = self.registers else {
            return;
        };
        for value in [r1.minor(), r2.minor(), r3.minor(), r4, r8, grant] {
            writer.put(&value.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::collections::HashSet;
    use terms::Money;

    #[test]
    fn no_two_orders_have_the_same_signed_bytes() {
        let money = Money::from_minor;
        let registers = Registers { r1: money(1), r2: money(2), r3: money(3), r4: 4, r8: 5 };
        let reset = Reset { faulted_at: 1, codeword: [1; 24], registers: None };
        let proven = Some(Proven { registers, grant: 6 });
        let tasks = [
            Task::Suspicion(true),
            Task::Suspicion(false),
            Task::Stop(true),
            Task::NextCodeword { wrapped: [1; 24], expires_tenths: 1 },
            Task::NextCodeword { wrapped: [1; 24], expires_tenths: 2 },
            Task::Enrol { program: Program::Own, checksum: [1; 32] },
            Task::Enrol { program: Program::ControlUnit, checksum: [1; 32] },
            Task::Pieces(1),
            Task::Clock { tenths: 1 },
            Task::ClearErrors,
            Task::Unpair,
            Task::ForgetLock,
            Task::Reset(reset),
            Task::Reset(Reset { faulted_at: 2, ..reset }),
            Task::Reset(Reset { registers: proven, ..reset }),
            Task::Reset(Reset { registers: Some(Proven { registers, grant: u64::MAX }), ..reset }),
        ];
        let serial = Serial::new(12_345_678).unwrap();
        let bytes: HashSet<_> =
            tasks.iter().map(|task| Order { serial, number: 1, task: *task }.signed_bytes()).collect();
        assert_eq!(bytes.len(), tasks.len());
    }
}

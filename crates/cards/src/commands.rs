//! The commands that go to cards: this table, and nothing elsewhere.
//!
//! Memory cards have no commands of their own; a reader carries them out. Those below are documented for the ACR38
//! (CCID) and its successors (ACR1281U, ACR39U). Other makers' readers differ (OMNIKEY and Identive bring libraries of
//! their own): their commands would be added here, chosen by the reader's name. Lengths are one byte, Lc or Le.
//!
//! | kind | does | bytes |
//! |---|---|---|
//! | a | select the type SLE 4442 | `FF A4 00 00 01 06` |
//! | a | read | `FF B0 00 ADDRESS LENGTH` (some answer four protection bytes more; they are left) |
//! | a | error counter | `FF B1 00 00 04`, first byte 07 for three tries |
//! | a | protection bits | `FF B2 00 00 04`, bit 0 of the first byte for address 0; 0 is protected |
//! | a | write | `FF D0 00 ADDRESS LENGTH DATA` |
//! | a | protect what is there | `FF D1 00 ADDRESS LENGTH DATA` (compared, then protected for good) |
//! | a | present the code | `FF 20 00 00 03 CODE`, answer 90 07 (older: 90 FF) where it is right |
//! | b | select the type 32 to 1024 kbit I²C | `FF A4 00 00 01 02` |
//! | b | pages of 64 bytes | `FF 01 00 00 01 06` |
//! | b | read | `FF B0 HIGH LOW LENGTH` |
//! | b | write within a page | `FF D0 HIGH LOW LENGTH DATA` |
//! | n | select the application | `00 A4 04 0C LENGTH NAME` |
//! | n | select a file | `00 A4 02 0C 02 FILE` |
//! | n | read, write | `00 B0 HIGH LOW LENGTH`, `00 D6 HIGH LOW LENGTH DATA` |
//! | n | unique number | `00 CA 01 00 10` |
//! | n | whether parts I and II are activated | `00 CA 01 01 02`, 1 for a file that can no more be written |
//! | n | activate the file | `00 44 00 00` |
//! | n | tries left of a code | `00 20 00 REFERENCE`, answer 63 CX; 69 84 where none is set |
//! | n | verify a code | `00 20 00 REFERENCE LENGTH CODE` |
//! | n | set a code | `00 24 01 REFERENCE LENGTH CODE` |

use std::fmt;

/// The name of the card application on a processor card: proprietary, "PORTO" and 01.
pub const APPLICATION_ID: [u8; 7] = [0xF0, b'P', b'O', b'R', b'T', b'O', 0x01];

pub(crate) const SELECT_SLE4442: [u8; 6] = [0xFF, 0xA4, 0, 0, 1, 0x06];
pub(crate) const ERROR_COUNTER: [u8; 5] = [0xFF, 0xB1, 0, 0, 4];
pub(crate) const PROTECTION_BITS: [u8; 5] = [0xFF, 0xB2, 0, 0, 4];
pub(crate) const SELECT_I2C: [u8; 6] = [0xFF, 0xA4, 0, 0, 1, 0x02];
pub(crate) const PAGES_OF_64: [u8; 6] = [0xFF, 0x01, 0, 0, 1, 0x06];
pub(crate) const UNIQUE_NUMBER: [u8; 5] = [0x00, 0xCA, 0x01, 0x00, 16];
pub(crate) const ACTIVATED: [u8; 5] = [0x00, 0xCA, 0x01, 0x01, 2];
pub(crate) const ACTIVATE: [u8; 4] = [0x00, 0x44, 0, 0];

/// The heads of the commands that carry an address, a file or a code.
pub(crate) mod head {
    pub const MEMORY_READ: [u8; 2] = [0xFF, 0xB0];
    pub const MEMORY_WRITE: [u8; 2] = [0xFF, 0xD0];
    pub const MEMORY_PROTECT: [u8; 2] = [0xFF, 0xD1];
    pub const PRESENT_CODE: [u8; 4] = [0xFF, 0x20, 0, 0];
    pub const SELECT_APPLICATION: [u8; 4] = [0x00, 0xA4, 0x04, 0x0C];
    pub const SELECT_FILE: [u8; 4] = [0x00, 0xA4, 0x02, 0x0C];
    pub const READ_BINARY: [u8; 2] = [0x00, 0xB0];
    pub const UPDATE_BINARY: [u8; 2] = [0x00, 0xD6];
    pub const VERIFY: [u8; 3] = [0x00, 0x20, 0x00];
    pub const SET_CODE: [u8; 3] = [0x00, 0x24, 0x01];
}

/// The codes of a processor card.
pub(crate) mod reference {
    /// The meter's code, which guards part III.
    pub const METER: u8 = 0x81;
    /// The user's PIN.
    pub const USER: u8 = 0x82;
}

/// A command that reads `length` bytes at an address.
pub(crate) fn read(head: [u8; 2], address: u16, length: u8) -> [u8; 5] {
    let [high, low] = address.to_be_bytes();
    [head[0], head[1], high, low, length]
}

/// A command with data behind its head and their length; no caller has more than 255 bytes.
pub(crate) fn with_data(head: &[u8], data: &[u8]) -> Vec<u8> {
    debug_assert!(data.len() <= usize::from(u8::MAX));
    [head, &[data.len() as u8], data].concat()
}

/// A command that writes at an address.
pub(crate) fn write(head: [u8; 2], address: u16, data: &[u8]) -> Vec<u8> {
    let [high, low] = address.to_be_bytes();
    with_data(&[head[0], head[1], high, low], data)
}

/// The two bytes with which a card ends its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u16);

impl Status {
    /// Carried out.
    pub const DONE: Status = Status(0x9000);
    /// Not allowed before a code is given.
    pub const NOT_ALLOWED: Status = Status(0x6982);
    /// The code is blocked.
    pub const BLOCKED: Status = Status(0x6983);
    /// No code is set.
    pub const NO_CODE: Status = Status(0x6984);
    /// The conditions are not met: what is activated cannot be written.
    pub const CONDITIONS: Status = Status(0x6985);
    /// No such file or application.
    pub const NOT_FOUND: Status = Status(0x6A82);
    /// Outside the file.
    pub const OUTSIDE: Status = Status(0x6B00);
    /// The length is wrong.
    pub const LENGTH: Status = Status(0x6700);
    /// The command is not known.
    pub const NOT_KNOWN: Status = Status(0x6D00);
    /// The class of commands is not known.
    pub const NO_SUCH_CLASS: Status = Status(0x6E00);
    /// The command failed.
    pub const FAILED: Status = Status(0x6300);

    /// A wrong code, and how many tries are left.
    pub(crate) const fn wrong_code(tries_left: u8) -> Status {
        Status(0x63C0 | (tries_left & 0x0F) as u16)
    }

    /// How many tries are left, if that is what it says.
    pub(crate) const fn tries_left(self) -> Option<u8> {
        match self {
            Status::BLOCKED => Some(0),
            Status(code) if code & 0xFFF0 == 0x63C0 => Some((code & 0x0F) as u8),
            _ => None,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {:04X}", self.0)
    }
}

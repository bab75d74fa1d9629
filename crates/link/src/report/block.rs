//! What keeps a device from franking, as it tells others.

use serde::{Deserialize, Serialize};

/// Why the device does not frank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Kill mode 1: run time, flow control or columns.
    Kill1,
    /// Kill mode 2: a program is not the one enrolled.
    Kill2,
    /// The codeword was lost without authority.
    KillCodeword,
    /// The registers do not add up, or are older than they should be.
    Registers,
    /// The centre stopped the meter.
    Stopped,
    /// The clock ran backwards or jumped.
    Clock,
    /// The print speed was out of its range for too long.
    PrintSpeed,
    /// The meter has left service.
    Withdrawn,
    /// The codeword was lost, and an allowed next one waits for the housing to be closed.
    CodewordWaiting,
    /// The piece credit is used up.
    Pieces,
    /// The centre has not been heard for too long.
    Contact,
    /// The control unit has not answered the device's question.
    Inactive,
}

impl Block {
    /// The number the machine shows; it stays the same from version to version.
    pub const fn code(self) -> u16 {
        match self {
            Block::Kill1 => 511,
            Block::Kill2 => 512,
            Block::KillCodeword => 513,
            Block::CodewordWaiting => 514,
            Block::Registers => 515,
            Block::Stopped => 516,
            Block::Clock => 517,
            Block::Pieces => 518,
            Block::Contact => 519,
            Block::PrintSpeed => 520,
            Block::Withdrawn => 521,
            Block::Inactive => 522,
        }
    }

    /// What it says, and what lifts it, as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Block::Kill1 => {
                "a critical routine was out of its time or its order: the meter needs a service reset"
            }
            Block::Kill2 => {
                "a program is not the one that was enrolled: the meter needs the right one and a service reset"
            }
            Block::KillCodeword => {
                "the housing was opened without authority: the meter needs a service reset"
            }
            Block::CodewordWaiting => "the housing is open: close it, and the meter goes on",
            Block::Registers => {
                "the registers are not what they should be: the meter needs a service reset with the centre's registers"
            }
            Block::Stopped => "the centre has stopped the meter: call the centre",
            Block::Clock => "the clock ran backwards or jumped: set it right, and call the centre",
            Block::Pieces => "the piece credit is used up: call the centre",
            Block::Contact => "the centre has not been heard for too long: call the centre",
            Block::PrintSpeed => {
                "the print speed is out of its range: a print report within the range sets the meter free"
            }
            Block::Withdrawn => "the meter has left service",
            Block::Inactive => "the control unit has not answered the device's question",
        }
    }

    /// Whether the device halts but for its service when blocking is at once: a kill or a fault, and not what
    /// passes by itself or by a word of the centre.
    pub const fn is_fatal(self) -> bool {
        matches!(
            self,
            Block::Kill1 | Block::Kill2 | Block::KillCodeword | Block::Registers | Block::Withdrawn
        )
    }
}

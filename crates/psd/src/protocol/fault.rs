//! What can be wrong with a frame, or with who sends it. Codes stay, and begin with 9: the device's own end at 8xx.

use core::fmt;

/// Why a frame was refused before the device saw a command in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes are no frame, or their body is no command.
    Malformed,
    /// The frame has another version.
    Version,
    /// The frame is longer than any may be.
    Oversized,
    /// The frame's number is not greater than that of the frame before.
    Order,
    /// The command is the control unit's, and this connection is not its.
    NotControlUnit,
    /// Another connection is the control unit's.
    RoleTaken,
    /// There are as many connections as there may be.
    TooManyPeers,
    /// The user at the other end may not connect.
    Peer,
    /// The board cannot look at the program that asked to be the control unit.
    Unseen,
    /// A frame was begun and not ended, or nothing was said for too long.
    Silence,
}

impl Fault {
    /// The fault's number, which stays the same from version to version.
    pub const fn code(self) -> u16 {
        match self {
            Fault::Malformed => 901,
            Fault::Version => 902,
            Fault::Oversized => 903,
            Fault::Order => 904,
            Fault::NotControlUnit => 905,
            Fault::RoleTaken => 906,
            Fault::TooManyPeers => 907,
            Fault::Peer => 908,
            Fault::Silence => 909,
            Fault::Unseen => 910,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Malformed => "this is no frame of the protocol",
            Fault::Version => "the frame has a version this device does not know: it knows version 1",
            Fault::Oversized => "the frame is longer than any may be",
            Fault::Order => "the frame's number is not greater than that of the frame before",
            Fault::NotControlUnit => "only the control unit may ask for this, and this connection is not its",
            Fault::RoleTaken => "another connection is the control unit",
            Fault::TooManyPeers => "there are as many connections as there may be",
            Fault::Peer => "this user may not speak to the device",
            Fault::Unseen => "the program that asks to be the control unit cannot be measured",
            Fault::Silence => "nothing came in time",
        })
    }
}

impl core::error::Error for Fault {}

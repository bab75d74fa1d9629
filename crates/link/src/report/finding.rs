//! What the device found out about itself: the log of which the newest entries are kept.

use serde::{Deserialize, Serialize};

/// How many findings are kept.
pub const FINDINGS: usize = 8;

/// An entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Number of the newest commit when it was found; 0 for none.
    pub commit: u64,
    /// The clock then, in tenths of a second; 0 where it was not asked.
    pub tenths: u64,
    /// What was found: one of the constants.
    pub kind: u16,
    /// What more the kind has to say: the slot of the ring, the number of an error, the product of a flow.
    /// At most [`Finding::DETAIL_MAX`].
    pub detail: u64,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $manipulation:literal, $sentence:literal;)*) => {
        impl Finding {
            $($(#[$doc])* pub const $name: u16 = $number;)*

            /// Whether it is a trace of manipulation: nothing that happens by itself explains it.
            pub const fn is_manipulation(&self) -> bool {
                match self.kind {
                    $($number => $manipulation,)*
                    _ => false,
                }
            }

            /// What it says, as one sentence.
            pub const fn sentence(&self) -> &'static str {
                match self.kind {
                    $($number => $sentence,)*
                    _ => "an unknown finding",
                }
            }
        }
    };
}

kinds! {
    /// A copy without a right MAC, written anew from the other one, or empty where nothing needs it.
    HEALED = 1, false, "a damaged copy was written anew";
    /// The same in the slot that was next to be written: mostly a write that was cut off.
    UNFINISHED = 2, false, "a write that was cut off was cleared away";
    /// A sector with a right MAC at a place it was not written to: somebody copied it there.
    MOVED = 3, true, "a sector was copied to where it does not belong";
    /// A record older than those written before it: somebody put it back.
    ORDER = 4, true, "an old record was put back";
    /// The commit counter is ahead of the memory: a whole older image was put back.
    ROLLED_BACK = 5, true, "an old image of the memory was put back";
    /// The housing was opened, and the next codeword that the centre had allowed took its place.
    OPENED_WITH_AUTHORITY = 6, false, "the housing was opened with the centre's authority";
    /// The codeword was lost, and no next one waited.
    OPENED_WITHOUT_AUTHORITY = 7, true, "the codeword was lost without the centre's authority";
    /// A critical routine took longer than it can, or a debugger was seen.
    RUN_TIME = 8, true, "a critical routine was out of its run time, or a debugger was seen";
    /// Parts of a routine were left out, doubled or out of order.
    FLOW = 9, true, "parts of a routine were left out or doubled";
    /// The image of a program is not the one enrolled.
    PROGRAM = 10, true, "a program is not the one that was enrolled";
    /// Columns with changing data were printed out of their time.
    COLUMNS = 11, true, "columns were printed out of their time";
    /// Printing was too fast or too slow for too long.
    PRINT_SPEED = 12, false, "the print speed was out of its range for too long";
    /// The checks in standby found the device not clean.
    STANDBY = 13, true, "the checks in standby found a manipulation";
    /// The clock ran backwards.
    CLOCK_BACKWARDS = 14, false, "the clock ran backwards";
    /// The clock jumped ahead.
    CLOCK_JUMPED = 15, false, "the clock jumped ahead";
    /// The registers do not add up.
    REGISTERS = 16, false, "the registers do not add up";
    /// A service reset set the device free.
    RESET = 17, false, "a service reset set the device free";
    /// A program that had been enrolled beforehand took the place of the one before.
    UPDATED = 18, false, "a program was updated as the centre had enrolled it";
    /// The sensor of the housing cannot be read.
    SENSOR = 19, false, "the sensor of the housing cannot be read";
    /// A program was measured for the first time, and is enrolled by that.
    ENROLLED = 21, false, "a program was measured for the first time and enrolled by that";
    /// The keys were wiped on order of the table of reactions.
    WIPED = 20, false, "the keys were wiped";
    /// An inspection was carried out; the detail is the inspector's number.
    INSPECTED = 22, false, "an inspection was carried out";
}

impl Finding {
    /// The greatest detail: what has more to say stops there.
    pub const DETAIL_MAX: u64 = (1 << 48) - 1;

    /// Stands where there is none.
    pub const NONE: Finding = Finding { commit: 0, tenths: 0, kind: 0, detail: 0 };
}

//! What an operator of meters sets once for a meter, beside its profile: how it blocks, what it does when it finds a
//! manipulation, how patient it is.

use crate::supervision::{interrogation, pace, printing};
use heapless::Vec;
use serde::{Deserialize, Serialize};
use terms::equations::{PieceCreditRule, UseClass};

/// The settings of a meter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What still works in a fatal block.
    pub blocking: Blocking,
    /// What happens when a manipulation is found.
    pub reactions: Reactions,
    /// When the device checks itself because nothing else happens.
    pub standby: Standby,
    /// The piece credit.
    pub pieces: PieceRule,
    /// How long the meter goes on without hearing the centre.
    pub contact: Contact,
    /// How far a clock may be wrong.
    pub clock: ClockRules,
    /// How often the control unit is asked.
    pub interrogation: interrogation::Settings,
    /// How long critical routines may take.
    pub pace: pace::Settings,
    /// How a print is to run.
    pub printing: printing::Settings,
}

/// What still works in a fatal block (EP 0 660 269, Fig. 2a and 2b).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocking {
    /// The status and the service alone: the system routine does not go on to calls and tests (Fig. 2a).
    AtOnce,
    /// Everything but franking: a flag is set that is looked at before each imprint (Fig. 2b, 4b).
    #[default]
    ByFlag,
}

/// Something that is done when a manipulation was found; a finding is always noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// The codeword is erased ([113], [120]).
    EraseCodeword,
    /// The codeword is overwritten with zeros ([113]).
    ZeroCodeword,
    /// The link key is changed in the defined way, by which the centre knows the meter again ([96]).
    ChangeLinkKey,
    /// All keys are wiped ([99]). The centre then cannot recognise the meter.
    WipeKeys,
    /// The second copies of the registers are taken away in the defined way ([66], [100]).
    TakeRedundancy,
}

/// A set of reactions.
pub type ReactionSet = Vec<Reaction, 5>;

/// Which event has which reactions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reactions {
    /// The codeword was lost without authority.
    pub opening: ReactionSet,
    /// Kill mode 1 by run time.
    pub run_time: ReactionSet,
    /// Kill mode 1 by flow control.
    pub flow: ReactionSet,
    /// Kill mode 1 by the time between columns.
    pub columns: ReactionSet,
    /// Kill mode 2.
    pub program: ReactionSet,
    /// The checks in standby were not clean.
    pub standby: ReactionSet,
}

impl Default for Reactions {
    fn default() -> Reactions {
        let one = |reaction| ReactionSet::from_iter([reaction]);
        Reactions {
            opening: one(Reaction::TakeRedundancy),
            run_time: one(Reaction::ChangeLinkKey),
            flow: one(Reaction::ChangeLinkKey),
            columns: one(Reaction::ChangeLinkKey),
            program: one(Reaction::ChangeLinkKey),
            standby: one(Reaction::EraseCodeword),
        }
    }
}

/// When the device checks itself because no franking was asked for ([119]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Standby {
    /// After this time without a franking, in milliseconds; 0 for never.
    pub after_ms: u32,
    /// After this many rounds of its loop without a franking; 0 for never.
    pub after_rounds: u32,
}

impl Default for Standby {
    fn default() -> Standby {
        Standby { after_ms: 60_000, after_rounds: 0 }
    }
}

/// How the piece credit S counts, and what comes of it ([139]-[147]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PieceRule {
    /// Which mode.
    pub mode: PieceMode,
    /// Whether imprints of value zero count too, as R8 does and R4 does not.
    pub count_zeros: bool,
    /// k: S_max divided by k is where the warnings begin, in mode 2.
    pub divisor: u32,
    /// m: by what S_max is divided with each warning, in mode 2; 1 for a standing warning ([142]).
    pub shrink: u32,
    /// n: how far S_ref falls with each warning, in mode 1.
    pub step: u32,
    /// How the device finds S' by itself at each refill, where the centre does not send it ([148]).
    pub own: Option<OwnPieces>,
}

/// How a device finds its piece credit by itself: as the centre does, from the same registers ([148]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnPieces {
    /// The equations and their factors.
    pub rule: PieceCreditRule,
    /// The customer's class.
    pub class: UseClass,
}

impl Default for PieceRule {
    fn default() -> PieceRule {
        PieceRule { mode: PieceMode::Off, count_zeros: true, divisor: 4, shrink: 2, step: 10, own: None }
    }
}

/// What a piece credit that runs low does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceMode {
    /// Pieces are not counted down.
    #[default]
    Off,
    /// Sleeping mode 1: it warns, and the control unit delays; the device goes on.
    Slow,
    /// Sleeping mode 2: it warns, and at zero it does not frank until a call succeeds.
    Sleep,
}

/// How long the meter goes on without hearing the centre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    /// After this many hours it warns; 0 for never.
    pub warn_hours: u32,
    /// After this many hours it franks no more; 0 for never.
    pub stop_hours: u32,
}

/// How far a clock may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockRules {
    /// How far it may be set back before it counts as running backwards, in tenths of a second.
    pub back_tenths: u64,
    /// How far it may move against the run time while the device runs, in tenths of a second.
    pub jump_tenths: u64,
    /// How far it may have come while the device was off, in tenths of a second.
    pub off_tenths: u64,
}

impl Default for ClockRules {
    fn default() -> ClockRules {
        const DAY: u64 = 24 * 60 * 60 * 10;
        ClockRules { back_tenths: 5 * 60 * 10, jump_tenths: 60 * 60 * 10, off_tenths: 400 * DAY }
    }
}

impl Settings {
    /// Checks that they do not contradict themselves.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.pieces.divisor == 0 || self.pieces.shrink == 0 {
            return Err("the piece credit's divisors are at least 1");
        }
        if self.contact.stop_hours != 0 && self.contact.warn_hours > self.contact.stop_hours {
            return Err("the warning for want of contact comes before the end");
        }
        self.interrogation.check()?;
        self.pace.check()?;
        self.printing.check()
    }
}

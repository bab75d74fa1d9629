//! Run time of critical routines: each run is timed in processor time and held against what was learned when the
//! device was personalised (EP 0 660 269, [111]-[112]; kill mode 1).
//!
//! What always holds: a debugger that shows itself counts as out of range whatever the time. What it must never do:
//! take a meter out of service because the machine was busy. Processor time leaves out the time in which the routine
//! waited, but not everything that is nobody's fault: interrupts and page faults are booked on whoever runs, a
//! processor changes its clock up to eightfold and shares its core, and in a virtual machine the time the host took
//! away often counts as worked. So one run proves nothing, and the defaults are generous ([`Settings`]).

use serde::{Deserialize, Serialize};

/// A routine whose run time is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Critical {
    /// Checking, planning and committing a franking.
    Debit,
    /// Verifying and taking a grant.
    Refill,
    /// Making the numbers of one imprint.
    Mac,
}

/// What one run of each routine takes on this board, in nanoseconds of processor time; 0 where it was not learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// A franking of one imprint.
    pub debit_ns: u64,
    /// A grant.
    pub refill_ns: u64,
    /// The numbers of one imprint.
    pub mac_ns: u64,
}

impl Learned {
    /// What a run of this routine over so many imprints is expected to take. Each imprint of a franking beyond the
    /// first costs about as much as its numbers.
    pub const fn expected_ns(&self, routine: Critical, pieces: u32) -> u64 {
        let further = (pieces as u64).saturating_sub(1);
        match routine {
            Critical::Debit if self.debit_ns == 0 => 0,
            Critical::Debit => self.debit_ns.saturating_add(self.mac_ns.saturating_mul(further)),
            Critical::Refill => self.refill_ns,
            Critical::Mac => self.mac_ns.saturating_mul(pieces as u64),
        }
    }
}

/// The median of some trial runs: one that was disturbed does not move it. Nothing where there is no run.
pub fn median_ns(trials: &mut [u64]) -> Option<u64> {
    trials.sort_unstable();
    trials.get(trials.len() / 2).copied()
}

/// How far a run may be from what is expected.
///
/// The defaults are for a computer that does other things beside, or a virtual machine: 20 times the time learned
/// covers a slow clock, a shared core and cold caches together; below 250 ms no run counts, since a host takes a
/// virtual machine's processor away for up to about a hundred; and it takes 3 of 16 runs, since a pause or a move to
/// another host comes once. A debit takes well under a millisecond, so an observer who steps through it instruction
/// by instruction, at some microseconds each, is still found. On a chip with a cycle counter of its own and nothing beside
/// the device, [`Settings::CHIP`] is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The longest run, as a multiple of the time expected.
    pub factor: u32,
    /// A run below this is never too long, in nanoseconds.
    pub floor_ns: u64,
    /// The shortest run, in thousandths of the time expected: what runs faster left something out. 0 for none, as
    /// on a computer, whose processor time may advance in steps of 10 ms.
    pub shortest_permille: u32,
    /// How many of the last 16 runs must have been out of range before it counts.
    pub strikes: u8,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { factor: 20, floor_ns: 250_000_000, shortest_permille: 0, strikes: 3 }
    }
}

impl Settings {
    /// For a chip that does nothing else, and counts its own cycles.
    pub const CHIP: Settings = Settings { factor: 2, floor_ns: 0, shortest_permille: 250, strikes: 1 };

    /// Checks that they do not contradict themselves.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.factor < 2 {
            return Err("the longest run is at least twice the time expected");
        }
        if self.shortest_permille > 900 {
            return Err("the shortest run is at most nine tenths of the time expected");
        }
        if !(1..=16).contains(&self.strikes) {
            return Err("run time counts after 1 to 16 runs out of range");
        }
        Ok(())
    }
}

/// What one run's time says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As expected, or not learned.
    InRange,
    /// Longer than allowed.
    TooLong,
    /// Shorter than allowed.
    TooShort,
    /// A debugger or emulator shows itself.
    Watched,
}

/// Judges one run.
pub fn judge(
    learned: &Learned,
    settings: &Settings,
    routine: Critical,
    pieces: u32,
    took_ns: u64,
    is_watched: bool,
) -> Pace {
    if is_watched {
        return Pace::Watched;
    }
    let expected_ns = learned.expected_ns(routine, pieces);
    if expected_ns == 0 {
        return Pace::InRange;
    }
    let longest_ns = expected_ns.saturating_mul(u64::from(settings.factor)).max(settings.floor_ns);
    let shortest_ns = (expected_ns / 1000).saturating_mul(u64::from(settings.shortest_permille));
    if took_ns > longest_ns {
        Pace::TooLong
    } else if took_ns < shortest_ns {
        Pace::TooShort
    } else {
        Pace::InRange
    }
}

/// The last 16 runs, a bit for each that was out of range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record(u16);

impl Record {
    /// Notes a run, and says whether the device has to act: enough of the last runs were out of range, or a debugger
    /// shows itself. Acting begins a new record.
    #[must_use]
    pub fn note(&mut self, pace: Pace, settings: &Settings) -> bool {
        self.0 = self.0 << 1 | u16::from(pace != Pace::InRange);
        let acts = pace == Pace::Watched || self.out_of_range() >= u32::from(settings.strikes);
        if acts {
            *self = Record::default();
        }
        acts
    }

    /// How many of the last 16 runs were out of range.
    pub const fn out_of_range(self) -> u32 {
        self.0.count_ones()
    }
}

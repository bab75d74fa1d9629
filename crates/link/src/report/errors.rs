//! Errors counted by kind, each to 999 (EP 0 660 269, [158], [166]).

use serde::{Deserialize, Serialize};

/// Where a counter of errors stops.
const LIMIT: u16 = 999;

/// A kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Requests refused for what they asked: value, date, id, credit, or a state that does not allow it.
    Requests,
    /// Grants and orders refused for being no one's, another's or out of order.
    Messages,
    /// Refusals because of the clock.
    Clock,
    /// Writes, syncs and parts of the board that failed.
    Memory,
    /// Frames that are no commands.
    Frames,
    /// Wrong passwords.
    Access,
    /// Questions answered wrongly or not at all.
    Interrogation,
    /// The housing opened without authority.
    Openings,
    /// Run time out of its range, or a debugger seen.
    RunTime,
    /// Parts of a routine left out, doubled or out of order.
    Flow,
    /// A program's image other than the one enrolled.
    Program,
    /// Printing out of its time.
    Printing,
}

impl ErrorKind {
    /// All kinds, in the order in which they are stored.
    pub const ALL: [ErrorKind; 12] = [
        ErrorKind::Requests,
        ErrorKind::Messages,
        ErrorKind::Clock,
        ErrorKind::Memory,
        ErrorKind::Frames,
        ErrorKind::Access,
        ErrorKind::Interrogation,
        ErrorKind::Openings,
        ErrorKind::RunTime,
        ErrorKind::Flow,
        ErrorKind::Program,
        ErrorKind::Printing,
    ];

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::Requests => "requests",
            ErrorKind::Messages => "messages",
            ErrorKind::Clock => "clock",
            ErrorKind::Memory => "memory",
            ErrorKind::Frames => "frames",
            ErrorKind::Access => "access",
            ErrorKind::Interrogation => "interrogation",
            ErrorKind::Openings => "openings",
            ErrorKind::RunTime => "run_time",
            ErrorKind::Flow => "flow",
            ErrorKind::Program => "program",
            ErrorKind::Printing => "printing",
        }
    }
}

/// How many errors of each kind there were since the counters were cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorCounts([u16; ErrorKind::ALL.len()]);

impl ErrorCounts {
    /// How many of a kind; 999 stands for that or more.
    pub fn of(&self, kind: ErrorKind) -> u16 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// How many of all kinds, as far as they were counted.
    pub fn total(&self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }

    /// Every kind and its number.
    pub fn iter(&self) -> impl Iterator<Item = (ErrorKind, u16)> + '_ {
        ErrorKind::ALL.into_iter().zip(self.0)
    }

    /// Counts one more.
    pub fn count(&mut self, kind: ErrorKind) {
        if let Some(counter) = self.0.get_mut(kind as usize) {
            *counter = counter.saturating_add(1).min(LIMIT);
        }
    }

    /// The numbers, in the order of [`ErrorKind::ALL`].
    pub const fn counters(&self) -> [u16; ErrorKind::ALL.len()] {
        self.0
    }

    /// The counts with these numbers.
    pub const fn from_counters(counters: [u16; ErrorKind::ALL.len()]) -> ErrorCounts {
        ErrorCounts(counters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_counts_by_itself_and_stops_at_999() {
        let mut counts = ErrorCounts::default();
        for (place, kind) in ErrorKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            counts.count(kind);
            assert_eq!(counts.of(kind), 1);
        }
        for _ in 0..2000 {
            counts.count(ErrorKind::Flow);
        }
        assert_eq!((counts.of(ErrorKind::Flow), counts.of(ErrorKind::Program)), (999, 1));
        assert_eq!(counts.total(), 999 + 11);
    }
}

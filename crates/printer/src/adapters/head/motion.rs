//! Motor, encoder and clock: what moves, and what is counted of it (EP 0 660 269, paragraphs 107 to 109).
//!
//! The encoder gives one pulse for each column of paper that has gone by, and a column is printed at its pulse, so the
//! picture is right at any speed; only the counting shows that the speed is not. The clock is a quartz and knows
//! nothing of the motor. All time is simulated: whole nanoseconds, nothing waits.

use super::Drive;
use crate::Supervision;

const NANOSECONDS: u64 = 1_000_000_000;
const MILLISECOND_NS: u64 = 1_000_000;
/// The shortest and the longest window in which pulses are counted, in milliseconds.
const WINDOW_MS: std::ops::RangeInclusive<u32> = 100..=2000;

/// The transport under way.
#[derive(Clone, Debug)]
pub(super) struct Motion {
    drive: Drive,
    /// From one pulse to the next; none while the motor cannot move the belt.
    interval_ns: Option<u64>,
    now_ns: u64,
    window: Window,
    clocks: Vec<u32>,
    expected_columns: u32,
}

/// A window in which pulses are counted.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    length_ms: u32,
    end_ns: u64,
    pulses: u32,
}

impl Motion {
    /// Starts the transport with the motor at so many thousandths of its speed, held back by so many.
    pub(super) fn start(drive: Drive, now_ns: u64, motor_permille: u32, slowed_permille: u16) -> Motion {
        let left = u64::from(1000_u16.saturating_sub(slowed_permille));
        let millionths = u64::from(drive.columns_per_second) * u64::from(motor_permille) * left;
        let interval_ns = (NANOSECONDS * 1_000_000).checked_div(millionths);
        let (window, clocks) = (Window::default(), Vec::new());
        Motion { drive, interval_ns, now_ns, window, clocks, expected_columns: 0 }
    }

    /// The time since the machine was switched on.
    pub(super) fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// Whether the belt moves at all.
    pub(super) fn moves(&self) -> bool {
        self.interval_ns.is_some()
    }

    /// Lets so many columns of paper go by without printing.
    pub(super) fn travel(&mut self, columns: u32) {
        for _ in 0..columns {
            self.pulse();
        }
    }

    /// Begins to count for an imprint: the window lasts as long as it should take to print.
    pub(super) fn open_window(&mut self, columns: u32, expected_columns: u32) {
        let nominal_ms = u64::from(columns) * 1000 / u64::from(self.drive.columns_per_second.max(1));
        let length_ms =
            u32::try_from(nominal_ms).unwrap_or(u32::MAX).clamp(*WINDOW_MS.start(), *WINDOW_MS.end());
        let end_ns = self.now_ns + u64::from(length_ms) * MILLISECOND_NS;
        self.window = Window { length_ms, end_ns, pulses: 0 };
        self.expected_columns = expected_columns;
    }

    /// Waits for the pulse at which the next column is printed, and counts the clocks until it comes if the column has
    /// changing data.
    pub(super) fn next_column(&mut self, is_changing: bool) {
        let before = self.clocks_at(self.now_ns);
        self.pulse();
        if is_changing {
            let clocks = self.clocks_at(self.now_ns) - before;
            self.clocks.push(u32::try_from(clocks).unwrap_or(u32::MAX));
        }
    }

    /// The belt runs on, or stands still, until the window closes; then this was counted.
    pub(super) fn close_window(&mut self, runs: bool) -> Supervision {
        while runs && self.moves() && self.now_ns < self.window.end_ns {
            self.pulse();
        }
        self.now_ns = self.now_ns.max(self.window.end_ns);
        Supervision {
            pulses: self.window.pulses,
            window_ms: self.window.length_ms,
            clocks: std::mem::take(&mut self.clocks),
            expected_columns: self.expected_columns,
        }
    }

    fn pulse(&mut self) {
        let Some(interval_ns) = self.interval_ns else { return };
        self.now_ns += interval_ns;
        if self.now_ns <= self.window.end_ns {
            self.window.pulses += 1;
        }
    }

    fn clocks_at(&self, time_ns: u64) -> u64 {
        let product =
            u128::from(time_ns) * u128::from(self.drive.clocks_per_second) / u128::from(NANOSECONDS);
        u64::try_from(product).unwrap_or(u64::MAX)
    }
}

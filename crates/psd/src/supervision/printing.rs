//! Print supervision: the print runs at its own speed, or somebody meddles with it (EP 0 660 269, [107]-[110]).
//!
//! a) The control unit counts encoder pulses in a time window. Within tolerance all is well; a little beyond, the
//!    motor is corrected; beyond that it is an error, logged and warned of, and at last the machine is blocked, until a
//!    report within tolerance says that the cause is gone ([107]-[108]).
//! b) It counts clocks between columns with changing data. A deviation blocks (kill mode 1, [109]).
//!
//! What always holds: a report that proves nothing, over too short or too long a window, counts as a deviation;
//! nothing but a report within tolerance lifts the block.

use serde::{Deserialize, Serialize};

/// How fast the machine prints, and how exactly.
///
/// The defaults are those of a print head of 1000 columns a second, one encoder pulse to a column, with a clock of
/// 1 MHz.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Encoder pulses in a second.
    pub pulses_per_second: u32,
    /// The shortest window of a report, in milliseconds.
    pub window_min_ms: u32,
    /// The longest: a longer one would hide fast and slow printing behind their mean.
    pub window_max_ms: u32,
    /// Deviation that is no deviation, in thousandths of the speed.
    pub tolerance_permille: u16,
    /// Deviation up to which the motor is corrected, in thousandths of the speed.
    pub correction_permille: u16,
    /// How many deviations beyond that are warned of before the machine is blocked.
    pub warnings: u8,
    /// Clocks from one column to the next.
    pub clocks_per_column: u32,
    /// How far a column may be from that, in thousandths; at least what the motor may be corrected by.
    pub column_permille: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            pulses_per_second: 1000,
            window_min_ms: 100,
            window_max_ms: 2000,
            tolerance_permille: 20,
            correction_permille: 100,
            warnings: 3,
            clocks_per_column: 1000,
            column_permille: 150,
        }
    }
}

impl Settings {
    /// Checks that they do not contradict themselves.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.window_min_ms == 0 || self.window_min_ms > self.window_max_ms {
            return Err("the print window is at least 1 ms, and does not end before it begins");
        }
        if self.expected_pulses(self.window_min_ms) < 20 {
            return Err("the shortest print window holds at least 20 encoder pulses");
        }
        if self.tolerance_permille >= self.correction_permille || self.correction_permille > 500 {
            return Err("the motor is corrected from beyond the tolerance up to half its speed");
        }
        if self.warnings > 100 {
            return Err("at most 100 deviations are warned of");
        }
        if self.clocks_per_column == 0 || self.column_permille >= 1000 {
            return Err("a column takes at least one clock, and deviates by less than its whole time");
        }
        if self.column_permille < self.correction_permille {
            return Err("columns may deviate at least as far as the motor is corrected");
        }
        Ok(())
    }

    fn expected_pulses(&self, window_ms: u32) -> u64 {
        u64::from(self.pulses_per_second) * u64::from(window_ms) / 1000
    }
}

/// What the control unit counted in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintReport {
    /// Encoder pulses.
    pub pulses: u32,
    /// How long it counted, in milliseconds.
    pub window_ms: u32,
}

/// What a report leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The speed is right.
    InOrder,
    /// The motor is to run faster by this, in thousandths; slower where it is less than zero.
    Correct {
        /// By how much.
        motor_permille: i16,
    },
    /// An error, to be logged and shown; so many more, and the machine is blocked.
    Warn {
        /// How many more are warned of.
        warnings_left: u8,
    },
    /// The machine is blocked until a report within tolerance.
    Block,
}

/// How the speed of the print has been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speed {
    errors: u8,
}

impl Speed {
    /// With so many errors since the last report within tolerance, as [`Speed::errors`] gave them.
    pub const fn with_errors(errors: u8) -> Speed {
        Speed { errors }
    }

    /// How many errors there were since the last report within tolerance.
    pub const fn errors(self) -> u8 {
        self.errors
    }

    /// Whether the machine is blocked by its speed.
    pub const fn is_blocked(self, settings: &Settings) -> bool {
        self.errors > settings.warnings
    }

    /// Judges a report.
    #[must_use]
    pub fn judge(&mut self, report: PrintReport, settings: &Settings) -> Verdict {
        let deviation = deviation_permille(report, settings);
        let limit = i64::from(settings.correction_permille);
        match deviation {
            Some(0) => {
                self.errors = 0;
                Verdict::InOrder
            }
            Some(by) if by.abs() <= limit && !self.is_blocked(settings) => {
                Verdict::Correct { motor_permille: correction_permille(by) }
            }
            Some(by) if by.abs() <= limit => Verdict::Block,
            _ => self.fail(settings),
        }
    }

    fn fail(&mut self, settings: &Settings) -> Verdict {
        self.errors = self.errors.saturating_add(1).min(settings.warnings.saturating_add(1));
        match settings.warnings.checked_sub(self.errors) {
            Some(warnings_left) => Verdict::Warn { warnings_left },
            None => Verdict::Block,
        }
    }
}

/// By how many thousandths the print was too fast, 0 within tolerance; nothing where the report proves nothing. One
/// pulse more or less is no deviation: it depends on where the window begins.
fn deviation_permille(report: PrintReport, settings: &Settings) -> Option<i64> {
    if !(settings.window_min_ms..=settings.window_max_ms).contains(&report.window_ms) {
        return None;
    }
    let expected = i64::try_from(settings.expected_pulses(report.window_ms)).ok()?;
    let by = i64::from(report.pulses) - expected;
    let permille = (by * 1000).checked_div(expected)?;
    let within = by.abs() <= 1 || by.abs() * 1000 <= expected * i64::from(settings.tolerance_permille);
    Some(match permille {
        _ if within => 0,
        0 => by.signum(),
        permille => permille,
    })
}

/// What brings a print that is too fast by so much back to its speed.
fn correction_permille(by: i64) -> i16 {
    let ratio = 1_000_000_i64.checked_div(1000 + by).unwrap_or(1000);
    i16::try_from(ratio - 1000).unwrap_or(0)
}

/// A column with changing data came too early or too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnFault {
    /// Which of the columns reported, counted from 0.
    pub column: u32,
    /// The clocks it took.
    pub clocks: u32,
}

/// Judges the clocks counted between columns with changing data. Any one that deviates blocks the machine; so does a
/// report of fewer or more columns than the print has.
pub fn judge_columns(
    clocks: impl IntoIterator<Item = u32>,
    columns: u32,
    settings: &Settings,
) -> Result<(), ColumnFault> {
    let expected = u64::from(settings.clocks_per_column);
    let tolerance = expected * u64::from(settings.column_permille);
    let deviates = |clocks: u32| u64::from(clocks).abs_diff(expected) * 1000 > tolerance;
    let mut reported: u32 = 0;
    for clocks in clocks {
        if reported >= columns {
            return Err(ColumnFault { column: reported, clocks: 0 });
        }
        if deviates(clocks) {
            return Err(ColumnFault { column: reported, clocks });
        }
        reported += 1;
    }
    if reported == columns { Ok(()) } else { Err(ColumnFault { column: reported, clocks: 0 }) }
}

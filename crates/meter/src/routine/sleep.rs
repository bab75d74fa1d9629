//! The modes that slow the machine down: sleeping (EP 0 660 269, [139]-[146], Fig. 5 and 6) and error overflow
//! ([158]-[161]).
//!
//! What always holds: a delay never falls but by a call to the centre, or by errors that somebody has cleared; it is
//! what is kept over power-off that counts, so turning the meter off does not shorten it. What it must never do: decide
//! whether the device franks; that is the device's own rule.

use super::settings::{Growth, OverflowSettings, SleepSettings};
use psd::{PieceMode, Status, Warning};
use serde::{Deserialize, Serialize};

/// Stages of error overflow: a second, a minute, an hour, a day.
const STAGES_MS: [u64; 4] = [1_000, 60_000, 3_600_000, 86_400_000];
/// No misoperation delays longer than a day.
const MISOPERATION_MAX_MS: u64 = 86_400_000;

/// How often the meter has warned since the last good call; kept over power-off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sleep {
    /// How many warnings there were.
    warnings: u32,
    /// R8 at the last of them: an imprint warns once.
    warned_at: u64,
    /// S as last seen: it grows by a call alone.
    pieces_left: Option<u32>,
}

/// What the display says of the piece credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleeping {
    /// Nothing.
    Awake,
    /// Mode 1: TELESET for so long, during which nothing is franked.
    Slowed {
        /// t_n.
        delay_ms: u64,
    },
    /// Mode 2: CALL FP for a short time; franking goes on.
    Warned {
        /// How long it is shown; nothing for as long as it holds (the standing warning of [142]).
        shown_ms: Option<u64>,
    },
    /// Mode 2: S = 0. The meter calls by itself.
    Asleep,
}

impl Sleep {
    /// Steps 201 to 206: what this status leads to.
    pub fn judge(&mut self, status: &Status, settings: &SleepSettings) -> Sleeping {
        if status.pieces_left > self.pieces_left {
            self.warnings = 0;
        }
        self.pieces_left = status.pieces_left;
        if status.piece_mode == PieceMode::Sleep && status.pieces_left == Some(0) {
            return Sleeping::Asleep;
        }
        if status.warning != Some(Warning::Pieces) {
            return Sleeping::Awake;
        }
        let r8 = status.registers.r8;
        let is_new = self.warned_at != r8;
        self.warned_at = r8;
        match status.piece_mode {
            PieceMode::Off => Sleeping::Awake,
            PieceMode::Slow if is_new => Sleeping::Slowed { delay_ms: self.next_delay_ms(settings) },
            PieceMode::Slow => Sleeping::Awake,
            PieceMode::Sleep if status.is_warning_standing => Sleeping::Warned { shown_ms: None },
            PieceMode::Sleep if is_new => Sleeping::Warned { shown_ms: Some(settings.shown_ms) },
            PieceMode::Sleep => Sleeping::Awake,
        }
    }

    /// t_n for this warning; the next one lasts t_k longer (step 204).
    fn next_delay_ms(&mut self, settings: &SleepSettings) -> u64 {
        let delay_ms =
            settings.first_ms.saturating_add(settings.step_ms.saturating_mul(self.warnings.into()));
        self.warnings = self.warnings.saturating_add(1);
        delay_ms
    }

    /// A call to the centre has ended well.
    pub fn called(&mut self) {
        self.warnings = 0;
    }
}

/// How long the reaction takes longer at this number of errors.
pub fn overflow_ms(errors: u32, settings: &OverflowSettings) -> u64 {
    if settings.errors == 0 || errors <= settings.errors {
        return 0;
    }
    let beyond = errors - settings.errors;
    match settings.growth {
        Growth::Linear => settings.step_ms.saturating_mul(beyond.into()),
        Growth::Stages => {
            let stage = ((beyond - 1) / settings.errors) as usize;
            STAGES_MS[stage.min(STAGES_MS.len() - 1)]
        }
    }
}

/// How long a misoperation delays, where so many came one after the other.
pub fn misoperation_ms(in_a_row: u32, settings: &OverflowSettings) -> u64 {
    let doublings = in_a_row.saturating_sub(1).min(40);
    settings.misoperation_ms.saturating_mul(1 << doublings).min(MISOPERATION_MAX_MS)
}

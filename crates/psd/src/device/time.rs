//! Which readings of the clock are believed.
//!
//! What always holds: the time an imprint shows never goes back. A clock that ran backwards, or moved otherwise than
//! the run time does, stops franking until the centre has said what time it is; nothing is guessed.

use super::Psd;
use crate::board::{Board, Now};
use crate::error::Error;
use crate::memory::Memory;
use link::{Block, Finding};

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// The time, never before what an earlier commit saw.
    pub(super) fn now(&mut self) -> Result<Now, Error> {
        let now = self.board.now().map_err(|_| Error::Clock)?;
        match self.believed(now) {
            Ok(()) => {}
            Err(Finding::CLOCK_BACKWARDS) => {
                return Err(self.block_clock(Finding::CLOCK_BACKWARDS, Error::ClockBackwards));
            }
            Err(kind) => return Err(self.block_clock(kind, Error::ClockJumped)),
        }
        let (seen, elapsed_ms) = (self.state().clock, self.board.elapsed_ms());
        self.watch.clock = Some((now, elapsed_ms));
        Ok(Now { tenths: now.tenths.max(seen.tenths), today: now.today.max(seen.date), ..now })
    }

    /// Whether a reading of the clock can be believed; else the finding that it is.
    pub(super) fn believed(&mut self, now: Now) -> Result<(), u16> {
        let elapsed_ms = self.board.elapsed_ms();
        let rules = self.settings().clock;
        let seen = self.state().clock;
        let (earliest, latest) = match self.watch.clock {
            None => (seen.tenths, seen.tenths.saturating_add(rules.off_tenths)),
            Some((before, at_ms)) => {
                let passed = elapsed_ms.saturating_sub(at_ms) / 100;
                let expected = before.tenths.saturating_add(passed);
                (seen.tenths.max(before.tenths), expected.saturating_add(rules.jump_tenths))
            }
        };
        if now.tenths.saturating_add(rules.back_tenths) < earliest {
            return Err(Finding::CLOCK_BACKWARDS);
        }
        if now.tenths > latest { Err(Finding::CLOCK_JUMPED) } else { Ok(()) }
    }

    fn block_clock(&mut self, kind: u16, error: Error) -> Error {
        let mut state = *self.state();
        if state.standing.blocks.has(Block::Clock) {
            return error;
        }
        state.standing.blocks = state.standing.blocks.with(Block::Clock);
        self.note(&mut state, kind, 0);
        self.commit_state(state).err().unwrap_or(error)
    }

    /// Believes the clock again, if it shows the centre's time: what was seen before counts no more.
    pub(super) fn agree_on_time(&mut self, tenths: u64) -> Result<Now, Error> {
        let now = self.board.now().map_err(|_| Error::Clock)?;
        if now.tenths.abs_diff(tenths) > self.settings().clock.back_tenths {
            return Err(Error::ClockDisagrees);
        }
        self.watch.clock = Some((now, self.board.elapsed_ms()));
        Ok(now)
    }
}

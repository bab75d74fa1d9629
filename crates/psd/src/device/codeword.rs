//! The codeword Y, and the next one, Y', in its place (EP 0 660 269, [60], [63]-[64], [69], [103], [118]; Fig. 7).
//!
//! What always holds: a lost Y is replaced only by a Y' that the centre had allowed before, once, in its time, and
//! with the housing closed. Without one the device is blocked, and asking afterwards does not help.

use super::reactions::Event;
use super::{Psd, Secrets};
use crate::board::Board;
use crate::error::Error;
use crate::memory::Memory;
use crate::state::State;
use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use imprint::numbers::Key;
use link::keys::unwrap_codeword;
use link::{Block, Codeword, Finding};
use subtle::ConstantTimeEq;

/// What a start or a check found of the codeword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// Y is there and right.
    Kept,
    /// Y is lost; Y' took its place, and the state says so.
    Replaced,
    /// Y is lost; Y' waits for the housing to be closed.
    Waiting,
    /// Y is lost or wrong, and there is no Y'.
    Missed,
}

impl Secrets {
    /// By what a codeword is known again.
    pub(super) fn check_of(&self, codeword: &Codeword) -> [u8; 16] {
        let mut mac = Cmac::<Aes256>::new(self.check.bytes().into());
        mac.update(codeword.bytes());
        mac.finalize().into_bytes().into()
    }

    fn knows(&self, codeword: &Codeword, state: &State) -> bool {
        self.check_of(codeword).ct_eq(&state.codeword.check).into()
    }
}

/// Looks at the codeword, and lets Y' take its place where it may. The state is to be committed by the caller; if
/// that is cut off, the same is found again.
pub(super) fn look(
    board: &mut impl Board,
    secrets: &Secrets,
    link: &Key,
    state: &mut State,
    commit: u64,
) -> Result<Sight, Error> {
    if board.was_opened()? {
        board.lose_codeword()?;
    }
    if let Some(codeword) = board.codeword()?
        && secrets.knows(&codeword, state)
    {
        return Ok(Sight::Kept);
    }
    let standing = state.standing;
    if standing.codeword_lost || standing.codeword_zeroed || standing.blocks.has(Block::KillCodeword) {
        return Ok(Sight::Missed);
    }
    let Some(next) = state.codeword.next else { return Ok(Sight::Missed) };
    let now = board.now().map_err(|_| Error::Clock)?;
    if now.tenths > next.expires_tenths {
        return Ok(Sight::Missed);
    }
    board.arm()?;
    if board.was_opened()? {
        return Ok(Sight::Waiting);
    }
    let codeword = unwrap_codeword(link, &next.wrapped).ok_or(Error::Codeword)?;
    board.keep_codeword(&codeword)?;
    state.codeword.check = secrets.check_of(&codeword);
    state.codeword.next = None;
    // The codeword of a service reset takes its place in the same way, and the reset is in the log already.
    if next.expires_tenths != u64::MAX {
        let (tenths, kind) = (now.tenths, Finding::OPENED_WITH_AUTHORITY);
        state.note(Finding { commit, tenths, kind, detail: 0 });
    }
    Ok(Sight::Replaced)
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Looks at the codeword while the device runs.
    pub(super) fn look_at_codeword(&mut self) -> Result<Sight, Error> {
        let mut state = *self.state();
        let commit = self.ledger.commit();
        let link = &self.numbers.personalisation.link;
        let sight = look(&mut self.board, &self.secrets, link, &mut state, commit)?;
        self.watch.is_waiting = sight == Sight::Waiting;
        match sight {
            Sight::Replaced => self.commit_state(state)?,
            Sight::Kept | Sight::Waiting => {}
            Sight::Missed if self.state().standing.blocks.has(Block::KillCodeword) => {}
            Sight::Missed => return Err(self.fault(Event::Opening)),
        }
        Ok(sight)
    }
}

//! Which program is the control unit.

use super::Psd;
use crate::board::{Board, PartFault};
use crate::memory::Memory;

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// The program at the other end of this connection is the control unit, if it can be measured.
    pub fn connect(&mut self, peer: u32) -> Result<(), PartFault> {
        self.board.attach(peer)
    }

    /// There is no control unit any more.
    pub fn disconnect(&mut self) {
        self.board.detach();
    }
}

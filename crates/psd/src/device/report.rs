//! What the device says of itself: to the centre in a call, or sealed, carried by hand.

use super::Psd;
use crate::board::Board;
use crate::error::Error;
use crate::memory::Memory;
use heapless::Vec;
use link::keys::changed_link_key;
use link::{Block, Report, SealedReport, seal_report};

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// What the device says of itself.
    pub fn report(&mut self) -> Report {
        let state = *self.state();
        let blocks: Vec<Block, 8> = state.standing.blocks.iter().collect();
        let is_fatal = blocks.iter().any(|block| block.is_fatal()) || state.standing.redundancy_taken;
        Report {
            serial: self.numbers.personalisation.serial,
            seal: self.numbers.personalisation.seal,
            commit: self.ledger.commit(),
            faulted_at: if is_fatal { state.standing.faulted_at } else { 0 },
            code: blocks.first().map_or(0, |block| block.code()),
            registers: state.registers,
            grant: state.grant.number,
            order: state.order.number,
            usual: state.usual,
            tenths: state.clock.tenths,
            has_next_codeword: state.codeword.next.is_some(),
            blocks,
            errors: self.errors,
            findings: self.findings().collect(),
            inspection: self.setup.inspected.number,
            epoch: self.profile().epoch,
        }
    }

    /// The same so that the centre can believe it.
    pub fn sealed_report(&mut self, challenge: &[u8; 16]) -> Result<SealedReport, Error> {
        let report = self.report();
        let link = &self.numbers.personalisation.link;
        let sealed = if self.state().standing.link_changed {
            seal_report(&report, &changed_link_key(link), challenge)
        } else {
            seal_report(&report, link, challenge)
        };
        sealed.ok_or(Error::PartFailed)
    }
}

//! What the device tells of itself to whoever asks; nothing secret.

use super::Psd;
use crate::board::Board;
use crate::memory::Memory;
use crate::request::Request;
use crate::state::{ErrorCounts, Finding};
use imprint::numbers::{Profile, Suspicion};
use terms::{Money, Registers, Serial};

/// How the meter stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Status {
    /// The meter.
    pub serial: Serial,
    /// The number it calls in with.
    pub call_number: u32,
    /// The number on its seal.
    pub seal: u64,
    /// The least and the greatest postage but zero.
    pub value_range: (Money, Money),
    /// The registers.
    pub registers: Registers,
    /// Number of the newest commit.
    pub commit: u64,
    /// How many imprints the last franking made, which can be fetched again.
    pub last_franking: u16,
    /// Number of the last grant taken; 0 for none.
    pub last_grant: u64,
    /// Number of the last mark taken; 0 for none.
    pub last_mark: u64,
    /// What the imprints say of the meter, openly and in cipher.
    pub suspicion: Suspicion,
    /// Refusals by kind.
    pub errors: ErrorCounts,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// How many debits one commit holds.
    pub const BATCH: usize = BATCH;

    /// How the meter stands.
    pub fn status(&self) -> Status {
        let state = self.ledger.state();
        let known = &self.numbers.personalisation;
        Status {
            serial: known.serial,
            call_number: known.call_number,
            seal: known.seal,
            value_range: (known.value_min, known.value_max),
            registers: state.registers,
            commit: self.ledger.commit(),
            last_franking: self.ledger.requests().len() as u16,
            last_grant: state.grant.number,
            last_mark: state.marks.message,
            suspicion: state.marks.suspicion(),
            errors: self.errors,
        }
    }

    /// The registers.
    pub fn registers(&self) -> Registers {
        self.ledger.state().registers
    }

    /// The profile its numbers are made by.
    pub fn profile(&self) -> &Profile {
        &self.numbers.personalisation.profile
    }

    /// The requests of the last franking, which can be fetched again.
    pub fn last_requests(&self) -> &[Request] {
        self.ledger.requests()
    }

    /// What starts found in the memory, the oldest of the last eight first.
    pub fn findings(&self) -> impl Iterator<Item = Finding> + '_ {
        self.ledger.state().findings.into_iter().filter(|finding| finding.kind != 0)
    }
}

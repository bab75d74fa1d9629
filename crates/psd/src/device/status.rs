//! What the device tells of itself to whoever asks; nothing secret.

use super::Psd;
use crate::board::Board;
use crate::memory::Memory;
use crate::request::Request;
use crate::settings::{Blocking, PieceMode};
use imprint::numbers::{Profile, Suspicion};
use link::{Block, ErrorCounts, Finding};
use serde::{Deserialize, Serialize};
use terms::{Money, Registers, Serial};

/// Tenths of a second in an hour.
const HOUR_TENTHS: u64 = 60 * 60 * 10;

/// How the meter stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Number of the last order carried out; 0 for none.
    pub last_order: u64,
    /// What the imprints say of the meter, openly and in cipher.
    pub suspicion: Suspicion,
    /// Why the device does not frank now, the gravest reason first; nothing where it does.
    pub block: Option<Block>,
    /// What it warns of.
    pub warning: Option<Warning>,
    /// Whether a control unit is paired with it.
    pub is_paired: bool,
    /// Whether the next codeword waits for an announced opening.
    pub has_next_codeword: bool,
    /// S, the imprints left until the centre is to be called; nothing where they are not counted.
    pub pieces_left: Option<u32>,
    /// What a piece credit that runs low does.
    pub piece_mode: PieceMode,
    /// Whether the warning stands as long as the piece credit is low, instead of coming ever more often ([142]).
    pub is_warning_standing: bool,
    /// What still works in a fatal block.
    pub blocking: Blocking,
    /// Errors by kind.
    pub errors: ErrorCounts,
}

/// What the device warns of before it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The piece credit runs low: the centre should be called.
    Pieces,
    /// The centre has not been heard for long.
    Contact,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// How many debits one commit holds.
    pub const BATCH: usize = BATCH;

    /// The meter.
    pub fn serial(&self) -> Serial {
        self.numbers.personalisation.serial
    }

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
            last_order: state.order.number,
            suspicion: state.marks.suspicion(),
            block: self.block(),
            warning: self.warning(),
            is_paired: self.setup.pairing.is_some(),
            has_next_codeword: state.codeword.next.is_some(),
            piece_mode: known.settings.pieces.mode,
            is_warning_standing: known.settings.pieces.shrink == 1,
            blocking: known.settings.blocking,
            pieces_left: (known.settings.pieces.mode != PieceMode::Off).then_some(state.pieces.left),
            errors: self.errors,
        }
    }

    /// The gravest reason why the device does not frank, as far as it knows without asking its board.
    pub fn block(&self) -> Option<Block> {
        let state = self.ledger.state();
        let settings = self.settings();
        let (now_ms, now_tenths) = self.watch.seen();
        let is_spent = settings.pieces.mode == PieceMode::Sleep && state.pieces.left == 0;
        let kept = state.standing.blocks.iter().next();
        kept.or(self.watch.is_waiting.then_some(Block::CodewordWaiting))
            .or(is_spent.then_some(Block::Pieces))
            .or(self.is_silent(settings.contact.stop_hours, now_tenths).then_some(Block::Contact))
            .or((!self.watch.interrogation.is_active(now_ms)).then_some(Block::Inactive))
    }

    fn warning(&self) -> Option<Warning> {
        let (_, now_tenths) = self.watch.seen();
        if self.watch.pieces_warned {
            return Some(Warning::Pieces);
        }
        self.is_silent(self.settings().contact.warn_hours, now_tenths).then_some(Warning::Contact)
    }

    /// Whether the centre has not been heard for so many hours; 0 stands for never.
    pub(super) fn is_silent(&self, hours: u32, now_tenths: u64) -> bool {
        let silent_tenths = now_tenths.saturating_sub(self.ledger.state().contact_tenths);
        hours != 0 && silent_tenths >= u64::from(hours) * HOUR_TENTHS
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

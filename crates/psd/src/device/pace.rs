//! How long the critical routines take, learned at personalisation and judged ever after (EP 0 660 269, [111]-[112]);
//! learned anew where an inspection brings another cipher.

use super::Psd;
use super::reactions::Event;
use crate::board::Board;
use crate::error::Error;
use crate::ledger::Charges;
use crate::memory::Memory;
use crate::request::Request;
use crate::state::Basis;
use crate::supervision::pace::{Critical, Learned, judge, median_ns};
use link::{Authentic, Block, Grant, Signed};
use terms::Money;

/// Trial runs of each routine: an odd number, so that there is a middle one.
const TRIALS: usize = 9;

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Judges a run of a critical routine that began then: too many out of range, or a debugger, and the device is
    /// blocked.
    pub(super) fn judge_pace(&mut self, routine: Critical, pieces: u32, begun_ns: u64) -> Result<(), Error> {
        let took_ns = self.board.processor_ns().saturating_sub(begun_ns);
        let is_watched = self.board.is_watched();
        // What the marking before an inspection takes is not known any more.
        let is_unknown = self.state().basis.is_former && routine != Critical::Refill;
        let learned = if is_unknown { Learned::default() } else { self.setup.learned };
        let settings = &self.numbers.personalisation.settings.pace;
        let pace = judge(&learned, settings, routine, pieces, took_ns, is_watched);
        if self.watch.pace.note(pace, settings) && !self.state().standing.blocks.has(Block::Kill1) {
            return Err(self.fault(Event::RunTime));
        }
        Ok(())
    }

    /// Learns how long the critical routines take on this board, and keeps it.
    pub(super) fn learn(&mut self) -> Result<(), Error> {
        let mut setup = self.setup.clone();
        setup.learned = self.measured();
        self.commit_setup(*self.state(), setup)
    }

    /// Runs what the critical routines are made of some times: how long it takes.
    pub(super) fn measured(&mut self) -> Learned {
        let mut trials = [[0; TRIALS]; 3];
        let [debits, refills, macs] = &mut trials;
        for trial in debits {
            *trial = self.timed(Self::try_debit);
        }
        for trial in refills {
            *trial = self.timed(Self::try_refill);
        }
        for trial in macs {
            *trial = self.timed(Self::try_mac);
        }
        let [debit_ns, refill_ns, mac_ns] =
            trials.map(|mut trials| median_ns(&mut trials).unwrap_or_default());
        Learned { debit_ns, refill_ns, mac_ns }
    }

    fn timed(&mut self, run: impl FnOnce(&mut Self)) -> u64 {
        let begun_ns = self.board.processor_ns();
        run(self);
        self.board.processor_ns().saturating_sub(begun_ns)
    }

    /// What a debit works, but for the commit: the state's MAC is the greater part of that.
    fn try_debit(&mut self) {
        self.try_mac();
        self.store.seal_for_trial(self.ledger.state());
    }

    fn try_refill(&mut self) {
        let serial = self.numbers.personalisation.serial;
        let message = Grant { serial, number: 1, amount_minor: 0, r3_before: Money::ZERO, closing: false };
        // The curve's base point and zero: nobody's signature, and one that is verified to the end.
        let mut signature = [0x66; 64];
        let (point, scalar) = signature.split_at_mut(32);
        scalar.fill(0);
        if let Some(first) = point.first_mut() {
            *first = 0x58;
        }
        let _ = Authentic::verify(&Signed { message, signature }, &self.issuer, serial);
        self.store.seal_for_trial(self.ledger.state());
    }

    /// The numbers of an imprint that is charged to nobody and given to nobody.
    fn try_mac(&mut self) {
        let basis = Basis { is_former: false, ..self.state().basis };
        let charge = Charges::new(basis).charge(&Request::NONE);
        if let Ok(charge) = charge {
            let _ = self.numbers.check(&charge);
            self.numbers.encode_for_trial(&charge);
        }
    }
}

//! Franking: check everything, debit all or nothing, make it durable, only then give the numbers out.

use super::reactions::Event;
use super::{Psd, ended};
use crate::board::{Board, Now};
use crate::error::Error;
use crate::ledger::Charges;
use crate::memory::Memory;
use crate::request::Request;
use crate::settings::PieceMode;
use crate::state::{Basis, NO_READING, Pieces, State};
use crate::supervision::flow::{Flow, Passed, Steps};
use crate::supervision::pace::Critical;
use crate::supervision::routines::franking;
use imprint::numbers::{Indicium, MonotoneKind, RequestId};
use link::Block;
use terms::{Date, Money};

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Franks these requests: one commit debits all of them or none, and then each indicium is given out in the
    /// order asked for. Requests of the last franking, asked again with the same content, are answered from memory
    /// without a debit.
    pub fn frank(&mut self, requests: &[Request], give: impl FnMut(Indicium)) -> Result<(), Error> {
        let mut flow = Flow::begin(&franking::ROUTINE);
        let begun_ns = self.board.processor_ns();
        self.watch.busy_ms = self.board.elapsed_ms();
        self.watch.rounds = 0;
        let franked = self.frank_watched(requests, give, &mut flow);
        self.counted(ended(flow, franked))?;
        // What was refused did not run to its end, and says nothing of how long that takes.
        self.judge_pace(Critical::Debit, requests.len() as u32, begun_ns)
    }

    /// The indicium of a request of the last franking, once more.
    pub fn fetch(&mut self, id: RequestId) -> Result<Indicium, Error> {
        let begun_ns = self.board.processor_ns();
        let fetched = self.permit_franking().and_then(|()| self.fetched(id));
        let fetched = self.counted(fetched)?;
        self.judge_pace(Critical::Mac, 1, begun_ns)?;
        Ok(fetched)
    }

    fn fetched(&mut self, id: RequestId) -> Result<Indicium, Error> {
        let place = self.ledger.find(id).ok_or(Error::UnknownRequest(id))?;
        let request = self.ledger.requests().get(place).copied().ok_or(Error::UnknownRequest(id))?;
        self.admit_again(&[request])?;
        self.indicium_of(id)
    }

    fn frank_watched(
        &mut self,
        requests: &[Request],
        give: impl FnMut(Indicium),
        flow: &mut Flow,
    ) -> Result<(), Error> {
        self.permit_franking()?;
        flow.pass(franking::PERMITTED);
        if requests.is_empty() {
            return Err(Error::NoRequest);
        }
        if requests.len() > BATCH {
            return Err(Error::TooManyRequests { limit: BATCH });
        }
        self.ledger.state().registers.check().map_err(Error::Registers)?;
        flow.pass(franking::REGISTERS_CHECKED);
        if let Some(id) = self.order.sort(requests) {
            return Err(Error::DuplicateRequest(id));
        }
        flow.pass(franking::REQUESTS_ORDERED);
        if self.is_repeated(requests)? {
            flow.pass(franking::ANSWERED_FROM_MEMORY);
            self.admit_again(requests)?;
            flow.pass(franking::USER_ADMITTED);
            self.follow_counter()?;
            let passed = flow.gate(&[franking::BEFORE_GIVING_AGAIN])?;
            self.give_again(requests, give, passed)?;
        } else {
            let state = self.planned(requests, flow)?;
            let passed = flow.gate(&[franking::BEFORE_COMMIT])?;
            self.commit_debits(state, requests, passed)?;
            flow.pass(franking::COMMITTED);
            let passed = flow.gate(&[franking::BEFORE_GIVING])?;
            self.give_all(give, passed)?;
        }
        flow.pass(franking::GIVEN);
        Ok(())
    }

    fn give_again(
        &mut self,
        requests: &[Request],
        mut give: impl FnMut(Indicium),
        _: Passed,
    ) -> Result<(), Error> {
        let mut steps = Steps::begin(&franking::ROUTINE, requests.len() as u64);
        for request in requests {
            give(self.indicium_of(request.id)?);
            steps.step();
        }
        drop(steps.end()?);
        Ok(())
    }

    /// Gives out the indicia of the last franking. Its debits are computed again from what is durable: no plan can
    /// leak out.
    fn give_all(&mut self, mut give: impl FnMut(Indicium), _: Passed) -> Result<(), Error> {
        let mut steps = Steps::begin(&franking::ROUTINE, self.ledger.requests().len() as u64);
        for debit in self.ledger.debits() {
            give(self.numbers.indicium(&debit)?);
            steps.step();
        }
        drop(steps.end()?);
        Ok(())
    }

    /// Whether the device may frank at all: nothing blocks it, nobody watches it, its programs are those enrolled,
    /// and the control unit has answered.
    fn permit_franking(&mut self) -> Result<(), Error> {
        if let Some(block) = self.state().standing.blocks.iter().next() {
            return Err(Error::Stopped(block));
        }
        if self.watch.is_waiting {
            return Err(Error::Stopped(Block::CodewordWaiting));
        }
        if self.board.is_watched() {
            return Err(self.fault(Event::RunTime));
        }
        self.follow_counter()?;
        self.check_programs_quickly()?;
        match self.is_active() {
            true => Ok(()),
            false if self.is_paired() => Err(Error::Stopped(Block::Inactive)),
            false => Err(Error::NotPaired),
        }
    }

    /// Checks a franking and computes the state it leads to.
    fn planned(&mut self, requests: &[Request], flow: &mut Flow) -> Result<State, Error> {
        let now = self.now()?;
        self.check_contact(now)?;
        flow.pass(franking::TIME_TAKEN);
        let usage = self.admit(requests, now)?;
        flow.pass(franking::USER_ADMITTED);
        for request in requests {
            self.check_value(request.postage)?;
            self.check_date(request.date, now.today)?;
        }
        flow.pass(franking::VALUES_CHECKED);
        let mut state = self.plan(requests, now)?;
        state.pieces = self.count_pieces(requests)?;
        state.usage = usage;
        flow.pass(franking::PLANNED);
        Ok(state)
    }

    /// The contact watchdog: independent of the piece credit (X12).
    fn check_contact(&self, now: Now) -> Result<(), Error> {
        if self.is_silent(self.settings().contact.stop_hours, now.tenths) {
            return Err(Error::Stopped(Block::Contact));
        }
        Ok(())
    }

    /// Counts the pieces down; in mode 2 the meter sleeps at zero.
    fn count_pieces(&mut self, requests: &[Request]) -> Result<Pieces, Error> {
        let rule = self.settings().pieces;
        let mut pieces = self.state().pieces;
        let counts = requests.iter().filter(|request| rule.count_zeros || !request.postage.is_zero()).count();
        let counts = u32::try_from(counts).map_err(|_| Error::CounterFull)?;
        self.watch.pieces_warned = false;
        match rule.mode {
            PieceMode::Off => return Ok(pieces),
            PieceMode::Slow => {
                pieces.left = pieces.left.saturating_sub(counts);
                if pieces.left <= pieces.reference {
                    self.watch.pieces_warned = true;
                    pieces.reference = pieces.reference.saturating_sub(rule.step);
                }
            }
            PieceMode::Sleep => {
                pieces.left = pieces.left.checked_sub(counts).ok_or(Error::Stopped(Block::Pieces))?;
                if u64::from(pieces.left) * u64::from(rule.divisor) < u64::from(pieces.max) {
                    self.watch.pieces_warned = true;
                    pieces.max = pieces.max.checked_div(rule.shrink).unwrap_or(pieces.max);
                }
            }
        }
        Ok(pieces)
    }

    /// Whether all these requests are part of the last franking, with the same content.
    fn is_repeated(&self, requests: &[Request]) -> Result<bool, Error> {
        let mut known = 0;
        for request in requests {
            let place = self.ledger.find(request.id);
            let Some(before) = place.and_then(|place| self.ledger.requests().get(place)) else { continue };
            if before != request {
                return Err(Error::RequestReused(request.id));
            }
            known += 1;
        }
        match requests.iter().find(|request| self.ledger.find(request.id).is_some()) {
            Some(request) if known < requests.len() => Err(Error::RequestReused(request.id)),
            found => Ok(found.is_some()),
        }
    }

    fn check_value(&self, postage: Money) -> Result<(), Error> {
        let (min, max) = (self.numbers.personalisation.value_min, self.numbers.personalisation.value_max);
        if postage.is_zero() || (min..=max).contains(&postage) {
            Ok(())
        } else {
            Err(Error::PostageOutOfRange { min, max })
        }
    }

    fn check_date(&self, date: Date, today: Date) -> Result<(), Error> {
        let last = today.day_number() + u32::from(self.numbers.personalisation.days_ahead);
        let last = Date::from_day_number(last).unwrap_or(Date::LAST);
        if date < today {
            Err(Error::DatePast { today })
        } else if date > last {
            Err(Error::DateTooFar { last })
        } else {
            Ok(())
        }
    }

    /// The state after these debits, if each of them can be paid for and its numbers can be made.
    fn plan(&mut self, requests: &[Request], now: Now) -> Result<State, Error> {
        let mut state = *self.ledger.state();
        state.basis = self.basis(&state, now)?;
        let mut charges = Charges::new(state.basis);
        for request in requests {
            let charge = charges.charge(request).map_err(|error| match error {
                // What counts for the caller is the credit there is, not what this batch has left of it.
                Error::CreditTooLow { .. } => Error::CreditTooLow { available: state.basis.registers.r1 },
                other => other,
            })?;
            charge.counts.registers.check().map_err(Error::Registers)?;
            self.numbers.check(&charge)?;
            state.registers = charge.counts.registers;
            state.clock.stamped = charge.counts.time_tenths;
            state.clock.quantity = charge.counts.physical;
        }
        state.clock.tenths = now.tenths;
        state.clock.date = now.today;
        Ok(state)
    }

    pub(super) fn basis(&mut self, state: &State, now: Now) -> Result<Basis, Error> {
        let reading = if self.numbers.personalisation.profile.monotone == MonotoneKind::Physical {
            u32::from(self.board.reading().ok_or(Error::NoGauge)?)
        } else {
            NO_READING
        };
        let next_tenths = state.clock.stamped.checked_add(1).ok_or(Error::CounterFull)?;
        Ok(Basis {
            registers: state.registers,
            refill: state.refill,
            tenths: now.tenths.max(next_tenths),
            quantity: state.clock.quantity,
            reading,
            inspected_pieces: state.inspected_pieces,
            suspicion: state.marks.suspicion(),
            is_former: false,
        })
    }

    fn indicium_of(&mut self, id: RequestId) -> Result<Indicium, Error> {
        let place = self.ledger.find(id).ok_or(Error::UnknownRequest(id))?;
        let debit = self.ledger.debits().nth(place).ok_or(Error::UnknownRequest(id))?;
        self.numbers.indicium(&debit)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::memory::{Image, MemoryKey, SECTOR_BYTES, sectors_needed};
    use crate::personalisation::tests::personalisation;
    use crate::supervision::flow::{Part, glitch};
    use crate::supervision::interrogation::code_for;
    use crate::supervision::routines;
    use crate::trial::{Stillness, TRIAL_BATCH};
    use link::EPOCH;
    use link::Finding;
    use std::boxed::Box;
    use std::vec;
    use std::vec::Vec;

    type Device = Psd<Image<Vec<u8>>, Stillness, TRIAL_BATCH>;

    fn device() -> Box<Device> {
        let memory = Image(vec![0; sectors_needed(TRIAL_BATCH) * SECTOR_BYTES]);
        let key = MemoryKey::new([7; 32]);
        let personalised = Psd::personalise(memory, &key, personalisation("p1"), Stillness::default());
        let mut device: Box<Device> = Box::new(personalised.unwrap());
        let key = device.pair([1; 32]).unwrap();
        let question = device.tick().unwrap().unwrap();
        let code = code_for(&question, &key, device.status().serial, &[1; 32]);
        device.answer(question.number, &code).unwrap();
        device
    }

    fn zero(id: u64) -> Request {
        Request { id: RequestId(id), date: EPOCH, ..Request::NONE }
    }

    /// Claim: B12
    #[test]
    fn a_part_that_is_skipped_blocks_before_its_fruit_leaves_and_the_log_tells_which_ran() {
        for part in routines::franking::ROUTINE.parts {
            if *part == routines::franking::ANSWERED_FROM_MEMORY {
                continue;
            }
            let mut device = device();
            let mut given = 0;
            let franked = glitch::skipping(*part, || device.frank(&[zero(1)], |_| given += 1));
            assert_eq!(franked, Err(Error::Stopped(Block::Kill1)), "{}", part.name);
            let is_last = *part == routines::franking::GIVEN;
            assert_eq!(given, u32::from(is_last), "{}", part.name);
            let is_durable = is_last || *part == routines::franking::COMMITTED;
            assert_eq!(device.registers().r8, u64::from(is_durable), "{}", part.name);
            let entry = device.findings().last().unwrap();
            assert_eq!(entry.kind, Finding::FLOW);
            let ran: Vec<Part> =
                routines::franking::ROUTINE.factors(entry.detail).map(|(part, _)| part).collect();
            assert!(!ran.contains(part), "{} was skipped: {ran:?}", part.name);
            assert_eq!(device.frank(&[zero(2)], |_| ()), Err(Error::Stopped(Block::Kill1)));
        }
    }

    /// Claim: B12
    #[test]
    fn a_skipped_part_of_the_numbers_gives_no_imprint() {
        for part in routines::numbers::ROUTINE.parts {
            if *part == routines::numbers::SECOND_ROW_MADE {
                continue;
            }
            let mut device = device();
            let mut given = 0;
            let franked = glitch::skipping(*part, || device.frank(&[zero(1)], |_| given += 1));
            assert_eq!((franked, given), (Err(Error::Stopped(Block::Kill1)), 0), "{}", part.name);
        }
        let mut device = device();
        assert_eq!(device.frank(&[zero(1), zero(2)], |_| ()), Ok(()), "undisturbed it goes on");
    }
}

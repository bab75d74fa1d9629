//! Franking: check everything, debit all or nothing, make it durable, only then give the numbers out.

use super::Psd;
use crate::board::{Board, Now};
use crate::error::Error;
use crate::ledger::Charges;
use crate::memory::Memory;
use crate::request::Request;
use crate::state::{Basis, NO_READING, State};
use imprint::numbers::{Indicium, MonotoneKind, RequestId};
use terms::{Date, Money};

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Franks these requests: one commit debits all of them or none, and then each indicium is given out in the
    /// order asked for. Requests of the last franking, asked again with the same content, are answered from memory
    /// without a debit.
    pub fn frank(&mut self, requests: &[Request], mut give: impl FnMut(Indicium)) -> Result<(), Error> {
        let prepared = self.prepare(requests);
        let Some(state) = self.counted(prepared)? else {
            return requests.iter().try_for_each(|request| self.indicium_of(request.id).map(&mut give));
        };
        let committed = self.commit_franking(state, requests);
        self.counted(committed)?;
        // The debits are computed again from what is durable: no plan can leak out.
        self.ledger.debits().try_for_each(|debit| self.numbers.indicium(&debit).map(&mut give))
    }

    /// The indicium of a request of the last franking, once more.
    pub fn fetch(&mut self, id: RequestId) -> Result<Indicium, Error> {
        let result = self.indicium_of(id);
        self.counted(result)
    }

    /// Checks a franking and computes the state it leads to; nothing where it is part of the last franking.
    fn prepare(&mut self, requests: &[Request]) -> Result<Option<State>, Error> {
        if requests.is_empty() {
            return Err(Error::NoRequest);
        }
        if requests.len() > BATCH {
            return Err(Error::TooManyRequests { limit: BATCH });
        }
        self.ledger.state().registers.check().map_err(Error::Registers)?;
        if let Some(id) = self.order.sort(requests) {
            return Err(Error::DuplicateRequest(id));
        }
        if self.is_repeated(requests)? {
            return Ok(None);
        }
        let now = self.now()?;
        for request in requests {
            self.check_value(request.postage)?;
            self.check_date(request.date, now.today)?;
        }
        self.plan(requests, now).map(Some)
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

    fn basis(&mut self, state: &State, now: Now) -> Result<Basis, Error> {
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
        })
    }

    fn commit_franking(&mut self, mut state: State, requests: &[Request]) -> Result<(), Error> {
        state.errors = self.errors;
        let durable = self.store.commit(state, requests)?;
        self.ledger.adopt_franking(durable, &mut self.order);
        Ok(())
    }

    fn indicium_of(&mut self, id: RequestId) -> Result<Indicium, Error> {
        let place = self.ledger.find(id).ok_or(Error::UnknownRequest(id))?;
        let debit = self.ledger.debits().nth(place).ok_or(Error::UnknownRequest(id))?;
        self.numbers.indicium(&debit)
    }
}

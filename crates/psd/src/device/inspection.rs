//! What an inspection exchanges: symbol set, cipher, packing and keys of the imprint, the seal's number, inspection data
//! (EP 0 660 270, claims 58 to 65; row D8).
//!
//! What always holds: only a document of the centre's opens these stores, for this meter, each once, in its time; a new
//! marking begins a key epoch that no imprint was made in, with keys of which none is in use; registers and MV go on. A cut
//! leaves the marking before or the one after, and the last franking can be fetched as it was made.
//!
//! An inspection does not count as having heard the centre: its document may have been carried about for weeks.

use super::numbers::Numbers;
use super::orders::digest_of;
use super::reactions::Event;
use super::{Psd, ended};
use crate::board::{Board, Now};
use crate::error::Error;
use crate::ledger::{Charge, Charges};
use crate::marking::Marking;
use crate::memory::Memory;
use crate::personalisation::{KeySlot, Personalisation};
use crate::request::Request;
use crate::setup::Setup;
use crate::state::State;
use crate::supervision::flow::{Flow, Passed};
use crate::supervision::routines::inspection;
use heapless::Vec;
use link::{Authentic, Finding, Inspection, MARKING_KEYS_MAX, NewMarking, Signed, unwrap_imprint_key};

/// What an inspection leads to.
struct Exchange {
    state: State,
    setup: Setup,
    personalisation: Personalisation,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Carries out an inspection. The last one is answered again from memory.
    pub fn inspect(&mut self, signed: &Signed<Inspection>) -> Result<(), Error> {
        let mut flow = Flow::begin(&inspection::ROUTINE);
        let taken = self.take_inspection(signed, &mut flow);
        self.counted(ended(flow, taken))
    }

    fn take_inspection(&mut self, signed: &Signed<Inspection>, flow: &mut Flow) -> Result<(), Error> {
        let asked = Authentic::verify(signed, &self.issuer, self.serial())?.message();
        flow.pass(inspection::VERIFIED);
        let last = &self.setup.inspected;
        if asked.number == last.number && asked.number != 0 {
            if digest_of(&asked) != last.digest {
                return Err(Error::OrderDisagrees);
            }
            flow.pass(inspection::ANSWERED_FROM_MEMORY);
            return Ok(());
        }
        if asked.number <= last.number {
            return Err(Error::OutOfOrder { expected: last.number.saturating_add(1) });
        }
        let now = self.permit_inspection(&asked)?;
        flow.pass(inspection::PERMITTED);
        let mut exchange = self.exchange(&asked, now)?;
        let numbers =
            Numbers::new(exchange.personalisation.clone(), exchange.setup.inspected.former.as_ref())?;
        let before = core::mem::replace(&mut self.numbers, numbers);
        let done = self.carry_out_exchange(&asked, &mut exchange, now, flow);
        if done.is_err() {
            self.numbers = before;
        }
        done
    }

    /// Whether the device can be inspected: after a fault that is fatal the service reset comes first.
    fn permit_inspection(&mut self, asked: &Inspection) -> Result<Now, Error> {
        if let Some(block) = self.state().standing.blocks.iter().find(|block| block.is_fatal()) {
            return Err(Error::Stopped(block));
        }
        if self.board.is_watched() {
            return Err(self.fault(Event::RunTime));
        }
        let now = self.now()?;
        if now.tenths > asked.expires_tenths { Err(Error::Expired) } else { Ok(now) }
    }

    /// What the device is to be after the inspection.
    fn exchange(&self, asked: &Inspection, now: Now) -> Result<Exchange, Error> {
        let mut state = *self.state();
        let mut setup = self.setup.clone();
        let mut personalisation = self.numbers.personalisation.clone();
        (state.clock.tenths, state.clock.date) = (now.tenths, now.today);
        setup.inspected.number = asked.number;
        setup.inspected.digest = digest_of(asked);
        setup.inspected.seal = asked.seal.or(setup.inspected.seal);
        if asked.notes_pieces {
            state.inspected_pieces = state.registers.r8;
            setup.inspected.pieces = state.registers.r8;
        }
        if let Some(new) = &asked.marking {
            let marking = self.opened(new)?;
            // Of two inspections without a franking in between, the first has kept what made the last one.
            if !state.basis.is_former && !self.ledger.requests().is_empty() {
                state.basis.is_former = true;
                setup.inspected.former = Some(Marking::of(&personalisation));
            }
            setup.inspected.marking = Some(marking);
        }
        setup.inspected.put_into(&mut personalisation);
        personalisation.check()?;
        self.note(&mut state, Finding::INSPECTED, asked.inspector.into());
        Ok(Exchange { state, setup, personalisation })
    }

    /// A new marking with its keys, if it begins a new epoch: imprints are told apart by it.
    fn opened(&self, new: &NewMarking) -> Result<Marking, Error> {
        let known = &self.numbers.personalisation;
        let mut keys: Vec<KeySlot, MARKING_KEYS_MAX> = Vec::new();
        for key in &new.keys {
            let opened = unwrap_imprint_key(&known.link, &key.wrapped).ok_or(Error::ImprintKeys)?;
            keys.push(KeySlot { slot: key.slot, key: opened }).map_err(|_| Error::ImprintKeys)?;
        }
        let second = new.profile.second_row.map(|second| second.key_slot);
        if !keys.iter().all(|key| key.slot == new.profile.key_slot || Some(key.slot) == second) {
            return Err(Error::ImprintKeys);
        }
        let is_known = |key: &KeySlot| known.keys.iter().any(|known| known.key == key.key);
        if new.profile.epoch <= known.profile.epoch || keys.iter().any(is_known) {
            return Err(Error::NotNew);
        }
        Ok(Marking { profile: new.profile.clone(), keys })
    }

    /// With the new numbers in place: checks that they can be made, learns how long that takes, and commits.
    fn carry_out_exchange(
        &mut self,
        asked: &Inspection,
        exchange: &mut Exchange,
        now: Now,
        flow: &mut Flow,
    ) -> Result<(), Error> {
        if asked.marking.is_some() {
            self.check_next_imprint(&exchange.state, now)?;
            exchange.setup.learned = self.measured();
        }
        flow.pass(inspection::EXCHANGED);
        let passed = flow.gate(&[inspection::BEFORE_COMMIT])?;
        if asked.clears_errors {
            self.clear_errors(&mut exchange.state);
        }
        self.commit_exchange(exchange, passed)?;
        flow.pass(inspection::COMMITTED);
        Ok(())
    }

    /// Commits an exchange, on evidence that all that must come before was done.
    fn commit_exchange(&mut self, exchange: &Exchange, _: Passed) -> Result<(), Error> {
        self.commit_setup(exchange.state, exchange.setup.clone())
    }

    /// Whether the next imprint can be numbered, of no value or of the greatest: a profile with too few digits left, or a
    /// gauge that this board does not have, is found now and not by the customer.
    fn check_next_imprint(&mut self, state: &State, now: Now) -> Result<(), Error> {
        let value_max = self.numbers.personalisation.value_max;
        let charge = Charges::new(self.basis(state, now)?).charge(&Request::NONE)?;
        self.numbers.check(&charge)?;
        self.numbers.check(&Charge { request: Request { postage: value_max, ..Request::NONE }, ..charge })
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::memory::{Image, MemoryKey, SECTOR_BYTES, sectors_needed};
    use crate::personalisation::tests::personalisation;
    use crate::supervision::flow::glitch;
    use crate::trial::{Stillness, TRIAL_BATCH};
    use ed25519_dalek::{Signer, SigningKey};
    use imprint::numbers::{Key, Profile};
    use link::{Block, Message, NewKey, wrap_imprint_key};
    use std::boxed::Box;
    use std::vec;

    fn document() -> Signed<Inspection> {
        let wrapped = wrap_imprint_key(&Key::new([3; 32]), &Key::new([77; 32]));
        let profile = Profile { epoch: 2, ..Profile::named("3des").unwrap() };
        let message = Inspection {
            serial: personalisation("p1").serial,
            number: 1,
            expires_tenths: 1,
            inspector: 1,
            marking: Some(NewMarking { profile, keys: [NewKey { slot: 1, wrapped }].into_iter().collect() }),
            seal: None,
            notes_pieces: false,
            clears_errors: false,
        };
        let signature = SigningKey::from_bytes(&[9; 32]).sign(&message.signed_bytes()).to_bytes();
        Signed { message, signature }
    }

    /// Claim: B12
    #[test]
    fn a_part_of_an_inspection_that_is_skipped_blocks_before_anything_is_exchanged() {
        for part in inspection::ROUTINE.parts {
            if *part == inspection::ANSWERED_FROM_MEMORY {
                continue;
            }
            let memory = Image(vec![0; sectors_needed(TRIAL_BATCH) * SECTOR_BYTES]);
            let key = MemoryKey::new([7; 32]);
            let personalised = Psd::personalise(memory, &key, personalisation("p1"), Stillness::default());
            let mut device: Box<Psd<_, _, TRIAL_BATCH>> = Box::new(personalised.unwrap());
            let inspected = glitch::skipping(*part, || device.inspect(&document()));
            assert_eq!(inspected, Err(Error::Stopped(Block::Kill1)), "{}", part.name);
            let is_durable = *part == inspection::COMMITTED;
            assert_eq!(device.profile().epoch, if is_durable { 2 } else { 1 }, "{}", part.name);
            assert_eq!(device.report().inspection, u64::from(is_durable), "{}", part.name);
        }
    }
}

//! From a debit to the numbers printed: the quantities G0 to G5 from the registers, and their rows
//! (EP 0 660 270, Fig. 10).
//!
//! What always holds: an indicium is made of a [`Debit`], which exists only for what is durable.

use crate::error::{Error, Fault};
use crate::ledger::{Charge, Debit};
use crate::personalisation::Personalisation;
use crate::supervision::flow::Flow;
use crate::supervision::routines::numbers;
use imprint::numbers::{
    Cipher, CombinationNumber, Indicium, Key, MonotoneKind, NumberError, Quantities, SecondMarking,
    SecondQuantities, SecondRow, encode,
};

/// Who the meter is, and its ciphers ready to use.
pub(super) struct Numbers {
    pub personalisation: Personalisation,
    /// Nothing after the keys were wiped.
    cipher: Option<Cipher>,
    second_cipher: Option<Cipher>,
    second_marking: SecondMarking,
}

impl Numbers {
    /// Expands the keys of a personalisation.
    pub fn new(personalisation: Personalisation) -> Result<Numbers, Error> {
        let (cipher, second_cipher) = personalisation.ciphers().ok_or(Error::Blocked(Fault::Format))?;
        let second_marking = SecondMarking::default();
        Ok(Numbers { personalisation, cipher: Some(cipher), second_cipher, second_marking })
    }

    /// Wipes the keys: no number can be made any more.
    pub fn wipe(&mut self) {
        self.cipher = None;
        self.second_cipher = None;
        self.personalisation.keys.clear();
        self.personalisation.link = Key::new([0; Key::BYTES]);
    }

    /// Checks that the numbers of a planned debit can be made, so that nothing is paid for in vain.
    pub fn check(&self, charge: &Charge) -> Result<(), Error> {
        CombinationNumber::compose(&self.personalisation.profile, &self.quantities(charge)?)?;
        if self.second_cipher.is_some() {
            self.second_quantities(charge).compose()?;
        }
        Ok(())
    }

    /// The numbers of a debit that is durable. Nothing else makes an indicium.
    pub fn indicium(&mut self, debit: &Debit) -> Result<Indicium, Error> {
        let mut flow = Flow::begin(&numbers::ROUTINE);
        let charge = debit.charge();
        charge.counts.registers.check().map_err(Error::Registers)?;
        flow.pass(numbers::REGISTERS_CHECKED);
        let quantities = self.quantities(charge)?;
        flow.pass(numbers::QUANTITIES_TAKEN);
        let second_row = self.second_row(charge)?;
        flow.pass(match second_row {
            Some(_) => numbers::SECOND_ROW_MADE,
            None => numbers::NO_SECOND_ROW,
        });
        let profile = &self.personalisation.profile;
        let cipher = self.cipher.as_ref().ok_or(Error::Blocked(Fault::KeysWiped))?;
        let marking = encode(profile, cipher, &quantities)?;
        flow.pass(numbers::ENCRYPTED);
        drop(flow.end()?);
        Ok(Indicium {
            version: Indicium::VERSION,
            request: charge.request.id,
            profile: profile.name.clone(),
            epoch: profile.epoch,
            serial: self.personalisation.serial,
            date: charge.request.date,
            postage: charge.request.postage,
            mv: quantities.mv,
            second: quantities.second,
            shown_count: profile.show_count.then(|| profile.shown_count(quantities.mv)),
            suspicion: quantities.suspicion,
            layout: profile.layout,
            set: profile.set,
            symbols: marking.row,
            second_row,
            cliche_number: charge.request.frame.cliche,
        })
    }

    /// Makes the first row of a planned debit and drops it: a trial of how long that takes.
    pub fn encode_for_trial(&self, charge: &Charge) {
        if let (Ok(quantities), Some(cipher)) = (self.quantities(charge), &self.cipher) {
            let row = encode(&self.personalisation.profile, cipher, &quantities);
            drop(core::hint::black_box(row));
        }
    }

    fn quantities(&self, charge: &Charge) -> Result<Quantities, Error> {
        let Charge { request, counts, basis } = charge;
        let profile = &self.personalisation.profile;
        let mv = profile.monotone.value(counts, request.postage).ok_or(Error::CounterFull)?;
        let second = profile.second.map(|second| {
            MonotoneKind::second_number(second.kind, basis.refill.counter, basis.refill.date.day_number())
        });
        Ok(Quantities {
            serial: self.personalisation.serial,
            date: Some(request.date),
            postage: request.postage,
            mv,
            second,
            suspicion: basis.suspicion,
            cliche_number: request.frame.cliche,
            cliche_byte: request.frame.cliche_byte,
            inspection: basis.inspected_pieces,
        })
    }

    fn second_quantities(&self, charge: &Charge) -> SecondQuantities {
        let Charge { request, basis, .. } = charge;
        SecondQuantities {
            serial: self.personalisation.serial,
            date: request.date,
            user: request.frame.user,
            cliche_number: request.frame.cliche,
            inspected_pieces: basis.inspected_pieces,
            cliche_byte: request.frame.cliche_byte,
        }
    }

    /// The second row, computed again only where one of its inputs has changed since the last imprint.
    fn second_row(&mut self, charge: &Charge) -> Result<Option<SecondRow>, Error> {
        let quantities = self.second_quantities(charge);
        let Some(cipher) = &self.second_cipher else { return Ok(None) };
        let profile = &self.personalisation.profile;
        let second = profile.second_row.ok_or(NumberError::NoSecondRow)?;
        let (marking, _) = self.second_marking.marking(profile, cipher, &quantities)?;
        Ok(Some(SecondRow { set: second.set, symbols: marking.row.clone() }))
    }
}

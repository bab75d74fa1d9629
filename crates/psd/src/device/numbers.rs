//! From a debit to the numbers printed: the quantities G0 to G5 from the registers, and their rows
//! (EP 0 660 270, Fig. 10).
//!
//! What always holds: an indicium is made of a [`Debit`], which exists only for what is durable; one that is given out
//! again is made by the marking it was first made by, whatever an inspection has exchanged since.

use crate::error::{Error, Fault};
use crate::ledger::{Charge, Debit};
use crate::marking::{Marking, ciphers};
use crate::personalisation::{KeySlot, Personalisation};
use crate::supervision::flow::Flow;
use crate::supervision::routines::numbers;
use imprint::numbers::{
    Cipher, CombinationNumber, Indicium, Key, MonotoneKind, NumberError, Profile, Quantities, SecondMarking,
    SecondQuantities, SecondRow, encode,
};
use terms::Serial;

/// Who the meter is, and its ciphers ready to use.
pub(super) struct Numbers {
    /// What inspections have exchanged stands in it.
    pub personalisation: Personalisation,
    now: Marker,
    /// What the last franking's numbers were made by, where that is another.
    former: Option<Marker>,
}

/// A marking, ready to make rows.
struct Marker {
    profile: Profile,
    /// Nothing after the keys were wiped.
    cipher: Option<Cipher>,
    second_cipher: Option<Cipher>,
    second_marking: SecondMarking,
}

impl Numbers {
    /// Expands the keys of a personalisation, and those of the marking before.
    pub fn new(personalisation: Personalisation, former: Option<&Marking>) -> Result<Numbers, Error> {
        let now = Marker::new(&personalisation.profile, &personalisation.keys)?;
        let former = former.map(|former| Marker::new(&former.profile, &former.keys)).transpose()?;
        Ok(Numbers { personalisation, now, former })
    }

    /// Wipes the keys: no number can be made any more.
    pub fn wipe(&mut self) {
        (self.now.cipher, self.now.second_cipher, self.former) = (None, None, None);
        self.personalisation.keys.clear();
        self.personalisation.link = Key::new([0; Key::BYTES]);
    }

    /// Checks that the numbers of a planned debit can be made, so that nothing is paid for in vain.
    pub fn check(&self, charge: &Charge) -> Result<(), Error> {
        let quantities = self.now.quantities(self.personalisation.serial, charge)?;
        CombinationNumber::compose(&self.now.profile, &quantities)?;
        if self.now.second_cipher.is_some() {
            second_quantities(self.personalisation.serial, charge).compose()?;
        }
        Ok(())
    }

    /// The numbers of a debit that is durable. Nothing else makes an indicium.
    pub fn indicium(&mut self, debit: &Debit) -> Result<Indicium, Error> {
        let mut flow = Flow::begin(&numbers::ROUTINE);
        let charge = debit.charge();
        charge.counts.registers.check().map_err(Error::Registers)?;
        flow.pass(numbers::REGISTERS_CHECKED);
        let serial = self.personalisation.serial;
        let marker = self.marker_of(charge)?;
        let quantities = marker.quantities(serial, charge)?;
        flow.pass(numbers::QUANTITIES_TAKEN);
        let second_row = marker.second_row(serial, charge)?;
        flow.pass(match second_row {
            Some(_) => numbers::SECOND_ROW_MADE,
            None => numbers::NO_SECOND_ROW,
        });
        let profile = &marker.profile;
        let cipher = marker.cipher.as_ref().ok_or(Error::Blocked(Fault::KeysWiped))?;
        let marking = encode(profile, cipher, &quantities)?;
        flow.pass(numbers::ENCRYPTED);
        drop(flow.end()?);
        Ok(Indicium {
            version: Indicium::VERSION,
            request: charge.request.id,
            profile: profile.name.clone(),
            epoch: profile.epoch,
            serial,
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
        let quantities = self.now.quantities(self.personalisation.serial, charge);
        if let (Ok(quantities), Some(cipher)) = (quantities, &self.now.cipher) {
            let row = encode(&self.now.profile, cipher, &quantities);
            drop(core::hint::black_box(row));
        }
    }

    /// What the numbers of a debit were made by, the first time.
    fn marker_of(&mut self, charge: &Charge) -> Result<&mut Marker, Error> {
        match charge.basis.is_former {
            true => self.former.as_mut().ok_or(Error::Blocked(Fault::KeysWiped)),
            false => Ok(&mut self.now),
        }
    }
}

impl Marker {
    fn new(profile: &Profile, keys: &[KeySlot]) -> Result<Marker, Error> {
        let (cipher, second_cipher) = ciphers(profile, keys).ok_or(Error::Blocked(Fault::Format))?;
        let second_marking = SecondMarking::default();
        Ok(Marker { profile: profile.clone(), cipher: Some(cipher), second_cipher, second_marking })
    }

    fn quantities(&self, serial: Serial, charge: &Charge) -> Result<Quantities, Error> {
        let Charge { request, counts, basis } = charge;
        let mv = self.profile.monotone.value(counts, request.postage).ok_or(Error::CounterFull)?;
        let second = self.profile.second.map(|second| {
            MonotoneKind::second_number(second.kind, basis.refill.counter, basis.refill.date.day_number())
        });
        Ok(Quantities {
            serial,
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

    /// The second row, computed again only where one of its inputs has changed since the last imprint.
    fn second_row(&mut self, serial: Serial, charge: &Charge) -> Result<Option<SecondRow>, Error> {
        let quantities = second_quantities(serial, charge);
        let Some(cipher) = &self.second_cipher else { return Ok(None) };
        let second = self.profile.second_row.ok_or(NumberError::NoSecondRow)?;
        let (marking, _) = self.second_marking.marking(&self.profile, cipher, &quantities)?;
        Ok(Some(SecondRow { set: second.set, symbols: marking.row.clone() }))
    }
}

fn second_quantities(serial: Serial, charge: &Charge) -> SecondQuantities {
    let Charge { request, basis, .. } = charge;
    SecondQuantities {
        serial,
        date: request.date,
        user: request.frame.user,
        cliche_number: request.frame.cliche,
        inspected_pieces: basis.inspected_pieces,
        cliche_byte: request.frame.cliche_byte,
    }
}

//! The slot: which card is in it, what it is to this meter, and the making of new ones.
//!
//! What always holds: what is said of a card was read from the one that is in the slot now.

use super::{Machine, MachineFault, OfficeFault};
use crate::routine::{Event, Input};
use ::cards::{
    CardError, Identification, Insertion, Issuer, Making, OwnCard, Presence, ReaderError, Recognised, Unique,
    recognise,
};
use access::cards::{Changes, Identity, MakersMessage, MakersProof, MakingEvent, Plan, Reading};
use journal::Note;
use terms::CardNumber;

/// What a card bears that was taken back.
const NOBODYS: u64 = 0;

impl Machine {
    /// Tells the routine what has happened at the slot.
    pub(super) fn look_at_slot(&mut self) -> Result<(), MachineFault> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let now = match reader.presence() {
            Ok(Presence::Card(insertion)) => Some(insertion),
            // Without a reader there is no card.
            Ok(Presence::Empty) | Err(_) => None,
        };
        if now == self.insertion {
            return Ok(());
        }
        if self.insertion.take().is_some() {
            self.event(Event::Card(None))?;
            self.rest()?;
        }
        if now.is_some() {
            self.insertion = now;
            self.hand_over();
            let reading = self.read_card();
            self.event(Event::Card(Some(reading)))?;
            self.rest()?;
            self.make_first_master(reading)?;
            self.take_applications()?;
        }
        Ok(())
    }

    /// A meter without a master takes the first new card as its master (page 6).
    fn make_first_master(&mut self, reading: Reading) -> Result<(), MachineFault> {
        let desk = self.routine.desk();
        if !matches!(reading, Reading::Blank { .. })
            || desk.directory().master().is_some()
            || desk.is_making()
        {
            return Ok(());
        }
        let number = self.draw_card_number()?;
        self.tell(Input::MakeCard(Plan::First(number)))?;
        self.rest()?;
        self.event(Event::Card(Some(reading)))?;
        self.rest()
    }

    /// A number that no card of this meter has: it is a secret, so it is drawn.
    pub fn draw_card_number(&self) -> Result<CardNumber, MachineFault> {
        loop {
            let drawn = getrandom::u64().map_err(|error| MachineFault::Random(error.to_string()))? >> 30;
            let is_free = |number: &CardNumber| {
                number.value() != NOBODYS && self.routine.desk().directory().card(*number).is_none()
            };
            // Numbers beyond the digits are drawn again, so that none is likelier than another.
            if let Some(number) = CardNumber::new(drawn).ok().filter(is_free) {
                return Ok(number);
            }
        }
    }

    /// A master in the place of a lost one, with the maker's proof (page 4). The new card is asked for next.
    pub fn replace_master(&mut self, message: &MakersMessage) -> Result<(), OfficeFault> {
        let serial = self.routine.standing().map(|standing| standing.status.serial);
        let (Some(key), Some(serial)) = (&self.makers_key, serial) else {
            return Err(OfficeFault::Input("this meter has no key of its maker: ask the maker".into()));
        };
        let proof = MakersProof::verify(key, serial, message)?;
        self.begin_card(Plan::Replacement(proof))
    }

    /// What the card in the slot is to this meter.
    pub(super) fn read_card(&mut self) -> Reading {
        match self.with_card(|identification| Ok(reading_of(&identification))) {
            Ok(reading) => reading,
            Err(None) => Reading::Foreign,
            Err(Some(_)) => Reading::Wrong,
        }
    }

    /// Writes the card in the slot.
    pub(super) fn write_card(&mut self, identity: Identity, authorise: bool) -> MakingEvent {
        let mut random = [0; Unique::BYTES];
        if getrandom::fill(&mut random).is_err() {
            return MakingEvent::NotWritten;
        }
        let written = self.with_card(|identification| match identification {
            Identification::Fresh(fresh) if authorise => {
                let Identity { number, running } = identity;
                fresh.make(&Making { running, number, random }).map(|_| true)
            }
            Identification::Own(mut own) if !authorise => own.renumber(identity.number).map(|()| true),
            Identification::Own(_) | Identification::Fresh(_) => Ok(false),
        });
        match written {
            Ok(true) => MakingEvent::Written,
            Ok(false) | Err(_) => MakingEvent::NotWritten,
        }
    }

    /// Takes the number off the card in the slot. One that was pulled bears a number that no row has.
    pub(super) fn erase_card(&mut self) {
        let Ok(nobodys) = CardNumber::new(NOBODYS) else { return };
        // Where it cannot be written it means nothing either.
        let _ = self.with_card(|identification| match identification {
            Identification::Own(mut own) => own.renumber(nobodys),
            Identification::Fresh(_) => Ok(()),
        });
    }

    /// Does something with the card of this meter that is in the slot.
    pub(super) fn with_own_card<T>(
        &mut self,
        work: impl FnOnce(&mut OwnCard<'_>) -> Result<T, CardError>,
    ) -> Result<T, String> {
        let done = self.with_card(|identification| match identification {
            Identification::Own(mut own) => work(&mut own).map(Some),
            Identification::Fresh(_) => Ok(None),
        });
        match done {
            Ok(Some(done)) => Ok(done),
            Ok(None) => Err("the card in the slot is not this meter's yet: make it one first".into()),
            Err(None) => Err("there is no card of a kind that this meter uses in the slot".into()),
            Err(Some(error)) => Err(error.to_string()),
        }
    }

    /// Recognises and identifies the card in the slot; nothing for the error of a card of a strange kind, or none.
    fn with_card<T>(
        &mut self,
        work: impl FnOnce(Identification<'_>) -> Result<T, CardError>,
    ) -> Result<T, Option<CardError>> {
        let (issuer, insertion) = (self.issuer(), self.insertion);
        let (Some(reader), Some(issuer), Some(insertion)) = (&mut self.reader, issuer, insertion) else {
            return Err(None);
        };
        match recognise(&mut **reader, insertion) {
            Ok(Recognised::Card(card)) => {
                let identification = card.identify(&issuer).map_err(Some)?;
                work(identification).map_err(Some)
            }
            Ok(Recognised::Unknown(_)) | Err(ReaderError::CardGone) => Err(None),
            Err(error) => Err(Some(error.into())),
        }
    }

    /// What makes a card this meter's, which is known once the device has said its serial number.
    pub fn issuer(&self) -> Option<Issuer> {
        let serial = self.routine.standing()?.status.serial;
        self.card_issuer.clone().map(|issuer| Issuer { serial, ..issuer })
    }

    /// Stores what making a card does to the tables.
    pub(super) fn store_rows(&mut self, changes: &Changes, what: &str) -> Result<MakingEvent, MachineFault> {
        if changes.is_empty() {
            return Ok(MakingEvent::Stored);
        }
        let when = self.when()?;
        let note = Note { who: "card".into(), kind: "cards".into(), sentence: what.into() };
        if self.journal.write_rows(changes, &note, when).is_err() {
            return Ok(MakingEvent::NotStored);
        }
        match self.routine.desk_mut().apply(changes) {
            Ok(()) => Ok(MakingEvent::Stored),
            Err(_) => Ok(MakingEvent::NotStored),
        }
    }

    /// Which insertion is in the slot.
    pub fn insertion(&self) -> Option<Insertion> {
        self.insertion
    }
}

fn reading_of(identification: &Identification<'_>) -> Reading {
    match identification {
        Identification::Own(own) => {
            let (number, running) = (own.identified().number(), own.identified().running());
            if number.value() == NOBODYS {
                Reading::Blank { running: Some(running) }
            } else {
                Reading::Card(Identity { number, running })
            }
        }
        Identification::Fresh(_) => Reading::Blank { running: None },
    }
}

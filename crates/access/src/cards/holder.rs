//! Who is at the meter, and what he may: decided anew at each question, so that a lock or a change counts at once.

use super::card::{Card, Identity, Reading};
use super::centre::Centre;
use super::directory::Directory;
use super::function::Function;
use super::numbers::CentreNumber;
use super::refusal::Refusal;
use terms::{CardNumber, Money};

/// By whom something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By whoever holds this card, which is in the slot or whose timer runs.
    Card(Identity),
    /// By anybody: the meter is set to work without cards. It may everything but what concerns cards.
    Anybody,
}

/// Somebody who may do something.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    directory: &'a Directory,
    /// Nothing where the meter works without cards.
    card: Option<&'a Card>,
}

impl Directory {
    /// Whoever is there, if a card's number and running number are in the table and neither it nor any above it is
    /// locked.
    pub fn holder(&self, by: By) -> Result<Holder<'_>, Refusal> {
        let card = match by {
            By::Card(identity) => Some(self.acting_card(identity)?),
            By::Anybody => None,
        };
        Ok(Holder { directory: self, card })
    }

    /// Who is there after a card was read (Fig. 4, steps 110 to 127).
    pub fn recognise(&self, reading: Reading) -> Result<Holder<'_>, Refusal> {
        match reading {
            Reading::Card(identity) => self.holder(By::Card(identity)),
            Reading::Blank { .. } if self.master().is_none() => Err(Refusal::NoMaster),
            Reading::Blank { .. } => Err(Refusal::BlankCard),
            Reading::Foreign => Err(Refusal::ForeignCard),
            Reading::Wrong => Err(Refusal::WrongCard),
        }
    }

    fn acting_card(&self, identity: Identity) -> Result<&Card, Refusal> {
        if self.master().is_none() {
            return Err(Refusal::NoMaster);
        }
        let chip = self.chip(identity.running).filter(|chip| chip.number == identity.number);
        let chip = chip.ok_or(Refusal::UnknownCard)?;
        let card = self.unlocked_card(chip.number)?;
        if chip.locked { Err(Refusal::LockedCard) } else { Ok(card) }
    }

    /// The row of a card that is not locked, and below none that is.
    pub(super) fn unlocked_card(&self, number: CardNumber) -> Result<&Card, Refusal> {
        let card = self.known_card(number)?;
        if card.locked {
            return Err(Refusal::LockedCard);
        }
        if self.above(card).any(|above| above.locked) { Err(Refusal::LockedAbove) } else { Ok(card) }
    }

    /// Whether one card lies strictly below another.
    pub(super) fn lies_below(&self, lower: CardNumber, upper: CardNumber) -> bool {
        self.card(lower).is_some_and(|card| self.above(card).any(|above| above.number == upper))
    }
}

impl<'a> Holder<'a> {
    /// The row of the card; nothing where the meter works without cards.
    pub fn card(&self) -> Option<&'a Card> {
        self.card
    }

    /// Whether the holder has this function.
    pub fn may(&self, function: Function) -> Result<(), Refusal> {
        match self.card {
            Some(card) => card.may(function),
            None if function == Function::MakeCards => Err(Refusal::MasterOnly),
            None => Ok(()),
        }
    }

    /// The cost centre, if the holder may use it and it is in use.
    pub fn may_use(&self, number: CentreNumber) -> Result<&'a Centre, Refusal> {
        if self.card.is_some_and(|card| !card.centres.contains(number)) {
            return Err(Refusal::NotYourCentre(number));
        }
        self.directory.usable_centre(number)
    }

    /// The cost centre, if an imprint for this postage may be made on it. Who may frank may do so without value too.
    pub fn may_frank(&self, number: CentreNumber, postage: Money) -> Result<&'a Centre, Refusal> {
        match self.may(Function::Frank) {
            Err(_) if postage.is_zero() => self.may(Function::FrankZero)?,
            other => other?,
        }
        self.may_use(number)
    }

    /// The cost centre that is selected when the card is inserted, where it is in use.
    pub fn selected(&self) -> Option<CentreNumber> {
        self.card?.selected.filter(|number| self.may_use(*number).is_ok())
    }

    /// The cost centres that the holder may use, by number.
    pub fn centres(&self) -> impl Iterator<Item = &'a Centre> + '_ {
        self.directory.centres().filter(|centre| self.may_use(centre.number).is_ok())
    }

    /// What the card may see and change: the cards below it, by number.
    pub fn below(&self) -> impl Iterator<Item = &'a Card> + '_ {
        let upper = self.card.map(|card| card.number);
        let is_below =
            move |card: &&Card| upper.is_some_and(|upper| self.directory.lies_below(card.number, upper));
        self.directory.cards().filter(is_below)
    }

    /// Whether it is this card.
    pub(super) fn is_card(&self, number: CardNumber) -> bool {
        self.card.is_some_and(|card| card.number == number)
    }

    /// Whether it is the master, or a meter that works without cards.
    pub(super) fn is_master(&self) -> Result<(), Refusal> {
        if self.card.is_none_or(|card| card.parent.is_none()) { Ok(()) } else { Err(Refusal::MasterOnly) }
    }

    /// Whether it is the master's card itself.
    pub(super) fn is_master_card(&self) -> Result<(), Refusal> {
        if self.card.is_some() { self.is_master() } else { Err(Refusal::MasterOnly) }
    }

    /// Whether it may do this with a cost centre, which need not be in use.
    pub(super) fn may_arrange(&self, function: Function, number: CentreNumber) -> Result<(), Refusal> {
        self.may(function)?;
        let has = self.card.is_none_or(|card| card.centres.contains(number));
        if has { Ok(()) } else { Err(Refusal::NotYourCentre(number)) }
    }

    /// Whether it may do this with a card below it; the master may with itself too.
    pub(super) fn may_over(&self, function: Function, number: CardNumber) -> Result<(), Refusal> {
        let card = self.card.ok_or(Refusal::MasterOnly)?;
        card.may(function)?;
        let is_own_master = card.parent.is_none() && card.number == number;
        if is_own_master || self.directory.lies_below(number, card.number) {
            return Ok(());
        }
        self.directory.known_card(number)?;
        Err(Refusal::OtherBranch)
    }
}

//! What a card can change, and who may (DE 197 57 648, page 6: the master's and the follow cards' functions).
//!
//! What always holds: only the master changes limits, surcharges, groups, which cost centres there are, which card has
//! which, and what is locked. Any other card changes only what its functions and cost centres let it, and cards only
//! strictly below itself.

use super::card::Card;
use super::centre::{Centre, Centres, Group, Surcharge};
use super::directory::Directory;
use super::function::{Function, Functions};
use super::holder::{By, Holder};
use super::numbers::{CentreNumber, GroupNumber, Name};
use super::refusal::Refusal;
use super::row::{Changes, Key, Row};
use terms::{CardNumber, Money, Running};

/// A change of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What all may spend in a month.
    WholeLimit(Option<Money>),
    /// A new group.
    CreateGroup(Group),
    /// A group that nothing refers to any more.
    DeleteGroup(GroupNumber),
    /// What a group is called.
    GroupName(GroupNumber, Name),
    /// What a group may spend in a month.
    GroupLimit(GroupNumber, Option<Money>),
    /// A new cost centre.
    CreateCentre(Centre),
    /// A cost centre that nothing refers to any more.
    DeleteCentre(CentreNumber),
    /// What a cost centre is called; for its cards with [`Function::ManageCentres`] too.
    CentreName(CentreNumber, Name),
    /// What a cost centre should spend; for its cards with [`Function::ManageCentres`] too.
    CentreBudget(CentreNumber, Option<Money>),
    /// The cliché of a cost centre; for its cards with [`Function::SetCliche`].
    CentreCliche(CentreNumber, Option<u16>),
    /// Which group a cost centre belongs to.
    CentreGroup(CentreNumber, Option<GroupNumber>),
    /// What a cost centre may spend in a month.
    CentreLimit(CentreNumber, Option<Money>),
    /// What is booked on a cost centre beside the postage.
    CentreSurcharge(CentreNumber, Surcharge),
    /// Whether a cost centre may be used.
    CentreActive(CentreNumber, bool),
    /// Which cost centres a card may use, and which of them is selected when it is inserted.
    CardCentres(CardNumber, Centres, Option<CentreNumber>),
    /// Whether a card is locked, with all its duplicates and all that lie below it.
    CardLocked(CardNumber, bool),
    /// Whether one physical card is locked.
    ChipLocked(Running, bool),
    /// Which of its cost centres is selected; for the card itself, or from above with [`Function::MakeCards`].
    CardSelected(CardNumber, Option<CentreNumber>),
    /// What a card is called; from above with [`Function::MakeCards`].
    CardName(CardNumber, Name),
    /// A card's timer; from above with [`Function::MakeCards`].
    CardTimer(CardNumber, u16),
    /// A card's functions; from above with [`Function::MakeCards`].
    CardFunctions(CardNumber, Functions),
    /// A card that has none below it, with its duplicates; from above with [`Function::MakeCards`].
    DeleteCard(CardNumber),
    /// The cliché printed with a card; from above with [`Function::SetCliche`].
    CardCliche(CardNumber, Option<u16>),
    /// The text printed with a card; from above with [`Function::EditTexts`].
    CardText(CardNumber, Option<u16>),
}

impl Change {
    /// The function that lets others than the master ask for this; nothing where none does.
    pub const fn function(&self) -> Option<Function> {
        match self {
            Change::CentreName(..) | Change::CentreBudget(..) => Some(Function::ManageCentres),
            Change::CentreCliche(..) | Change::CardCliche(..) => Some(Function::SetCliche),
            Change::CardText(..) => Some(Function::EditTexts),
            Change::CardSelected(..)
            | Change::CardName(..)
            | Change::CardTimer(..)
            | Change::CardFunctions(..)
            | Change::DeleteCard(_) => Some(Function::MakeCards),
            _ => None,
        }
    }
}

impl Directory {
    /// What a change does, asked for by whoever is there.
    pub fn change(&self, by: By, change: &Change) -> Result<Changes, Refusal> {
        let holder = self.holder(by)?;
        self.may_change(&holder, change)?;
        let mut after = self.clone();
        after.carry_out(change)?;
        self.changes_to(&after)
    }

    /// Whether this holder may ask for this.
    fn may_change(&self, holder: &Holder<'_>, change: &Change) -> Result<(), Refusal> {
        match (change, change.function()) {
            (Change::CardSelected(card, _), _) if holder.is_card(*card) => Ok(()),
            (
                Change::CentreName(centre, _)
                | Change::CentreBudget(centre, _)
                | Change::CentreCliche(centre, _),
                Some(function),
            ) => holder.may_arrange(function, *centre),
            (
                Change::CardSelected(card, _)
                | Change::CardName(card, _)
                | Change::CardTimer(card, _)
                | Change::CardFunctions(card, _)
                | Change::CardCliche(card, _)
                | Change::CardText(card, _)
                | Change::DeleteCard(card),
                Some(function),
            ) => holder.may_over(function, *card),
            (Change::CardCentres(..) | Change::CardLocked(..) | Change::ChipLocked(..), _) => {
                holder.is_master_card()
            }
            // Every change that no function gives.
            _ => holder.is_master(),
        }
    }

    /// Carries out a change on a copy, which is checked as a whole afterwards.
    fn carry_out(&mut self, change: &Change) -> Result<(), Refusal> {
        match change.clone() {
            Change::WholeLimit(limit) => {
                let mut whole = self.whole();
                whole.limit = limit;
                self.insert(Row::Whole(whole));
            }
            Change::CreateGroup(group) => self.create_group(group)?,
            Change::DeleteGroup(group) => self.delete_group(group)?,
            Change::GroupName(group, name) => self.group_mut(group)?.name = name,
            Change::GroupLimit(group, limit) => self.group_mut(group)?.limit = limit,
            Change::CreateCentre(centre) => self.create_centre(centre)?,
            Change::DeleteCentre(centre) => self.delete_centre(centre)?,
            Change::CentreName(centre, name) => self.centre_mut(centre)?.name = name,
            Change::CentreBudget(centre, budget) => self.centre_mut(centre)?.budget = budget,
            Change::CentreCliche(centre, cliche) => self.centre_mut(centre)?.cliche = cliche,
            Change::CentreGroup(centre, group) => self.centre_mut(centre)?.group = group,
            Change::CentreLimit(centre, limit) => self.centre_mut(centre)?.limit = limit,
            Change::CentreSurcharge(centre, surcharge) => self.centre_mut(centre)?.surcharge = surcharge,
            Change::CentreActive(centre, active) => self.centre_mut(centre)?.active = active,
            Change::CardCentres(card, centres, selected) => {
                let card = self.card_mut(card)?;
                (card.centres, card.selected) = (centres, selected);
            }
            Change::CardLocked(card, locked) => self.card_mut(card)?.locked = locked,
            Change::ChipLocked(running, locked) => self.chip_locked(running, locked)?,
            Change::CardSelected(card, selected) => self.card_mut(card)?.selected = selected,
            Change::CardName(card, name) => self.card_mut(card)?.name = name,
            Change::CardTimer(card, seconds) => self.card_mut(card)?.timer_seconds = seconds,
            Change::CardFunctions(card, functions) => self.card_mut(card)?.functions = functions,
            Change::DeleteCard(card) => self.delete_card(card)?,
            Change::CardCliche(card, cliche) => self.card_mut(card)?.cliche = cliche,
            Change::CardText(card, text) => self.card_mut(card)?.text = text,
        }
        Ok(())
    }

    fn create_group(&mut self, group: Group) -> Result<(), Refusal> {
        if self.group(group.number).is_some() {
            return Err(Refusal::GroupExists(group.number));
        }
        self.insert(Row::Group(group));
        Ok(())
    }

    fn delete_group(&mut self, number: GroupNumber) -> Result<(), Refusal> {
        self.group_mut(number)?;
        let by_centre = self.centres().any(|centre| centre.group == Some(number));
        if by_centre || self.reservations().any(|reservation| reservation.group == Some(number)) {
            return Err(Refusal::GroupInUse(number));
        }
        self.rows.remove(&Key::Group(number));
        Ok(())
    }

    fn create_centre(&mut self, centre: Centre) -> Result<(), Refusal> {
        if self.centre(centre.number).is_some() {
            return Err(Refusal::CentreExists(centre.number));
        }
        self.insert(Row::Centre(centre));
        Ok(())
    }

    /// What it has spent this month stays counted, so that one that is created again begins where it ended.
    fn delete_centre(&mut self, number: CentreNumber) -> Result<(), Refusal> {
        self.centre_mut(number)?;
        let names =
            |card: &Card| card.selected == Some(number) || card.centres.named().any(|one| one == number);
        if self.cards().any(names) || self.reservations().any(|reservation| reservation.centre == number) {
            return Err(Refusal::CentreInUse(number));
        }
        self.rows.remove(&Key::Centre(number));
        Ok(())
    }

    fn delete_card(&mut self, number: CardNumber) -> Result<(), Refusal> {
        if self.card_mut(number)?.parent.is_none() {
            return Err(Refusal::MasterStays);
        }
        if self.cards().any(|card| card.parent == Some(number)) {
            return Err(Refusal::CardInUse);
        }
        self.remove_card(number);
        Ok(())
    }

    /// Takes a row away with all that bear its number.
    pub(super) fn remove_card(&mut self, number: CardNumber) {
        self.rows.retain(|_, row| match row {
            Row::Card(card) => card.number != number,
            Row::Chip(chip) => chip.number != number,
            _ => true,
        });
    }

    fn chip_locked(&mut self, running: Running, locked: bool) -> Result<(), Refusal> {
        match self.rows.get_mut(&Key::Chip(running)) {
            Some(Row::Chip(chip)) => chip.locked = locked,
            _ => return Err(Refusal::UnknownCard),
        }
        Ok(())
    }

    pub(super) fn card_mut(&mut self, number: CardNumber) -> Result<&mut Card, Refusal> {
        match self.rows.get_mut(&Key::Card(number)) {
            Some(Row::Card(card)) => Ok(card),
            _ => Err(Refusal::UnknownCard),
        }
    }

    fn centre_mut(&mut self, number: CentreNumber) -> Result<&mut Centre, Refusal> {
        match self.rows.get_mut(&Key::Centre(number)) {
            Some(Row::Centre(centre)) => Ok(centre),
            _ => Err(Refusal::UnknownCentre(number)),
        }
    }

    fn group_mut(&mut self, number: GroupNumber) -> Result<&mut Group, Refusal> {
        match self.rows.get_mut(&Key::Group(number)) {
            Some(Row::Group(group)) => Ok(group),
            _ => Err(Refusal::UnknownGroup(number)),
        }
    }
}

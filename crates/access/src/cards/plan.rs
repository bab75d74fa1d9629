//! What is to be made of a card, and the rows that come of it (DE 197 57 648, Fig. 5, step 121-1 and 121-8).
//!
//! What always holds: a running number is given once; it is stored as given before the card is written. Until the
//! table has a card's row the card means nothing. What is pending was allowed when it was planned and is looked at
//! again when it is taken into the table.

use super::card::{Card, Chip, Identity};
use super::centre::{Centre, Centres, Whole};
use super::directory::Directory;
use super::function::{Function, Level};
use super::holder::By;
use super::proof::MakersProof;
use super::refusal::Refusal;
use super::row::{Changes, Key, Row};
use alloc::vec;
use serde::{Deserialize, Serialize};
use terms::{CardNumber, Running};

/// What is to be made of the next card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The master of a meter that has none: the first card that it takes, with the number it is to bear.
    First(CardNumber),
    /// A master in place of a lost one.
    Replacement(MakersProof),
    /// A card below the maker's, or a duplicate of one.
    Follow {
        /// The card of whoever makes it.
        maker: Identity,
        /// What it is to be.
        follow: Follow,
    },
}

/// A follow card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Follow {
    /// A new row.
    New(Card),
    /// One more physical card for a row; the master may have several too.
    Duplicate(CardNumber),
}

/// A card that is about to be written. It is stored before and taken away after, and tells after a crash in between
/// what the card was to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The row of who makes it.
    pub maker: CardNumber,
    /// What it is to be.
    pub follow: Follow,
    /// The running number it gets.
    pub running: Running,
}

impl Plan {
    /// The number that is to be written.
    pub fn number(&self) -> CardNumber {
        match self {
            Plan::First(number) => *number,
            Plan::Replacement(proof) => proof.number(),
            Plan::Follow { follow, .. } => follow.number(),
        }
    }

    /// Whose card has to leave the slot first.
    pub fn maker(&self) -> Option<Identity> {
        match self {
            Plan::Follow { maker, .. } => Some(*maker),
            Plan::First(_) | Plan::Replacement(_) => None,
        }
    }
}

impl Follow {
    fn number(&self) -> CardNumber {
        match self {
            Follow::New(card) => card.number,
            Follow::Duplicate(number) => *number,
        }
    }
}

impl Card {
    /// The row of a card below another one, with the level's timer, all functions that both its level and its parent
    /// allow, and its cost centre selected where it has one alone.
    pub fn below(parent: &Card, number: CardNumber, level: Level, centres: Centres) -> Card {
        let selected = centres.named().next().filter(|_| centres.named().count() == 1);
        let functions = level.functions().and(parent.functions);
        let timer_seconds = level.timer_seconds();
        let parent = Some(parent.number);
        Card { level, parent, centres, timer_seconds, functions, ..Card::master(number, selected) }
    }
}

impl Directory {
    /// Whether this can be made.
    pub fn may_make(&self, plan: &Plan) -> Result<(), Refusal> {
        if let Some(maker) = plan.maker() {
            self.holder(By::Card(maker))?;
        }
        self.made(plan, self.next_running()?).map(|_| ())
    }

    /// The running number that the next new card gets.
    pub(super) fn next_running(&self) -> Result<Running, Refusal> {
        let next = self.whole().last_running.saturating_add(1);
        Running::new(next).map_err(|_| Refusal::NoRunning)
    }

    /// What is stored before a card is written.
    pub(super) fn kept(&self, plan: &Plan, running: Running) -> Changes {
        let whole = Row::Whole(self.given(running));
        let written = match plan {
            Plan::Follow { maker, follow } => {
                let pending = Pending { maker: maker.number, follow: follow.clone(), running };
                vec![whole, Row::Pending(pending)]
            }
            // A master needs no pending row: its card can be made again.
            Plan::First(_) | Plan::Replacement(_) => vec![whole],
        };
        self.changes(written, vec![])
    }

    /// Takes away what is pending, where anything is.
    pub fn drop_pending(&self) -> Changes {
        let gone = self.pending().map(|_| Key::Pending);
        self.changes(vec![], gone.into_iter().collect())
    }

    /// What a card that is written does to the table, and to what was pending for it.
    pub(super) fn made(&self, plan: &Plan, running: Running) -> Result<Changes, Refusal> {
        self.with_chip(Chip { running, number: plan.number(), locked: false }, |after| match plan {
            Plan::First(number) => after.make_first(*number),
            Plan::Replacement(proof) => after.replace_master(proof),
            Plan::Follow { maker, follow } => after.make_follow(maker.number, follow),
        })
    }

    /// What mends a card that was written just before a crash; nothing where this is not that card. A refusal says
    /// that its maker may no longer make it.
    pub fn mend(&self, identity: Identity) -> Option<Result<Changes, Refusal>> {
        let pending = self.pending()?;
        let Identity { number, running } = identity;
        if (pending.follow.number(), pending.running) != (number, running) {
            return None;
        }
        let chip = Chip { running, number, locked: false };
        Some(self.with_chip(chip, |after| after.make_follow(pending.maker, &pending.follow)))
    }

    /// What a physical card more does, with all that comes with it.
    fn with_chip(
        &self,
        chip: Chip,
        make: impl FnOnce(&mut Directory) -> Result<(), Refusal>,
    ) -> Result<Changes, Refusal> {
        let mut after = self.clone();
        after.rows.remove(&Key::Pending);
        make(&mut after)?;
        if after.chip(chip.running).is_some() {
            return Err(Refusal::CardTaken);
        }
        let whole = after.given(chip.running);
        after.insert(Row::Chip(chip));
        after.insert(Row::Whole(whole));
        self.changes_to(&after)
    }

    /// The whole meter's row once a running number is given.
    fn given(&self, running: Running) -> Whole {
        let whole = self.whole();
        Whole { last_running: whole.last_running.max(running.value()), ..whole }
    }

    /// The first master; cost centre 1 is there for it.
    fn make_first(&mut self, number: CardNumber) -> Result<(), Refusal> {
        if self.master().is_some() {
            return Err(Refusal::HasMaster);
        }
        let first = self.prefix.centre(1).map_err(|_| Refusal::Rows)?;
        if self.centre(first).is_none() {
            self.insert(Row::Centre(Centre::new(first)));
        }
        self.insert(Row::Card(Card::master(number, Some(first))));
        Ok(())
    }

    /// A new master takes over all that lay below the lost one, which is in the table no more.
    fn replace_master(&mut self, proof: &MakersProof) -> Result<(), Refusal> {
        let mut whole = self.whole();
        if proof.counter() <= whole.replacements {
            return Err(Refusal::OldProof);
        }
        whole.replacements = proof.counter();
        let lost = self.master().ok_or(Refusal::NoMaster)?.clone();
        self.free_number(proof.number())?;
        self.remove_card(lost.number);
        for row in self.rows.values_mut() {
            match row {
                Row::Card(card) if card.parent == Some(lost.number) => card.parent = Some(proof.number()),
                _ => {}
            }
        }
        self.insert(Row::Whole(whole));
        self.insert(Row::Card(Card { number: proof.number(), ..lost }));
        Ok(())
    }

    fn make_follow(&mut self, maker: CardNumber, follow: &Follow) -> Result<(), Refusal> {
        let maker = self.unlocked_card(maker)?;
        maker.may(Function::MakeCards)?;
        match follow {
            Follow::Duplicate(number) => {
                self.known_card(*number)?;
                let is_own_master = maker.parent.is_none() && maker.number == *number;
                if !is_own_master && !self.lies_below(*number, maker.number) {
                    return Err(Refusal::OtherBranch);
                }
            }
            Follow::New(card) => {
                self.free_number(card.number)?;
                let parent = card.parent.ok_or(Refusal::HasMaster)?;
                if parent != maker.number && !self.lies_below(parent, maker.number) {
                    return Err(Refusal::OtherBranch);
                }
                card.cliche.map_or(Ok(()), |_| maker.may(Function::SetCliche))?;
                card.text.map_or(Ok(()), |_| maker.may(Function::EditTexts))?;
                self.insert(Row::Card(Card { locked: false, ..card.clone() }));
            }
        }
        Ok(())
    }

    fn free_number(&self, number: CardNumber) -> Result<(), Refusal> {
        if self.card(number).is_some() { Err(Refusal::CardExists) } else { Ok(()) }
    }
}

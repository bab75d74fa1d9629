//! The directory: all rows of cards, cost centres and what they have spent, looked up.
//!
//! What always holds: what [`check`](super::check) says; nothing but [`Directory::apply`] changes it, and what is
//! applied was worked out from this very state.

use super::card::{Card, Chip};
use super::centre::{Centre, Group, Whole};
use super::check::check;
use super::numbers::{CentreNumber, GroupNumber, Prefix};
use super::plan::Pending;
use super::refusal::Refusal;
use super::row::{Changes, Key, Row};
use super::spending::{Account, RequestId, Reservation, Spent};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use terms::{CardNumber, Date, Money, Running};

/// All rows of a meter's cards and cost centres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    pub(super) prefix: Prefix,
    pub(super) rows: BTreeMap<Key, Row>,
    version: u64,
}

/// A line of the source's table: a card with the limit that is set for all it may use together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The row.
    pub card: &'a Card,
    /// Whose limit it is: the whole meter's, its group's or its one cost centre's; nothing where the card's cost
    /// centres have none in common.
    pub account: Option<Account>,
    /// The limit.
    pub limit: Option<Money>,
    /// What is left of it this month.
    pub rest: Option<Money>,
}

impl Directory {
    /// A new meter's, whose cost centres' numbers begin with this prefix.
    pub fn new(prefix: Prefix) -> Directory {
        Directory { prefix, rows: BTreeMap::new(), version: 0 }
    }

    /// The directory of these rows, as they were stored.
    pub fn from_rows(prefix: Prefix, rows: impl IntoIterator<Item = Row>) -> Result<Directory, Refusal> {
        let mut directory = Directory::new(prefix);
        for row in rows {
            if directory.rows.insert(row.key(), row).is_some() {
                return Err(Refusal::RowTwice);
            }
        }
        check(&directory)?;
        Ok(directory)
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Takes in what was stored. Refused, with nothing changed, if another change was applied since it was worked out.
    pub fn apply(&mut self, changes: &Changes) -> Result<(), Refusal> {
        if changes.version != self.version {
            return Err(Refusal::Overtaken);
        }
        for key in &changes.gone {
            self.rows.remove(key);
        }
        for row in &changes.written {
            self.rows.insert(row.key(), row.clone());
        }
        self.version += 1;
        Ok(())
    }

    /// Changes of this state.
    pub(super) fn changes(&self, written: Vec<Row>, gone: Vec<Key>) -> Changes {
        Changes { written, gone, version: self.version }
    }

    /// What leads from this state to another one, which has to be in order.
    pub(super) fn changes_to(&self, after: &Directory) -> Result<Changes, Refusal> {
        check(after)?;
        let is_new = |(key, row): &(&Key, &Row)| self.rows.get(*key) != Some(*row);
        let written = after.rows.iter().filter(is_new).map(|(_, row)| row.clone()).collect();
        let gone = self.rows.keys().filter(|key| !after.rows.contains_key(key)).copied().collect();
        Ok(self.changes(written, gone))
    }

    pub(super) fn insert(&mut self, row: Row) {
        self.rows.insert(row.key(), row);
    }

    /// The prefix of all cost centres.
    pub fn prefix(&self) -> Prefix {
        self.prefix
    }

    /// What holds for the whole meter.
    pub fn whole(&self) -> Whole {
        match self.rows.get(&Key::Whole) {
            Some(Row::Whole(whole)) => *whole,
            _ => Whole::default(),
        }
    }

    /// The row of a card.
    pub fn card(&self, number: CardNumber) -> Option<&Card> {
        match self.rows.get(&Key::Card(number))? {
            Row::Card(card) => Some(card),
            _ => None,
        }
    }

    /// A physical card.
    pub fn chip(&self, running: Running) -> Option<&Chip> {
        match self.rows.get(&Key::Chip(running))? {
            Row::Chip(chip) => Some(chip),
            _ => None,
        }
    }

    /// A cost centre.
    pub fn centre(&self, number: CentreNumber) -> Option<&Centre> {
        match self.rows.get(&Key::Centre(number))? {
            Row::Centre(centre) => Some(centre),
            _ => None,
        }
    }

    /// A group of cost centres.
    pub fn group(&self, number: GroupNumber) -> Option<&Group> {
        match self.rows.get(&Key::Group(number))? {
            Row::Group(group) => Some(group),
            _ => None,
        }
    }

    /// What is set aside for a print request.
    pub fn reservation(&self, request: RequestId) -> Option<&Reservation> {
        match self.rows.get(&Key::Reservation(request))? {
            Row::Reservation(reservation) => Some(reservation),
            _ => None,
        }
    }

    /// The card that was about to be written when the power went.
    pub fn pending(&self) -> Option<&Pending> {
        match self.rows.get(&Key::Pending)? {
            Row::Pending(pending) => Some(pending),
            _ => None,
        }
    }

    pub(super) fn spent_row(&self, account: Account) -> Option<&Spent> {
        match self.rows.get(&Key::Spent(account))? {
            Row::Spent(spent) => Some(spent),
            _ => None,
        }
    }

    /// All cards, by number.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.rows.values().filter_map(|row| match row {
            Row::Card(card) => Some(card),
            _ => None,
        })
    }

    /// All physical cards, by running number.
    pub fn chips(&self) -> impl Iterator<Item = &Chip> {
        self.rows.values().filter_map(|row| match row {
            Row::Chip(chip) => Some(chip),
            _ => None,
        })
    }

    /// All cost centres, by number.
    pub fn centres(&self) -> impl Iterator<Item = &Centre> {
        self.rows.values().filter_map(|row| match row {
            Row::Centre(centre) => Some(centre),
            _ => None,
        })
    }

    /// All groups, by number.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.rows.values().filter_map(|row| match row {
            Row::Group(group) => Some(group),
            _ => None,
        })
    }

    /// All that is set aside. Few at any time: looked up where they lie, since every print asks for them.
    pub fn reservations(&self) -> impl Iterator<Item = &Reservation> {
        let first = Key::Reservation(RequestId(0));
        let last = Key::Reservation(RequestId(u64::MAX));
        self.rows.range(first..=last).filter_map(|(_, row)| match row {
            Row::Reservation(reservation) => Some(reservation),
            _ => None,
        })
    }

    /// The master's row; nothing before the first card.
    pub fn master(&self) -> Option<&Card> {
        self.cards().find(|card| card.parent.is_none())
    }

    /// The cards above a card, from its parent up to the master.
    pub fn above<'a>(&'a self, card: &'a Card) -> impl Iterator<Item = &'a Card> {
        let parent = |card: &&'a Card| self.card(card.parent?);
        core::iter::successors(parent(&card), parent)
    }

    pub(super) fn known_card(&self, number: CardNumber) -> Result<&Card, Refusal> {
        self.card(number).ok_or(Refusal::UnknownCard)
    }

    pub(super) fn known_centre(&self, number: CentreNumber) -> Result<&Centre, Refusal> {
        self.centre(number).ok_or(Refusal::UnknownCentre(number))
    }

    pub(super) fn usable_centre(&self, number: CentreNumber) -> Result<&Centre, Refusal> {
        let centre = self.known_centre(number)?;
        if centre.active { Ok(centre) } else { Err(Refusal::CentreNotActive(number)) }
    }

    /// A card's line of the table.
    pub fn line<'a>(&'a self, card: &'a Card, today: Date) -> Result<Line<'a>, Refusal> {
        let account = self.account_of(card);
        let limit = account.and_then(|account| self.limit(account));
        let rest = match account {
            Some(account) => self.rest_of(account, today)?,
            None => None,
        };
        Ok(Line { card, account, limit, rest })
    }

    /// The account that all cost centres of a card have in common.
    fn account_of(&self, card: &Card) -> Option<Account> {
        if card.parent.is_none() {
            return Some(Account::Whole);
        }
        let mut named = card.centres.named();
        let (first, second) = (named.next()?, named.next());
        if second.is_none() {
            return Some(Account::Centre(first));
        }
        let group = self.centre(first)?.group?;
        let is_in = |number| self.centre(number).is_some_and(|centre| centre.group == Some(group));
        card.centres.named().all(is_in).then_some(Account::Group(group))
    }
}

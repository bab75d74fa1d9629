//! Rows, as a control unit stores them one by one, and what a change does to them.
//!
//! What always holds: a directory is its rows and nothing beside. A change is rows to write and rows to take away; it
//! is stored in one transaction first and applied then, so that memory and storage cannot differ.

use super::card::{Card, Chip};
use super::centre::{Centre, Group, Whole};
use super::numbers::{CentreNumber, GroupNumber};
use super::plan::Pending;
use super::spending::{Account, RequestId, Reservation, Spent};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use terms::{CardNumber, Running};

/// One row of one of the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Row {
    /// A card.
    Card(Card),
    /// A physical card.
    Chip(Chip),
    /// A cost centre.
    Centre(Centre),
    /// A group of cost centres.
    Group(Group),
    /// The one row of the whole meter.
    Whole(Whole),
    /// What was spent in a month.
    Spent(Spent),
    /// What is about to be debited.
    Reservation(Reservation),
    /// The one card that is about to be written.
    Pending(Pending),
}

/// What a row is found by in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// A card's number.
    Card(CardNumber),
    /// A physical card's running number.
    Chip(Running),
    /// A cost centre's number.
    Centre(CentreNumber),
    /// A group's number.
    Group(GroupNumber),
    /// The whole meter.
    Whole,
    /// The account.
    Spent(Account),
    /// The print request.
    Reservation(RequestId),
    /// The card about to be written.
    Pending,
}

impl Row {
    /// What it is found by.
    pub fn key(&self) -> Key {
        match self {
            Row::Card(card) => Key::Card(card.number),
            Row::Chip(chip) => Key::Chip(chip.running),
            Row::Centre(centre) => Key::Centre(centre.number),
            Row::Group(group) => Key::Group(group.number),
            Row::Whole(_) => Key::Whole,
            Row::Spent(spent) => Key::Spent(spent.account),
            Row::Reservation(reservation) => Key::Reservation(reservation.request),
            Row::Pending(_) => Key::Pending,
        }
    }
}

/// What a change does to the rows. Store it in one transaction, then give it to
/// [`Directory::apply`](super::Directory::apply) before the next change is asked for.
#[must_use = "a change is stored and then applied"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub(super) written: Vec<Row>,
    pub(super) gone: Vec<Key>,
    /// The state of the directory it was worked out from.
    pub(super) version: u64,
}

impl Changes {
    /// The rows that are new or other than before.
    pub fn written(&self) -> &[Row] {
        &self.written
    }

    /// The rows that are no more.
    pub fn gone(&self) -> &[Key] {
        &self.gone
    }

    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.gone.is_empty()
    }
}

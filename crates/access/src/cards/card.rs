//! The rows of cards: what a number stands for, and which physical cards bear it (DE 197 57 648, page 7).
//!
//! A row is found by the number in part III of the card's identification string, so several physical cards can share
//! one row: that is what a duplicate is. Each has a running number of its own, and can be locked by it.

use super::centre::Centres;
use super::function::{Function, Functions, Level};
use super::numbers::{CentreNumber, Name};
use super::refusal::Refusal;
use serde::{Deserialize, Serialize};
use terms::{CardNumber, Running};

/// A row of the cards' table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The number in part III; a secret of the meter and the card.
    pub number: CardNumber,
    /// What people call it, or who holds it.
    pub name: Name,
    /// How high it stands.
    pub level: Level,
    /// The card above it; nothing for the master.
    pub parent: Option<CardNumber>,
    /// The cost centres it may use.
    pub centres: Centres,
    /// The one that is selected when it is inserted.
    pub selected: Option<CentreNumber>,
    /// How long franking stays open after it has left; 0 for not at all.
    pub timer_seconds: u16,
    /// The cliché that is printed with it, before the cost centre's.
    pub cliche: Option<u16>,
    /// The text that is printed with it.
    pub text: Option<u16>,
    /// What it lets its holder do.
    pub functions: Functions,
    /// Whether it is locked, with all physical cards that bear its number.
    pub locked: bool,
}

impl Card {
    /// The master's row: everything, and cost centre 1 selected where there is one.
    pub(super) fn master(number: CardNumber, selected: Option<CentreNumber>) -> Card {
        Card {
            number,
            name: Name::default(),
            level: Level::Master,
            parent: None,
            centres: Centres::All,
            selected,
            timer_seconds: Level::Master.timer_seconds(),
            cliche: None,
            text: None,
            functions: Functions::ALL,
            locked: false,
        }
    }

    /// Whether the card has this function.
    pub fn may(&self, function: Function) -> Result<(), Refusal> {
        if self.functions.contains(function) { Ok(()) } else { Err(Refusal::NotAllowed(function)) }
    }
}

/// A physical card that was made on this meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chip {
    /// Its running number, the last three digits of number A.
    pub running: Running,
    /// The number that was written to it.
    pub number: CardNumber,
    /// Whether it alone is locked, as a lost one is that has duplicates.
    pub locked: bool,
}

/// Who a physical card is, once its identification string was found right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The number in part III.
    pub number: CardNumber,
    /// The running number in part II.
    pub running: Running,
}

/// What came of reading a card that was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The identification string is right. Whether the table has it is seen here.
    Card(Identity),
    /// A card of the maker's on which no number stands yet; parts II and III can be written.
    Blank {
        /// The running number where part II was written already, which is done once.
        running: Option<Running>,
    },
    /// A card of a kind that nobody knows, such as a phone card.
    Foreign,
    /// The identification string has a gap or does not fit together.
    Wrong,
}

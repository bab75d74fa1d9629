//! Customers: what was paid in, what was spent, how far below zero they may go.

use super::BooksFault;
use crate::deposits::CustomerReference;
use terms::Money;

/// The longest name of a customer, in bytes.
pub const NAME_BYTES_MAX: usize = 80;

/// A customer as he stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// By what he is known.
    pub reference: CustomerReference,
    /// His name.
    pub name: String,
    /// What is on his account; less than zero where he has used his limit.
    pub balance_minor: i64,
    /// How far below zero it may fall.
    pub limit: Money,
    /// Whether his meters get credit.
    pub is_active: bool,
    /// Since when, in milliseconds since 1970 UTC.
    pub since_ms: i64,
}

impl Customer {
    /// What his account suffices for.
    pub fn funds(&self) -> Money {
        let limit = i64::try_from(self.limit.minor()).unwrap_or(i64::MAX);
        let funds = self.balance_minor.saturating_add(limit);
        Money::from_minor(if self.is_active { funds.max(0).unsigned_abs() } else { 0 })
    }
}

/// What is to be set for a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerChange {
    /// His name.
    pub name: String,
    /// How far below zero his account may fall.
    pub limit: Money,
    /// Whether his meters get credit.
    pub is_active: bool,
    /// Why.
    pub reason: String,
}

/// What moved a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the account.
    pub number: u64,
    /// When, in milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// By how much; less than zero where the customer paid.
    pub amount_minor: i64,
    /// The balance from then on.
    pub balance_minor: i64,
    /// What it was.
    pub kind: EntryKind,
    /// The bank's reference, meter and grant, or meter and claim.
    pub about: String,
}

/// What an entry of an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Money came in.
    Deposit,
    /// A deposit was taken back.
    Reversal,
    /// Credit went to a meter.
    Refill,
    /// Credit came back from a meter, or never reached it.
    Refund,
    /// The postage of spoiled imprints was paid back.
    Spoiled,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [EntryKind; 5] =
        [EntryKind::Deposit, EntryKind::Reversal, EntryKind::Refill, EntryKind::Refund, EntryKind::Spoiled];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            EntryKind::Deposit => "deposit",
            EntryKind::Reversal => "reversal",
            EntryKind::Refill => "refill",
            EntryKind::Refund => "refund",
            EntryKind::Spoiled => "spoiled",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<EntryKind> {
        EntryKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A text that a person typed in, where it is one line of at most so many bytes.
pub(super) fn line(what: &'static str, text: &str, bytes_max: usize) -> Result<String, BooksFault> {
    let text = text.trim();
    let fits = (1..=bytes_max).contains(&text.len()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(BooksFault::Text(what, bytes_max)) }
}

/// An amount as the accounts count it.
pub(super) fn signed(amount: Money) -> Result<i64, BooksFault> {
    i64::try_from(amount.minor()).map_err(|_| BooksFault::Amount)
}

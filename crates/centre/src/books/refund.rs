//! What claims for spoiled imprints are handed to the books as, and what they answer.

use super::Customer;
use crate::deposits::CustomerReference;
use crate::refunds::Examined;
use terms::{Money, Serial};

/// The longest name of a consignment, in bytes.
pub const CONSIGNMENT_BYTES_MAX: usize = 80;
/// The longest reason of a person, in bytes.
pub const REASON_BYTES_MAX: usize = 500;

/// A claim that was examined.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The meter.
    pub serial: Serial,
    /// Whose it is: who is paid.
    pub customer: CustomerReference,
    /// SHA-256 of the claim, by which the same is known again.
    pub digest: [u8; 32],
    /// Its lines.
    pub lines: Vec<Examined>,
}

impl NewClaim {
    /// A claim for this customer's meter.
    pub fn new(serial: Serial, customer: &Customer, digest: [u8; 32], lines: Vec<Examined>) -> NewClaim {
        NewClaim { serial, customer: customer.reference, digest, lines }
    }
}

/// A claim that was taken in, now or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenClaim {
    /// Its number.
    pub number: u64,
    /// Whether it was taken in now.
    pub is_new: bool,
}

/// The papers of a claim came in and were cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The consignment in which they came.
    pub consignment: String,
    /// How many papers were counted and what they show together, where somebody said so: the claim's open lines must
    /// come to the same.
    pub counted: Option<Counted>,
    /// The handling share, in hundredths of a per cent.
    pub share: u32,
}

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// How many papers.
    pub imprints: u64,
    /// What they show together.
    pub postage: Money,
}

/// What receiving a claim's papers came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// Lines that were refunded now.
    pub imprints: u64,
    /// What the customer got for them.
    pub amount: Money,
    /// Lines that wait until the meter has reported them.
    pub waiting: u64,
}

/// A line that was seen in the mail, to be put down for people to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenLine {
    /// The claim.
    pub claim: u64,
    /// The line in it.
    pub line: u64,
    /// The meter.
    pub serial: Serial,
    /// What the imprint shows.
    pub postage: Money,
    /// Whether it had been refunded by then.
    pub was_refunded: bool,
}

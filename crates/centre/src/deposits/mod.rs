//! What customers paid in, read from a bank's statement or a table: orders to book, none of them booked here.
//!
//! What always holds: a file is read whole or refused whole, with each fault at its line; every order has a reference of
//! the bank's by which booking it twice does nothing; money whose customer is not plain is handed to a person and never
//! guessed; sizes are bounded before anything is kept. What it must never do: book, or follow anything outside the file.
//!
//! | module | holds |
//! |---|---|
//! | [`reference`] | the number a customer writes on a transfer |
//! | [`amount`] | amounts as texts |
//! | [`table`] | tables (CSV) |
//! | [`camt`] | statements of account, ISO 20022 camt.053 |

pub mod amount;
pub mod camt;
mod counted;
pub mod reference;
pub mod table;

pub use amount::{AmountFault, Currency};
pub use camt::read_camt;
pub use reference::{CustomerReference, ReferenceFault};
pub use table::read_table;

use std::collections::HashSet;
use terms::{Date, DateError, Money};

/// The largest file, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The most payments in a file.
pub const MAX_PAYMENTS: usize = 100_000;
/// The longest reference of a bank and name of a payer that are kept, in bytes.
pub const MAX_TEXT_BYTES: usize = 140;
/// How many faults are told; there may be more.
pub const MAX_FAULTS: usize = 100;

/// A payment as the bank booked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The line of the file, from 1.
    pub line: u64,
    /// How much.
    pub amount: Money,
    /// The day the bank booked it.
    pub booked_on: Date,
    /// What the bank calls it: the same again is the same payment.
    pub bank_reference: String,
    /// Who paid, as the bank says; may be empty.
    pub payer: String,
    /// What the payer wrote, as much of it as is kept.
    pub remittance: String,
}

/// An order to book a payment as a deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositOrder {
    /// Whose account is credited.
    pub customer: CustomerReference,
    /// With what.
    pub payment: Payment,
}

/// Money that came in without saying plainly for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnclearDeposit {
    /// Why a person must look at it.
    pub why: Unclear,
    /// What came in.
    pub payment: Payment,
}

/// Why a person must look at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// No one customer is named.
    #[error(transparent)]
    Reference(#[from] ReferenceFault),
    /// The payments that the bank booked together do not add up to what it booked.
    #[error("the payments booked together do not add up to what was booked")]
    Parts,
}

/// Whose payment it is, as far as it says so.
type Assignment = Result<CustomerReference, Unclear>;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deposits {
    /// What can be booked.
    pub orders: Vec<DepositOrder>,
    /// What a person must assign.
    pub unclear: Vec<UnclearDeposit>,
    /// How many entries are no deposits: debits, reversals, entries not yet booked.
    pub passed_over: u64,
}

/// Why a file was refused. Nothing of it may be booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", faults.first().map_or_else(String::new, ToString::to_string))]
pub struct RefusedFile {
    /// What is wrong, in the order of the lines, at most [`MAX_FAULTS`] of them.
    pub faults: Vec<DepositFault>,
}

/// What is wrong at one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DepositFault {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each says itself")]
pub enum Problem {
    #[error("the file cannot be read")]
    Medium,
    #[error("the file is larger than {MAX_FILE_BYTES} bytes, or a part of it than can be right")]
    TooLarge,
    #[error("the file holds more than {MAX_PAYMENTS} payments")]
    TooMany,
    #[error("the text is not UTF-8")]
    Encoding,
    #[error(
        "the first line must name the columns: reference, amount, currency, booked_on, bank_reference and perhaps payer"
    )]
    Header,
    #[error("the line has not as many columns as the first")]
    Columns,
    #[error("the file is no XML: {0}")]
    Xml(String),
    #[error("a document type or an entity of its own has no place in a statement")]
    Entity,
    #[error("this is not a statement camt.053.001.02 or camt.053.001.08")]
    Version,
    #[error("{0}")]
    Amount(#[from] AmountFault),
    #[error("the currency is not {0}")]
    Currency(Currency),
    #[error("{0}")]
    Reference(#[from] ReferenceFault),
    #[error("a day is YYYY-MM-DD and exists")]
    Date,
    #[error("the bank's reference is missing or longer than {MAX_TEXT_BYTES} bytes")]
    BankReference,
    #[error("the bank's reference stands in the file twice")]
    Twice,
    #[error("the entry has no {0}, or one that is not known")]
    Missing(&'static str),
}

/// What is read so far.
struct Reading {
    deposits: Deposits,
    faults: Vec<DepositFault>,
    seen: HashSet<String>,
}

impl Reading {
    fn new() -> Reading {
        Reading { deposits: Deposits::default(), faults: Vec::new(), seen: HashSet::new() }
    }

    /// Notes a fault; `Err` where so many were found that reading on tells nothing new.
    fn fault(&mut self, line: u64, problem: Problem) -> Result<(), Stop> {
        self.faults.push(DepositFault { line, problem });
        if self.faults.len() < MAX_FAULTS { Ok(()) } else { Err(Stop) }
    }

    /// Takes a payment in, as an order or for a person to look at.
    fn payment(&mut self, customer: Assignment, payment: Payment) -> Result<(), Stop> {
        if self.deposits.orders.len() + self.deposits.unclear.len() >= MAX_PAYMENTS {
            self.fault(payment.line, Problem::TooMany)?;
            return Err(Stop);
        }
        if !self.seen.insert(payment.bank_reference.clone()) {
            return self.fault(payment.line, Problem::Twice);
        }
        match customer {
            Ok(customer) => self.deposits.orders.push(DepositOrder { customer, payment }),
            Err(why) => self.deposits.unclear.push(UnclearDeposit { why, payment }),
        }
        Ok(())
    }

    fn finish(self) -> Result<Deposits, RefusedFile> {
        if self.faults.is_empty() { Ok(self.deposits) } else { Err(RefusedFile { faults: self.faults }) }
    }
}

/// Nothing further is read; the fault is noted.
struct Stop;

/// The day of a text `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<Date, Problem> {
    let digits = |range| -> Option<u16> {
        let part: &str = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let parts = match (text.len(), digits(0..4), text.get(4..5), digits(5..7), text.get(7..8), digits(8..10))
    {
        (10, Some(year), Some("-"), Some(month), Some("-"), Some(day)) => {
            Some((year, month as u8, day as u8))
        }
        _ => None,
    };
    let (year, month, day) = parts.ok_or(Problem::Date)?;
    Date::new(year, month, day).map_err(|_: DateError| Problem::Date)
}

/// The reference of a bank: printable, not empty, bounded.
fn bank_reference(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = (1..=MAX_TEXT_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Problem::BankReference) }
}

/// As much of a text as is kept, without control signs.
fn kept(text: &str) -> String {
    let mut kept = String::new();
    for sign in text.trim().chars().filter(|sign| !sign.is_control()) {
        if kept.len() + sign.len_utf8() > MAX_TEXT_BYTES {
            break;
        }
        kept.push(sign);
    }
    kept
}

//! The books: customers and their money, meters' files, calls. Everything that changes a meter goes through
//! [`Books::change`], which lends its folder to a pure function and keeps what that made of it, together with a page of
//! what else is to be written down, in one transaction.
//!
//! What always holds: the sum of a customer's entries is his balance; what a customer was debited for a meter, less what
//! he was credited, is what that meter was granted and its open grant, spoiled imprints apart; a change that is refused has changed nothing; one
//! that was answered is durable. What this must never do: decide anything, or hold a key in clear.
//!
//! | file | holds |
//! |---|---|
//! | `folder` | a meter's folder and the page of a change |
//! | `page` | what a change is written down as |
//! | `customer` | customers, their entries and deposits |
//! | `refund` | claims for spoiled imprints |
//! | `memory` | books in memory, for simulations |
//! | `sql` | books in a database |

mod customer;
mod folder;
mod memory;
pub mod page;
pub mod refund;
mod sql;

pub use customer::{Customer, CustomerChange, Entry, EntryKind};
pub use folder::{Conditions, Folder, NamedKey, NewMeter, Passport};
pub use memory::MemoryBooks;
pub use page::{CallNote, Page, Reading, Row, TriggerKind};
pub use refund::{Counted, NewClaim, Paid, Receipt, SeenLine, TakenClaim};
pub(crate) use sql::refunds::{mark_seen, share_claims};
pub use sql::{Lease, SqlBooks, SqlFault, SqlMeters, take_lease};

use crate::deposits::{CustomerReference, Payment};
use link::call::{CallBackRequest, Number};
use std::future::Future;
use terms::{Money, Serial};

/// What the books of a centre do. Times are milliseconds since 1970 UTC.
pub trait Books: Send + Sync {
    /// The meter that calls in with this number.
    fn caller(&self, pan: u32) -> impl Future<Output = Result<Option<Caller>, BooksFault>> + Send;

    /// Lends a meter's folder to `change` and keeps what it made of it, all of it durably or nothing. What is refused,
    /// changes nothing. `change` may be asked more than once, and must do nothing but change the folder and the page.
    fn change<T, E>(
        &self,
        serial: Serial,
        page: Page,
        change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync,
    ) -> impl Future<Output = Result<Result<T, E>, BooksFault>> + Send
    where
        T: Send,
        E: Send;

    /// The same for what happens many times a second, as in calls: it may be made durable together with changes of other
    /// meters. So `change` must own what it needs.
    fn change_among_others<T, E>(
        &self,
        serial: Serial,
        page: Page,
        change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync + 'static,
    ) -> impl Future<Output = Result<Result<T, E>, BooksFault>> + Send
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.change(serial, page, change)
    }

    /// A meter's folder as it is now.
    fn folder(&self, serial: Serial) -> impl Future<Output = Result<Folder, BooksFault>> + Send;

    /// Takes a meter in.
    fn enrol(&self, meter: &NewMeter, page: Page) -> impl Future<Output = Result<(), BooksFault>> + Send;

    /// Takes a customer in under the next free number.
    fn add_customer(
        &self,
        name: &str,
        limit: Money,
        by: &str,
        now_ms: i64,
    ) -> impl Future<Output = Result<CustomerReference, BooksFault>> + Send;

    /// Changes what is set for a customer.
    fn change_customer(
        &self,
        customer: CustomerReference,
        change: &CustomerChange,
        by: &str,
        now_ms: i64,
    ) -> impl Future<Output = Result<(), BooksFault>> + Send;

    /// A customer as he stands.
    fn customer(
        &self,
        customer: CustomerReference,
    ) -> impl Future<Output = Result<Customer, BooksFault>> + Send;

    /// Books a payment once: says whether it was new. Nobody's payments wait for a person.
    fn deposit(
        &self,
        customer: Result<CustomerReference, String>,
        payment: &Payment,
        by: &str,
        now_ms: i64,
    ) -> impl Future<Output = Result<bool, BooksFault>> + Send;

    /// Keeps evidence of a call in which nobody proved who he is.
    fn note_stranger(&self, note: &CallNote) -> impl Future<Output = Result<(), BooksFault>> + Send;

    /// Takes the next call-back that is due out of the queue for so long, for this caller alone.
    fn take_call_back(
        &self,
        now_ms: i64,
        for_ms: i64,
    ) -> impl Future<Output = Result<Option<CallBack>, BooksFault>> + Send;

    /// Says what became of a call-back; `again_ms` is when it is tried once more.
    fn settle_call_back(
        &self,
        call_back: &CallBack,
        ended: CallBackEnd,
        again_ms: Option<i64>,
    ) -> impl Future<Output = Result<(), BooksFault>> + Send;
}

/// A meter that calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Which.
    pub serial: Serial,
    /// Its link key, in coded form.
    pub link_key: String,
}

/// A meter to be called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBack {
    /// Which.
    pub serial: Serial,
    /// By which the device knows its request.
    pub request: CallBackRequest,
    /// The number that is registered.
    pub number: Number,
    /// How often it was tried before.
    pub attempts: u32,
}

/// What became of a call-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallBackEnd {
    /// The meter was reached, and the call went on as any other.
    Reached,
    /// The meter says that it holds no such request: somebody else asked.
    NoRequest,
    /// It was not reached.
    NotReached,
}

impl CallBackEnd {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            CallBackEnd::Reached => "reached",
            CallBackEnd::NoRequest => "no_request",
            CallBackEnd::NotReached => "not_reached",
        }
    }
}

/// Why the books did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BooksFault {
    /// The caller's mistake: there is no such meter.
    #[error("no meter {0} is in the books")]
    NoMeter(Serial),
    /// The caller's mistake: there is no such customer.
    #[error("no customer {0} is in the books")]
    NoCustomer(CustomerReference),
    /// The caller's mistake: the number is taken.
    #[error("meter {0} or its call number is in the books already")]
    MeterExists(Serial),
    /// The caller's mistake: there is no such deposit, or it is not one that this can be done to.
    #[error("no deposit {0} waits for this")]
    NoDeposit(String),
    /// The caller's mistake: there is no such claim.
    #[error("no claim {0} is in the books")]
    NoClaim(u64),
    /// The caller's mistake: there is no such line, or it is refunded or refused.
    #[error("claim {claim} has no open line {line}")]
    NoOpenLine {
        /// The claim.
        claim: u64,
        /// The line.
        line: u64,
    },
    /// The caller's mistake: the papers came in before, as something else.
    #[error("the papers of claim {0} came in under another reference")]
    OtherConsignment(u64),
    /// The caller's mistake, or something has changed since he looked.
    #[error(
        "the claim's open lines come to {imprints} with {postage}: refuse those whose papers did not come, and count again"
    )]
    OtherCount {
        /// How many are open.
        imprints: u64,
        /// What they show together.
        postage: Money,
    },
    /// Another instance put this down before.
    #[error("this was put down before")]
    ToldBefore,
    /// The caller's mistake: a text is too long or holds control characters.
    #[error("{0} has 1 to {1} bytes, all of them printable")]
    Text(&'static str, usize),
    /// The amount does not fit the account.
    #[error("the amount does not fit the account")]
    Amount,
    /// What is stored cannot be read.
    #[error("the books are damaged: {0}")]
    Damaged(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

impl From<sqlx::Error> for BooksFault {
    fn from(error: sqlx::Error) -> BooksFault {
        BooksFault::Store(error.into())
    }
}

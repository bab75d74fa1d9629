//! Books in a database: an SQLite file, or a PostgreSQL server that several instances share.
//!
//! What always holds: a meter's row is held from the moment it is read until it is written, and its customer's with it
//! where money may move; so two instances never decide on the same state. Rows are locked meter first, then customer.
//!
//! | file | holds |
//! |---|---|
//! | `change` | reading folders, and changing them |
//! | `lane` | changes that many make at once, many in a transaction |
//! | `ledger` | what changes are written down as, rows of one kind together |
//! | `rows` | the kinds of rows that are seldom |
//! | `money` | customers and deposits |
//! | `refunds` | claims for spoiled imprints |
//! | `enrol` | new meters |
//! | `calls` | call-backs, evidence of strangers |
//! | `run` | the regular run over all meters |
//! | `lease` | tasks that one instance may be at |
//! | `fault` | what ends a transaction |

mod calls;
mod change;
mod enrol;
mod fault;
mod lane;
mod lease;
mod ledger;
mod money;
pub(crate) mod refunds;
mod rows;
mod run;

pub use fault::SqlFault;
pub use lease::{Lease, take_lease};
pub use run::SqlMeters;

use super::{
    Books, BooksFault, CallBack, CallBackEnd, CallNote, Caller, Customer, CustomerChange, Folder, NewClaim,
    NewMeter, Page, Paid, Receipt, SeenLine, TakenClaim,
};
use crate::deposits::{CustomerReference, Payment};
use lane::Lane;
use store::Store;
use terms::{Money, Serial};

/// Books in a database.
#[derive(Clone, Debug)]
pub struct SqlBooks {
    store: Store,
    lane: Lane,
}

impl SqlBooks {
    /// The books in this database, which has the centre's tables.
    pub fn new(store: Store) -> SqlBooks {
        SqlBooks { lane: Lane::new(store.clone()), store }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), BooksFault> {
        sqlx::query("SELECT 1").execute(self.store.reads()).await?;
        Ok(())
    }

    /// Says whose a payment is that named nobody, and books it.
    pub async fn assign_deposit(
        &self,
        bank_reference: &str,
        customer: CustomerReference,
        by: &str,
        now_ms: i64,
    ) -> Result<(), BooksFault> {
        money::assign(&self.store, bank_reference, customer, by, now_ms).await
    }

    /// Takes a booked deposit back. The balance may fall below the limit by that.
    pub async fn reverse_deposit(
        &self,
        bank_reference: &str,
        reason: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), BooksFault> {
        money::reverse(&self.store, bank_reference, reason, by, now_ms).await
    }

    /// Takes a claim for spoiled imprints in. The same claim again is the one that is there.
    pub async fn take_claim(
        &self,
        claim: &NewClaim,
        by: &str,
        now_ms: i64,
    ) -> Result<TakenClaim, BooksFault> {
        refunds::take(&self.store, claim, by, now_ms).await
    }

    /// The papers of a claim came in: pays its open lines as far as the meter has reported them. Asked again, it pays
    /// what was reported since.
    pub async fn receive_claim(
        &self,
        claim: u64,
        receipt: &Receipt,
        by: &str,
        now_ms: i64,
    ) -> Result<Paid, BooksFault> {
        refunds::receive(&self.store, claim, receipt, by, now_ms).await
    }

    /// Refuses an open line of a claim.
    pub async fn refuse_claim_line(
        &self,
        claim: u64,
        line: u64,
        reason: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), BooksFault> {
        refunds::refuse(&self.store, (claim, line), reason, by, now_ms).await
    }

    /// The meter that a claim is about.
    pub async fn meter_of_claim(&self, claim: u64) -> Result<Serial, BooksFault> {
        refunds::meter(&self.store, claim).await
    }

    /// Lines that were seen in the mail and are not put down for people yet: the first behind this one, at most so many.
    pub async fn seen_lines(&self, after: (u64, u64), limit: u32) -> Result<Vec<SeenLine>, BooksFault> {
        refunds::untold(&self.store, after, limit.into()).await
    }
}

impl Books for SqlBooks {
    async fn caller(&self, pan: u32) -> Result<Option<Caller>, BooksFault> {
        change::caller(&self.store, pan).await
    }

    async fn change<T, E>(
        &self,
        serial: Serial,
        page: Page,
        change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync,
    ) -> Result<Result<T, E>, BooksFault>
    where
        T: Send,
        E: Send,
    {
        change::change(&self.store, serial, page, change).await
    }

    async fn change_among_others<T, E>(
        &self,
        serial: Serial,
        page: Page,
        change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Result<T, E>, BooksFault>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.lane.change(serial, page, change).await
    }

    async fn folder(&self, serial: Serial) -> Result<Folder, BooksFault> {
        change::folder(&self.store, serial).await
    }

    async fn enrol(&self, meter: &NewMeter, page: Page) -> Result<(), BooksFault> {
        enrol::enrol(&self.store, meter, page).await
    }

    async fn add_customer(
        &self,
        name: &str,
        limit: Money,
        by: &str,
        now_ms: i64,
    ) -> Result<CustomerReference, BooksFault> {
        money::add_customer(&self.store, name, limit, by, now_ms).await
    }

    async fn change_customer(
        &self,
        customer: CustomerReference,
        change: &CustomerChange,
        by: &str,
        now_ms: i64,
    ) -> Result<(), BooksFault> {
        money::change_customer(&self.store, customer, change, by, now_ms).await
    }

    async fn customer(&self, customer: CustomerReference) -> Result<Customer, BooksFault> {
        money::customer(&self.store, customer).await
    }

    async fn deposit(
        &self,
        customer: Result<CustomerReference, String>,
        payment: &Payment,
        by: &str,
        now_ms: i64,
    ) -> Result<bool, BooksFault> {
        money::deposit(&self.store, customer, payment, by, now_ms).await
    }

    async fn note_stranger(&self, note: &CallNote) -> Result<(), BooksFault> {
        calls::note_stranger(&self.store, note).await
    }

    async fn take_call_back(&self, now_ms: i64, for_ms: i64) -> Result<Option<CallBack>, BooksFault> {
        calls::take_call_back(&self.store, now_ms, for_ms).await
    }

    async fn settle_call_back(
        &self,
        call_back: &CallBack,
        ended: CallBackEnd,
        again_ms: Option<i64>,
    ) -> Result<(), BooksFault> {
        calls::settle_call_back(&self.store, call_back, ended, again_ms).await
    }
}

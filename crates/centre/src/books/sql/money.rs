//! Customers, their accounts and deposits.

use super::change::number_in;
use super::fault::plain;
use super::ledger::Entry;
use crate::audit::{Desk, Event, log};
use crate::books::customer::{NAME_BYTES_MAX, line, signed};
use crate::books::page::shortened;
use crate::books::{BooksFault, Customer, CustomerChange, EntryKind};
use crate::deposits::{CustomerReference, Payment};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, BTreeSet};
use store::many::{Statement, listed, pieces};
use store::{Kind, Store, Transaction, work};
use terms::Money;

const COLUMNS: &str = "reference, name, balance_minor, limit_minor, is_active, since_ms";
/// How many they are.
pub(super) const WIDTH: usize = 6;

const MOVE: Statement<3> = Statement {
    before: "UPDATE customer SET balance_minor = balance_minor + v.column2, entries = entries + v.column3 FROM (VALUES ",
    after: ") AS v WHERE reference = v.column1 RETURNING reference, entries, balance_minor",
};
const ENTRY: Statement<7> = Statement {
    before: "INSERT INTO entry (customer, number, at_ms, amount_minor, balance_minor, kind, about) VALUES ",
    after: "",
};

/// A customer in the columns of a row from this one on.
pub(super) fn customer_in(row: &AnyRow, first: usize) -> Result<Customer, BooksFault> {
    let reference: String = row.try_get(first)?;
    Ok(Customer {
        reference: reference
            .parse()
            .map_err(|_| BooksFault::Damaged(format!("no reference: {reference}")))?,
        name: row.try_get(first + 1)?,
        balance_minor: row.try_get(first + 2)?,
        limit: Money::from_minor(number_in::<u64>(row, first + 3)?),
        is_active: row.try_get::<i64, _>(first + 4)? != 0,
        since_ms: row.try_get(first + 5)?,
    })
}

pub(super) async fn customer(store: &Store, customer: CustomerReference) -> Result<Customer, BooksFault> {
    let select = format!("SELECT {COLUMNS} FROM customer WHERE reference = $1");
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(customer.to_string());
    let row = select.fetch_optional(store.reads()).await?.ok_or(BooksFault::NoCustomer(customer))?;
    customer_in(&row, 0)
}

pub(super) async fn add_customer(
    store: &Store,
    name: &str,
    limit: Money,
    by: &str,
    now_ms: i64,
) -> Result<CustomerReference, BooksFault> {
    let name = &line("a customer's name", name, NAME_BYTES_MAX)?;
    let limit_minor = signed(limit)?;
    store
        .transaction(|transaction| {
            work(async move {
                lock_customers(transaction).await?;
                let count = sqlx::query("SELECT COUNT(*) FROM customer").fetch_one(&mut **transaction).await?;
                // Customers are never deleted, so their number is the number of the last.
                let number = count.try_get::<i64, _>(0)?.cast_unsigned() + 1;
                let reference = CustomerReference::new(number).ok_or(BooksFault::Amount).map_err(plain)?;
                let insert = "INSERT INTO customer (reference, name, balance_minor, limit_minor, is_active, since_ms, \
                              entries) VALUES ($1, $2, 0, $3, 1, $4, 0)";
                let insert = sqlx::query(insert).bind(reference.to_string()).bind(name).bind(limit_minor);
                insert.bind(now_ms).execute(&mut **transaction).await?;
                let event = Event::CustomerMade { customer: reference.to_string() };
                desk(transaction, by, now_ms, event).await.map_err(plain)?;
                Ok(reference)
            })
        })
        .await
}

/// Customers are taken in one after the other.
async fn lock_customers(transaction: &mut Transaction) -> Result<(), sqlx::Error> {
    if transaction.kind() == Kind::Server {
        let lock = sqlx::query("LOCK TABLE customer IN SHARE ROW EXCLUSIVE MODE");
        lock.execute(&mut **transaction).await?;
    }
    Ok(())
}

pub(super) async fn change_customer(
    store: &Store,
    customer: CustomerReference,
    change: &CustomerChange,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let name = &line("a customer's name", &change.name, NAME_BYTES_MAX)?;
    let limit_minor = signed(change.limit)?;
    store
        .transaction(|transaction| {
            work(async move {
                let update =
                    "UPDATE customer SET name = $1, limit_minor = $2, is_active = $3 WHERE reference = $4";
                let update =
                    sqlx::query(update).bind(name).bind(limit_minor).bind(i64::from(change.is_active));
                let changed = update.bind(customer.to_string()).execute(&mut **transaction).await?;
                if changed.rows_affected() == 0 {
                    return Err(plain(BooksFault::NoCustomer(customer)));
                }
                let reason = shortened(&change.reason, 500);
                let event = Event::CustomerChanged { customer: customer.to_string(), limit_minor, reason };
                desk(transaction, by, now_ms, event).await.map_err(plain)?;
                Ok(())
            })
        })
        .await
}

/// Holds these customers, by rising number, until the transaction ends.
pub(super) async fn hold(
    transaction: &mut Transaction,
    customers: BTreeSet<CustomerReference>,
) -> Result<BTreeMap<CustomerReference, Customer>, BooksFault> {
    let customers: Vec<CustomerReference> = customers.into_iter().collect();
    let before = format!("SELECT {COLUMNS} FROM customer WHERE reference IN (");
    let mut held = BTreeMap::new();
    for piece in pieces(&customers) {
        let select = listed(transaction.kind(), &before, piece.len(), ") ORDER BY reference FOR UPDATE");
        let select = sqlx::query(sqlx::AssertSqlSafe(select));
        let select = piece.iter().fold(select, |query, customer| query.bind(customer.to_string()));
        for row in select.fetch_all(&mut **transaction).await? {
            let customer = customer_in(&row, 0)?;
            held.insert(customer.reference, customer);
        }
    }
    Ok(held)
}

/// Moves balances. Whether they suffice was decided while the customers were held.
pub(super) async fn enter_all(transaction: &mut Transaction, entries: &[Entry]) -> Result<(), BooksFault> {
    let mut sums: BTreeMap<CustomerReference, (i64, i64)> = BTreeMap::new();
    for entry in entries {
        let (sum, count) = sums.entry(entry.customer).or_default();
        *sum = sum.checked_add(entry.amount_minor).ok_or(BooksFault::Amount)?;
        *count += 1;
    }
    if transaction.kind() == Kind::Server {
        // Those of changes that were to move no money, such as one by which a grant turned out to be void, come late.
        hold(transaction, sums.keys().copied().collect()).await?;
    }
    let sums: Vec<_> = sums
        .iter()
        .map(|(customer, (sum, count))| [customer.to_string().into(), (*sum).into(), (*count).into()])
        .collect();
    let mut standings = BTreeMap::new();
    for row in MOVE.fetch(transaction, &sums).await? {
        let (customer, number, balance_minor): (String, i64, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        standings.insert(customer, (number, balance_minor));
    }
    // The newest entry of each leaves the balance that the customer has now.
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries.iter().rev() {
        let customer = entry.customer.to_string();
        let (number, balance_minor) =
            standings.get_mut(&customer).ok_or(BooksFault::NoCustomer(entry.customer))?;
        lines.push([
            customer.into(),
            (*number).into(),
            entry.at_ms.into(),
            entry.amount_minor.into(),
            (*balance_minor).into(),
            entry.kind.name().into(),
            entry.about.as_str().into(),
        ]);
        *number -= 1;
        *balance_minor -= entry.amount_minor;
    }
    Ok(ENTRY.execute(transaction, &lines).await?)
}

pub(super) async fn deposit(
    store: &Store,
    customer: Result<CustomerReference, String>,
    payment: &Payment,
    by: &str,
    now_ms: i64,
) -> Result<bool, BooksFault> {
    let amount_minor = signed(payment.amount)?;
    let customer = &customer;
    store
        .transaction(|transaction| {
            work(async move {
                let (reference, unclear) = match customer {
                    Ok(reference) => (Some(*reference), ""),
                    Err(why) => (None, why.as_str()),
                };
                if let Some(reference) = reference {
                    require(transaction, reference).await.map_err(plain)?;
                }
                let insert = "INSERT INTO deposit (bank_reference, customer, amount_minor, booked_on, payer, remittance, \
                              unclear, at_ms, by_whom) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                              ON CONFLICT DO NOTHING";
                let insert = sqlx::query(insert).bind(&payment.bank_reference);
                let insert = insert.bind(reference.map(|reference| reference.to_string())).bind(amount_minor);
                let insert = insert.bind(payment.booked_on.to_string()).bind(&payment.payer);
                let insert = insert.bind(&payment.remittance).bind(unclear).bind(now_ms).bind(by);
                if insert.execute(&mut **transaction).await?.rows_affected() == 0 {
                    return Ok(false);
                }
                if let Some(reference) = reference {
                    book(transaction, reference, amount_minor, &payment.bank_reference, by, now_ms)
                        .await
                        .map_err(plain)?;
                }
                Ok(true)
            })
        })
        .await
}

/// Whether there is such a customer.
pub(super) async fn require(
    transaction: &mut Transaction,
    customer: CustomerReference,
) -> Result<(), BooksFault> {
    let select = sqlx::query("SELECT 1 FROM customer WHERE reference = $1").bind(customer.to_string());
    let found = select.fetch_optional(&mut **transaction).await?;
    found.map(drop).ok_or(BooksFault::NoCustomer(customer))
}

/// Books a deposit whose customer is known.
pub(super) async fn book(
    transaction: &mut Transaction,
    customer: CustomerReference,
    amount_minor: i64,
    bank_reference: &str,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let about = bank_reference.to_owned();
    let entry = Entry { customer, at_ms: now_ms, amount_minor, kind: EntryKind::Deposit, about };
    enter_all(transaction, &[entry]).await?;
    let reference = bank_reference.to_owned();
    let event = Event::DepositBooked { customer: customer.to_string(), amount_minor, reference };
    desk(transaction, by, now_ms, event).await
}

/// Says whose a payment is that named nobody, and books it.
pub(super) async fn assign(
    store: &Store,
    bank_reference: &str,
    customer: CustomerReference,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    store
        .transaction(|transaction| {
            work(async move {
                require(transaction, customer).await.map_err(plain)?;
                let update = "UPDATE deposit SET customer = $1, unclear = '' WHERE bank_reference = $2 \
                              AND customer IS NULL RETURNING amount_minor";
                let update = sqlx::query(update).bind(customer.to_string()).bind(bank_reference);
                let row = update.fetch_optional(&mut **transaction).await?;
                let row = row.ok_or_else(|| plain(BooksFault::NoDeposit(bank_reference.to_owned())))?;
                book(transaction, customer, row.try_get(0)?, bank_reference, by, now_ms).await.map_err(plain)
            })
        })
        .await
}

/// Takes a booked deposit back.
pub(super) async fn reverse(
    store: &Store,
    bank_reference: &str,
    reason: &str,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    store
        .transaction(|transaction| {
            work(async move {
                let update = "UPDATE deposit SET reversed_ms = $1 WHERE bank_reference = $2 AND reversed_ms IS NULL \
                              AND customer IS NOT NULL RETURNING customer, amount_minor";
                let update = sqlx::query(update).bind(now_ms).bind(bank_reference);
                let row = update.fetch_optional(&mut **transaction).await?;
                let row = row.ok_or_else(|| plain(BooksFault::NoDeposit(bank_reference.to_owned())))?;
                let (name, amount_minor): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
                let customer = name.parse().map_err(|_| plain(BooksFault::Damaged(name.clone())))?;
                let about = bank_reference.to_owned();
                let entry = Entry {
                    customer,
                    at_ms: now_ms,
                    amount_minor: -amount_minor,
                    kind: EntryKind::Reversal,
                    about,
                };
                enter_all(transaction, &[entry]).await.map_err(plain)?;
                let (reference, reason) = (bank_reference.to_owned(), shortened(reason, 500));
                let event = Event::DepositReversed { customer: name, amount_minor, reference, reason };
                desk(transaction, by, now_ms, event).await.map_err(plain)
            })
        })
        .await
}

/// Puts an entry to the desk of who did it.
pub(super) async fn desk(
    transaction: &mut Transaction,
    by: &str,
    now_ms: i64,
    event: Event,
) -> Result<(), BooksFault> {
    // A name that no desk can have is the centre's own business.
    let desk = Desk::new(by).unwrap_or_else(|_| Desk::centre());
    Ok(log::append_to_desk(transaction, &desk, now_ms, by, &[event]).await?)
}

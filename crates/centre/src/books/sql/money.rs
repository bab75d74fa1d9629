//! Customers, their accounts and deposits.

use super::change::number_in;
use super::fault::plain;
use crate::audit::{Desk, Event, log};
use crate::books::customer::{NAME_BYTES_MAX, line, signed};
use crate::books::page::shortened;
use crate::books::{BooksFault, Customer, CustomerChange, EntryKind};
use crate::deposits::{CustomerReference, Payment};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use store::{Kind, Store, Transaction, work};
use terms::Money;

const COLUMNS: &str = "reference, name, balance_minor, limit_minor, is_active, since_ms";

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
                lock_customers(store, transaction).await?;
                let count = sqlx::query("SELECT COUNT(*) FROM customer").fetch_one(&mut **transaction).await?;
                // Customers are never deleted, so their number is the number of the last.
                let number = count.try_get::<i64, _>(0)?.cast_unsigned() + 1;
                let reference = CustomerReference::new(number).ok_or(BooksFault::Amount).map_err(plain)?;
                let insert = "INSERT INTO customer (reference, name, balance_minor, limit_minor, is_active, since_ms, \
                              entries) VALUES ($1, $2, 0, $3, 1, $4, 0)";
                let insert = sqlx::query(insert).bind(reference.to_string()).bind(name).bind(limit_minor);
                insert.bind(now_ms).execute(&mut **transaction).await?;
                let event = Event::CustomerMade { customer: reference.to_string() };
                desk(store, transaction, by, now_ms, event).await.map_err(plain)?;
                Ok(reference)
            })
        })
        .await
}

/// Customers are taken in one after the other.
async fn lock_customers(store: &Store, transaction: &mut Transaction) -> Result<(), sqlx::Error> {
    if store.kind() == Kind::Server {
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
                desk(store, transaction, by, now_ms, event).await.map_err(plain)?;
                Ok(())
            })
        })
        .await
}

/// Moves a customer's balance. Whether it suffices was decided while the customer's row was held.
pub(super) async fn enter(
    transaction: &mut Transaction,
    customer: CustomerReference,
    amount_minor: i64,
    kind: EntryKind,
    about: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let update = "UPDATE customer SET balance_minor = balance_minor + $1, entries = entries + 1 \
                  WHERE reference = $2 RETURNING entries, balance_minor";
    let update = sqlx::query(update).bind(amount_minor).bind(customer.to_string());
    let row = update.fetch_optional(&mut **transaction).await?.ok_or(BooksFault::NoCustomer(customer))?;
    let (number, balance_minor): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let insert = "INSERT INTO entry (customer, number, at_ms, amount_minor, balance_minor, kind, about) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let insert = sqlx::query(insert).bind(customer.to_string()).bind(number).bind(now_ms).bind(amount_minor);
    insert.bind(balance_minor).bind(kind.name()).bind(about).execute(&mut **transaction).await?;
    Ok(())
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
                    book(store, transaction, reference, amount_minor, &payment.bank_reference, by, now_ms)
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
    store: &Store,
    transaction: &mut Transaction,
    customer: CustomerReference,
    amount_minor: i64,
    bank_reference: &str,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    enter(transaction, customer, amount_minor, EntryKind::Deposit, bank_reference, now_ms).await?;
    let reference = bank_reference.to_owned();
    let event = Event::DepositBooked { customer: customer.to_string(), amount_minor, reference };
    desk(store, transaction, by, now_ms, event).await
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
                book(store, transaction, customer, row.try_get(0)?, bank_reference, by, now_ms)
                    .await
                    .map_err(plain)
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
                enter(transaction, customer, -amount_minor, EntryKind::Reversal, bank_reference, now_ms)
                    .await
                    .map_err(plain)?;
                let (reference, reason) = (bank_reference.to_owned(), shortened(reason, 500));
                let event = Event::DepositReversed { customer: name, amount_minor, reference, reason };
                desk(store, transaction, by, now_ms, event).await.map_err(plain)
            })
        })
        .await
}

/// Puts an entry to the desk of who did it.
pub(super) async fn desk(
    store: &Store,
    transaction: &mut Transaction,
    by: &str,
    now_ms: i64,
    event: Event,
) -> Result<(), BooksFault> {
    // A name that no desk can have is the centre's own business.
    let desk = Desk::new(by).unwrap_or_else(|_| Desk::centre());
    Ok(log::append_to_desk(store, transaction, &desk, now_ms, by, &[event]).await?)
}

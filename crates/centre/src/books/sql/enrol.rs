//! Taking a meter in.

use super::change::json;
use super::fault::plain;
use crate::account::Account;
use crate::audit::{Chain, Event, Head, log};
use crate::books::{BooksFault, NewMeter, Page};
use crate::dossier::Dossier;
use crate::keys::KeyName;
use store::{Store, Transaction, work};

pub(super) async fn enrol(store: &Store, meter: &NewMeter, page: Page) -> Result<(), BooksFault> {
    let page = &page;
    store
        .transaction(|transaction| {
            work(async move {
                super::money::require(transaction, meter.customer).await.map_err(plain)?;
                insert(transaction, meter, page).await.map_err(plain)
            })
        })
        .await
}

async fn insert(transaction: &mut Transaction, meter: &NewMeter, page: &Page) -> Result<(), BooksFault> {
    let serial = i64::from(meter.serial.value());
    let chain = Chain::Meter(meter.serial);
    let event = Event::MeterRegistered { customer: meter.customer.to_string() };
    let account = Account::new(meter.serial);
    let dossier = Dossier::new(meter.passport.value_min);
    let statement = "INSERT INTO meter (serial, pan, customer, account, dossier, version, link_key, since_ms, status, \
                     service, is_stopped, contact_ms, r1_minor, reactions, audit_number, audit_hash) \
                     VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 0, 'in_service', 0, 0, 0, 0, 0, '') \
                     ON CONFLICT DO NOTHING";
    let query =
        sqlx::query(statement).bind(serial).bind(i64::from(meter.pan)).bind(meter.customer.to_string());
    let query = query
        .bind(json(account.state())?)
        .bind(json(&dossier)?)
        .bind(KeyName::Link(meter.serial).to_string())
        .bind(page.at_ms);
    if query.execute(&mut **transaction).await?.rows_affected() == 0 {
        return Err(BooksFault::MeterExists(meter.serial));
    }
    let statement = "INSERT INTO meter_papers (serial, passport, conditions) VALUES ($1, $2, $3)";
    let query = sqlx::query(statement).bind(serial).bind(json(&meter.passport)?);
    query.bind(json(&meter.conditions)?).execute(&mut **transaction).await?;
    for key in &meter.keys {
        let statement = "INSERT INTO wrapped_key (name, wrapped, since_ms) VALUES ($1, $2, $3)";
        let query = sqlx::query(statement).bind(key.name.to_string()).bind(key.wrapped.to_string());
        query.bind(page.at_ms).execute(&mut **transaction).await?;
    }
    let head = log::append(transaction, &chain, Head::START, page.at_ms, &page.who, &[event]).await?;
    let update = sqlx::query("UPDATE meter SET audit_number = $1, audit_hash = $2 WHERE serial = $3");
    let update = update.bind(head.number.cast_signed()).bind(head.hash.to_string()).bind(serial);
    update.execute(&mut **transaction).await?;
    Ok(())
}

//! Tables of earlier versions are brought up to date with all that lies in them.

use crate::databases::{Database, on_each_database};
use centre::MIGRATIONS;
use centre::office::{Carrier, SettingsDesk};
use sqlx::Row;
use sqlx::migrate::Migrator;
use store::Store;

on_each_database! {
    passports_and_conditions_move_to_a_table_of_their_own
    claims_can_be_taken_in_where_customers_meters_and_settings_were_there_before
}

/// Opens the tables as they were up to this migration.
async fn as_of(database: &Database, version: i64) -> Store {
    let until = MIGRATIONS.iter().filter(|migration| migration.version <= version).cloned().collect();
    Store::open(database.target.clone(), &Migrator::with_migrations(until)).await.unwrap()
}

async fn passports_and_conditions_move_to_a_table_of_their_own(database: Database) {
    let store = as_of(&database, 5).await;
    let customer = "INSERT INTO customer (reference, name, balance_minor, limit_minor, is_active, since_ms, entries) \
                    VALUES ('RF74000000000001', 'Muster', 0, 0, 1, 0, 0)";
    let meter = "INSERT INTO meter (serial, pan, customer, passport, conditions, account, dossier, version, link_key, \
                 since_ms, status, service, is_stopped, contact_ms, r1_minor, reactions, audit_number, audit_hash) \
                 VALUES (7, 8, 'RF74000000000001', 'p', 'c', 'a', 'd', 3, '', 0, 0, 'in_service', 0, 0, 0, 0, 0, '')";
    for insert in [customer, meter] {
        sqlx::query(insert).execute(store.reads()).await.unwrap();
    }
    store.close().await;
    let store = database.open().await;
    let select = "SELECT p.passport, p.conditions, m.account, m.dossier FROM meter m JOIN meter_papers p \
                  ON p.serial = m.serial WHERE m.serial = 7 AND m.version = 3";
    let row = sqlx::query(select).fetch_one(store.reads()).await.unwrap();
    assert_eq!([0, 1, 2, 3].map(|column| row.get::<String, _>(column)), ["p", "c", "a", "d"]);
}

async fn claims_can_be_taken_in_where_customers_meters_and_settings_were_there_before(database: Database) {
    let store = as_of(&database, 6).await;
    // As an earlier version wrote it: without what is set for refunds.
    let settings = "INSERT INTO setting (name, value) VALUES ('operations', '{\"list_days\":7}')";
    let customer = "INSERT INTO customer (reference, name, balance_minor, limit_minor, is_active, since_ms, entries) \
                    VALUES ('RF74 0000 0000 0001', 'Muster', 5, 0, 1, 0, 0)";
    for insert in [settings, customer] {
        sqlx::query(insert).execute(store.reads()).await.unwrap();
    }
    store.close().await;
    let store = database.open().await;
    let carrier = Carrier { name: "Test Post".to_owned(), currency: "EUR".to_owned(), minor_digits: 2 };
    let settings = SettingsDesk::open(store.clone(), &carrier, 0).await.unwrap();
    let operations = settings.now(0).await.unwrap().operations.clone();
    assert_eq!((operations.list_days, operations.refund_days, operations.refund_share), (7, 60, 0));
    let row = sqlx::query("SELECT COUNT(*) FROM refund_line").fetch_one(store.reads()).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
    let row = sqlx::query("SELECT balance_minor FROM customer").fetch_one(store.reads()).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 5);
}

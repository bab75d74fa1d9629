//! What a store does on every database.

use sqlx::Row;
use sqlx::migrate::Migrator;
use store::{Stop, Store, StoreError, Target, Transaction, Work, work};

/// The tables of these tests.
pub static MIGRATIONS: Migrator = sqlx::migrate!("tests/it/migrations");

/// Runs `work` on several threads, as a service does.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(work)
}

pub async fn open(target: Target) -> Store {
    Store::open(target, &MIGRATIONS).await.unwrap()
}

pub async fn fill(store: &Store, purses: &[(&str, i64)]) {
    let insert = "INSERT INTO purse (name, amount_minor) VALUES ($1, $2)";
    for (name, amount_minor) in purses {
        let insert = sqlx::query(insert).bind(*name).bind(*amount_minor);
        insert.execute(store.reads()).await.unwrap();
    }
}

pub async fn add(transaction: &mut Transaction, name: &str, amount_minor: i64) -> Result<(), sqlx::Error> {
    let update = sqlx::query("UPDATE purse SET amount_minor = amount_minor + $1 WHERE name = $2");
    update.bind(amount_minor).bind(name).execute(&mut **transaction).await?;
    Ok(())
}

/// As all of a transaction.
fn add_only<'a, 't>(
    transaction: &'t mut Transaction,
    name: &'static str,
    amount_minor: i64,
) -> Work<'a, 't, Result<(), Stop<StoreError>>> {
    work(async move { Ok(add(transaction, name, amount_minor).await?) })
}

/// The amounts by the names' order.
pub async fn amounts(store: &Store) -> Vec<i64> {
    let rows = sqlx::query("SELECT amount_minor FROM purse ORDER BY name").fetch_all(store.reads()).await;
    rows.unwrap().iter().map(|row| row.try_get(0).unwrap()).collect()
}

#[derive(Debug)]
enum Refusal {
    TooPoor,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}

/// Moves an amount, reading what there is before it writes what is left.
async fn pay(store: &Store, amount_minor: i64) -> Result<i64, Refusal> {
    let select = format!("SELECT amount_minor FROM purse WHERE name = 'a'{}", store.for_update());
    let select = &*select;
    store
        .transaction(|transaction| {
            work(async move {
                let row = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_one(&mut **transaction).await?;
                let left = row.try_get::<i64, _>(0)? - amount_minor;
                add(transaction, "b", amount_minor).await?;
                let update =
                    sqlx::query("UPDATE purse SET amount_minor = $1 WHERE name = 'a'").bind(left.max(0));
                update.execute(&mut **transaction).await?;
                if left < 0 { Err(Stop::Refused(Refusal::TooPoor)) } else { Ok(left) }
            })
        })
        .await
}

pub async fn many_at_once_lose_nothing(target: Target) {
    let store = open(target).await;
    fill(&store, &[("a", 100), ("b", 0)]).await;
    let payers: Vec<_> = (0..40)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { pay(&store, 3).await })
        })
        .collect();
    let mut refused = 0;
    for payer in payers {
        match payer.await.unwrap() {
            Ok(_) => {}
            Err(Refusal::TooPoor) => refused += 1,
            Err(Refusal::Store(error)) => panic!("{error}"),
        }
    }
    assert_eq!((refused, amounts(&store).await), (7, vec![1, 99]));
}

pub async fn a_refusal_changes_nothing(target: Target) {
    let store = open(target).await;
    fill(&store, &[("a", 10), ("b", 0)]).await;
    assert!(matches!(pay(&store, 11).await, Err(Refusal::TooPoor)));
    assert_eq!(amounts(&store).await, [10, 0]);
    assert_eq!(pay(&store, 10).await.unwrap(), 0);
    assert_eq!(amounts(&store).await, [0, 10]);
}

pub async fn a_failed_statement_undoes_those_before_it(target: Target) {
    let store = open(target).await;
    fill(&store, &[("a", 10), ("b", 0)]).await;
    let result: Result<(), StoreError> = store
        .transaction(|transaction| {
            work(async move {
                add(transaction, "b", 5).await?;
                Ok(add(transaction, "a", -11).await?)
            })
        })
        .await;
    assert!(matches!(result, Err(StoreError::Statement(_))), "{result:?}");
    assert_eq!(amounts(&store).await, [10, 0]);
}

pub async fn what_is_dropped_half_way_is_undone(target: Target) {
    let store = open(target).await;
    fill(&store, &[("a", 10)]).await;
    let endless = store.transaction(|transaction| {
        work(async move {
            add(transaction, "a", 5).await?;
            std::future::pending::<Result<(), Stop<StoreError>>>().await
        })
    });
    let cut = tokio::time::timeout(std::time::Duration::from_millis(200), endless).await;
    assert!(cut.is_err());
    store.transaction(|transaction| add_only(transaction, "a", 1)).await.unwrap();
    assert_eq!(amounts(&store).await, [11]);
}

pub async fn values_come_back_as_they_were_put(target: Target) {
    let store = open(target).await;
    let insert = "INSERT INTO purse (name, amount_minor, note) VALUES ($1, $2, $3)";
    for (name, amount_minor, note) in
        [("größte", i64::MAX, Some("π'\"\\;--")), ("none", 0, None), ("", 1, Some(""))]
    {
        let insert = sqlx::query(insert).bind(name).bind(amount_minor).bind(note);
        insert.execute(store.reads()).await.unwrap();
        let select = sqlx::query("SELECT amount_minor, note FROM purse WHERE name = $1").bind(name);
        let row = select.fetch_one(store.reads()).await.unwrap();
        let found: (i64, Option<String>) = (row.try_get(0).unwrap(), row.try_get(1).unwrap());
        assert_eq!(found, (amount_minor, note.map(String::from)));
    }
}

pub async fn what_was_committed_is_there_when_it_is_opened_again(target: Target) {
    let store = open(target.clone()).await;
    fill(&store, &[("a", 10)]).await;
    store.transaction(|transaction| add_only(transaction, "a", 5)).await.unwrap();
    store.close().await;
    assert_eq!(amounts(&open(target).await).await, [15]);
}

pub async fn several_may_open_a_new_database_at_once(target: Target) {
    let openers: Vec<_> = (0..8).map(|_| tokio::spawn(open(target.clone()))).collect();
    let mut stores = Vec::new();
    for opener in openers {
        stores.push(opener.await.unwrap());
    }
    fill(&stores[0], &[("a", 0)]).await;
    for store in &stores {
        store.transaction(|transaction| add_only(transaction, "a", 5)).await.unwrap();
    }
    assert_eq!(amounts(&stores[0]).await, [40]);
}

/// Every test of the suite on the databases that `$target` gives.
macro_rules! on_each {
    ($target:expr) => {
        mod suite_of_all {
            $crate::suite::on_each!(
                @each $target,
                many_at_once_lose_nothing
                a_refusal_changes_nothing
                a_failed_statement_undoes_those_before_it
                what_is_dropped_half_way_is_undone
                values_come_back_as_they_were_put
                what_was_committed_is_there_when_it_is_opened_again
                several_may_open_a_new_database_at_once
            );
        }
    };
    (@each $target:expr, $($name:ident)*) => {
        $(#[test]
        fn $name() {
            $crate::suite::run($crate::suite::$name($target));
        })*
    };
}
pub(crate) use on_each;

//! The store on a file and on a server: one suite for both, and what each has of its own.

mod file;
mod suite;

mod needs_postgresql {
    //! The suite on a server.

    use crate::suite;
    use cluster::Cluster;
    use sqlx::Row;
    use store::{Kind, Store, StoreError, Target, work};

    fn target() -> Target {
        Cluster::shared().database().parse().unwrap()
    }

    crate::suite::on_each!(super::target());

    #[test]
    fn a_server_is_not_backed_up_by_us() {
        suite::run(async {
            let store = suite::open(target()).await;
            assert_eq!(store.kind(), Kind::Server);
            let folder = tempfile::tempdir().unwrap();
            let refusal = store.backup(&folder.path().join("copy")).await.unwrap_err();
            assert!(matches!(refusal, StoreError::Backup(why) if why.contains("pg_dump")));
        });
    }

    #[test]
    fn two_that_lock_each_other_both_come_through() {
        suite::run(async {
            let store = suite::open(target()).await;
            suite::fill(&store, &[("a", 100), ("b", 100)]).await;
            let meet = tokio::sync::Barrier::new(2);
            let met = std::sync::atomic::AtomicU32::new(0);
            // Each takes its first row, waits for the other the first time, and then wants the other's.
            let (meet, met, store) = (&meet, &met, &store);
            let take = async |first: &'static str, second: &'static str| -> Result<(), StoreError> {
                store
                    .transaction(|transaction| {
                        work(async move {
                            suite::add(transaction, first, -1).await?;
                            if met.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 {
                                meet.wait().await;
                            }
                            Ok(suite::add(transaction, second, 1).await?)
                        })
                    })
                    .await
            };
            let (one, other) = tokio::join!(take("a", "b"), take("b", "a"));
            one.unwrap();
            other.unwrap();
            assert!(met.load(std::sync::atomic::Ordering::SeqCst) > 2, "nobody was in the way");
            assert_eq!(suite::amounts(store).await, [100, 100]);
        });
    }

    #[test]
    fn a_commit_waits_for_the_disk_even_where_the_server_was_told_otherwise() {
        suite::run(async {
            let target = target();
            let store = suite::open(target.clone()).await;
            let lax = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', \
                       current_database()); END $$";
            sqlx::query(lax).execute(store.reads()).await.unwrap();
            store.close().await;
            let store = suite::open(target).await;
            let setting = sqlx::query("SHOW synchronous_commit").fetch_one(store.reads()).await.unwrap();
            assert_eq!(setting.try_get::<String, _>(0).unwrap(), "on");
        });
    }

    #[test]
    fn a_server_that_cut_the_connections_is_reached_again() {
        suite::run(async {
            let store = suite::open(target()).await;
            suite::fill(&store, &[("a", 1)]).await;
            let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                       WHERE pid <> pg_backend_pid() AND datname = current_database()";
            // By a client of its own: this store's connections are all cut.
            let other = Store::open(store_target(&store).await, &suite::MIGRATIONS).await.unwrap();
            sqlx::query(cut).execute(other.reads()).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
            assert_eq!(suite::amounts(&store).await, [1]);
        });
    }

    async fn store_target(store: &Store) -> Target {
        let name = sqlx::query("SELECT current_database()::text").fetch_one(store.reads()).await.unwrap();
        let name: String = name.try_get(0).unwrap();
        let folder = Cluster::shared().folder().display();
        format!("postgres://porto@localhost/{name}?host={folder}").parse().unwrap()
    }

    #[test]
    fn a_server_that_is_not_there_is_named_without_its_password() {
        suite::run(async {
            let target: Target = "postgres://porto:secret@127.0.0.1:1/books".parse().unwrap();
            let error = Store::open(target, &suite::MIGRATIONS).await.unwrap_err().to_string();
            assert!(
                error.contains("postgres://porto@127.0.0.1:1/books") && !error.contains("secret"),
                "{error}"
            );
        });
    }
}

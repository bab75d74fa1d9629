//! What a file has of its own.

use crate::suite::{self, MIGRATIONS, run};
use std::path::PathBuf;
use store::{Kind, Store, StoreError, Target, work};

/// A file in a folder that stays until the process ends.
fn new_path() -> PathBuf {
    tempfile::tempdir().unwrap().keep().join("books of ../50 %#?.db".replace('/', "-"))
}

fn target() -> Target {
    Target::from(&new_path())
}

suite::on_each!(super::target());

#[test]
fn a_file_and_its_companions_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    run(async {
        let path = new_path();
        let store = Store::open(&path, &MIGRATIONS).await.unwrap();
        assert_eq!((store.kind(), store.for_update()), (Kind::File, ""));
        suite::fill(&store, &[("a", 1)]).await;
        let files: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().flatten().collect();
        assert_eq!(files.len(), 3, "{files:?}");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{file:?}");
        }
    });
}

#[test]
fn a_backup_of_a_busy_store_is_whole_and_writes_over_nothing() {
    run(async {
        let path = new_path();
        let copy = path.with_file_name("copy of it.db");
        let store = Store::open(&path, &MIGRATIONS).await.unwrap();
        suite::fill(&store, &[("a", 0), ("b", 1_000)]).await;
        let busy = {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..100 {
                    let both = store.transaction(|transaction| {
                        work(async move {
                            suite::add(transaction, "a", 1).await?;
                            Ok(suite::add(transaction, "b", -1).await?)
                        })
                    });
                    let done: Result<(), StoreError> = both.await;
                    done.unwrap();
                }
            })
        };
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        store.backup(&copy).await.unwrap();
        busy.await.unwrap();
        let copied = suite::amounts(&suite::open(Target::from(&copy)).await).await;
        assert_eq!(copied.iter().sum::<i64>(), 1_000);
        assert_eq!(suite::amounts(&store).await, [100, 900]);
        assert!(matches!(store.backup(&copy).await, Err(StoreError::Backup(_))));
        assert!(!path.with_file_name("copy of it.db.part").exists());
    });
}

#[test]
fn a_file_that_is_no_database_is_refused_by_its_name() {
    run(async {
        let path = new_path();
        std::fs::write(&path, "a letter").unwrap();
        let error = Store::open(&path, &MIGRATIONS).await.unwrap_err().to_string();
        assert!(error.contains("50 %#?.db"), "{error}");
    });
}

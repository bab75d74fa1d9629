//! Tests of tables run on every database: in a file, and on a server of their own.

use std::path::PathBuf;
use store::{Store, Target};

/// Runs `work` on several threads, as a service does.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// A database of its own for each test, with the centre's tables.
pub struct Database {
    pub target: Target,
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    /// A file.
    pub fn file() -> Database {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("centre.db");
        Database { target: (&path).into(), _folder: Some(folder) }
    }

    /// A database on the server.
    pub fn server() -> Database {
        let url = cluster::Cluster::shared().database();
        Database { target: url.parse().unwrap(), _folder: None }
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open(self.target.clone(), &centre::MIGRATIONS).await.unwrap()
    }
}

/// Each named test of this module, which takes a [`Database`], in a file and on a server.
macro_rules! on_each_database {
    ($($name:ident)*) => {
        mod on_a_file {
            $(#[test]
            fn $name() {
                $crate::databases::run(super::$name($crate::databases::Database::file()));
            })*
        }
        mod needs_postgresql {
            $(#[test]
            fn $name() {
                $crate::databases::run(super::$name($crate::databases::Database::server()));
            })*
        }
    };
}
pub(crate) use on_each_database;
